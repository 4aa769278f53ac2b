//! The stage that steps are taken on.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;

use super::model::{Call, Expected, Form, GUEST, READER, Step};
use crate::apart::marked::{Marked, TENANTS, is_of, shows_none_but};
use crate::support::login::{Session, basic, log_in_as};
use crate::support::secrets::{self, USER, random};
use crate::support::{Answer, Plan, answer, eventually};

/// Without it, a user's roles cannot be known.
const READS_ITSELF: &str = "ROLE_USER_MANAGEMENT_OWN_READ";

pub(super) struct World {
    marked: Marked,
    sessions: BTreeMap<(&'static str, &'static str), Session>,
    subscribed: RefCell<BTreeSet<&'static str>>,
}

impl World {
    pub(super) async fn start() -> Self {
        let plan = Plan::tenants(TENANTS.len()).env("C8Y_BOOTSTRAP_DELAY", "20");
        let marked = Marked::start(plan).await;
        let mut sessions = BTreeMap::new();
        for tenant in TENANTS {
            let reader = [READS_ITSELF, "ROLE_ALARM_READ"];
            marked.add_user(tenant, READER, &reader).await;
            marked.add_user(tenant, GUEST, &[READS_ITSELF]).await;
            for user in [USER, READER, GUEST] {
                sessions.insert((tenant, user), log_in_as(&marked, tenant, user).await);
            }
        }
        Self {
            marked,
            sessions,
            subscribed: RefCell::new(TENANTS.into()),
        }
    }

    /// Does what a step says. An error says what is not as expected.
    pub(super) async fn take(&self, step: &Step) -> Result<(), String> {
        match *step {
            Step::Subscribe(tenant) => self.change(tenant, true).await,
            Step::Unsubscribe(tenant) => self.change(tenant, false).await,
            Step::Call(ref call) => {
                let seen = answer(self.request(call)).await;
                let expected = call.expected(&self.subscribed.borrow());
                return check(call, &expected, &seen);
            }
        }
        Ok(())
    }

    /// Changes a subscription, and waits until the service has noticed.
    async fn change(&self, tenant: &'static str, wanted: bool) {
        let is_changed = {
            let mut subscribed = self.subscribed.borrow_mut();
            if wanted {
                subscribed.insert(tenant)
            } else {
                subscribed.remove(tenant)
            }
        };
        if !is_changed {
            return;
        }
        let expected = if wanted {
            self.marked.subscribe(tenant).await;
            StatusCode::OK
        } else {
            self.marked.unsubscribe(tenant).await;
            StatusCode::FORBIDDEN
        };
        eventually(
            "the change is noticed",
            async || {
                let request = self.marked.direct(tenant, Method::GET, "/alarms");
                answer(request).await.status
            },
            |status| *status == expected,
        )
        .await;
    }

    fn request(&self, call: &Call) -> RequestBuilder {
        let method = match call.endpoint {
            "/createAlarms" => Method::POST,
            _ => Method::GET,
        };
        let named = call.named;
        let path = format!("{}?tenant={named}&tenantId={named}", call.endpoint);
        let [direct, through] = self.marked.both_ways(&method, &path);
        let request = if call.through_gateway {
            through
        } else {
            direct
        };
        let request = request.header("x-cumulocity-tenant", named);
        let request = request.header("x-forwarded-host", format!("{named}.localhost"));
        let request = self.signed(request, call);
        match call.endpoint {
            "/createAlarms" => request.json(&json!({ "type": "c8y_Sequence" })),
            _ => request,
        }
    }

    fn signed(&self, request: RequestBuilder, call: &Call) -> RequestBuilder {
        let (tenant, user, named) = (call.tenant, call.user, call.named);
        let password = secrets::PASSWORD.as_str();
        let authorized = |request: RequestBuilder, user: String, password: &str| {
            request.header("authorization", basic(&user, password))
        };
        let (own, others) = (
            &self.sessions[&(tenant, user)],
            &self.sessions[&(named, user)],
        );
        let cookie = |request: RequestBuilder, xsrf: &str| {
            let request = request.header("cookie", own.cookie());
            request.header("x-xsrf-token", xsrf)
        };
        match call.form {
            Form::Basic => authorized(request, format!("{tenant}/{user}"), password),
            Form::Bare => authorized(request, user.to_owned(), password),
            Form::Bearer => request.bearer_auth(&own.token),
            Form::Cookie => cookie(request, &own.xsrf),
            Form::CookieBesideHeader => {
                let request = cookie(request, &own.xsrf);
                authorized(request, format!("{named}/{user}"), password)
            }
            Form::CookieWithoutXsrf => request.header("cookie", own.cookie()),
            Form::CookieWithOtherXsrf => cookie(request, &others.xsrf),
            Form::WrongPassword => authorized(request, format!("{tenant}/{user}"), &random(16)),
            Form::CutToken => request.bearer_auth(&own.token[..own.token.len() - 1]),
            Form::Climbing => authorized(request, format!("{named}/../{tenant}/{user}"), password),
            Form::Nothing => request,
        }
    }
}

fn check(call: &Call, expected: &Expected, seen: &Answer) -> Result<(), String> {
    let wrong = || Err(format!("{expected:?} was expected, and not {seen:?}"));
    match expected {
        Expected::Status(status) if seen.status != *status => return wrong(),
        Expected::NoDevices if seen.status != StatusCode::OK || seen.body != json!([]) => {
            return wrong();
        }
        Expected::Status(_) | Expected::NoDevices => {
            shows_none_but(call.verified().unwrap_or_default(), seen);
        }
        Expected::DataOf(tenant, user) => is_of(tenant, user, call.endpoint, seen),
        Expected::Report(tenants) => {
            let reports = seen.reports().iter();
            let of = |it: &serde_json::Value| it["tenant"].as_str().map(ToOwned::to_owned);
            let reported: Vec<_> = reports.filter_map(of).collect();
            let all_created = seen.body["failed"] == 0;
            if !all_created || !reported.iter().eq(tenants) {
                return wrong();
            }
        }
    }
    Ok(())
}
