//! Faults on demand: what callers meet.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use local_platform::{ADMIN, Fault, LocalPlatform, PASSWORD};
use serde_json::{Value, json};

use crate::helpers::{CREDENTIALS, Call, TestPlatform, service_with};

const ALARMS: &str = "/alarm/alarms";
const PATIENCE: Option<Duration> = Some(Duration::from_secs(20));

/// Everything that comes back until the connection ends, and how it ended.
fn raw(
    platform: &LocalPlatform,
    method: &str,
    path: &str,
    body: &[u8],
) -> (String, Result<(), ErrorKind>) {
    let mut stream = TcpStream::connect(platform.address()).expect("a connection");
    stream.set_read_timeout(PATIENCE).expect("a time limit");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {CREDENTIALS}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(request.as_bytes()).expect("a request");
    stream.write_all(body).expect("its body");
    let mut seen = Vec::new();
    let end = stream.read_to_end(&mut seen);
    let seen = String::from_utf8_lossy(&seen).into_owned();
    (seen, end.map(drop).map_err(|error| error.kind()))
}

async fn statuses<const N: usize>(platform: &TestPlatform, tenant: &str, path: &str) -> [u16; N] {
    let mut statuses = [0; N];
    for status in &mut statuses {
        *status = platform.get(tenant, path).await.status;
    }
    statuses
}

#[tokio::test]
async fn a_status_is_answered_in_the_platforms_error_form_and_nothing_is_done() {
    let platform = TestPlatform::start();
    platform
        .platform
        .inject(Fault::status(503).on("post").times(1));
    let path = "/inventory/managedObjects";
    let answer = platform.post("t101", path, json!({"name": "Motor"})).await;
    assert_eq!(answer.refused(503), "general/Service Unavailable");
    let seen = platform.get("t101", path).await.expect(200).json();
    assert_eq!(seen["managedObjects"], json!([]));
    platform.object("t101").await;
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let platform = TestPlatform::start();
    let fault = Fault::too_many_requests(Duration::from_secs(3));
    platform.platform.inject(fault.times(1));
    let answer = platform.get("t101", ALARMS).await;
    assert_eq!(answer.header("retry-after"), "3");
    assert_eq!(answer.refused(429), "general/Too Many Requests");
    platform.get("t101", ALARMS).await.expect(200);
}

#[tokio::test]
async fn a_fault_meets_only_what_it_is_for() {
    let platform = TestPlatform::start();
    let fault = Fault::status(500).at("/alarm").of("t101").times(2);
    let fault = platform.platform.inject(fault);
    assert_eq!(statuses(&platform, "t102", ALARMS).await, [200]);
    assert_eq!(
        statuses(&platform, "t101", "/inventory/managedObjects").await,
        [200]
    );
    assert_eq!(statuses(&platform, "t101", ALARMS).await, [500, 500, 200]);
    assert_eq!(fault.hits(), 2);
}

#[tokio::test]
async fn the_tenant_is_the_one_that_a_request_authenticates_as() {
    let platform = TestPlatform::start();
    platform.platform.inject(Fault::status(500).of("t101"));
    let anonymous = platform.anonymous("GET", ALARMS).send().await;
    assert_eq!(anonymous.status, 401);
    let user = format!("t101/{ADMIN}");
    let wrong = platform.anonymous("GET", ALARMS).user(&user, "wrong");
    assert_eq!(wrong.send().await.status, 401);
    let right = platform.anonymous("GET", ALARMS).user(&user, PASSWORD);
    assert_eq!(right.send().await.status, 500);
    platform.platform.clear_faults();
    // Without one, a fault is for everybody.
    platform.platform.inject(Fault::status(500));
    let anonymous = platform.anonymous("GET", ALARMS).send().await;
    assert_eq!(anonymous.status, 500);
}

#[tokio::test]
async fn a_latency_comes_first_and_combines_with_another_fault() {
    let platform = TestPlatform::start();
    let latency = Duration::from_millis(150);
    platform.platform.inject(Fault::status(502));
    platform.platform.inject(Fault::latency(latency));
    let begin = Instant::now();
    platform.get("t101", ALARMS).await.expect(502);
    let took = begin.elapsed();
    assert!(took >= latency, "answered after {took:?}");
}

#[test]
fn a_dropped_connection_ends_without_an_answer() {
    let platform = LocalPlatform::start().expect("a platform");
    platform.inject(Fault::dropped());
    let nothing = (String::new(), Ok(()));
    assert_eq!(raw(&platform, "GET", ALARMS, b""), nothing);
    let large = vec![b' '; 1_000_000];
    assert_eq!(raw(&platform, "POST", ALARMS, &large), nothing);
    let requests = platform.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|it| (it.status, it.user.as_deref()))
        .collect();
    assert_eq!(seen, [(0, Some("t101/admin")); 2]);
}

