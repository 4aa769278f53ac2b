//! What one caller begins for all who need it, when that one has less time than the others.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, Json};
use c8y_microservice::http::Method;
use c8y_microservice::{ApiError, AsService, ExternalId, NewManagedObject, Settings};
use local_platform::Fault;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::{Kind, Setup, TestPlatform, TestService, User, eventually, soon};

const LIMIT: Duration = Duration::from_millis(1_500);
const LONGER: Duration = Duration::from_millis(2_500);

async fn status(service: &TestService, method: Method, path: &str) -> u16 {
    let admin = User::admin_of("t101");
    service.call(&admin, method, path).await.status.as_u16()
}

fn limited(platform: &TestPlatform) -> Setup {
    let limit = LIMIT.as_millis().to_string();
    Setup::at(platform).env("REQUEST_TIMEOUT", &limit)
}

#[tokio::test]
async fn an_impatient_caller_takes_a_tenants_settings_from_nobody_else() {
    let settings = json!([{"key": "max", "defaultValue": "1", "editable": true}]);
    let platform = TestPlatform::with_manifest(json!({ "settings": settings }));
    let asked = Arc::new(Semaphore::new(0));
    let asking = Arc::clone(&asked);
    let setup = limited(&platform).routes(move |app| {
        let asking = Arc::clone(&asking);
        let max = move |settings: Settings| {
            let asking = Arc::clone(&asking);
            async move {
                asking.add_permits(1);
                Ok::<_, ApiError>(Json(settings.get::<u8>("max").await?))
            }
        };
        app.route("/max", web::get().to(max));
    });
    let service = setup.ready().await;
    let path = "/application/currentApplication/settings";
    platform.inject(Fault::latency(LONGER).at(path));
    let settings = service.client("t101").await.settings();
    let patient = async {
        asked.acquire().await.unwrap().forget();
        // Until the other one has asked.
        tokio::time::sleep(LIMIT / 5).await;
        settings.get::<u8>("max").await
    };
    let impatient = status(&service, Method::GET, "/max");
    let both = Box::pin(async { tokio::join!(impatient, patient) });
    let (impatient, patient) = soon("both", both).await;
    assert_eq!(impatient, 503);
    assert_eq!(patient, Ok(1));
    let requests = platform.requests_of("t101/service_example").into_iter();
    let reads = requests.filter(|request| request.path == path).count();
    assert_eq!(reads, 1);
}

#[tokio::test]
async fn an_object_that_is_being_made_gets_its_external_id_also_when_nobody_waits_any_more() {
    let platform = TestPlatform::start();
    let id = ExternalId::new("c8y_Serial", "the source");
    let named = id.clone();
    let setup = limited(&platform).routes(move |app| {
        let id = named.clone();
        let make = move |AsService(client): AsService| {
            let id = id.clone();
            async move {
                let object = NewManagedObject::new("c8y_Source", "The source");
                let made = client.inventory().find_or_create(&id, &object).await?;
                Ok::<_, ApiError>(Json(made))
            }
        };
        app.route("/source", web::post().to(make));
    });
    let service = setup.ready().await;
    let slow = Fault::latency(LONGER).on("POST");
    platform.inject(slow.at("/inventory/managedObjects"));
    assert_eq!(status(&service, Method::POST, "/source").await, 503);
    let client = service.client("t101").await;
    let found = async || client.identity().find(&id).await.unwrap();
    eventually("the object is bound", found, Option::is_some).await;
    let objects = "/inventory/managedObjects?type=c8y_Source";
    let objects = platform.read("t101", objects).await;
    let objects = objects["managedObjects"].as_array().unwrap();
    assert_eq!(objects.len(), 1, "{objects:?}");
}

#[tokio::test]
async fn a_read_of_the_subscriptions_ends_for_a_caller_in_time_for_the_answer_and_goes_on() {
    let platform = TestPlatform::start();
    let service = limited(&platform).ready().await;
    let admin = User::admin_of("t101");
    let refresh = async || service.call(&admin, Method::POST, "/refresh").await;
    refresh().await.expect(200);
    platform.unsubscribe("t103").await;
    let path = "/application/currentApplication/subscriptions";
    platform.inject(Fault::latency(LONGER).at(path));
    let reply = refresh().await;
    assert_eq!(reply.status, 503, "{reply:#?}");
    assert_eq!(reply.json()["message"], "the platform did not answer");
    service.event(Kind::Unsubscribed, "t103").await;
}
