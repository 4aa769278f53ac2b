//! What goes over the wire in a tenant's name.

use c8y_microservice::http::Method;
use c8y_microservice::{ExternalId, NewManagedObject, PlatformError};
use local_platform::RecordedRequest;
use reqwest::header::{ACCEPT, HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::support::{Setup, TestPlatform};

const OBJECTS: &str = "/inventory/managedObjects";

#[tokio::test]
async fn every_request_carries_the_application_key_and_its_tenants_service_user() {
    let platform = TestPlatform::start();
    let key = platform.bootstrap_environment(1)["APPLICATION_KEY"].clone();
    let service = Setup::at(&platform).ready().await;
    for tenant in ["t101", "t102"] {
        let client = service.client(tenant).await;
        let external_id = ExternalId::new("c8y_Serial", "7");
        let object = NewManagedObject::new("c8y_Pump", "Pump 7");
        let inventory = client.inventory();
        let id = inventory
            .find_or_create(&external_id, &object)
            .await
            .unwrap();
        client.inventory().get(&id).await.unwrap();
        client.request(Method::GET, OBJECTS).send().await.unwrap();
    }
    let is_own = |request: &RecordedRequest| {
        !request.path.starts_with("/application/") && request.status != 401
    };
    let requests: Vec<_> = platform.requests().into_iter().filter(is_own).collect();
    assert_eq!(requests.len(), 10, "{requests:#?}");
    for (index, request) in requests.iter().enumerate() {
        let tenant = if index < 5 { "t101" } else { "t102" };
        let user = format!("{tenant}/service_example");
        assert_eq!(request.user, Some(user), "{request:?}");
        assert_eq!(request.application_key.as_ref(), Some(&key), "{request:?}");
    }
}

#[tokio::test]
async fn a_raw_request_goes_out_with_its_query_and_comes_back_whole() {
    let platform = TestPlatform::start();
    let pump = json!({"name": "Pump", "type": "c8y_Pump & more"});
    platform.create_object("t101", &pump).await;
    platform
        .create_object("t101", &json!({"name": "Other"}))
        .await;
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let answer = client
        .request(Method::GET, &format!("{OBJECTS}?pageSize=1"))
        .query("type", "c8y_Pump & more")
        .query("withTotalElements", "true")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let media = answer.headers()["content-type"].to_str().unwrap();
    assert!(media.contains("json"), "{media}");
    let page: Value = answer.json().unwrap();
    assert_eq!(page["statistics"]["totalElements"], 1, "{page}");
    assert_eq!(page["managedObjects"][0]["name"], "Pump");
    let body: Value = serde_json::from_slice(answer.body()).unwrap();
    assert_eq!(body, page);
    let seen = platform.requests_of("t101/service_example");
    let query = "pageSize=1&type=c8y_Pump+%26+more&withTotalElements=true";
    assert_eq!(seen[0].query, query);
}

#[tokio::test]
async fn a_raw_request_sends_a_body_and_headers_of_its_own() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let media = "application/vnd.com.nsn.cumulocity.managedobject+json";
    let answer = client
        .request(Method::POST, OBJECTS)
        .header(ACCEPT, HeaderValue::from_static(media))
        .json(&json!({"name": "Raw", "example_Fragment": [1, 2]}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201);
    assert!(answer.headers().contains_key("location"));
    let object: Value = answer.json().unwrap();
    assert_eq!(object["example_Fragment"], json!([1, 2]));
    let path = format!("{OBJECTS}/{}", object["id"].as_str().unwrap());
    let gone = client.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(gone.status(), 204);
    assert!(gone.body().is_empty());
}

#[tokio::test]
async fn a_raw_request_to_nowhere_is_not_found() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let answer = client.request(Method::GET, "/no/such/path").send().await;
    let not_found = matches!(answer, Err(PlatformError::NotFound(_)));
    assert!(not_found, "{answer:?}");
}

#[tokio::test]
async fn a_body_that_is_no_json_is_not_sent() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let no_json = std::collections::BTreeMap::from([((1, 2), "a key that is no text")]);
    let request = client.request(Method::POST, OBJECTS).json(&no_json);
    let answer = request.send().await;
    assert!(
        matches!(answer, Err(PlatformError::Invalid(_))),
        "{answer:?}"
    );
    assert_eq!(platform.requests_of("t101/service_example"), []);
}

#[tokio::test]
async fn who_sends_a_request_and_where_cannot_be_changed_by_a_header() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let before = platform.requests().len();
    for name in [
        "authorization",
        "cookie",
        "host",
        "x-cumulocity-application-key",
    ] {
        let request = client.request(Method::GET, OBJECTS);
        let name = HeaderName::from_static(name);
        let refused = request
            .header(name, HeaderValue::from_static("other"))
            .send()
            .await;
        assert!(
            matches!(refused, Err(PlatformError::Invalid(_))),
            "{refused:?}"
        );
    }
    let of_client = |request: &&RecordedRequest| request.path == OBJECTS;
    let sent = platform.requests();
    assert_eq!(
        sent.iter().skip(before).filter(of_client).count(),
        0,
        "{sent:#?}"
    );
}
