//! What the service writes to standard output.

use crate::app::{App, eventually, service};
use local_platform::Isolation;

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
