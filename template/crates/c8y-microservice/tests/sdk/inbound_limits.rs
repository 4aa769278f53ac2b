//! What callers may take: time for the head of a request, bytes of a body, connections.

use std::fmt::Write;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Form, Json, PayloadConfig};
use c8y_microservice::http::Method;
use c8y_microservice::{Body, BodyLimit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::{
    Reply, Setup, TestPlatform, TestService, User, assert_error_form, send, soon,
};

const LIMIT: usize = 1024;
/// Long enough that what should not happen would have.
const A_WHILE: Duration = Duration::from_millis(500);
const HALF_A_HEAD: &str = "GET /whoami HTTP/1.1\r\nhost: service\r\nx-slow: ";
const LIVENESS: &[u8] = b"GET /health/liveness HTTP/1.1\r\nhost: service\r\n\r\n";

async fn post(service: &TestService, path: &str, body: impl Into<reqwest::Body>) -> Reply {
    post_as(service, path, "application/json", body).await
}

async fn post_as(
    service: &TestService,
    path: &str,
    media_type: &str,
    body: impl Into<reqwest::Body>,
) -> Reply {
    let request = service.request(Method::POST, path).body(body);
    let request = request.header("content-type", media_type);
    send(User::admin_of("t100").sign(request)).await
}

/// JSON of a number of bytes.
fn object(bytes: usize) -> String {
    format!("{{}}{}", " ".repeat(bytes - 2))
}

/// All that comes until the service closes the connection.
async fn rest(connection: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    soon("the end", connection.read_to_end(&mut rest))
        .await
        .unwrap();
    String::from_utf8(rest).unwrap()
}

/// Asks for liveness and waits for the answer.
async fn ask(connection: &mut TcpStream) {
    connection.write_all(LIVENESS).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let read = soon("an answer", connection.read_buf(&mut answer)).await;
        assert_ne!(read.unwrap(), 0, "{}", String::from_utf8_lossy(&answer));
    }
    assert!(answer.starts_with(b"HTTP/1.1 200 "));
}

async fn with_body_limit(platform: &TestPlatform) -> TestService {
    let setup = Setup::at(platform).env("REQUEST_BODY_LIMIT", &LIMIT.to_string());
    let setup = setup.routes(|app| {
        app.route("/bytes", web::post().to(async |_: Bytes| "read"))
            .route("/text", web::post().to(async |_: String| "read"))
            .route("/json", web::post().to(async |_: Json<Value>| "read"))
            .route("/form", web::post().to(async |_: Form<Value>| "read"))
            .service(
                web::resource("/large")
                    .app_data(BodyLimit(2 * LIMIT))
                    .post(async |_: Body<Value>| "read"),
            )
            .service(
                web::resource("/large-bytes")
                    .app_data(PayloadConfig::new(2 * LIMIT))
                    .post(async |_: Bytes| HttpResponse::Ok().body("read")),
            );
    });
    setup.ready().await
}

#[tokio::test]
async fn a_body_may_be_as_large_as_configured() {
    let platform = TestPlatform::start();
    let service = with_body_limit(&platform).await;
    let reply = post(&service, "/echo", object(LIMIT)).await;
    assert_eq!(reply.expect(200), json!({"number": 0}));
    let reply = post(&service, "/echo", object(LIMIT + 1)).await;
    assert_error_form(&reply, 413, "microservice/Payload Too Large");
    let message = "The body is larger than 1024 bytes";
    assert_eq!(reply.json()["message"], message);
}

#[tokio::test]
async fn a_body_that_does_not_say_how_large_it_is_has_the_same_limit() {
    let platform = TestPlatform::start();
    let service = with_body_limit(&platform).await;
    let authorization = User::admin_of("t100").authorization();
    for (bytes, status) in [(LIMIT, 200), (LIMIT + 1, 413), (20 * LIMIT, 413)] {
        let mut request = format!(
            "POST /echo HTTP/1.1\r\nhost: service\r\n{authorization}\r\nconnection: close\r\n\
             transfer-encoding: chunked\r\n\r\n"
        );
        for part in object(bytes).into_bytes().chunks(100) {
            let part = String::from_utf8_lossy(part);
            write!(request, "{:x}\r\n{part}\r\n", part.len()).unwrap();
        }
        request.push_str("0\r\n\r\n");
        let mut connection = service.connect().await;
        connection.write_all(request.as_bytes()).await.unwrap();
        let answer = rest(&mut connection).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{bytes}: {answer}");
    }
}

