//! The platform's REST API: which path leads where. One file an API, in the folders of `state`:
//! handlers translate, `state` has the rules. What all of them are made of is in `http`.

mod applications;
mod http;
mod inventory;
mod not_simulated;
mod records;
mod tenants;
mod users;

pub(crate) use http::{AuthenticatedAs, Call, authenticate, host, refused};

use crate::refusal::Refusal;
use http::{Answer, Router, Routes};

/// The REST API.
pub(crate) fn router() -> Router {
    Router::new(routes(), no_such_path)
}

fn routes() -> Routes {
    let mut routes = Routes::default();
    applications::routes(&mut routes);
    inventory::routes(&mut routes);
    records::routes(&mut routes);
    tenants::routes(&mut routes);
    users::routes(&mut routes);
    not_simulated::routes(&mut routes);
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

    /// Path and methods of a row in one of the tables of requests. A star behind the path says that
    /// a microservice need not meet it.
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
