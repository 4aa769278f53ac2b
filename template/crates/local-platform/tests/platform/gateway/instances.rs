//! The gateway in front of several instances, or of one that does not answer.

use std::future::pending;
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use actix_web::web;
use local_platform::LocalPlatform;
use serde_json::json;

use crate::helpers::{TestPlatform, service_with};

const PATH: &str = "/service/example/";

/// An instance that answers with its name, and with the request's body.
fn instance(name: &'static str) -> SocketAddr {
    service_with(move |body: String| async move { format!("{name}{body}") })
}

/// A port that is taken, by a connection: nobody can come to listen on it while that is there.
fn taken_port(platform: &TestPlatform) -> (SocketAddr, TcpStream) {
    let connection = TcpStream::connect(platform.platform.address()).expect("a connection");
    (connection.local_addr().expect("its address"), connection)
}

async fn names<const N: usize>(platform: &TestPlatform) -> [String; N] {
    let mut names = [const { String::new() }; N];
    for name in &mut names {
        *name = platform.get("t101", PATH).await.expect(200).text;
    }
    names
}

#[tokio::test]
async fn instances_take_turns() {
    let platform = TestPlatform::start();
    for name in ["a", "b", "c"] {
        platform.platform.add_target("example", instance(name));
    }
    assert_eq!(names(&platform).await, ["a", "b", "c", "a", "b"]);
}

#[tokio::test]
async fn one_that_refuses_the_connection_is_passed_over_with_the_body_unharmed() {
    let platform = TestPlatform::start();
    let (gone, _connection) = taken_port(&platform);
    platform.platform.add_target("example", gone);
    platform.platform.add_target("example", instance("b"));
    for _ in 0..4 {
        let call = platform.request("t101", "POST", PATH).body(" and a body");
        let answer = call.send().await.expect(200);
        assert_eq!(answer.text, "b and a body");
    }
}

/// An instance that takes requests and ends the connection without an answer.
fn breaking_off() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let _ = connection.read(&mut [0; 4096]);
        }
    });
    address
}

#[tokio::test]
async fn what_an_instance_breaks_off_is_asked_of_the_next_where_it_does_no_harm_a_second_time() {
    let platform = TestPlatform::start();
    platform.platform.add_target("example", breaking_off());
    platform.platform.add_target("example", instance("b"));
    let call = |method, body: &'static str| {
        let call = platform.request("t101", method, PATH);
        call.body(body).send()
    };
    for method in ["GET", "DELETE", "PUT", "OPTIONS"] {
        // Each of the two has its turn.
        for _ in 0..2 {
            let answer = call(method, "").await;
            assert_eq!(answer.expect(200).text, "b", "{method}");
        }
    }
    for (method, body) in [("POST", ""), ("PUT", "a body")] {
        let mut answers = [call(method, body).await, call(method, body).await];
        answers.sort_by_key(|answer| answer.status);
        let statuses = answers.each_ref().map(|answer| answer.status);
        assert_eq!(statuses, [200, 502], "{method}");
    }
}

#[tokio::test]
async fn where_nobody_else_is_left_the_caller_learns_that_the_answer_was_broken_off() {
    let platform = TestPlatform::start();
    platform.platform.add_target("example", breaking_off());
    let answer = platform.get("t101", PATH).await;
    assert_eq!(answer.refused(502), "gateway/Bad Gateway");
}

#[tokio::test]
async fn where_all_refuse_the_service_is_unavailable() {
    let platform = TestPlatform::start();
    let gone = [taken_port(&platform), taken_port(&platform)];
    for (address, _) in &gone {
        platform.platform.add_target("example", *address);
    }
    let answer = platform.get("t101", PATH).await;
    for (address, _) in &gone {
        let address = address.to_string();
        assert!(answer.text.contains(&address), "{}", answer.text);
    }
    assert_eq!(answer.refused(503), "gateway/Service Unavailable");
}

#[tokio::test]
async fn a_service_that_does_not_begin_its_answer_is_given_up_on() {
    let builder = LocalPlatform::builder().gateway_timeout(Duration::from_millis(100));
    let platform = TestPlatform::of(builder.start().expect("a platform"));
    let service = service_with(pending::<String>);
    platform.platform.set_target("example", service);
    let answer = platform.get("t101", PATH).await;
    assert!(answer.text.contains("within 0.1 s"), "{}", answer.text);
    assert_eq!(answer.refused(504), "gateway/Gateway Timeout");
}

#[tokio::test]
async fn settings_are_headers_only_where_asked_for() {
    let manifest = json!({
        "apiVersion": "2", "name": "example", "version": "1.0.0", "provider": "c8y",
        "settings": [
            {"key": "threshold", "defaultValue": "7"},
            {"key": "credentials.api", "defaultValue": "secret"},
        ],
    });
    let manifest = local_platform::Manifest::from_value(manifest).expect("a manifest");
    for wanted in [true, false] {
        let builder = LocalPlatform::builder().manifest(manifest.clone());
        let builder = builder.settings_as_headers(wanted);
        let platform = TestPlatform::of(builder.start().expect("a platform"));
        let service = service_with(|request: actix_web::HttpRequest| async move {
            let headers = ["threshold", "api", "credentials.api"];
            let headers = headers.map(|name| request.headers().get(name).cloned());
            web::Bytes::from(format!("{headers:?}"))
        });
        platform.platform.set_target("example", service);
        let call = platform
            .request("t101", "GET", PATH)
            .header("threshold", "1");
        let seen = call.send().await.expect(200).text;
        let expected = if wanted {
            r#"[Some("7"), Some("secret"), None]"#
        } else {
            r#"[Some("1"), None, None]"#
        };
        assert_eq!(seen, expected, "wanted: {wanted}");
    }
}
