//! Typed calls in a tenant, and what becomes of them when the platform refuses.

use c8y_microservice::{
    AlarmStatus, ExternalId, ManagedObjectId, NewAlarm, NewManagedObject, PlatformError, Severity,
};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::support::{Kind, Setup, TestPlatform};

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn alarm_of(source: &ManagedObjectId) -> NewAlarm {
    alarm_of_severity(source, Severity::Major).time(time("2026-01-02T03:04:05.678Z"))
}

fn alarm_of_severity(source: &ManagedObjectId, severity: Severity) -> NewAlarm {
    NewAlarm::new(source.clone(), "c8y_TooHot", "It is too hot", severity)
        .fragment("example_Celsius", json!(99.5))
}

fn pump() -> NewManagedObject {
    NewManagedObject::new("c8y_Pump", "Pump 7")
        .fragment("c8y_IsDevice", json!({}))
        .fragment(
            "example_Pressure",
            json!({"bar": [1.5, null], "ä": "\u{1f321}"}),
        )
}

#[tokio::test]
async fn a_managed_object_is_made_read_with_its_fragments_and_deleted() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let made = client.inventory().create(&pump()).await.unwrap();
    let read = client.inventory().get(&made.id).await.unwrap();
    for object in [made, read] {
        assert_eq!(object.kind.as_deref(), Some("c8y_Pump"));
        assert_eq!(object.name.as_deref(), Some("Pump 7"));
        assert_eq!(object.fragments["c8y_IsDevice"], json!({}));
        let pressure = json!({"bar": [1.5, null], "ä": "\u{1f321}"});
        assert_eq!(object.fragments["example_Pressure"], pressure);
        assert_eq!(object.fragments["owner"], "service_example");
    }
    let path = "/inventory/managedObjects?type=c8y_Pump";
    let seen = platform.read("t101", path).await;
    let id = ManagedObjectId::from(seen["managedObjects"][0]["id"].as_str().unwrap());
    client.inventory().delete(&id).await.unwrap();
    let gone = client.inventory().get(&id).await;
    assert!(matches!(gone, Err(PlatformError::NotFound(_))), "{gone:?}");
    let twice = client.inventory().delete(&id).await;
    assert!(
        matches!(twice, Err(PlatformError::NotFound(_))),
        "{twice:?}"
    );
}

#[tokio::test]
async fn what_one_tenant_has_no_other_one_finds() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let mine = service.client("t101").await;
    let theirs = service.client("t102").await;
    let object = mine.inventory().create(&pump()).await.unwrap();
    let external_id = ExternalId::new("c8y_Serial", "7");
    mine.identity()
        .bind(&external_id, &object.id)
        .await
        .unwrap();
    let seen = theirs.inventory().get(&object.id).await;
    assert!(matches!(seen, Err(PlatformError::NotFound(_))), "{seen:?}");
    let found = theirs.identity().find(&external_id).await;
    assert_eq!(found, Ok(None));
    let raised = theirs.alarms().create(&alarm_of(&object.id)).await;
    assert!(raised.is_err(), "{raised:?}");
}

#[tokio::test]
async fn an_external_id_is_given_once_and_found() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let object = client.inventory().create(&pump()).await.unwrap();
    let other = client.inventory().create(&pump()).await.unwrap();
    let external_id = ExternalId::new("c8y_Serial", "7");
    let identity = client.identity();
    assert_eq!(identity.find(&external_id).await, Ok(None));
    identity.bind(&external_id, &object.id).await.unwrap();
    assert_eq!(
        identity.find(&external_id).await,
        Ok(Some(object.id.clone()))
    );
    let taken = identity.bind(&external_id, &other.id).await;
    assert!(
        matches!(taken, Err(PlatformError::Conflict(_))),
        "{taken:?}"
    );
    let nothing = ManagedObjectId::from("999999");
    let unbound = identity
        .bind(&ExternalId::new("c8y_Serial", "8"), &nothing)
        .await;
    assert!(
        matches!(unbound, Err(PlatformError::NotFound(_))),
        "{unbound:?}"
    );
}

#[tokio::test]
async fn an_alarm_is_raised_and_counted_up_by_the_next_of_its_type() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let source = client.inventory().create(&pump()).await.unwrap().id;
    let first = client.alarms().create(&alarm_of(&source)).await.unwrap();
    assert_eq!(first.source.id, source);
    assert_eq!((first.kind.as_str(), first.count), ("c8y_TooHot", 1));
    assert_eq!(first.text, "It is too hot");
    assert_eq!(first.severity, Severity::Major);
    assert_eq!(first.status, AlarmStatus::Active);
    assert_eq!(first.time, time("2026-01-02T03:04:05.678Z"));
    assert!(first.fragments.contains_key("creationTime"), "{first:?}");
    assert_eq!(first.fragments["example_Celsius"], json!(99.5));
    let later = alarm_of_severity(&source, Severity::Warning).time(time("2026-01-02T03:05:00Z"));
    let second = client.alarms().create(&later).await.unwrap();
    assert_eq!((second.id, second.count), (first.id, 2));
    assert_eq!(second.time, time("2026-01-02T03:05:00Z"));
    assert_eq!(second.severity, Severity::Major);
}