#[tokio::test]
async fn the_http_servers_own_extractors_have_the_same_limit() {
    let platform = TestPlatform::start();
    let service = with_body_limit(&platform).await;
    for path in ["/bytes", "/text", "/json"] {
        let reply = post(&service, path, object(LIMIT)).await;
        assert_eq!(reply.status, 200, "{path}: {reply:#?}");
        let reply = post(&service, path, object(LIMIT + 1)).await;
        assert_error_form(&reply, 413, "microservice/Error");
    }
    let form = |bytes: usize| format!("a={}", "b".repeat(bytes - 2));
    let media_type = "application/x-www-form-urlencoded";
    let reply = post_as(&service, "/form", media_type, form(LIMIT)).await;
    assert_eq!(reply.status, 200, "{reply:#?}");
    let reply = post_as(&service, "/form", media_type, form(LIMIT + 1)).await;
    assert_error_form(&reply, 413, "microservice/Error");
}

#[tokio::test]
async fn an_endpoint_can_take_larger_bodies_than_the_others() {
    let platform = TestPlatform::start();
    let service = with_body_limit(&platform).await;
    for path in ["/large", "/large-bytes"] {
        let reply = post(&service, path, object(2 * LIMIT)).await;
        assert_eq!(reply.status, 200, "{path}: {reply:#?}");
        let reply = post(&service, path, object(2 * LIMIT + 1)).await;
        assert_eq!(reply.status, 413, "{path}: {reply:#?}");
    }
}

/// A service that has room for the bodies of one request at a time, and for small ones.
async fn with_little_room(platform: &TestPlatform) -> TestService {
    let setup = Setup::at(platform).env("MEMORY_LIMIT", "1M");
    let setup = setup.env("SERVER_MAX_CONNECTIONS", "100");
    setup.env("REQUEST_BODY_LIMIT", "100K").ready().await
}

/// A request whose body has come but for its last byte, which is a blank.
async fn almost(service: &TestService, bytes: usize) -> TcpStream {
    let authorization = User::admin_of("t100").authorization();
    let head = format!(
        "POST /echo HTTP/1.1\r\nhost: service\r\n{authorization}\r\nconnection: close\r\n\
         content-length: {bytes}\r\n\r\n"
    );
    let mut connection = service.connect().await;
    connection.write_all(head.as_bytes()).await.unwrap();
    let body = object(bytes - 1);
    soon("the body is taken", connection.write_all(body.as_bytes()))
        .await
        .unwrap();
    connection
}

#[tokio::test]
async fn a_body_waits_until_there_is_room_for_it() {
    let platform = TestPlatform::start();
    let service = with_little_room(&platform).await;
    let mut first = almost(&service, 60_000).await;
    // Whoever comes first has the room, so the second comes when the first has it.
    tokio::time::sleep(A_WHILE).await;
    let second = post(&service, "/echo", object(60_000));
    tokio::pin!(second);
    let answered = timeout(A_WHILE, &mut second).await;
    assert!(answered.is_err(), "there is room for both: {answered:?}");
    let small = post(&service, "/echo", object(8 * 1024)).await;
    assert_eq!(small.expect(200), json!({"number": 0}));
    first.write_all(b" ").await.unwrap();
    let answer = rest(&mut first).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(second.await.expect(200), json!({"number": 0}));
}

/// A service that has room for 100 kB of bodies, half of it for one tenant, and whose bodies may have
/// 40 kB.
async fn with_room_for_two(platform: &TestPlatform) -> TestService {
    let setup = Setup::at(platform).env("MEMORY_LIMIT", "1M");
    let setup = setup.env("SERVER_MAX_CONNECTIONS", "100");
    let setup = setup.env("REQUEST_BODY_LIMIT", "40K").routes(|app| {
        let larger = web::resource("/larger").app_data(BodyLimit(50_000));
        app.service(larger.post(async |_: Body<Value>| "read"));
    });
    setup.ready().await
}

/// The head of a request, and what is sent of its body.
async fn begin(service: &TestService, user: &User, path: &str, rest: &str) -> TcpStream {
    let authorization = user.authorization();
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: service\r\n{authorization}\r\nconnection: close\r\n{rest}"
    );
    let mut connection = service.connect().await;
    connection.write_all(text.as_bytes()).await.unwrap();
    connection
}

