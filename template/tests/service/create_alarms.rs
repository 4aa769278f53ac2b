//! `POST /createAlarms`.

mod helpers;
mod interrupted;

use local_platform::{Isolation, PASSWORD};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, answer, eventually, service};

const ALL: [&str; 4] = ["t100", "t101", "t102", "t103"];

#[tokio::test]
async fn every_subscribed_tenant_gets_an_alarm_of_its_own_source() {
    let app = App::start();
    let answer = app.create_alarms(&json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.body["created"], 4, "{answer:?}");
    assert_eq!(answer.body["failed"], 0, "{answer:?}");
    assert_eq!(answer.tenants("created"), ALL);
    for tenant in ALL {
        let (alarms, sources) = (app.alarms(tenant).await, app.sources(tenant).await);
        let [alarm] = alarms.as_slice() else {
            panic!("not one alarm in {tenant}: {alarms:?}");
        };
        let [source] = sources.as_slice() else {
            panic!("not one source in {tenant}: {sources:?}");
        };
        assert_eq!(alarm["source"]["id"], source["id"], "{tenant}");
        assert_eq!(alarm["id"], answer.report(tenant)["alarmId"], "{tenant}");
        assert_eq!(
            (&alarm["severity"], &alarm["count"]),
            (&json!("WARNING"), &json!(1))
        );
    }
}

#[tokio::test]
async fn the_same_alarm_again_is_counted() {
    let app = App::start();
    let first = app.create_alarms(&json!({})).await;
    let second = app.create_alarms(&json!({})).await;
    assert_eq!(first.body, second.body);
    for tenant in ALL {
        let alarms = app.alarms(tenant).await;
        let counts: Vec<&Value> = alarms.iter().map(|alarm| &alarm["count"]).collect();
        assert_eq!(counts, [&json!(2)], "{tenant}");
    }
}

#[tokio::test]
async fn the_alarm_is_the_one_that_was_asked_for() {
    let app = App::start();
    let body = json!({
        "type": "c8y_Flood",
        "text": "Water – everywhere",
        "severity": "CRITICAL",
        "time": "2026-01-31T13:00:00.250+01:00",
    });
    let answer = app.create_alarms(&body).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let alarm = &app.alarms("t103").await[0];
    for property in ["type", "text", "severity"] {
        assert_eq!(alarm[property], body[property], "{alarm}");
    }
    assert_eq!(alarm["time"], body["time"], "{alarm}");
}

#[tokio::test]
async fn what_is_wrong_in_the_body_is_named_and_nothing_is_created() {
    let app = App::start();
    for (body, named) in [
        (json!({"severity": "BAD"}), "severity"),
        (json!({"severity": 1}), "severity"),
        (json!({"type": ""}), "type"),
        (json!({"type": null}), "type"),
        (json!({"text": "  "}), "text"),
        (json!({"text": ["a"]}), "text"),
        (json!({"time": "yesterday"}), "time"),
        (json!({"time": "2026-01-31T12:00:00"}), "time"),
        (json!({"colour": "red"}), "colour"),
        (json!([]), "not a JSON object"),
    ] {
        let answer = app.create_alarms(&body).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{body}: {answer:?}"
        );
        let message = answer.body["message"].as_str().unwrap_or_default();
        assert!(message.contains(named), "{body}: {message}");
    }
    assert_eq!(app.alarms("t101").await, Vec::<Value>::new());
}

