//! Passwords that change while the service runs.

use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::support::login::basic;
use crate::support::secrets::{note, random};
use crate::support::{Plan, answer};

/// Others keep a client as it was made. Here the poll comes too late to help: the platform's 401 has
/// the new password looked up.
#[tokio::test]
async fn a_new_password_of_a_service_user_is_found_by_the_request_that_needs_it() {
    let stage = Plan::tenants(2)
        .env("C8Y_BOOTSTRAP_DELAY", "600000")
        .start();
    for round in 0..3 {
        let path = if round == 1 { "/greeting" } else { "/alarms" };
        let seen = answer(stage.direct("t101", Method::GET, path)).await;
        assert_eq!(seen.status, StatusCode::OK, "round {round}: {seen:?}");
        stage.unsubscribe("t101").await;
        stage.subscribe("t101").await;
        let seen = answer(stage.direct("t101", Method::GET, "/alarms")).await;
        assert_eq!(seen.status, StatusCode::OK, "round {round}: {seen:?}");
    }
}

/// The new password counts at once. The old one is known for ten minutes at most, which is what
/// every service of the platform does (and what the SDK's README says); what the service does as
/// the user is refused at once.
#[tokio::test]
async fn a_users_new_password_counts_at_once_and_the_old_one_opens_nothing_as_the_user() {
    let stage = Plan::tenants(2).start();
    let [old, new] = [random(20), random(20)];
    note(&new);
    let user = json!({ "userName": "changing", "password": old, "email": "a@example.com" });
    let request = stage.of_platform("t101", Method::POST, "/user/t101/users");
    stage.done(request.json(&user)).await;
    let role = format!(
        "{}/user/roles/ROLE_USER_MANAGEMENT_OWN_ADMIN",
        stage.platform.url()
    );
    let path = "/user/t101/users/changing/roles";
    let request = stage.of_platform("t101", Method::POST, path);
    stage
        .done(request.json(&json!({ "role": { "self": role } })))
        .await;
    let get = async |path: &str, password: &str| {
        let request = stage.http.get(format!("{}{path}", stage.service.url()));
        let authorization = basic("t101/changing", password);
        answer(request.header("authorization", authorization))
            .await
            .status
    };
    assert_eq!(get("/greeting", &old).await, StatusCode::OK);
    let url = format!("{}/user/currentUser/password", stage.platform.url());
    let body = json!({ "currentUserPassword": old, "newPassword": new });
    let request = stage.http.put(url).json(&body);
    stage
        .done(request.header("authorization", basic("t101/changing", &old)))
        .await;
    assert_eq!(get("/greeting", &new).await, StatusCode::OK);
    assert_eq!(get("/devices", &new).await, StatusCode::OK);
    assert_eq!(get("/devices", &old).await, StatusCode::UNAUTHORIZED);
}
