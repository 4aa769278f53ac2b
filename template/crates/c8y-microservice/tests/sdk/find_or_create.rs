//! The managed object behind an external ID, found or made, by many at once.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use c8y_microservice::{ExternalId, NewManagedObject, PlatformError, TenantClient};
use futures_util::future::join_all;
use local_platform::Fault;
use serde_json::json;

use crate::support::{Setup, StandIn, TestPlatform, client_at, soon};

const OBJECTS: &str = "/inventory/managedObjects?pageSize=2000&type=c8y_Source";
const LOOK: &str = "GET /identity/externalIds/c8y_Serial/the%20source";
const MAKE: &str = "POST /inventory/managedObjects";
const BIND: &str = "POST /identity/globalIds/7/externalIds";
const DELETE: &str = "DELETE /inventory/managedObjects/7";

fn external_id() -> ExternalId {
    ExternalId::new("c8y_Serial", "the source")
}

fn source() -> NewManagedObject {
    NewManagedObject::new("c8y_Source", "The source")
}

/// The IDs of the objects that are there.
async fn objects(platform: &TestPlatform, tenant: &str) -> Vec<String> {
    let page = platform.read(tenant, OBJECTS).await;
    let objects = page["managedObjects"].as_array().unwrap().iter();
    objects
        .map(|object| object["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_object_is_made_with_three_requests_found_with_one_and_then_known() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let user = "t101/service_example";
    let inventory = client.inventory();
    let made = inventory.find_or_create(&external_id(), &source()).await;
    assert_eq!(platform.requests_of(user).len(), 3);
    let known = inventory.find_or_create(&external_id(), &source()).await;
    assert_eq!(platform.requests_of(user).len(), 3);
    inventory.forget(&external_id());
    let found = inventory.find_or_create(&external_id(), &source()).await;
    assert_eq!(platform.requests_of(user).len(), 4);
    let made = made.unwrap();
    assert_eq!((known, found), (Ok(made.clone()), Ok(made.clone())));
    assert_eq!(objects(&platform, "t101").await, [made.as_str()]);
    assert_eq!(objects(&platform, "t102").await, [""; 0]);
}

#[tokio::test]
async fn of_twenty_at_once_in_one_service_one_asks() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let inventory = client.inventory();
    let (external_id, source) = (external_id(), source());
    let calls = (0..20).map(|_| inventory.find_or_create(&external_id, &source));
    let found = soon("all twenty", join_all(calls)).await;
    assert!(found.iter().all(|id| *id == found[0]), "{found:?}");
    assert_eq!(platform.requests_of("t101/service_example").len(), 3);
}

#[tokio::test]
async fn of_twenty_replicas_all_get_one_object_and_no_other_one_stays() {
    let platform = TestPlatform::start();
    let mut clients = Vec::new();
    let mut replicas = Vec::new();
    for _ in 0..20 {
        let replica = Setup::at(&platform).ready().await;
        clients.push(replica.client("t101").await);
        replicas.push(replica);
    }
    let task = |client: TenantClient| async move {
        let inventory = client.inventory();
        inventory.find_or_create(&external_id(), &source()).await
    };
    let tasks = clients.into_iter().map(|client| tokio::spawn(task(client)));
    let found = soon("all twenty", join_all(tasks)).await;
    let found: Vec<_> = found.into_iter().map(|id| id.unwrap().unwrap()).collect();
    assert!(found.iter().all(|id| *id == found[0]), "{found:?}");
    assert_eq!(objects(&platform, "t101").await, [found[0].as_str()]);
    let path = format!("/identity/globalIds/{}/externalIds", found[0]);
    let bound = platform.read("t101", &path).await;
    assert_eq!(bound["externalIds"].as_array().unwrap().len(), 1, "{bound}");
    let requests = platform.requests().into_iter();
    let conflicts = requests.filter(|request| request.status == 409).count();
    assert!(conflicts > 0, "nobody was late: this tested nothing");
}

#[tokio::test]
async fn an_object_that_was_deleted_is_made_again() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let inventory = client.inventory();
    let first = inventory.find_or_create(&external_id(), &source()).await;
    let first = first.unwrap();
    let path = format!("/inventory/managedObjects/{first}");
    platform.delete("t101", &path).await;
    inventory.forget(&external_id());
    let second = inventory.find_or_create(&external_id(), &source()).await;
    let second = second.unwrap();
    assert_ne!(first, second);
    assert_eq!(objects(&platform, "t101").await, [second.as_str()]);
}

