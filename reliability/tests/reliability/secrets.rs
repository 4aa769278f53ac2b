//! No password, token or key is in anything that a service shows. The search runs at the end of every
//! stage: see `support/secrets.rs`. Here is that it finds what is there, and a service that meets
//! all kinds of credentials.

mod logins;

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use local_platform::{ADMIN, PASSWORD, Service};

use crate::support::Plan;
use crate::support::program::service_program;
use crate::support::secrets::{self, End, Search, Seen};

const KEY: &str = "c8y-starter-key";

#[test]
fn a_secret_is_found_in_every_form() {
    let secret = "s3cr3t/\"é\"-of-someone";
    let login = |prefix: &str| STANDARD.encode(format!("{prefix}{secret}"));
    let search = Search::new(&BTreeSet::from([secret.to_owned()]), KEY);
    for shown in [
        secret.to_owned(),
        secret[..15].to_owned(),
        format!("{:?}", secret.as_bytes()),
        format!("{secret:?}"),
        serde_json::json!({ "password": secret }).to_string(),
        "password=s3cr3t%2F%22%C3%A9%22%2Dof".to_owned(),
        format!("Basic {}", login("t100/stage:")),
        format!("Basic {}", login("t1000/stage:")),
        format!("Basic {}", login("t10000/stage:")),
        format!("key={KEY}"),
        format!(
            "Basic {}",
            STANDARD.encode(format!("t100/{ADMIN}:{PASSWORD}"))
        ),
    ] {
        let text = format!("a line\nbefore {shown} after\nanother line\n");
        let found = search.find(&text);
        assert_eq!(found.len(), 1, "{shown}: {found:?}");
        assert!(found[0].contains("before"), "{found:?}");
    }
}

#[test]
fn what_is_no_secret_is_not_found() {
    let search = Search::new(&BTreeSet::from([secrets::random(32)]), KEY);
    let text =
        "GET /service/c8y-starter/alarms t100/admin local-platform/Not Simulated Basic dDEwMA==";
    assert_eq!(search.find(text), Vec::<String>::new());
}

#[test]
fn what_a_test_has_noted_is_searched_for() {
    let secret = secrets::random(20);
    secrets::note(&secret);
    let found = Search::new(&BTreeSet::new(), KEY).find(&format!("refused: {secret}"));
    assert_eq!(found.len(), 1, "{found:?}");
}

/// The password is in a line that the service prints, among the first of ten thousands.
#[tokio::test]
async fn a_service_that_prints_a_secret_is_found_out() {
    let script = r#"echo "password: $C8Y_BOOTSTRAP_PASSWORD"; seq 20000; exec "$PROGRAM""#;
    let service = Service::new("/bin/sh").arg("-c").arg(script);
    let program = service_program().to_string_lossy();
    let found = found_in(service.env("PROGRAM", program));
    let [line] = &found[..] else {
        panic!("it should be one line: {found:#?}");
    };
    assert!(line.contains("in: password: "), "{line}");
}

#[tokio::test]
async fn a_service_that_is_started_with_a_secret_in_its_command_line_is_found_out() {
    let service = Service::new(service_program()).arg(secrets::BOOTSTRAP_PASSWORD.as_str());
    let found = found_in(service);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains("/service\0"), "{found:?}");
}

/// What the search finds in all that a service has shown, from its start to its end.
fn found_in(service: Service) -> Vec<String> {
    let platform = Plan::tenants(2).platform();
    let seen = Seen::of(&platform);
    let lines = seen.clone();
    let service = service.on_line(move |line| lines.add(line));
    let service = platform.deploy(service.env("SHUTDOWN_DELAY", "0"));
    let service = service.unwrap_or_else(|error| panic!("{error}"));
    drop(End::new(service.instances(), &seen));
    drop(service);
    drop(platform);
    seen.wait_for_the_end();
    assert!(seen.saw("# HELP"), "the metrics were not read");
    assert_eq!(Arc::strong_count(&seen), 1);
    seen.found()
}
