//! Who there is, what they do, and what they may see.

use std::collections::BTreeSet;

use local_platform::OWNER;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;
use reqwest::StatusCode;

use crate::apart::marked::TENANTS;
use crate::support::secrets::USER;

/// Users that each tenant has, with the same names and the same password in all of them.
pub(super) const READER: &str = "reader";
pub(super) const GUEST: &str = "guest";

#[derive(Clone, Debug)]
pub(super) enum Step {
    Subscribe(&'static str),
    Unsubscribe(&'static str),
    Call(Call),
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) tenant: &'static str,
    pub(super) user: &'static str,
    pub(super) form: Form,
    /// Another tenant, that the request names where it can.
    pub(super) named: &'static str,
    pub(super) endpoint: &'static str,
    pub(super) through_gateway: bool,
}

/// How the user shows who it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Basic,
    /// With no tenant before the name: that is the owner's.
    Bare,
    Bearer,
    Cookie,
    /// With the header of a user of the named tenant beside it, which does not count.
    CookieBesideHeader,
    CookieWithoutXsrf,
    /// With the XSRF token of the named tenant's user.
    CookieWithOtherXsrf,
    WrongPassword,
    /// The token of a user of this tenant, cut off.
    CutToken,
    /// `named/../tenant/user`.
    Climbing,
    Nothing,
}

/// What a call is answered with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Status(StatusCode),
    /// What is the tenant's, as this user sees it.
    DataOf(&'static str, &'static str),
    /// No devices: the user may see its own, and has none.
    NoDevices,
    /// A report of these tenants.
    Report(BTreeSet<&'static str>),
}

/// The owner stays: while it is not subscribed, its users do not have the service's own role.
const COMING_AND_GOING: [&str; 2] = [TENANTS[1], TENANTS[2]];

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => select(&COMING_AND_GOING[..]).prop_map(Step::Subscribe),
        1 => select(&COMING_AND_GOING[..]).prop_map(Step::Unsubscribe),
        14 => call().prop_map(Step::Call),
    ]
}

fn call() -> impl Strategy<Value = Call> {
    let form = prop_oneof![
        4 => Just(Form::Basic),
        3 => Just(Form::Bearer),
        3 => Just(Form::Cookie),
        2 => Just(Form::CookieBesideHeader),
        1 => Just(Form::Bare),
        1 => Just(Form::CookieWithoutXsrf),
        1 => Just(Form::CookieWithOtherXsrf),
        1 => Just(Form::WrongPassword),
        1 => Just(Form::CutToken),
        1 => Just(Form::Climbing),
        1 => Just(Form::Nothing),
    ];
    let endpoints = [
        "/createAlarms",
        "/alarms",
        "/devices",
        "/greeting",
        "/nothing",
    ];
    let who = (
        select(&TENANTS[..]),
        select(&[USER, READER, GUEST][..]),
        form,
    );
    let what = (
        select(&TENANTS[..]),
        select(endpoints.to_vec()),
        proptest::bool::ANY,
    );
    (who, what).prop_map(
        |((tenant, user, form), (named, endpoint, through_gateway))| Call {
            tenant,
            user,
            form,
            named,
            endpoint,
            through_gateway,
        },
    )
}

impl Call {
    /// Whose user this is to the platform.
    pub(super) fn verified(&self) -> Option<&'static str> {
        match self.form {
            Form::Basic | Form::Bearer | Form::Cookie | Form::CookieBesideHeader => {
                Some(self.tenant)
            }
            Form::Bare => Some(OWNER),
            // Of one's own tenant it is the right one.
            Form::CookieWithOtherXsrf if self.named == self.tenant => Some(self.tenant),
            _ => None,
        }
    }

    /// What may be seen with these subscriptions.
    pub(super) fn expected(&self, subscribed: &BTreeSet<&'static str>) -> Expected {
        let status = Expected::Status;
        let Some(tenant) = self.verified() else {
            return status(StatusCode::UNAUTHORIZED);
        };
        let is_subscribed = subscribed.contains(tenant);
        if self.through_gateway && !is_subscribed {
            return status(StatusCode::NOT_FOUND);
        }
        match (self.endpoint, self.user) {
            ("/createAlarms", USER) if tenant == OWNER => Expected::Report(subscribed.clone()),
            ("/createAlarms", _) | ("/alarms", GUEST) => status(StatusCode::FORBIDDEN),
            ("/devices", USER) => Expected::DataOf(tenant, self.user),
            ("/devices", _) => Expected::NoDevices,
            ("/alarms" | "/greeting", _) if is_subscribed => Expected::DataOf(tenant, self.user),
            ("/alarms" | "/greeting", _) => status(StatusCode::FORBIDDEN),
            _ => status(StatusCode::NOT_FOUND),
        }
    }
}
