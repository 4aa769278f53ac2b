//! External IDs, taken away and listed.

use c8y_microservice::{ExternalId, ManagedObjectId, NewManagedObject};

use super::{Place, assert_forbidden, assert_invalid, assert_not_found};

const ROLES: [&str; 2] = ["ROLE_IDENTITY_READ", "ROLE_IDENTITY_ADMIN"];

#[tokio::test]
async fn the_external_ids_of_an_object_are_listed() {
    let place = Place::with_roles(&ROLES).await;
    let identity = place.client.identity();
    let (object, other) = (place.device().await, place.device().await);
    assert_eq!(identity.list(&object).await, Ok(Vec::new()));
    let serial = ExternalId::new("c8y_Serial", "a/b ä");
    let imei = ExternalId::new("c8y_Imei", "7");
    for id in [&serial, &imei] {
        identity.bind(id, &object).await.unwrap();
    }
    let of_other = ExternalId::new("c8y_Serial", "8");
    identity.bind(&of_other, &other).await.unwrap();
    let mut listed = identity.list(&object).await.unwrap();
    listed.sort_by_key(|id| id.kind().to_owned());
    assert_eq!(listed, [imei, serial]);
    assert_eq!(listed[1].external_id(), "a/b ä");
}

#[tokio::test]
async fn an_external_id_is_taken_away_and_its_object_stays() {
    let place = Place::with_roles(&ROLES).await;
    let identity = place.client.identity();
    let (object, other) = (place.device().await, place.device().await);
    let serial = ExternalId::new("c8y_Serial", "a/b ä");
    identity.bind(&serial, &object).await.unwrap();
    identity.unbind(&serial).await.unwrap();
    assert_eq!(identity.find(&serial).await, Ok(None));
    assert_not_found(identity.unbind(&serial).await);
    let path = format!("/inventory/managedObjects/{object}");
    place.platform.read("t101", &path).await;
    identity.bind(&serial, &other).await.unwrap();
    assert_eq!(identity.find(&serial).await, Ok(Some(other)));
}

#[tokio::test]
async fn what_was_found_by_an_external_id_is_forgotten_when_that_is_taken_away() {
    let roles = [ROLES[0], ROLES[1], "ROLE_INVENTORY_CREATE"];
    let place = Place::with_roles(&roles).await;
    let inventory = place.client.inventory();
    let serial = ExternalId::new("c8y_Serial", "7");
    let pump = NewManagedObject::new("c8y_Pump", "Pump 7");
    let first = inventory.find_or_create(&serial, &pump).await.unwrap();
    place.client.identity().unbind(&serial).await.unwrap();
    let second = inventory.find_or_create(&serial, &pump).await.unwrap();
    assert_ne!(first, second);
}

#[tokio::test]
async fn another_tenants_objects_and_external_ids_are_not_found() {
    let place = Place::with_roles(&ROLES).await;
    let object = place.device().await;
    let serial = ExternalId::new("c8y_Serial", "7");
    place
        .client
        .identity()
        .bind(&serial, &object)
        .await
        .unwrap();
    let theirs = place.service.client("t102").await;
    assert_eq!(theirs.identity().list(&object).await, Ok(Vec::new()));
    assert_not_found(theirs.identity().unbind(&serial).await);
    let found = place.client.identity().find(&serial).await;
    assert_eq!(found, Ok(Some(object)));
}

#[tokio::test]
async fn without_their_roles_external_ids_are_neither_listed_nor_taken_away() {
    let place = Place::with_roles(&["ROLE_INVENTORY_READ"]).await;
    let object = place.device().await;
    place
        .platform
        .bind("t101", object.as_str(), "c8y_Serial", "7")
        .await;
    let identity = place.client.identity();
    assert_forbidden(identity.list(&object).await, ROLES[0]);
    let serial = ExternalId::new("c8y_Serial", "7");
    assert_forbidden(identity.unbind(&serial).await, ROLES[1]);
}

#[tokio::test]
async fn what_cannot_be_part_of_a_path_is_refused_without_a_request() {
    let place = Place::with_roles(&ROLES).await;
    let identity = place.client.identity();
    let reason = "cannot be part of a path";
    for segment in ["", "..", "7\n"] {
        let object = ManagedObjectId::from(segment);
        assert_invalid(identity.list(&object).await, reason);
        let id = ExternalId::new("c8y_Serial", segment);
        assert_invalid(identity.unbind(&id).await, reason);
    }
    assert_eq!(place.requests(), [""; 0]);
}
