//! The service's own users, as callers.

use std::collections::BTreeMap;

use local_platform::OWNER;
use reqwest::{Method, StatusCode};

use super::marked::{Marked, OWN, TENANTS, shows_none_but, text};
use crate::support::login::basic;
use crate::support::secrets::{BOOTSTRAP_PASSWORD, USER};
use crate::support::{Answer, Plan, Stage, answer};

/// The service user of each subscribed tenant, and its password.
pub(super) async fn service_users(stage: &Stage) -> BTreeMap<String, (String, String)> {
    let path = "/application/currentApplication/subscriptions";
    let request = stage.http.get(format!("{}{path}", stage.platform.url()));
    let bootstrap = (bootstrap_user(stage), BOOTSTRAP_PASSWORD.as_str());
    let request = request.basic_auth(bootstrap.0, Some(bootstrap.1));
    let seen = stage.done(request).await;
    let users = seen["users"].as_array().expect("a list").iter();
    let user = |it: &serde_json::Value| {
        let user = (text(&it["name"]), text(&it["password"]));
        (text(&it["tenant"]), user)
    };
    users.map(user).collect()
}

fn bootstrap_user(stage: &Stage) -> String {
    let application = stage.platform.application_name();
    format!("{OWNER}/servicebootstrap_{application}")
}

/// It is a user of its tenant, with the roles that the manifest asks for, and no more.
#[tokio::test]
async fn a_service_user_gets_at_its_own_tenant_alone() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let users = service_users(&marked).await;
    for tenant in TENANTS {
        let (name, password) = &users[tenant];
        let own = basic(&format!("{tenant}/{name}"), password);
        // The manifest does not let it read itself, so that nothing is known of its roles.
        for (method, path, expected) in [
            (Method::POST, "/createAlarms", StatusCode::FORBIDDEN),
            (Method::GET, "/alarms", StatusCode::FORBIDDEN),
            (Method::GET, "/devices", StatusCode::OK),
            (Method::GET, "/greeting", StatusCode::OK),
        ] {
            for seen in ask(&marked, &method, path, &own).await {
                assert_eq!(seen.status, expected, "{path}: {seen:?}");
                shows_none_but(tenant, &seen);
            }
        }
        for other in TENANTS.iter().filter(|it| **it != tenant) {
            let theirs = basic(&format!("{other}/{name}"), password);
            for path in OWN {
                for seen in ask(&marked, &Method::GET, path, &theirs).await {
                    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{path}: {seen:?}");
                }
            }
        }
    }
}

/// It holds no role: it sees the greeting, as every user of the owner does.
#[tokio::test]
async fn the_bootstrap_user_gets_at_no_tenants_data() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let own = basic(&bootstrap_user(&marked), &BOOTSTRAP_PASSWORD);
    for (method, path, expected) in [
        (Method::POST, "/createAlarms", StatusCode::FORBIDDEN),
        (Method::GET, "/alarms", StatusCode::FORBIDDEN),
        (Method::GET, "/devices", StatusCode::FORBIDDEN),
        (Method::GET, "/greeting", StatusCode::OK),
    ] {
        let [seen, through] = ask(&marked, &method, path, &own).await;
        assert_eq!(seen.status, expected, "{path}: {seen:?}");
        shows_none_but(OWNER, &seen);
        assert_eq!(through.status, StatusCode::FORBIDDEN, "{through:?}");
    }
    for tenant in ["t101", "t102"] {
        let name = bootstrap_user(&marked).replace(OWNER, tenant);
        let theirs = basic(&name, &BOOTSTRAP_PASSWORD);
        for seen in ask(&marked, &Method::GET, "/greeting", &theirs).await {
            assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{seen:?}");
        }
    }
}

/// What a tenant does for its callers it does with its own service user: no request of the service
/// into a tenant is one of another tenant's users.
#[tokio::test]
async fn a_tenant_is_reached_by_its_own_users_alone() {
    let marked = Marked::start(Plan::tenants(3)).await;
    for _ in 0..2 {
        for tenant in TENANTS {
            for path in OWN {
                let before = marked.platform.requests().len();
                answer(marked.direct(tenant, Method::GET, path)).await;
                let requests = marked.platform.requests().split_off(before);
                for request in requests {
                    let user = request.user.clone().unwrap_or_default();
                    let is_own = user == format!("{tenant}/{USER}")
                        || user == format!("{tenant}/service_c8y-starter");
                    // The subscriptions are read meanwhile, and the key of the application.
                    let is_bootstrap = request.path.starts_with("/application/");
                    assert!(is_own || is_bootstrap, "for {tenant}: {request:?}");
                }
            }
        }
    }
}

async fn ask(marked: &Marked, method: &Method, path: &str, authorization: &str) -> [Answer; 2] {
    let [direct, through] = marked.both_ways(method, path);
    [
        answer(direct.header("authorization", authorization)).await,
        answer(through.header("authorization", authorization)).await,
    ]
}
