//! The platform's REST API: which path leads where. One file an API; handlers translate, `state`
//! has the rules.

mod alarms;
mod answer;
mod applications;
mod call;
mod current_application;
mod current_user;
mod endpoint;
mod identity;
mod inventory;
mod media;
mod not_simulated;
mod page;
mod query;
mod subscriptions;
mod tenants;
mod users;

use actix_web::web::ServiceConfig;

pub(crate) use call::{AuthenticatedAs, Call, authenticate, host};

/// All paths of the REST API. Literal segments stand before placeholders: the first match wins.
pub(crate) fn routes(config: &mut ServiceConfig) {
    not_simulated::routes(config);
    current_application::routes(config);
    subscriptions::routes(config);
    applications::routes(config);
    tenants::routes(config);
    current_user::routes(config);
    users::routes(config);
    inventory::routes(config);
    identity::routes(config);
    alarms::routes(config);
}
