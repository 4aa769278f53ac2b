//! The platform's REST API: which path leads where. One file an API; handlers translate, `state`
//! has the rules.

mod alarms;
mod answer;
mod applications;
mod attachments;
mod authentication;
mod binaries;
mod call;
mod children;
mod current_application;
mod current_user;
mod download;
mod events;
mod groups;
mod hierarchy;
mod identity;
mod inventory;
mod login;
mod logs;
mod managed_object;
mod measurements;
mod media;
mod multipart;
mod not_simulated;
mod options;
mod page;
mod query;
mod records;
mod roles;
mod router;
mod series;
mod statistics;
mod subscriptions;
mod tenants;
mod two_factor;
mod uploads;
mod user_view;
mod users;

pub(crate) use answer::refused;
pub(crate) use authentication::{AuthenticatedAs, authenticate, host};
pub(crate) use call::Call;

use crate::refusal::Refusal;
use answer::Answer;
use router::{Router, Routes};

/// All paths of the REST API.
pub(crate) fn router() -> Router {
    let mut routes = Routes::default();
    alarms::routes(&mut routes);
    applications::routes(&mut routes);
    attachments::routes(&mut routes);
    binaries::routes(&mut routes);
    children::routes(&mut routes);
    current_application::routes(&mut routes);
    current_user::routes(&mut routes);
    events::routes(&mut routes);
    groups::routes(&mut routes);
    hierarchy::routes(&mut routes);
    identity::routes(&mut routes);
    inventory::routes(&mut routes);
    login::routes(&mut routes);
    logs::routes(&mut routes);
    measurements::routes(&mut routes);
    not_simulated::routes(&mut routes);
    options::routes(&mut routes);
    roles::routes(&mut routes);
    series::routes(&mut routes);
    statistics::routes(&mut routes);
    subscriptions::routes(&mut routes);
    tenants::routes(&mut routes);
    two_factor::routes(&mut routes);
    uploads::routes(&mut routes);
    users::routes(&mut routes);
    Router::new(routes, no_such_path)
}

async fn no_such_path(call: Call) -> Answer {
    Err(Refusal::not_found("general", format!("path {}", call.path)))
}
