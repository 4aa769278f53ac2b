//! The platform as a library.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use local_platform::{LocalPlatform, StartError, nearest_manifest};
use serde_json::json;

use crate::helpers::{Folder, TestPlatform};

fn status_line(stream: &mut TcpStream) -> std::io::Result<String> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    stream.write_all(b"GET /tenant/currentTenant HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut line = [0; 12];
    stream.read_exact(&mut line)?;
    Ok(String::from_utf8_lossy(&line).into_owned())
}

#[test]
fn a_synchronous_test_can_use_it_too() {
    let platform = LocalPlatform::start().expect("a platform");
    let mut stream = TcpStream::connect(platform.address()).expect("a connection");
    assert_eq!(status_line(&mut stream).expect("an answer"), "HTTP/1.1 401");
}

#[test]
fn an_actix_runtime_can_use_it_too() {
    let asked = async {
        TestPlatform::start()
            .get("t100", "/tenant/currentTenant")
            .await
    };
    actix_web::rt::System::new().block_on(asked).expect(200);
}

#[test]
fn a_platform_restarts_on_its_port_at_once_and_leaves_no_connection_behind() {
    let mut platform = LocalPlatform::start().expect("a platform");
    let port = platform.address().port();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(platform.address()).expect("a connection");
        status_line(&mut stream).expect("an answer");
        platform.stop();
        let rest = stream.read_to_end(&mut Vec::new());
        assert!(rest.is_ok() || rest.is_err_and(|e| e.kind() != std::io::ErrorKind::WouldBlock));
        platform = LocalPlatform::builder()
            .port(port)
            .start()
            .expect("the same port again");
    }
}

#[test]
fn a_taken_port_is_named() {
    let platform = LocalPlatform::start().expect("a platform");
    let port = platform.address().port();
    let second = LocalPlatform::builder().port(port).start();
    let error = second.err().expect("the port is taken");
    assert!(
        matches!(error, StartError::Port { port: taken, .. } if taken == port),
        "{error}"
    );
}

#[tokio::test]
async fn several_platforms_run_at_once_and_know_nothing_of_each_other() {
    let (one, other) = (TestPlatform::start(), TestPlatform::start());
    one.object("t101").await;
    let seen = other
        .get("t101", "/inventory/managedObjects")
        .await
        .expect(200)
        .json();
    assert_eq!(seen["managedObjects"], json!([]));
}

#[tokio::test]
async fn requests_are_recorded_with_user_key_and_status() {
    let platform = TestPlatform::start();
    let call = platform.request("t101", "GET", "/alarm/alarms?pageSize=1");
    call.header("x-cumulocity-application-key", "the-key")
        .send()
        .await
        .expect(200);
    platform
        .anonymous("POST", "/alarm/alarms")
        .send()
        .await
        .expect(401);
    let requests = platform.platform.requests();
    let [first, second] = requests.as_slice() else {
        panic!("not two: {requests:?}")
    };
    assert_eq!(
        (first.method.as_str(), first.path.as_str()),
        ("GET", "/alarm/alarms")
    );
    assert_eq!((first.query.as_str(), first.status), ("pageSize=1", 200));
    assert_eq!(first.user.as_deref(), Some("t101/admin"));
    assert_eq!(first.application_key.as_deref(), Some("the-key"));
    assert_eq!((second.user.as_deref(), second.status), (None, 401));
}

#[test]
fn the_manifest_is_found_in_a_folder_above() {
    let folder = Folder::new();
    let manifest = folder.write("cumulocity.json", "{}");
    let below = folder.0.join("a/b");
    std::fs::create_dir_all(&below).expect("folders");
    assert_eq!(nearest_manifest(&below).expect("a manifest"), manifest);
    let error = LocalPlatform::builder()
        .nearest_manifest(&below)
        .expect_err("an empty manifest");
    let text = error.to_string();
    for expected in ["cumulocity.json", "$.apiVersion", "$.provider", "$.version"] {
        assert!(text.contains(expected), "no {expected} in {text}");
    }
}

#[test]
fn the_environment_is_that_of_a_container() {
    let platform = LocalPlatform::start().expect("a platform");
    let environment = platform.bootstrap_environment(80);
    let url = platform.url();
    let expected = [
        ("APPLICATION_KEY", "example-microservice-key"),
        ("APPLICATION_NAME", "example"),
        ("C8Y_BASEURL", &url),
        ("C8Y_BOOTSTRAP_PASSWORD", "local-platform"),
        ("C8Y_BOOTSTRAP_REGISTER", "false"),
        ("C8Y_BOOTSTRAP_TENANT", "t100"),
        ("C8Y_BOOTSTRAP_USER", "servicebootstrap_example"),
        ("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT"),
        ("MEMORY_LIMIT", "256M"),
        ("MICROSERVICE_SUBSCRIPTION_ENABLED", "true"),
        ("SERVER_PORT", "80"),
    ];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(environment, BTreeMap::from(expected));
}
