//! Which applications a tenant sees, and which of them a list is narrowed to.

use super::no_application;
use crate::refusal::Refusal;
use crate::state::{Application, Caller, Id, Origin, Platform};

/// What a list of applications is narrowed to.
#[derive(Default)]
pub(crate) struct ApplicationFilter {
    pub(crate) name: Option<String>,
    /// One of these types, or any.
    pub(crate) types: Vec<String>,
    pub(crate) owner: Option<String>,
    /// A tenant that has the application or is subscribed to it.
    pub(crate) tenant: Option<String>,
    /// A tenant that is subscribed.
    pub(crate) subscriber: Option<String>,
    /// A tenant that is subscribed without having it.
    pub(crate) provided_for: Option<String>,
    /// A user of the caller's tenant who has access.
    pub(crate) user: Option<String>,
}

impl ApplicationFilter {
    fn admits(&self, platform: &Platform, caller: &Caller, application: &Application) -> bool {
        let kind = application.kind();
        let owner = application.owner.as_str();
        let fits = |wanted: &Option<String>, test: &dyn Fn(&str) -> bool| {
            wanted.as_deref().is_none_or(test)
        };
        let subscribed = |tenant: &str| {
            platform.knows_subscription(caller, tenant, application)
                && platform.is_subscribed(tenant, application.id)
        };
        fits(&self.name, &|name| name == application.name())
            && (self.types.is_empty() || self.types.iter().any(|it| it == kind))
            && fits(&self.owner, &|tenant| tenant == owner)
            && fits(&self.tenant, &|it| it == owner || subscribed(it))
            && fits(&self.subscriber, &subscribed)
            && fits(&self.provided_for, &|it| it != owner && subscribed(it))
            && fits(&self.user, &|user| {
                platform.has_access(&caller.tenant, user, application)
            })
    }
}

impl Platform {
    /// An application that the caller's tenant sees. One that it does not see is not told apart
    /// from none.
    pub(crate) fn visible_application(
        &self,
        caller: &Caller,
        id: Id,
    ) -> Result<&Application, Refusal> {
        let application = self.application(id)?;
        if self.sees(&caller.tenant, application) {
            Ok(application)
        } else {
            Err(no_application(id))
        }
    }

    pub(crate) fn visible_applications<'a>(
        &'a self,
        caller: &'a Caller,
        filter: &'a ApplicationFilter,
    ) -> impl Iterator<Item = &'a Application> {
        let all = self.applications.values();
        all.filter(|application| self.sees(&caller.tenant, application))
            .filter(|application| filter.admits(self, caller, application))
    }

    /// What a tenant offers to all others.
    pub(crate) fn offered_by(&self, tenant: &str) -> impl Iterator<Item = &Application> {
        let all = self.applications.values();
        all.filter(move |it| it.owner == tenant && it.availability() == "MARKET")
    }

    fn sees(&self, tenant: &str, application: &Application) -> bool {
        let offered = match application.availability() {
            "MARKET" => true,
            "SHARED" => self.is_parent(&application.owner, tenant),
            _ => false,
        };
        offered || application.owner == tenant || self.is_subscribed(tenant, application.id)
    }

    /// Whether the caller may learn that another tenant is subscribed.
    fn knows_subscription(&self, caller: &Caller, tenant: &str, application: &Application) -> bool {
        caller.tenant == tenant
            || caller.tenant == application.owner
            || self.administers(&caller.tenant, tenant)
    }

    /// A service user has its own application, everybody else those of the tenant.
    pub(crate) fn has_access(&self, tenant: &str, user: &str, application: &Application) -> bool {
        let user = self.tenant(tenant).and_then(|tenant| tenant.user(user));
        user.is_ok_and(|user| match user.origin {
            Origin::Bootstrap(id) | Origin::Subscription(id) => id == application.id,
            Origin::Tenant => {
                application.owner == tenant || self.is_subscribed(tenant, application.id)
            }
        })
    }
}
