//! What the service writes to standard output.

use std::time::Duration;

use crate::app::{Answer, App, answer, eventually, service};
use local_platform::{Isolation, PASSWORD};
use reqwest::StatusCode;
use tokio::task::JoinSet;

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
            .get(format!("{}/nothing", service.url()))
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
        let id = format!("request{{id=\"number-{number}.\" method=GET path=\"/nothing\"}}: ");
        let of_request: Vec<_> = lines.iter().filter(|line| line.contains(&id)).collect();
        let [line] = of_request[..] else {
            panic!("one line of {id}: {lines:#?}");
        };
        let expected = match number % 10 {
            0 => ": refused status=401 ",
            _ => ": refused status=404 ",
        };
        assert!(line.contains(expected), "{line}");
    }
}
