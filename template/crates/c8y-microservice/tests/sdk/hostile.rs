//! A platform that answers more than anybody asked for.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{EventFilter, PlatformError, Response, TenantClient};
use serde_json::{Value, json};

use crate::support::{RawStandIn, StandIn, client_with, config, soon};

/// The most that an answer may have in a container of ten megabytes.
const LIMIT: usize = 1_250_000;
/// The most that is written, after which a client has failed that still reads.
const FAR_TOO_MUCH: usize = 100_000_000;
const DEPTH: usize = 100_000;
const OK: &str = "HTTP/1.1 200 OK\r\n";

/// The client of a service in a container of ten megabytes, and the service.
async fn client_of(url: &str) -> (crate::support::TestService, TenantClient) {
    let patience = ("C8Y_HTTPCLIENT_HTTPREADTIMEOUT", "3000");
    client_with(url, &[("MEMORY_LIMIT", "10M"), patience]).await
}

/// What comes of an answer with this beginning, which goes on with the same part for ever.
async fn endless(beginning: String, part: &str) -> Result<Response, PlatformError> {
    let part = part.repeat(64 * 1024 / part.len());
    let platform = RawStandIn::serving(move |_, connection| {
        connection.read();
        connection.write(beginning.as_bytes());
        for _ in 0..FAR_TOO_MUCH / part.len() {
            connection.write(part.as_bytes());
        }
    });
    let (_service, client) = client_of(&platform.url()).await;
    let request = client.request(Method::POST, "/anything").send();
    soon("the end of an endless answer", request).await
}

