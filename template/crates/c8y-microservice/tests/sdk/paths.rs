//! Paths: what an identifier may contain, and that no path leads away from the platform.

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{ExternalId, ManagedObjectId, NewManagedObject, PlatformError};

use crate::support::{RawStandIn, Setup, StandIn, TestPlatform, client_at};

fn pump() -> NewManagedObject {
    NewManagedObject::new("c8y_Pump", "Pump 7")
}

/// Gives each to an object of its own, and looks for all.
async fn assert_found_by_their_own_names(names: &[&str]) {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let mut wrong = Vec::new();
    for name in names {
        for external_id in [ExternalId::new("type", name), ExternalId::new(name, "id")] {
            let object = client.inventory().create(&pump()).await.unwrap().id;
            client.identity().bind(&external_id, &object).await.unwrap();
            let found = client.identity().find(&external_id).await;
            // A refusal is right where a path cannot hold the name: another object is not.
            let right =
                found == Ok(Some(object)) || matches!(found, Err(PlatformError::Invalid(_)));
            if !right {
                wrong.push(format!("{external_id:?}: {found:?}"));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn external_ids_with_any_characters_reach_the_platform_as_they_are() {
    assert_found_by_their_own_names(&[
        "a/b",
        "a//b",
        "/",
        "a?b=c&d",
        "a#b",
        "100%",
        "%2F",
        "%2e%2e",
        "a b",
        " a ",
        "a+b",
        "a;b,c",
        "a:b@c",
        "a\\b",
        "...",
        "..a",
        "{a}|[b]^`'\"<>",
        "Grüße-温度-\u{1f321}",
        "\u{7f}",
    ])
    .await;
}

#[tokio::test]
async fn external_ids_with_tabs_and_line_ends_are_never_taken_for_others() {
    assert_found_by_their_own_names(&["7", "7\n", "7\t", "\r\n7", "a\tb", "ab", ".\t."]).await;
}

#[tokio::test]
async fn an_external_id_of_white_space_is_found_or_made_like_any_other() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let inventory = client.inventory();
    let plain = ExternalId::new("c8y_Serial", "7");
    let plain = inventory.find_or_create(&plain, &pump()).await.unwrap();
    let line = ExternalId::new("c8y_Serial", "7\n");
    match inventory.find_or_create(&line, &pump()).await {
        Ok(other) => assert_ne!(other, plain),
        Err(error) => assert!(matches!(error, PlatformError::Invalid(_)), "{error:?}"),
    }
}

#[tokio::test]
async fn segments_that_a_path_would_lose_are_refused_without_a_request() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    for segment in ["", ".", ".."] {
        let object = ManagedObjectId::from(segment);
        let external_id = ExternalId::new("type", segment);
        let refused = [
            client.inventory().get(&object).await.map(drop),
            client.inventory().delete(&object).await,
            client.identity().find(&external_id).await.map(drop),
            client.identity().bind(&external_id, &object).await,
        ];
        for refusal in refused {
            let invalid = matches!(refusal, Err(PlatformError::Invalid(_)));
            assert!(invalid, "`{segment}`: {refusal:?}");
        }
    }
    assert_eq!(platform.requests_of("t101/service_example"), []);
}

#[tokio::test]
async fn no_raw_path_leaves_the_platform() {
    let elsewhere = RawStandIn::start("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let platform = StandIn::start(|_| ());
    let (_service, client) = client_at(&platform.url()).await;
    let evil = elsewhere.address();
    let paths = [
        format!("//{evil}/x"),
        format!("///{evil}/x"),
        format!("/\\{evil}/x"),
        format!("/\t/{evil}/x"),
        format!("\t//{evil}/x"),
        format!(" //{evil}/x"),
        format!("\\\\{evil}/x"),
        format!("http://{evil}/x"),
        format!("http:{evil}"),
        format!("@{evil}/x"),
        format!("/@{evil}/x"),
        format!(":80@{evil}/x"),
        format!("/..//{evil}/x"),
        format!("/%2e%2e//{evil}/x"),
        "x".to_owned(),
        String::new(),
        "../x".to_owned(),
        "?x".to_owned(),
    ];
    for path in &paths {
        let before = platform.requests().len();
        let answer = client.request(Method::GET, path).send().await;
        let arrived = platform.requests().len() - before;
        match &answer {
            Err(PlatformError::Invalid(_)) => assert_eq!(arrived, 0, "{path}"),
            Err(PlatformError::NotFound(_)) => assert_eq!(arrived, 1, "{path}"),
            _ => panic!("{path}: {answer:?}"),
        }
        let relative = !path.starts_with('/');
        assert!(!relative || arrived == 0, "{path}: {answer:?}");
    }
    assert_eq!(elsewhere.requests(), [""; 0]);
}

#[tokio::test]
async fn no_path_climbs_out_of_a_platform_that_lives_below_one() {
    let platform = StandIn::start(|app| {
        app.default_service(web::to(HttpResponse::NoContent));
    });
    let (_service, client) = client_at(&format!("{}/c8y", platform.url())).await;
    for path in [
        "/../x",
        "/x/../../x",
        "/%2e%2e/x",
        "/.%2E/x",
        "/..\\x",
        "/.\t./x",
        "/../c8y-of-another/x",
        "/..",
    ] {
        let answer = client.request(Method::GET, path).send().await;
        let invalid = matches!(answer, Err(PlatformError::Invalid(_)));
        assert!(invalid, "{path}: {answer:?}");
    }
    assert_eq!(platform.requests(), [""; 0]);
    let paths = [
        (
            "/inventory/managedObjects?a=b",
            "GET /c8y/inventory/managedObjects?a=b",
        ),
        ("/a%2Fb", "GET /c8y/a%2Fb"),
        ("/a/../b", "GET /c8y/b"),
        ("/", "GET /c8y/"),
    ];
    for (path, _) in paths {
        client.request(Method::GET, path).send().await.unwrap();
    }
    let expected: Vec<_> = paths.iter().map(|(_, expected)| *expected).collect();
    assert_eq!(platform.requests(), expected);
}

#[tokio::test]
async fn a_segment_goes_over_the_wire_encoded() {
    let platform = StandIn::start(|_| ());
    let (_service, client) = client_at(&platform.url()).await;
    let external_id = ExternalId::new("a/b", "50% ?&#ä");
    assert_eq!(client.identity().find(&external_id).await, Ok(None));
    let expected = "GET /identity/externalIds/a%2Fb/50%25%20%3F&%23%C3%A4";
    assert_eq!(platform.requests(), [expected]);
}
