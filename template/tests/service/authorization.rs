//! Who may call what.

use local_platform::{Isolation, PASSWORD};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App, answer, platform};

impl App {
    /// A request through the gateway as a user, `tenant/name`.
    pub async fn call(&self, user: &str, method: Method, path: &str) -> Answer {
        let url = format!("{}{path}", self.platform.service_url());
        let request = self.http.request(method, url);
        answer(request.basic_auth(user, Some(PASSWORD))).await
    }

    /// Makes a user with these roles and no others.
    async fn add_user(&self, tenant: &str, name: &str, roles: &[&str]) -> String {
        let path = format!("/user/{tenant}/users");
        let email = format!("{name}@example.com");
        let user = json!({ "userName": name, "password": PASSWORD, "email": email });
        self.platform(tenant, Method::POST, &path, user).await;
        for role in roles {
            let path = format!("/user/{tenant}/users/{name}/roles");
            let role =
                json!({ "role": { "self": format!("{}/user/roles/{role}", self.platform.url()) } });
            self.platform(tenant, Method::POST, &path, role).await;
        }
        format!("{tenant}/{name}")
    }
}

/// The role that the manifest brings along.
fn own_role() -> String {
    let name = env!("CARGO_PKG_NAME").to_uppercase().replace('-', "_");
    format!("ROLE_{name}_ADMIN")
}

/// Without it, a user's roles cannot be known.
const READS_ITSELF: &str = "ROLE_USER_MANAGEMENT_OWN_READ";

#[tokio::test]
async fn only_users_of_the_owner_tenant_with_the_services_own_role_create_alarms() {
    let app = App::start();
    let own = own_role();
    let others = [READS_ITSELF, "ROLE_ALARM_ADMIN"];
    let without = app.add_user("t100", "without", &others).await;
    let elsewhere = [READS_ITSELF, &own];
    let elsewhere = app.add_user("t101", "elsewhere", &elsewhere).await;
    for (user, missing) in [
        (&*without, &*own),
        (&*elsewhere, "owner"),
        ("t102/admin", "owner"),
    ] {
        let answer = app.call(user, Method::POST, "/createAlarms").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{user}: {answer:?}");
        assert_eq!(answer.body["error"], "security/Forbidden", "{answer:?}");
        let message = answer.body["message"].as_str().unwrap_or_default();
        assert!(message.contains(missing), "{user}: {message}");
    }
    assert_eq!(app.alarms("t101").await, Vec::<Value>::new());

    let allowed = app.add_user("t100", "allowed", &[READS_ITSELF, &own]).await;
    let answer = app.call(&allowed, Method::POST, "/createAlarms").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.body["created"], 4, "{answer:?}");
}

#[test]
fn the_manifest_brings_the_role_that_creates_alarms() {
    let roles = platform(Isolation::MultiTenant, 0).manifest().roles.clone();
    assert!(roles.contains(&own_role()), "{roles:?}");
}

#[tokio::test]
async fn what_the_service_sees_of_alarms_is_for_those_who_may_see_them() {
    let app = App::start();
    let reader = [READS_ITSELF, "ROLE_ALARM_READ"];
    let reader = app.add_user("t101", "reader", &reader).await;
    let other = app.add_user("t101", "other", &[READS_ITSELF]).await;
    let answer = app.call(&reader, Method::GET, "/alarms").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let answer = app.call(&other, Method::GET, "/alarms").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
}

#[tokio::test]
async fn who_may_not_call_is_told_so_before_the_body_is_looked_at() {
    let app = App::start();
    let url = format!("{}/createAlarms", app.platform.service_url());
    let request = app.http.post(url).basic_auth("t101/admin", Some(PASSWORD));
    let answer = answer(request.body("no JSON")).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN, "{answer:?}");
}

#[tokio::test]
async fn the_manifests_required_roles_are_all_that_the_service_needs() {
    let app = App::start();
    for (method, path) in [
        (Method::POST, "/createAlarms"),
        (Method::GET, "/alarms"),
        (Method::GET, "/devices"),
        (Method::GET, "/greeting"),
    ] {
        let answer = app.call("t100/admin", method, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    }
    let requests = app.platform.requests();
    let of_the_service =
        |user: &Option<String>| user.as_deref().is_some_and(|it| it.contains("/service"));
    let (own, _): (Vec<_>, Vec<_>) = requests.iter().partition(|it| of_the_service(&it.user));
    assert!(!own.is_empty(), "{requests:#?}");
    let refused: Vec<_> = own.iter().filter(|it| it.status == 403).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
