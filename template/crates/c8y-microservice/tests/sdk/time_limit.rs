//! Requests that take too long.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{ApiError, AsService};
use futures_util::stream;
use local_platform::Fault;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Reply, Setup, TestPlatform, TestService, User, assert_error_form, eventually, send, soon,
};

const UNAVAILABLE: &str = "microservice/Service Unavailable";
const FOR_EVER: Duration = Duration::from_hours(1);

fn setup(platform: &TestPlatform, limit_ms: u64) -> Setup {
    Setup::at(platform).env("REQUEST_TIMEOUT", &limit_ms.to_string())
}

async fn get(service: &TestService, path: &str) -> Reply {
    let admin = User::admin_of("t100");
    service.call(&admin, Method::GET, path).await
}

#[tokio::test]
async fn a_request_that_hangs_is_ended_while_others_go_on() {
    let platform = TestPlatform::start();
    let setup = setup(&platform, 1_000).routes(|app| {
        app.route("/hang", web::get().to(pending::<HttpResponse>));
    });
    let service = setup.ready().await;
    let hang = User::admin_of("t100").sign(service.request(Method::GET, "/hang"));
    let mut hanging = tokio::spawn(send(hang));
    let mut others = 0;
    let reply = loop {
        tokio::select! {
            biased;
            reply = &mut hanging => break reply.unwrap(),
            other = get(&service, "/whoami") => assert_eq!(other.status, 200),
        }
        others += 1;
    };
    assert!(others > 0, "{reply:#?}");
    assert_error_form(&reply, 503, UNAVAILABLE);
    let message = "The request took longer than 1000 ms (REQUEST_TIMEOUT) and was ended; \
                   what it has begun may take effect";
    assert_eq!(reply.json()["message"], message);
    assert_eq!(reply.header("x-request-id").len(), 16);
}

#[tokio::test]
async fn nothing_of_an_ended_request_is_left() {
    let platform = TestPlatform::start();
    let held = Arc::new(());
    let holder = Arc::clone(&held);
    let setup = setup(&platform, 300).routes(move |app| {
        let holder = Arc::clone(&holder);
        let hang = move || {
            let held = Arc::clone(&holder);
            async move {
                let answer = pending::<HttpResponse>().await;
                drop(held);
                answer
            }
        };
        app.route("/hang", web::get().to(hang));
    });
    let service = setup.ready().await;
    let before = Arc::strong_count(&held);
    assert_eq!(get(&service, "/hang").await.status, 503);
    let holders = async || Arc::strong_count(&held);
    eventually("nobody holds it", holders, |count| *count <= before).await;
}

#[tokio::test]
async fn verifying_the_caller_is_a_part_of_the_request() {
    let platform = TestPlatform::start();
    let service = setup(&platform, 500).ready().await;
    platform.inject(Fault::latency(FOR_EVER).at("/user/currentUser"));
    assert_error_form(&get(&service, "/whoami").await, 503, UNAVAILABLE);
}

#[tokio::test]
async fn a_request_to_the_platform_ends_with_the_one_that_it_is_made_for() {
    let platform = TestPlatform::start();
    let setup = setup(&platform, 2_000).routes(|app| {
        let read = async |AsService(client): AsService| {
            let path = "/inventory/managedObjects";
            let answer = client.request(Method::GET, path).send().await?;
            Ok::<_, ApiError>(HttpResponse::Ok().body(answer.body().clone()))
        };
        app.route("/read", web::get().to(read));
    });
    let service = setup.ready().await;
    assert_eq!(get(&service, "/read").await.status, 200);
    platform.inject(Fault::latency(FOR_EVER).at("/inventory"));
    assert_error_form(&get(&service, "/read").await, 503, UNAVAILABLE);
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_the_callers_fault() {
    let platform = TestPlatform::start();
    let service = setup(&platform, 1_000).ready().await;
    let mut connection = service.connect().await;
    let authorization = User::admin_of("t100").authorization();
    let head = format!(
        "POST /echo HTTP/1.1\r\nhost: service\r\n{authorization}\r\n\
         content-length: 10\r\n\r\n{{"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = async {
        while !String::from_utf8_lossy(&answer).contains("did not arrive") {
            assert_ne!(connection.read_buf(&mut answer).await.unwrap(), 0);
        }
    };
    soon("the answer", read).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(answer.contains("microservice/Request Timeout"), "{answer}");
}

#[tokio::test]
async fn an_answer_that_has_begun_may_take_longer() {
    let platform = TestPlatform::start();
    let setup = setup(&platform, 1_500).routes(|app| {
        let parts = async || {
            let parts = stream::unfold(0, |part| async move {
                tokio::time::sleep(Duration::from_millis(600)).await;
                (part < 3).then(|| (Ok::<_, Infallible>(web::Bytes::from("part ")), part + 1))
            });
            HttpResponse::Ok().streaming(parts)
        };
        app.route("/parts", web::get().to(parts));
    });
    let service = setup.ready().await;
    assert_eq!(get(&service, "/parts").await.text, "part part part ");
}
