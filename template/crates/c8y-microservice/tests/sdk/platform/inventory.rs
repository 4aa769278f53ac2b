//! Managed objects: changed, listed, and below one another.

use c8y_microservice::{
    ChildKind, ManagedObjectFilter, ManagedObjectId, ManagedObjectUpdate, NewManagedObject,
    PlatformError,
};
use serde_json::json;

use super::{Place, assert_forbidden, assert_invalid, assert_not_found};

const READ: &str = "ROLE_INVENTORY_READ";
const CREATE: &str = "ROLE_INVENTORY_CREATE";
const ADMIN: &str = "ROLE_INVENTORY_ADMIN";
const KINDS: [ChildKind; 3] = [ChildKind::Device, ChildKind::Asset, ChildKind::Addition];

#[tokio::test]
async fn an_update_changes_what_it_names_and_leaves_the_rest() {
    let place = Place::with_roles(&[READ, ADMIN]).await;
    let pump = place
        .object(json!({
            "name": "Pump 7",
            "type": "c8y_Pump",
            "example_Damage": {"since": "yesterday"},
            "example_Place": {"x": [1.5, null], "ä": "\u{1f321}"},
            "example_Bar": 1,
        }))
        .await;
    let update = ManagedObjectUpdate::new()
        .name("Pump \"7\"")
        .kind("c8y_RepairedPump")
        .fragment("example_Bar", json!({"value": 2.5}))
        .fragment("example_New", json!(["a"]))
        .remove("example_Damage");
    let inventory = place.client.inventory();
    let updated = inventory.update(&pump, &update).await.unwrap();
    let read = inventory.get(&pump).await.unwrap();
    for object in [updated, read] {
        assert_eq!(object.id, pump);
        assert_eq!(object.name.as_deref(), Some("Pump \"7\""));
        assert_eq!(object.kind.as_deref(), Some("c8y_RepairedPump"));
        let seen = &object.fragments;
        assert_eq!(seen["example_Bar"], json!({"value": 2.5}));
        assert_eq!(seen["example_New"], json!(["a"]));
        let kept = json!({"x": [1.5, null], "ä": "\u{1f321}"});
        assert_eq!(seen["example_Place"], kept);
        assert!(!seen.contains_key("example_Damage"), "{seen:?}");
    }
}

/// The names of what a filter admits, in their order.
async fn names(place: &Place, filter: &ManagedObjectFilter) -> Vec<String> {
    let objects = place.client.inventory().list(filter).all().await;
    let objects = objects.unwrap_or_else(|error| panic!("{filter:?}: {error}"));
    objects
        .into_iter()
        .filter_map(|object| object.name)
        .collect()
}

