//! What the service writes to standard output.

use local_platform::Isolation;
use serde_json::json;

use crate::app::{App, eventually, service};

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

#[tokio::test]
async fn an_outage_is_logged_once_when_it_begins_and_once_when_it_ends() {
    let quickly = service()
        .env("C8Y_BOOTSTRAP_DELAY", "10")
        .env("RUST_LOG", "debug");
    let App {
        platform, service, ..
    } = App::start_with(Isolation::MultiTenant, quickly);
    let port = platform.address().port();
    platform.stop();
    let count = async |text: &str| {
        let log = service.log();
        log.iter().filter(|line| line.contains(text)).count()
    };
    let (failing, still_failing) = ("bootstrap: failing", "bootstrap: still failing");
    eventually(
        "several failures",
        async || count(still_failing).await,
        |n| *n >= 3,
    )
    .await;
    let _platform = crate::app::platform(Isolation::MultiTenant, port);
    let known = "bootstrap: the tenants are known";
    eventually("the end of it", async || count(known).await, |n| *n == 2).await;
    assert_eq!(count(failing).await, 1, "{:#?}", service.log());
}
