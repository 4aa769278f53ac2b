//! The endpoints that stay in the caller's tenant.

use std::time::Duration;

use local_platform::PASSWORD;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::app::{Answer, App, answer, eventually};

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

/// Also of those that are answered at the same moment, and right before the service stops.
#[tokio::test]
async fn every_request_leaves_one_line_with_its_id() {
    let App {
        mut service,
        http,
        platform: _platform,
    } = App::start();
    let mut requests = JoinSet::new();
    for number in 0..100 {
        let request = http
            .get(format!("{}/greeting", service.url()))
            .header("X-Request-ID", format!("number-{number}."));
        // Every tenth has no credentials.
        let request = match number % 10 {
            0 => request,
            _ => request.basic_auth("t101/admin", Some(PASSWORD)),
        };
        requests.spawn(answer(request));
    }
    let answers = requests.join_all().await;
    let refused = |answer: &&Answer| answer.status == StatusCode::UNAUTHORIZED;
    assert_eq!(answers.iter().filter(refused).count(), 10, "{answers:?}");
    service.terminate().unwrap();
    service.wait(Duration::from_secs(30)).unwrap();
    let lines = async || {
        let log = service.log().into_iter();
        log.filter(|line| line.contains("id=\"number-"))
            .collect::<Vec<_>>()
    };
    let lines = eventually("all lines", lines, |lines| lines.len() >= 100).await;
    assert_eq!(lines.len(), 100, "{lines:#?}");
    for number in 0..100 {
        let id = format!("request{{id=\"number-{number}.\" method=GET path=\"/greeting\"}}: ");
        let of_request: Vec<_> = lines.iter().filter(|line| line.contains(&id)).collect();
        let [line] = of_request[..] else {
            panic!("one line of {id}: {lines:#?}");
        };
        let expected = match number % 10 {
            0 => ": refused status=401 ",
            _ => ": answered status=200 ",
        };
        assert!(line.contains(expected), "{line}");
    }
}
