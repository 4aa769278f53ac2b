//! The endpoints that stay in the caller's tenant.

use local_platform::PASSWORD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, answer};

#[tokio::test]
async fn alarms_are_counted_in_the_callers_tenant_alone() {
    let app = App::start();
    app.create_alarms(&json!({})).await;
    app.create_alarms(&json!({ "type": "c8y_Second" })).await;
    let alarm = app.alarms("t101").await[0]["id"].clone();
    let path = format!("/alarm/alarms/{}", alarm.as_str().expect("an ID"));
    let cleared = json!({ "status": "CLEARED" });
    app.platform("t101", Method::PUT, &path, cleared).await;
    for (user, active) in [("t101/admin", 1), ("t102/admin", 2)] {
        let answer = app.call(user, Method::GET, "/alarms").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.body, json!({ "active": active }), "{user}");
    }
}

#[tokio::test]
async fn devices_are_those_that_the_caller_may_see() {
    let app = App::start();
    let device = json!({ "name": "Pump 7", "type": "c8y_Pump", "c8y_IsDevice": {} });
    let path = "/inventory/managedObjects";
    let made = app.platform("t101", Method::POST, path, device).await;
    let seen = app.call("t101/admin", Method::GET, "/devices").await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    assert_eq!(seen.body, json!([{ "id": made["id"], "name": "Pump 7" }]));
    let elsewhere = app.call("t102/admin", Method::GET, "/devices").await;
    assert_eq!(elsewhere.body, json!([]), "{elsewhere:?}");

    // A user without roles, whom the platform shows none but its own.
    let user = json!({ "userName": "nobody", "password": PASSWORD, "email": "n@example.com" });
    app.platform("t101", Method::POST, "/user/t101/users", user)
        .await;
    let nobody = app.call("t101/nobody", Method::GET, "/devices").await;
    assert_eq!(nobody.body, json!([]), "{nobody:?}");
}

#[tokio::test]
async fn a_tenant_greets_with_its_own_text_where_it_has_one() {
    let app = App::start();
    let option = json!({
        "category": app.platform.context_path(), "key": "greeting", "value": "Ahoy",
    });
    app.platform("t102", Method::POST, "/tenant/options", option)
        .await;
    for (user, greeting) in [
        ("t101/admin", "Hello, admin!"),
        ("t102/admin", "Ahoy, admin!"),
    ] {
        let answer = app.call(user, Method::GET, "/greeting").await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.body, Value::String(greeting.to_owned()), "{user}");
    }
}

#[tokio::test]
async fn every_endpoint_is_closed_to_callers_that_nobody_knows() {
    let app = App::start();
    for path in ["/createAlarms", "/alarms", "/devices", "/greeting", "/"] {
        for user in [None, Some("t100/admin")] {
            let request = app.http.get(format!("{}{path}", app.service.url()));
            let answer = match user {
                Some(user) => answer(request.basic_auth(user, Some("wrong"))).await,
                None => answer(request).await,
            };
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{path}: {answer:?}"
            );
        }
    }
}
