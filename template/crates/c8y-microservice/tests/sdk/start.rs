//! What is said at the start.

use crate::support::{Log, Setup, TestPlatform};

/// The one line of the start, with `time` and level cut off.
async fn starting(setup: Setup) -> String {
    let log = Log::default();
    let _service = setup.logged(&log).start().await;
    let lines = log.lines();
    let starting: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split_once("c8y_microservice::microservice::start: starting "))
        .collect();
    let [(_, fields)] = starting[..] else {
        panic!("not one line of the start: {lines:#?}");
    };
    fields.to_owned()
}

#[tokio::test]
async fn one_line_tells_what_starts_and_how() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform)
        .env("SERVER_PORT", &crate::support::free_port().to_string())
        .env("MEMORY_LIMIT", "10M")
        .handlers(|microservice| microservice.version("3.2.1"));
    let line = starting(setup).await;
    for part in [
        "version=\"3.2.1\"",
        concat!("sdk=\"", env!("CARGO_PKG_VERSION"), "\""),
        "isolation=MULTI_TENANT",
        "tenants=\"subscriptions\"",
        "time_zone=",
        "memory_limit=10000000",
        "address=127.0.0.1:",
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
}

#[tokio::test]
async fn an_instance_of_one_tenant_says_so() {
    let platform = TestPlatform::start();
    let user = platform.service_user("t101").await;
    let setup = Setup::at(&platform)
        .env("C8Y_MICROSERVICE_ISOLATION", "PER_TENANT")
        .env("C8Y_TENANT", "t101")
        .env("C8Y_USER", "service_example")
        .env("C8Y_PASSWORD", &user.password);
    let line = starting(setup).await;
    assert!(line.contains("isolation=PER_TENANT"), "{line}");
    assert!(line.contains("tenants=\"t101\""), "{line}");
    assert!(!line.contains("version="), "{line}");
    assert!(!line.contains(&user.password), "{line}");
}

#[tokio::test]
async fn a_service_without_tenants_says_so() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).env("MICROSERVICE_SUBSCRIPTION_ENABLED", "false");
    let line = starting(setup).await;
    assert!(line.contains("tenants=\"none\""), "{line}");
}
