//! Answers that are not what the platform documents.

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{NewManagedObject, PlatformError, Response};
use serde_json::Value;

use crate::support::{RawStandIn, StandIn, client_at, client_with, free_port};

const MIB: usize = 1024 * 1024;
/// Larger answers are given up, also where there is memory for them.
const LIMIT: usize = 32 * MIB;

/// What a client makes of an answer that comes byte by byte as given, to a request that is not sent
/// again.
async fn answered(answer: impl Into<Vec<u8>>) -> Result<Response, PlatformError> {
    let platform = RawStandIn::start(answer);
    let (_service, client) = client_with(&platform.url(), &[("MEMORY_LIMIT", "1G")]).await;
    client.request(Method::POST, "/anything").send().await
}

#[tokio::test]
async fn an_error_page_keeps_its_status_and_the_beginning_of_its_text() {
    let platform = StandIn::start(|app| {
        let page = || async {
            let text = format!("<html>\n<h1>Bad Gateway</h1>{}</html>", "x".repeat(5000));
            HttpResponse::BadGateway()
                .content_type("text/html")
                .body(text)
        };
        app.route("/anything", web::get().to(page));
    });
    let (_service, client) = client_at(&platform.url()).await;
    let answer = client.request(Method::GET, "/anything").send().await;
    let Err(PlatformError::Other(answer)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!((answer.status.as_u16(), &answer.error), (502, &None));
    assert!(answer.message.starts_with("<html> <h1>Bad Gateway</h1>xxx"));
    assert!(answer.message.len() < 1000, "{answer:?}");
}

#[tokio::test]
async fn a_page_with_status_200_is_no_object() {
    let page = "<html>Welcome</html>";
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", page.len());
    let answer = answered(head + page).await.unwrap();
    let object = answer.json::<Value>();
    let Err(PlatformError::UnexpectedBody { status, .. }) = object else {
        panic!("{object:?}");
    };
    assert_eq!(status, 200);
}

#[tokio::test]
async fn an_object_without_its_id_is_an_unexpected_body_that_quotes_nothing() {
    let platform = StandIn::start(|app| {
        let body = || async { HttpResponse::Created().body(r#"{"password":"secret"}"#) };
        app.route("/inventory/managedObjects", web::post().to(body));
    });
    let (_service, client) = client_at(&platform.url()).await;
    let object = NewManagedObject::new("c8y_Pump", "Pump 7");
    let error = client.inventory().create(&object).await.unwrap_err();
    let unexpected = matches!(error, PlatformError::UnexpectedBody { .. });
    assert!(unexpected, "{error:?}");
    assert!(
        !format!("{error} {error:?}").contains("secret"),
        "{error:?}"
    );
}

#[tokio::test]
async fn an_answer_as_large_as_the_limit_is_read_whole() {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {LIMIT}\r\n\r\n");
    let answer = [head.into_bytes(), vec![b'x'; LIMIT]].concat();
    let answer = answered(answer).await.unwrap();
    assert_eq!(answer.body().len(), LIMIT);
}

#[tokio::test]
async fn an_answer_larger_than_the_limit_is_given_up() {
    let sized = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", LIMIT + 1);
    let unsized_ = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned();
    for head in [sized, unsized_] {
        let answer = [head.clone().into_bytes(), vec![b'x'; LIMIT + 1]].concat();
        let answer = answered(answer).await;
        let Err(PlatformError::UnexpectedBody { status, reason }) = answer else {
            panic!("{head}: {:?}", answer.map(|answer| answer.status()));
        };
        assert_eq!(status, 200);
        assert!(reason.contains("larger"), "{reason}");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let body = r#"{"users":[]}"#;
    let broken = [
        format!("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{body}"),
        format!("HTTP/1.1 404 Not Found\r\ncontent-length: 100\r\n\r\n{body}"),
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nc\r\n{body}\r\n"),
        "HTTP/1.1 200 OK\r\ncontent-le".to_owned(),
        "no HTTP at all\r\n\r\n".to_owned(),
        String::new(),
    ];
    for text in broken {
        let answer = answered(text.clone()).await;
        let no_answer = matches!(answer, Err(PlatformError::NoAnswer(_)));
        assert!(no_answer, "{text}: {answer:?}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_unreachable_and_names_no_address() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let (_service, client) = client_at(&url).await;
    let answer = client.request(Method::GET, "/secret-path").send().await;
    let Err(error @ PlatformError::Unreachable(_)) = answer else {
        panic!("{answer:?}");
    };
    assert!(error.to_string().contains("refused"), "{error}");
    assert!(!error.to_string().contains("secret-path"), "{error}");
}