#[tokio::test]
async fn an_alarm_without_its_source_says_so() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let nothing = alarm_of(&"999999".into());
    let error = client.alarms().create(&nothing).await.unwrap_err();
    let gone = matches!(
        error,
        PlatformError::Unprocessable(_) | PlatformError::NotFound(_)
    );
    assert!(gone, "{error:?}");
}

#[tokio::test]
async fn content_that_the_platform_refuses_is_unprocessable_and_says_what_is_wrong() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    let object = client.inventory().create(&pump()).await.unwrap();
    let nameless = ExternalId::new("", "7");
    let error = client.identity().bind(&nameless, &object.id).await;
    let Err(PlatformError::Unprocessable(answer)) = error else {
        panic!("{error:?}");
    };
    assert_eq!(answer.status, 422);
    assert_eq!(answer.error.as_deref(), Some("undefined/validationError"));
    assert!(answer.message.contains("type"), "{answer:?}");
}

#[tokio::test]
async fn a_call_without_its_role_is_forbidden_and_says_which() {
    let roles = json!({"requiredRoles": ["ROLE_INVENTORY_READ", "ROLE_IDENTITY_READ"]});
    let platform = TestPlatform::with_manifest(roles);
    let object = json!({"name": "Theirs", "type": "c8y_Pump"});
    let object = ManagedObjectId::from(platform.create_object("t101", &object).await);
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    client.inventory().get(&object).await.unwrap();
    let external_id = ExternalId::new("c8y_Serial", "7");
    let refused = [
        client.inventory().create(&pump()).await.map(drop),
        client.inventory().delete(&object).await,
        client.identity().bind(&external_id, &object).await,
        client.alarms().create(&alarm_of(&object)).await.map(drop),
    ];
    for (refusal, role) in refused
        .into_iter()
        .zip(["INVENTORY", "INVENTORY", "IDENTITY", "ALARM"])
    {
        let Err(PlatformError::Forbidden(answer)) = refusal else {
            panic!("{role}: {refusal:?}");
        };
        assert_eq!(answer.error.as_deref(), Some("security/Forbidden"));
        assert!(
            answer.message.contains(&format!("ROLE_{role}")),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn a_client_that_outlives_its_subscription_is_unauthorized() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).polling().ready().await;
    let client = service.client("t101").await;
    platform.unsubscribe("t101").await;
    service.event(Kind::Unsubscribed, "t101").await;
    let refused = client.inventory().create(&pump()).await;
    let unauthorized = matches!(refused, Err(PlatformError::Unauthorized(_)));
    assert!(unauthorized, "{refused:?}");
}

#[tokio::test]
async fn no_secret_can_be_printed_from_a_client_or_the_subscriptions() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).env("APPLICATION_KEY", "a-secret-key");
    let service = setup.ready().await;
    let client = service.client("t101").await;
    let user = platform.service_user("t101").await;
    let signed = user.sign(service.request(c8y_microservice::http::Method::GET, "/"));
    let header = signed.build().unwrap().headers()["authorization"].clone();
    let encoded = header
        .to_str()
        .unwrap()
        .trim_start_matches("Basic ")
        .to_owned();
    let tenants = service.subscriptions().await.tenants().unwrap();
    let request = client.request(c8y_microservice::http::Method::GET, "/");
    let printed = format!("{client:?} {client:#?} {request:?} {tenants:?}");
    assert!(printed.contains("t101"), "{printed}");
    for secret in ["a-secret-key", &user.password, &encoded] {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
}

#[tokio::test]
async fn a_client_that_is_printed_shows_nothing_of_other_tenants() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let other = service.client("t102").await;
    let id = ExternalId::new("c8y_Serial", "a-serial-of-t102");
    let known = other.inventory().find_or_create(&id, &pump()).await;
    known.unwrap();
    let client = service.client("t101").await;
    let printed = format!("{client:?} {:?}", client.settings());
    assert!(printed.contains("t101"), "{printed}");
    for of_another in ["t102", "a-serial"] {
        assert!(!printed.contains(of_another), "{of_another} in {printed}");
    }
}