#[tokio::test]
async fn a_body_without_end_is_given_up_where_it_is_too_large() {
    let chunk = format!("400\r\n{}\r\n", "x".repeat(1024));
    for (headers, part) in [
        ("", "xxxx"),
        ("content-length: 1000000000000\r\n", "xxxx"),
        ("transfer-encoding: chunked\r\n", &chunk),
    ] {
        let answer = endless(format!("{OK}{headers}\r\n"), part).await;
        let Err(error @ PlatformError::UnexpectedBody { .. }) = answer else {
            panic!("{headers:?}: {answer:?}");
        };
        assert!(
            error.to_string().contains("larger than 1250000 bytes"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn what_goes_on_before_or_behind_a_body_is_no_answer() {
    let chunked = format!("{OK}transfer-encoding: chunked\r\n\r\n");
    for (beginning, part) in [
        // A status line, a header, a million of headers, and answers before the answer.
        ("HTTP/1.1 200 ".to_owned(), "OK"),
        (format!("{OK}x-long: "), "x"),
        (OK.to_owned(), "x-many: 1\r\n"),
        (String::new(), "HTTP/1.1 100 Continue\r\n\r\n"),
        (
            String::new(),
            "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
        ),
        // The size of a chunk, what may stand behind it, and what may stand behind all.
        (chunked.clone(), "0"),
        (format!("{chunked}1;"), "extension"),
        (format!("{chunked}0\r\nx-long: "), "x"),
        (format!("{chunked}0\r\n"), "x-many: 1\r\n"),
    ] {
        let answer = endless(beginning.clone(), part).await;
        let no_answer = matches!(answer, Err(PlatformError::NoAnswer(_)));
        assert!(no_answer, "{beginning:?}, {part:?}: {answer:?}");
    }
}

/// What the SDK would be sent by a platform that compresses although nobody asked it to.
#[tokio::test]
async fn nothing_is_decompressed() {
    let packed: &[u8] = &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b, 4, 0];
    let platform = StandIn::start(move |app| {
        let answer = move |encoding: web::Path<String>| async move {
            let mut answer = HttpResponse::Ok();
            answer.insert_header(("content-encoding", encoding.into_inner()));
            answer.body(packed)
        };
        app.route("/{encoding}", web::to(answer));
    });
    let (_service, client) = client_of(&platform.url()).await;
    let outside = config(&[]).http_client().unwrap();
    for encoding in ["gzip", "deflate", "br", "zstd", "gzip, gzip, gzip"] {
        let path = format!("/{}", encoding.replace(' ', "%20"));
        let answer = client.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.body(), packed, "{encoding}");
        let unusable = answer.json::<Value>();
        assert!(unusable.is_err(), "{encoding}: {unusable:?}");
        let answer = outside.get(format!("{}{path}", platform.url())).send();
        let answer = answer.await.unwrap().bytes().await.unwrap();
        assert_eq!(answer, packed, "{encoding}");
    }
}

/// Also where a fragment may be anything, and in an error.
#[tokio::test]
async fn json_of_any_depth_is_an_error_and_no_overflow() {
    let platform = StandIn::start(|app| {
        let deep = |status: u16, open: &str, inner: &str, close: &str| {
            let text = format!("{}{inner}{}", open.repeat(DEPTH), close.repeat(DEPTH));
            let status = actix_web::http::StatusCode::from_u16(status).unwrap();
            web::to(move || {
                let text = text.clone();
                async move { HttpResponse::build(status).body(text) }
            })
        };
        app.route("/objects", deep(200, r#"{"a":"#, "1", "}"))
            .route("/lists", deep(200, "[", "", "]"))
            .route("/unclosed", deep(200, "[", "", " "))
            .route("/error", deep(500, r#"{"message":"#, "1", "}"))
            .route(
                "/inventory/managedObjects/1",
                deep(200, r#"{"id":"1","a":"#, "1", "}"),
            )
            .route("/event/events", deep(200, r#"{"events":["#, "", "]}"));
    });
    let (_service, client) = client_of(&platform.url()).await;
    for path in ["/objects", "/lists", "/unclosed"] {
        let answer = client.request(Method::GET, path).send().await.unwrap();
        let unexpected = answer.json::<Value>();
        let is_unexpected = matches!(unexpected, Err(PlatformError::UnexpectedBody { .. }));
        assert!(is_unexpected, "{path}: {unexpected:?}");
    }
    let object = client.inventory().get(&"1".into()).await;
    let unexpected = matches!(object, Err(PlatformError::UnexpectedBody { .. }));
    assert!(unexpected, "{object:?}");
    let events = client.events().list(&EventFilter::new()).all().await;
    let unexpected = matches!(events, Err(PlatformError::UnexpectedBody { .. }));
    assert!(unexpected, "{events:?}");
    let error = client.request(Method::GET, "/error").send().await;
    let error = error.expect_err("an error");
    assert_eq!(error.status().map(|it| it.as_u16()), Some(500), "{error}");
    assert!(error.to_string().len() < 1_000, "{error}");
}

/// A platform whose list of events has no end: each page has more items than were asked for, links
/// to the first one, and counts itself wrongly.
fn endless_list() -> StandIn {
    StandIn::start(|app| {
        let page = || async {
            let event = json!({
                "id": "1", "type": "t", "text": "t", "time": "2026-01-02T03:04:05Z",
                "source": {"id": "1"},
            });
            HttpResponse::Ok().json(json!({
                "events": vec![event; 50],
                "next": "http://elsewhere.example/event/events?currentPage=1",
                "statistics": {"currentPage": -7, "pageSize": 1e99, "totalPages": "none"},
            }))
        };
        app.route("/event/events", web::get().to(page));
    })
}

#[tokio::test]
async fn a_list_without_end_gives_as_much_as_is_taken() {
    let platform = endless_list();
    let (_service, client) = client_of(&platform.url()).await;
    let list = client.events().list(&EventFilter::new()).page_size(10);
    let events = soon("some items", list.first(120)).await.unwrap();
    assert_eq!(events.len(), 120);
    let pages = [1, 2, 3].map(|it| format!("GET /event/events?pageSize=10&currentPage={it}"));
    assert_eq!(platform.requests(), pages);
}

#[tokio::test]
async fn a_list_without_end_ends_with_the_request_that_wants_all_of_it() {
    use crate::support::{Setup, User, environment, free_port, send};
    use c8y_microservice::{ApiError, AsService};
    let platform = StandIn::start(|app| {
        let user = || async { HttpResponse::Ok().json(json!({"userName": "somebody"})) };
        let page = || async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            HttpResponse::Ok().json(json!({"events": [{
                "id": "1", "type": "t", "text": "t", "time": "2026-01-02T03:04:05Z",
                "source": {"id": "1"},
            }], "next": "/"}))
        };
        app.route("/user/currentUser", web::get().to(user))
            .route("/event/events", web::get().to(page));
    });
    let setup = Setup::new(environment(&platform.url(), free_port()));
    let setup = setup.env("REQUEST_TIMEOUT", "2000").routes(|app| {
        let all = async |AsService(client): AsService| {
            let all = client.events().list(&EventFilter::new()).all().await?;
            Ok::<_, ApiError>(HttpResponse::Ok().body(all.len().to_string()))
        };
        app.route("/all", web::get().to(all));
    });
    let service = setup.ready().await;
    let user = User::new("t1/somebody", "p");
    let reply = send(user.sign(service.request(Method::GET, "/all"))).await;
    assert_eq!(reply.status, 503, "{reply:#?}");
    assert!(platform.requests().len() > 2, "{:?}", platform.requests());
}

#[tokio::test]
async fn the_largest_answer_is_the_whole_limit() {
    let platform = StandIn::start(|app| {
        let answer = || async { HttpResponse::Ok().body("x".repeat(LIMIT)) };
        app.default_service(web::to(answer));
    });
    let (_service, client) = client_of(&platform.url()).await;
    let answer = client.request(Method::GET, "/anything").send().await;
    assert_eq!(answer.unwrap().body().len(), LIMIT);
}