#[test]
fn a_reset_connection_breaks_also_one_that_was_used_before() {
    let platform = LocalPlatform::start().expect("a platform");
    let mut stream = TcpStream::connect(platform.address()).expect("a connection");
    stream.set_read_timeout(PATIENCE).expect("a time limit");
    let request = format!("GET {ALARMS} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut buffer = [0; 4096];
    assert!(stream.read(&mut buffer).expect("an answer") > 0);
    platform.inject(Fault::reset());
    stream.write_all(request.as_bytes()).expect("a request");
    let broken = stream.read(&mut buffer).map_err(|error| error.kind());
    assert_eq!(broken, Err(ErrorKind::ConnectionReset));
}

#[test]
fn half_of_a_body_arrives_of_all_that_was_promised() {
    let platform = LocalPlatform::start().expect("a platform");
    let promised = |head: &str| {
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        length
            .expect("a length")
            .parse::<usize>()
            .expect("a number")
    };
    platform.inject(Fault::half_body());
    let (seen, end) = raw(&platform, "GET", ALARMS, b"");
    let (head, body) = seen.split_once("\r\n\r\n").expect("an end of the head");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    assert_eq!((body.len(), end), (promised(head) / 2, Ok(())), "{seen}");
    assert!(body.starts_with('{'), "{body}");
}

#[test]
fn a_large_half_of_a_body_arrives_to_its_last_byte() {
    const LENGTH: usize = 20_000_000;
    let platform = LocalPlatform::start().expect("a platform");
    let service = service_with(|| async { "x".repeat(LENGTH) });
    platform.set_target("example", service);
    platform.inject(Fault::half_body());
    let (seen, end) = raw(&platform, "GET", "/service/example/", b"");
    let (head, body) = seen.split_once("\r\n\r\n").expect("an end of the head");
    assert!(
        head.contains(&format!("content-length: {LENGTH}")),
        "{head}"
    );
    assert_eq!((body.len(), end), (LENGTH / 2, Ok(())));
}

#[tokio::test]
async fn a_connection_that_is_reset_late_loses_an_answer_to_what_was_done() {
    let platform = TestPlatform::start();
    let path = "/inventory/managedObjects";
    let lost = Fault::reset_when_done().at(path).on("POST");
    let lost = platform.platform.inject(lost);
    let body = json!({"name": "Motor"}).to_string();
    let (seen, end) = raw(&platform.platform, "POST", path, body.as_bytes());
    assert_eq!((seen.as_str(), end), ("", Err(ErrorKind::ConnectionReset)));
    assert_eq!(lost.hits(), 1);
    let recorded = platform.platform.requests();
    let recorded = recorded.last().expect("a request");
    assert_eq!(recorded.status, 0, "{recorded:?}");
    let seen = platform.get("t101", path).await.expect(200).json();
    assert_eq!(seen["managedObjects"][0]["name"], "Motor", "{seen}");
}

#[test]
fn an_oversized_body_is_more_than_anybody_reads() {
    const ENOUGH: usize = 100_000_000;
    let platform = LocalPlatform::start().expect("a platform");
    platform.inject(Fault::oversized_body());
    let mut stream = TcpStream::connect(platform.address()).expect("a connection");
    stream.set_read_timeout(PATIENCE).expect("a time limit");
    let request =
        format!("GET {ALARMS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {CREDENTIALS}\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut piece = vec![0; 1 << 20];
    let length = stream.read(&mut piece).expect("the beginning");
    let begin = String::from_utf8_lossy(&piece[..length]).into_owned();
    assert!(begin.starts_with("HTTP/1.1 200"), "{begin:.300}");
    assert!(!begin.contains("content-length"), "{begin:.300}");
    let mut seen = 0;
    while seen < ENOUGH {
        let more = stream.read(&mut piece).expect("more of it");
        assert!(more > 0, "it ended after {seen} bytes");
        seen += more;
    }
}

#[tokio::test]
async fn a_garbled_body_is_no_json_under_a_status_and_a_media_type_that_say_so() {
    let platform = TestPlatform::start();
    let path = "/inventory/managedObjects";
    let garbled = Fault::garbled_body().at(path).times(1);
    platform.platform.inject(garbled);
    let answer = platform.post("t101", path, json!({"name": "Motor"})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let media = answer.header("content-type");
    assert!(media.contains("managedobject+json"), "{media}");
    assert!(answer.text.starts_with("<html>"), "{}", answer.text);
    let seen = platform.get("t101", path).await.expect(200).json();
    assert_eq!(seen["managedObjects"][0]["name"], "Motor", "{seen}");
}

#[tokio::test]
async fn a_slow_body_arrives_whole_byte_by_byte() {
    let platform = TestPlatform::start();
    let normal = platform.get("t101", ALARMS).await.expect(200);
    let pause = Duration::from_millis(1);
    platform.platform.inject(Fault::slow_body(pause));
    let begin = Instant::now();
    let slow = platform.get("t101", ALARMS).await.expect(200);
    let took = begin.elapsed();
    assert_eq!(slow.text, normal.text);
    assert_eq!(
        slow.header("content-length"),
        normal.header("content-length")
    );
    let bytes = u32::try_from(slow.text.len()).expect("a short body");
    assert!(took >= pause * bytes, "{bytes} bytes within {took:?}");
}

#[tokio::test]
async fn an_answer_without_a_body_keeps_it_that_way() {
    let platform = TestPlatform::start();
    let path = "/local-platform/faults";
    for body in ["half", "oversized", "garbled"] {
        let object = platform.object("t101").await;
        let object = format!("/inventory/managedObjects/{object}");
        platform
            .anonymous("POST", path)
            .json(&json!({"body": body}))
            .send()
            .await
            .expect(201);
        let user = format!("t101/{ADMIN}");
        let call = platform.anonymous("DELETE", &object).user(&user, PASSWORD);
        let answer = call.send().await.expect(204);
        assert_eq!(answer.text, "", "{body}");
        platform.platform.clear_faults();
    }
}

#[tokio::test]
async fn requests_through_the_gateway_meet_faults_too() {
    let platform = TestPlatform::start();
    let service = service_with(|| async { "served" });
    platform.platform.set_target("example", service);
    let path = "/service/example/work";
    platform
        .platform
        .inject(Fault::status(503).at(path).times(1));
    assert_eq!(statuses(&platform, "t101", path).await, [503, 200]);
}

#[tokio::test]
async fn faults_of_a_running_platform_are_controlled_over_http() {
    let platform = TestPlatform::start();
    let path = "/local-platform/faults";
    let control = |method: &str, path: &str| platform.anonymous(method, path);
    let inject = async |fault: Value| control("POST", path).json(&fault).send().await;

    let fault = json!({"status": 503, "path": "/alarm", "tenant": "t101", "times": 1});
    let injected = inject(fault).await.expect(201);
    let one = injected.header("location").to_owned();
    assert_eq!(injected.json()["id"], 1);
    // It is for all, and is not itself subject to it.
    inject(json!({"connection": "drop", "share": 0.000_000_001}))
        .await
        .expect(201);
    inject(json!({"status": 500, "method": "DELETE"}))
        .await
        .expect(201);
    inject(json!({"latencyMs": 1})).await.expect(201);

    assert_eq!(statuses(&platform, "t101", ALARMS).await, [503, 200]);
    let faults = control("GET", path).send().await.expect(200).json();
    let faults = faults["faults"].as_array().expect("a list").clone();
    let hits: Vec<&Value> = faults.iter().map(|fault| &fault["hits"]).collect();
    assert_eq!(hits, [1, 0, 0, 2], "{faults:?}");
    assert_eq!(faults[0]["path"], "/alarm");

    control("DELETE", &one).send().await.expect(204);
    let again = control("DELETE", &one).send().await;
    assert_eq!(again.refused(404), "local-platform/Not Found");
    control("DELETE", path).send().await.expect(204);
    let none = control("GET", path).send().await.expect(200).json();
    assert_eq!(none, json!({"faults": []}));
    let recorded = platform.platform.requests();
    assert!(
        recorded.iter().all(|request| request.path == ALARMS),
        "{recorded:?}"
    );
}

#[tokio::test]
async fn a_fault_that_is_none_is_refused_with_what_is_allowed() {
    let platform = TestPlatform::start();
    let path = "/local-platform/faults";
    let call = |body: &'static str| -> Call { platform.anonymous("POST", path).body(body) };
    for body in [
        "",
        "{}",
        r#"{"status":200}"#,
        r#"{"status":503,"paht":"/alarm"}"#,
    ] {
        let answer = call(body).send().await;
        assert!(answer.text.contains("exactly one of"), "{}", answer.text);
        assert_eq!(answer.refused(422), "local-platform/Invalid Fault");
    }
    let answer = platform.anonymous("PUT", path).send().await;
    assert_eq!(answer.refused(405), "local-platform/Method Not Allowed");
}
