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

/// The REST API.
pub(crate) fn router() -> Router {
    Router::new(routes(), no_such_path)
}

fn routes() -> Routes {
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
    routes
}

async fn no_such_path(call: Call) -> Answer {
    Err(Refusal::not_found("general", format!("path {}", call.path)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    const README: &str = include_str!("../README.md");
    /// What the platform's description says of the paths that a microservice meets.
    const DESCRIBED: (usize, usize) = (48, 95);

    /// Path and methods of a row in one of the tables of requests: `| \`/path\` * | GET PUT | …`,
    /// where the star stands for a path that a microservice need not meet.
    fn row(line: &str) -> Option<(String, bool, Vec<String>)> {
        let (path, rest) = line.strip_prefix("| `/")?.split_once("` ")?;
        let (star, rest) = rest.split_once("| ")?;
        let (methods, _) = rest.split_once(" |")?;
        let mut methods: Vec<String> = methods.split(' ').map(str::to_owned).collect();
        methods.sort_unstable();
        Some((format!("/{path}"), star.is_empty(), methods))
    }

    #[test]
    fn the_readme_lists_the_requests_that_are_answered() {
        let listed = README.lines().filter_map(row);
        let listed: BTreeMap<_, _> = listed.map(|(path, _, methods)| (path, methods)).collect();
        let answered: BTreeMap<_, _> = super::routes().requests().collect();
        for (path, methods) in &answered {
            assert_eq!(listed.get(path), Some(methods), "{path} in the README");
        }
        for path in listed.keys() {
            assert!(answered.contains_key(path), "{path} is answered");
        }
    }

    #[test]
    fn every_operation_that_a_microservice_meets_is_answered() {
        let described = README.lines().filter_map(row);
        let described: Vec<_> = described.filter(|(_, is_met, _)| *is_met).collect();
        let operations = described.iter().map(|(_, _, methods)| methods.len()).sum();
        assert_eq!((described.len(), operations), DESCRIBED);
    }
}