#[tokio::test]
async fn a_tenant_that_announces_bodies_keeps_half_of_the_room_from_nobody_else() {
    let platform = TestPlatform::start();
    let service = with_room_for_two(&platform).await;
    let announced = "content-length: 40000\r\n\r\n";
    let mut idle = Vec::new();
    for _ in 0..5 {
        idle.push(begin(&service, &User::admin_of("t101"), "/echo", announced).await);
    }
    // Until all of them are known and wait.
    tokio::time::sleep(A_WHILE).await;
    let reply = soon("another tenant", post(&service, "/echo", object(40_000))).await;
    assert_eq!(reply.expect(200), json!({"number": 0}));
}

#[tokio::test]
async fn a_body_of_unknown_length_counts_as_the_largest_that_its_endpoint_takes() {
    let platform = TestPlatform::start();
    let service = with_room_for_two(&platform).await;
    let admin = User::admin_of("t100");
    let chunked = "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
    let mut first = begin(&service, &admin, "/larger", chunked).await;
    tokio::time::sleep(A_WHILE).await;
    // As much as there is for a tenant, but for 1 kB.
    let second = post(&service, "/larger", object(9_000));
    tokio::pin!(second);
    let answered = timeout(A_WHILE, &mut second).await;
    assert!(answered.is_err(), "there is room for both: {answered:?}");
    first.write_all(b"0\r\n\r\n").await.unwrap();
    let answer = rest(&mut first).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(second.await.status, 200);
}

/// Two services, one with the variable and one with its default, which is longer by far: of two
/// connections the later one ends first.
async fn ends_first(variable: &str, value: &str, begin: impl AsyncFn(&TestService) -> TcpStream) {
    let platform = TestPlatform::start();
    let short = Setup::at(&platform).env(variable, value).ready().await;
    let default = Setup::at(&platform).ready().await;
    let mut usual = begin(&default).await;
    // More than the precision of the server's clock, so that equal times end in their order.
    tokio::time::sleep(3 * A_WHILE).await;
    let mut early = begin(&short).await;
    tokio::select! {
        biased;
        answer = rest(&mut usual) => panic!("the default is not longer: {answer}"),
        _ = rest(&mut early) => {}
    }
}

#[tokio::test]
async fn the_head_of_a_request_has_to_arrive_in_time() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).env("REQUEST_HEAD_TIMEOUT", "500");
    let service = setup.ready().await;
    for begun in ["", HALF_A_HEAD] {
        let mut slow = service.connect().await;
        slow.write_all(begun.as_bytes()).await.unwrap();
        let answer = rest(&mut slow).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{begun:?}: {answer}");
    }
    assert_eq!(service.get("/health/liveness").await.status, 200);
}

#[tokio::test]
async fn the_time_for_a_head_is_the_configured_one() {
    let begin = async |service: &TestService| {
        let mut slow = service.connect().await;
        slow.write_all(HALF_A_HEAD.as_bytes()).await.unwrap();
        slow
    };
    ends_first("REQUEST_HEAD_TIMEOUT", "500", begin).await;
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_until_one_is_free() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform)
        .env("SERVER_MAX_CONNECTIONS", "1")
        .env("SERVER_KEEP_ALIVE", "0")
        .env("REQUEST_HEAD_TIMEOUT", "600000");
    let service = setup.ready().await;
    let first = service.connect().await;
    // The only place is taken by whoever comes first, so the second comes when the first has it.
    tokio::time::sleep(A_WHILE).await;
    let mut second = service.connect().await;
    second.write_all(LIVENESS).await.unwrap();
    let answered = timeout(A_WHILE, second.readable()).await;
    assert!(answered.is_err(), "the second connection is served, too");
    drop(first);
    let answer = rest(&mut second).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn a_connection_is_kept_between_requests_unless_configured_otherwise() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let mut connection = service.connect().await;
    ask(&mut connection).await;
    ask(&mut connection).await;
    let setup = Setup::at(&platform).env("SERVER_KEEP_ALIVE", "0");
    let service = setup.ready().await;
    let reply = service.get("/health/liveness").await;
    assert_eq!(reply.header("connection"), "close");
}

#[tokio::test]
async fn a_connection_is_kept_as_long_as_configured() {
    let begin = async |service: &TestService| {
        let mut connection = service.connect().await;
        ask(&mut connection).await;
        connection
    };
    ends_first("SERVER_KEEP_ALIVE", "500", begin).await;
}