#[tokio::test]
async fn no_body_is_fine() {
    let app = App::start();
    let url = format!("{}/createAlarms", app.platform.service_url());
    let request = app.http.post(url).basic_auth("t100/admin", Some(PASSWORD));
    let answer = answer(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test]
async fn nobody_unverified_creates_anything() {
    let app = App::start();
    let url = format!("{}/createAlarms", app.service.url());
    for (user, password) in [("t100/admin", "wrong"), ("t100/nobody", PASSWORD), ("", "")] {
        let request = app.http.post(&url).basic_auth(user, Some(password));
        let answer = answer(request).await;
        assert_eq!(
            answer.status,
            StatusCode::UNAUTHORIZED,
            "{user}: {answer:?}"
        );
        assert_eq!(answer.body["error"], "security/Unauthorized", "{answer:?}");
    }
    let without = app.service(Method::POST, "/createAlarms").await;
    assert_eq!(without.status, StatusCode::UNAUTHORIZED, "{without:?}");
    assert_eq!(app.alarms("t100").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_tenant_is_included_from_its_subscription_to_its_end() {
    let app = App::start();
    let tenant = json!({
        "company": "Fifth", "domain": "fifth.example.com",
        "adminName": "admin", "adminPass": PASSWORD, "adminEmail": "admin@example.com",
    });
    let tenant = app
        .platform("t100", Method::POST, "/tenant/tenants", tenant)
        .await;
    let tenant = tenant["id"].as_str().expect("the new tenant's ID");
    assert_eq!(app.create_alarms(&json!({})).await.tenants("created"), ALL);
    app.subscribe(tenant).await;
    let answer = app.create_alarms(&json!({})).await;
    assert_eq!(answer.tenants("created"), [&ALL[..], &[tenant]].concat());
    assert_eq!(app.alarms(tenant).await.len(), 1);
    app.unsubscribe(tenant).await;
    assert_eq!(app.create_alarms(&json!({})).await.tenants("created"), ALL);
    // New credentials, and the source is still there.
    app.subscribe(tenant).await;
    let again = app.create_alarms(&json!({})).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    assert_eq!(again.report(tenant), answer.report(tenant));
    assert_eq!(app.sources(tenant).await.len(), 1);
}

#[tokio::test]
async fn a_source_that_was_deleted_is_made_again() {
    let app = App::start();
    app.create_alarms(&json!({})).await;
    let old = app.sources("t102").await[0]["id"].clone();
    let path = format!("/inventory/managedObjects/{}", old.as_str().expect("an ID"));
    app.platform("t102", Method::DELETE, &path, Value::Null)
        .await;
    let answer = app.create_alarms(&json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let sources = app.sources("t102").await;
    assert_eq!(sources.len(), 1, "{sources:?}");
    assert_ne!(sources[0]["id"], old);
}

#[tokio::test]
async fn one_tenants_failure_touches_no_other() {
    let app = App::start();
    let lock_out = async |tenant: &str| {
        let name = app.platform.application_name();
        let path = format!("/user/{tenant}/users/service_{name}");
        app.platform(tenant, Method::PUT, &path, json!({ "enabled": false }))
            .await;
    };
    lock_out("t101").await;
    let answer = app.create_alarms(&json!({})).await;
    assert_eq!(answer.status, StatusCode::MULTI_STATUS, "{answer:?}");
    assert_eq!(answer.body["created"], 3, "{answer:?}");
    assert_eq!(answer.tenants("failed"), ["t101"]);
    let error = answer.report("t101")["error"].as_str().unwrap_or_default();
    assert!(error.contains("401"), "{answer:?}");
    for tenant in ["t100", "t102", "t103"] {
        lock_out(tenant).await;
    }
    let answer = app.create_alarms(&json!({})).await;
    assert_eq!(answer.status, StatusCode::BAD_GATEWAY, "{answer:?}");
    assert_eq!(answer.tenants("failed"), ALL);
}

#[tokio::test]
async fn with_no_subscription_there_is_nothing_to_do() {
    let app = App::start();
    // With the subscription of its tenant, a user loses the role as well. This one is known.
    app.create_alarms(&json!({})).await;
    for tenant in ALL {
        app.unsubscribe(tenant).await;
    }
    // Without the gateway, which no longer routes to the service for anybody.
    let request = app.http.post(format!("{}/createAlarms", app.service.url()));
    let request = request.basic_auth("t100/admin", Some(PASSWORD));
    let answer = answer(request.json(&json!({}))).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(
        answer.body,
        json!({ "created": 0, "failed": 0, "tenants": [] })
    );
}

#[tokio::test]
async fn two_replicas_at_once_end_with_one_source() {
    let app = App::start();
    let replica = app
        .platform
        .deploy(service())
        .unwrap_or_else(|error| panic!("{error}"));
    let call = async |url: String| {
        let request = app.http.post(format!("{url}/createAlarms"));
        let request = request.basic_auth("t100/admin", Some(PASSWORD));
        answer(request).await
    };
    let (one, other) = tokio::join!(call(app.service.url()), call(replica.url()));
    assert_eq!(one.status, StatusCode::OK, "{one:?}");
    assert_eq!(one.body, other.body);
    for tenant in ALL {
        let sources = app.sources(tenant).await;
        assert_eq!(sources.len(), 1, "{tenant}: {sources:?}");
        let alarms = app.alarms(tenant).await;
        assert_eq!(alarms.len(), 1, "{tenant}: {alarms:?}");
        assert_eq!(alarms[0]["count"], 2, "{tenant}");
    }
}

#[tokio::test]
async fn an_instance_per_tenant_serves_that_tenant() {
    let app = App::start_with(Isolation::PerTenant, service());
    let answer = app.create_alarms(&json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.tenants("created"), ["t100"]);
    assert_eq!(app.alarms("t102").await, Vec::<Value>::new());
}

#[tokio::test]
async fn every_line_of_a_request_has_its_id_and_every_time_the_zone_of_tz() {
    let traced = service().env("RUST_LOG", "debug").env("TZ", "Asia/Kolkata");
    let app = App::start_with(Isolation::MultiTenant, traced);
    let url = format!("{}/createAlarms", app.platform.service_url());
    let request = app.http.post(url).header("X-Request-ID", "the-request");
    let request = request.basic_auth("t100/admin", Some(local_platform::PASSWORD));
    let response = request
        .json(&json!({ "text": "two\nlines" }))
        .send()
        .await
        .unwrap();
    assert_eq!(response.headers()["X-Request-ID"], "the-request");
    let log = async || app.service.log();
    let answered = |log: &Vec<String>| {
        log.iter()
            .any(|line| line.contains("status=200") && line.contains("createAlarms"))
    };
    let log = eventually("the request's line", log, answered).await;
    for line in &log {
        let time = line.split_whitespace().next().unwrap_or_default();
        assert!(
            time.len() == 29 && time.ends_with("+05:30"),
            "no time begins: {line}"
        );
    }
    let fan_out = log.iter().filter(|line| line.contains("fan_out{tenant="));
    let (with, without): (Vec<_>, Vec<_>) =
        fan_out.partition(|l| l.contains(r#"id="the-request""#));
    assert!(
        without.is_empty(),
        "lines without the request's ID: {without:#?}"
    );
    assert!(!with.is_empty(), "no line of the fan-out in {log:#?}");
}