/// A platform that knows no external ID and answers every attempt to give one with this status.
fn platform_that_binds_nothing(status: StatusCode) -> StandIn {
    StandIn::start(move |app| {
        let created = || async { HttpResponse::Created().body(r#"{"id":"7"}"#) };
        let refused = move || async move { HttpResponse::new(status) };
        app.route("/inventory/managedObjects", web::post().to(created))
            .route(
                "/inventory/managedObjects/7",
                web::delete().to(HttpResponse::NoContent),
            )
            .route("/identity/globalIds/7/externalIds", web::post().to(refused));
    })
}

#[tokio::test]
async fn an_object_that_gets_no_external_id_is_deleted_again() {
    let platform = platform_that_binds_nothing(StatusCode::FORBIDDEN);
    let (_service, client) = client_at(&platform.url()).await;
    let inventory = client.inventory();
    let refused = inventory.find_or_create(&external_id(), &source()).await;
    let forbidden = matches!(refused, Err(PlatformError::Forbidden(_)));
    assert!(forbidden, "{refused:?}");
    assert_eq!(platform.requests(), [LOOK, MAKE, BIND, DELETE]);
}

/// Deleting the object would delete the alarms that another replica has raised from it meanwhile.
#[tokio::test]
async fn an_external_id_whose_answer_is_lost_is_looked_for_and_its_object_stays() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let inventory = client.inventory();
    for lost in [
        Fault::reset_when_done(),
        Fault::half_body(),
        Fault::oversized_body(),
    ] {
        let fault = lost.clone().at("/identity").on("POST").times(1);
        let fault = platform.inject(fault);
        let found = inventory.find_or_create(&external_id(), &source()).await;
        let found = found.unwrap();
        assert_eq!(fault.hits(), 1, "{lost:?}");
        assert_eq!(objects(&platform, "t101").await, [found.as_str()]);
        let path = format!("/inventory/managedObjects/{found}");
        platform.delete("t101", &path).await;
        inventory.forget(&external_id());
    }
}

#[tokio::test]
async fn an_object_that_may_get_its_external_id_yet_is_not_deleted() {
    let platform = platform_that_binds_nothing(StatusCode::BAD_GATEWAY);
    let (_service, client) = client_at(&platform.url()).await;
    let inventory = client.inventory();
    let doubtful = inventory.find_or_create(&external_id(), &source()).await;
    let status = doubtful.as_ref().err().and_then(PlatformError::status);
    assert_eq!(status.unwrap(), 502, "{doubtful:?}");
    assert_eq!(platform.requests(), [LOOK, MAKE, BIND, LOOK]);
}

#[tokio::test]
async fn an_external_id_that_others_keep_taking_and_giving_up_is_tried_three_times() {
    let platform = platform_that_binds_nothing(StatusCode::CONFLICT);
    let (_service, client) = client_at(&platform.url()).await;
    let inventory = client.inventory();
    let given_up = inventory.find_or_create(&external_id(), &source()).await;
    let conflict = matches!(given_up, Err(PlatformError::Conflict(_)));
    assert!(conflict, "{given_up:?}");
    let one_try = [LOOK, MAKE, BIND, DELETE];
    assert_eq!(platform.requests(), [one_try; 3].concat());
}

#[tokio::test]
async fn without_the_role_to_look_nothing_is_made() {
    let roles = json!({"requiredRoles": ["ROLE_INVENTORY_CREATE"]});
    let platform = TestPlatform::with_manifest(roles);
    let object = json!({"name": "Theirs", "type": "c8y_Other"});
    let object = platform.create_object("t101", &object).await;
    platform
        .bind("t101", &object, "c8y_Serial", "the source")
        .await;
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let inventory = client.inventory();
    let refused = inventory.find_or_create(&external_id(), &source()).await;
    let forbidden = matches!(refused, Err(PlatformError::Forbidden(_)));
    assert!(forbidden, "{refused:?}");
    assert_eq!(objects(&platform, "t101").await, [""; 0]);
}
