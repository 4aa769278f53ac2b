//! Media types that the platform goes by, and the local one does not.

use std::sync::{Arc, Mutex};

use actix_web::{HttpRequest, HttpResponse, web};
use c8y_microservice::{ChildKind, NewManagedObject};

use crate::support::{StandIn, client_at};

/// A platform that answers everything with an object, and keeps the values of a header.
fn keeping(header: &'static str) -> (StandIn, Arc<Mutex<Vec<String>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    let answer = move |request: HttpRequest| {
        let value = request.headers().get(header);
        let value = value.and_then(|value| value.to_str().ok());
        keep.lock()
            .unwrap()
            .push(value.unwrap_or_default().to_owned());
        async { HttpResponse::Ok().body(r#"{"id": "7"}"#) }
    };
    let routes = move |app: &mut web::ServiceConfig| {
        app.default_service(web::to(answer.clone()));
    };
    (StandIn::start(routes), kept)
}

#[tokio::test]
async fn a_child_that_is_there_and_one_that_is_new_are_told_apart_by_their_media_types() {
    let (platform, kept) = keeping("content-type");
    let (_service, client) = client_at(&platform.url()).await;
    let below = client.inventory().children(&"7".into(), ChildKind::Device);
    below.add(&"8".into()).await.unwrap();
    let new = NewManagedObject::new("c8y_Pump", "Pump 8");
    below.create(&new).await.unwrap();
    let expected = ["managedobjectreference", "managedobject"];
    let expected = expected.map(|kind| format!("application/vnd.com.nsn.cumulocity.{kind}+json"));
    assert_eq!(*kept.lock().unwrap(), expected);
}

#[tokio::test]
async fn the_content_of_a_file_may_be_of_any_media_type() {
    let (platform, kept) = keeping("accept");
    let (_service, client) = client_at(&platform.url()).await;
    client.binaries().get(&"7".into()).await.unwrap();
    assert_eq!(*kept.lock().unwrap(), ["*/*"]);
}