#[tokio::test]
async fn objects_are_listed_by_every_filter() {
    let place = Place::with_roles(&[READ, CREATE]).await;
    let pump = json!({"name": "Pump 7", "type": "c8y_Pump", "c8y_IsDevice": {}, "example_Bar": 3});
    let pump = place.object(pump).await;
    let valve = json!({"name": "Valve & more", "type": "c8y_Valve", "example_Bar": 9});
    let valve = place.object(valve).await;
    let own = NewManagedObject::new("c8y_Pump", "It's mine");
    place.client.inventory().create(&own).await.unwrap();
    let filter = ManagedObjectFilter::new;
    for (filter, expected) in [
        (filter().kind("c8y_Pump"), vec!["Pump 7", "It's mine"]),
        (filter().kind("c8y_Pump").owner("admin"), vec!["Pump 7"]),
        (filter().fragment_type("c8y_IsDevice"), vec!["Pump 7"]),
        (filter().owner("service_example"), vec!["It's mine"]),
        (
            filter().ids([&valve, &pump]),
            vec!["Pump 7", "Valve & more"],
        ),
        (filter().text("valve"), vec!["Valve & more"]),
        (filter().matching("name eq 'It''s mine'"), vec!["It's mine"]),
        (
            filter().matching("$filter=example_Bar ge 3 $orderby=example_Bar desc"),
            vec!["Valve & more", "Pump 7"],
        ),
        (filter().query("q", "example_Bar gt 1"), vec!["Pump 7"]),
        (filter().kind("c8y_Valve").kind("c8y_None"), vec![]),
    ] {
        assert_eq!(names(&place, &filter).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_list_goes_over_all_pages_and_keeps_custom_fragments() {
    let place = Place::with_roles(&[READ]).await;
    for number in 0..5 {
        place
            .object(json!({"type": "example_Page", "example_Number": {"value": number}}))
            .await;
    }
    let filter = ManagedObjectFilter::new().kind("example_Page");
    let mut list = place.client.inventory().list(&filter).page_size(2);
    let mut numbers = Vec::new();
    while let Some(object) = list.next().await {
        let object = object.unwrap();
        assert_eq!(object.name, None);
        numbers.push(object.fragments["example_Number"]["value"].clone());
    }
    assert_eq!(numbers, [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_query_that_is_none_says_what_is_wrong_with_it() {
    let place = Place::with_roles(&[READ]).await;
    let filter = ManagedObjectFilter::new().matching("name eq 'it's'");
    let refused = place.client.inventory().list(&filter).all().await;
    let unprocessable = matches!(refused, Err(PlatformError::Unprocessable(_)));
    assert!(unprocessable, "{refused:?}");
}

#[tokio::test]
async fn a_list_shows_parents_and_children_where_it_is_asked_to() {
    let place = Place::with_roles(&[READ, ADMIN]).await;
    let mut line = Vec::new();
    for name in ["Site", "Gateway", "Pump"] {
        line.push(place.object(json!({"name": name, "type": name})).await);
    }
    for pair in line.windows(2) {
        let children = place
            .client
            .inventory()
            .children(&pair[0], ChildKind::Device);
        children.add(&pair[1]).await.unwrap();
    }
    let shown = async |filter: ManagedObjectFilter, pointer: &str| {
        let listed = place.client.inventory().list(&filter).all().await;
        let listed = listed.unwrap();
        let references = listed[0].fragments[pointer]["references"].as_array();
        references.unwrap().len()
    };
    let filter = ManagedObjectFilter::new;
    let pump = || filter().kind("Pump");
    assert_eq!(shown(pump(), "deviceParents").await, 1);
    assert_eq!(shown(pump().with_parents(), "deviceParents").await, 2);
    let site = || filter().only_roots().query("ids", line[0].as_str());
    assert_eq!(shown(site(), "childDevices").await, 0);
    assert_eq!(shown(site().with_children(), "childDevices").await, 1);
    let none = filter().only_roots().ids([&line[1], &line[2]]);
    assert_eq!(names(&place, &none).await, [""; 0]);
}

#[tokio::test]
async fn children_of_each_kind_are_added_listed_and_taken_away() {
    let place = Place::with_roles(&[READ, ADMIN]).await;
    let parent = place.device().await;
    let mut children = Vec::new();
    for name in ["first", "second"] {
        let child = json!({"name": name, "example_Fragment": {"of": name}});
        children.push(place.object(child).await);
    }
    for kind in KINDS {
        let below = place.client.inventory().children(&parent, kind);
        for child in children.iter().chain(&children) {
            below.add(child).await.unwrap();
        }
        let listed = below.list().page_size(1).all().await.unwrap();
        let listed = listed.into_iter().map(|child| child.managed_object);
        let listed: Vec<_> = listed
            .map(|child| (child.id, child.name.unwrap()))
            .collect();
        let expected = [(&children[0], "first"), (&children[1], "second")];
        let expected = expected.map(|(id, name)| (id.clone(), name.to_owned()));
        assert_eq!(listed, expected, "{kind:?}");
        below.remove(&children[0]).await.unwrap();
        assert_not_found(below.remove(&children[0]).await);
        let left = below.list().all().await.unwrap();
        let left: Vec<_> = left.iter().map(|child| &child.managed_object.id).collect();
        assert_eq!(left, [&children[1]], "{kind:?}");
        let seen = place.client.inventory().get(&children[0]).await;
        assert_eq!(seen.unwrap().fragments["example_Fragment"]["of"], "first");
        below.remove(&children[1]).await.unwrap();
    }
}

#[tokio::test]
async fn a_child_is_made_below_its_parent() {
    let place = Place::with_roles(&[READ, CREATE, ADMIN]).await;
    let parent = place.device().await;
    for (number, kind) in KINDS.into_iter().enumerate() {
        let child = NewManagedObject::new("example_Child", "A child")
            .fragment("example_Fragment", json!({"number": number}));
        let below = place.client.inventory().children(&parent, kind);
        let made = below.create(&child).await.unwrap();
        assert_eq!(made.name.as_deref(), Some("A child"));
        assert_eq!(made.fragments["example_Fragment"]["number"], number);
        let listed = below.list().all().await.unwrap();
        let listed: Vec<_> = listed.iter().map(|it| &it.managed_object.id).collect();
        assert_eq!(listed, [&made.id], "{kind:?}");
    }
}

#[tokio::test]
async fn another_tenants_objects_are_not_found() {
    let place = Place::with_roles(&[READ, CREATE, ADMIN]).await;
    let (object, child) = (place.device().await, place.device().await);
    let theirs = place.service.client("t102").await;
    let inventory = theirs.inventory();
    let update = ManagedObjectUpdate::new().name("Taken");
    assert_not_found(inventory.update(&object, &update).await);
    let children = inventory.children(&object, ChildKind::Asset);
    assert_not_found(children.list().all().await);
    assert_not_found(children.add(&child).await);
    assert_not_found(children.remove(&child).await);
    let new = NewManagedObject::new("c8y_Pump", "Pump 8");
    assert_not_found(children.create(&new).await);
    let own = inventory.create(&new).await.unwrap().id;
    let children = inventory.children(&own, ChildKind::Asset);
    assert_not_found(children.add(&object).await);
    let all = ManagedObjectFilter::new().ids([&object, &own]);
    let seen = inventory.list(&all).all().await.unwrap();
    let seen: Vec<_> = seen.iter().map(|object| &object.id).collect();
    assert_eq!(seen, [&own]);
}

#[tokio::test]
async fn without_the_role_to_change_objects_nothing_is_changed() {
    let place = Place::with_roles(&[READ]).await;
    let (object, child) = (place.device().await, place.device().await);
    let inventory = place.client.inventory();
    let update = ManagedObjectUpdate::new().name("Changed");
    assert_forbidden(inventory.update(&object, &update).await, ADMIN);
    let children = inventory.children(&object, ChildKind::Device);
    assert_forbidden(children.add(&child).await, ADMIN);
    let new = NewManagedObject::new("c8y_Pump", "Pump 8");
    assert_forbidden(children.create(&new).await, CREATE);
    assert_eq!(children.list().all().await.unwrap().len(), 0);
    let seen = inventory.get(&object).await.unwrap();
    assert_eq!(seen.name.as_deref(), Some("Pump 7"));
}

#[tokio::test]
async fn without_the_role_to_read_objects_only_own_ones_are_listed() {
    let place = Place::with_roles(&[CREATE]).await;
    let theirs = place.device().await;
    let inventory = place.client.inventory();
    let new = NewManagedObject::new("c8y_Pump", "Pump 8");
    let own = inventory.create(&new).await.unwrap().id;
    let all = ManagedObjectFilter::new();
    let seen = inventory.list(&all).all().await.unwrap();
    let seen: Vec<_> = seen.iter().map(|object| &object.id).collect();
    assert_eq!(seen, [&own]);
    let children = inventory.children(&theirs, ChildKind::Device);
    assert_forbidden(children.list().all().await, READ);
}

#[tokio::test]
async fn a_list_of_no_ids_is_refused_rather_than_taken_for_one_of_all_objects() {
    let place = Place::with_roles(&[READ]).await;
    let none = ManagedObjectFilter::new().ids([]);
    let listed = place.client.inventory().list(&none).all().await;
    assert_invalid(listed, "ids is empty");
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn ids_that_cannot_be_part_of_a_path_are_refused_without_a_request() {
    let place = Place::with_roles(&[READ, ADMIN]).await;
    let inventory = place.client.inventory();
    let object = ManagedObjectId::from("7");
    let reason = "cannot be part of a path";
    for segment in ["", ".", "..", "7\n"] {
        let id = ManagedObjectId::from(segment);
        let update = ManagedObjectUpdate::new();
        assert_invalid(inventory.update(&id, &update).await, reason);
        let children = inventory.children(&id, ChildKind::Device);
        assert_invalid(children.add(&object).await, reason);
        assert_invalid(children.list().all().await, reason);
        let children = inventory.children(&object, ChildKind::Device);
        assert_invalid(children.remove(&id).await, reason);
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn an_object_with_a_name_or_type_as_a_fragment_is_refused_without_a_request() {
    let place = Place::with_roles(&[CREATE, ADMIN]).await;
    let inventory = place.client.inventory();
    for name in ["name", "type"] {
        let object = NewManagedObject::new("c8y_Pump", "Pump 8").fragment(name, json!("twice"));
        let reason = format!("`{name}` is no name for a fragment");
        assert_invalid(inventory.create(&object).await, &reason);
        let children = inventory.children(&"7".into(), ChildKind::Asset);
        assert_invalid(children.create(&object).await, &reason);
    }
    assert_eq!(place.requests(), [""; 0]);
}
