//! Events: made, read, changed and deleted.

mod by_filter;

use c8y_microservice::{
    Event, EventFilter, EventUpdate, ManagedObjectId, NewEvent, PlatformError, TenantClient,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::{Place, assert_forbidden, assert_invalid, assert_not_found, time};

fn opened(source: &ManagedObjectId) -> NewEvent {
    NewEvent::new(source.clone(), "c8y_DoorOpened", "The door was opened")
}

async fn make(place: &Place, event: NewEvent) -> Event {
    place.client.events().create(&event).await.unwrap()
}

/// The texts of the events that a filter admits, in their order.
async fn listed(client: &TenantClient, filter: &EventFilter) -> String {
    let events = client.events().list(filter).page_size(2).all().await;
    let texts = events.unwrap().into_iter().map(|event| event.text);
    texts.collect()
}

#[tokio::test]
async fn an_event_is_read_as_it_was_made_with_all_of_its_fragments() {
    let place = Place::new().await;
    let device = place.device().await;
    let fragment = json!({"key": [1.5, null, {"ä": "\u{1f321}"}], "deep": {"er": true}});
    let event = opened(&device)
        .time(DateTime::parse_from_rfc3339("2026-01-02T03:04:05.678912+02:00").unwrap())
        .fragment("example_Key", fragment.clone())
        .fragment("example_Number", json!(7));
    let made = make(&place, event).await;
    let read = place.client.events().get(&made.id).await.unwrap();
    assert_eq!(read, made);
    assert_eq!(read.source.id, device);
    assert_eq!(read.kind, "c8y_DoorOpened");
    assert_eq!(read.text, "The door was opened");
    assert_eq!(read.time, time("2026-01-02T01:04:05.678Z"));
    assert_eq!(read.fragments["example_Key"], fragment);
    assert_eq!(read.fragments["example_Number"], 7);
    let path = format!("/event/events/{}", read.id);
    let mut seen = place.platform.read("t101", &path).await;
    assert_eq!(seen["time"], "2026-01-02T03:04:05.678+02:00");
    seen["source"].as_object_mut().unwrap().remove("self");
    assert_eq!(serde_json::to_value(&read).unwrap(), seen);
}

#[tokio::test]
async fn an_event_without_a_time_is_one_of_now() {
    let place = Place::new().await;
    let device = place.device().await;
    let before = Utc::now() - TimeDelta::milliseconds(1);
    let made = make(&place, opened(&device)).await;
    let now = before..=Utc::now();
    assert!(now.contains(&made.time.to_utc()), "{now:?} {made:?}");
}

#[tokio::test]
async fn an_event_is_changed_where_an_update_says_so_and_nowhere_else() {
    let place = Place::new().await;
    let device = place.device().await;
    let event = opened(&device).fragment("example_Old", json!("kept"));
    let made = make(&place, event).await;
    let events = place.client.events();
    let update = EventUpdate::new().text("The door was left open");
    let changed = events.update(&made.id, &update).await.unwrap();
    assert_eq!(changed.text, "The door was left open");
    assert_eq!(changed.fragments["example_Old"], "kept");
    let update = EventUpdate::new().fragment("example_New", json!({"by": "Ada"}));
    let changed = events.update(&made.id, &update).await.unwrap();
    assert_eq!(changed.text, "The door was left open");
    assert_eq!(changed.fragments["example_Old"], "kept");
    assert_eq!(changed.fragments["example_New"], json!({"by": "Ada"}));
    assert_eq!((&changed.kind, changed.time), (&made.kind, made.time));
    assert_eq!(events.get(&made.id).await, Ok(changed));
}

#[tokio::test]
async fn an_event_is_deleted_and_then_not_found() {
    let place = Place::new().await;
    let device = place.device().await;
    let id = make(&place, opened(&device)).await.id;
    let other = make(&place, opened(&device)).await.id;
    let events = place.client.events();
    events.delete(&id).await.unwrap();
    assert_not_found(events.get(&id).await);
    assert_not_found(events.delete(&id).await);
    events.get(&other).await.unwrap();
}

#[tokio::test]
async fn an_event_that_is_not_there_or_anothers_is_not_found() {
    let place = Place::new().await;
    let device = place.device().await;
    let theirs = make(&place, opened(&device)).await.id;
    let other_tenant = place.service.client("t102").await;
    let update = EventUpdate::new().text("mine");
    for (client, id) in [
        (&place.client, "999999".into()),
        (&other_tenant, theirs.clone()),
    ] {
        assert_not_found(client.events().get(&id).await);
        assert_not_found(client.events().update(&id, &update).await);
        assert_not_found(client.events().delete(&id).await);
    }
    let of_theirs = EventFilter::new().source(&device);
    other_tenant.events().delete_all(&of_theirs).await.unwrap();
    assert_eq!(listed(&other_tenant, &of_theirs).await, "");
    let made = other_tenant.events().create(&opened(&device)).await;
    assert!(
        matches!(made, Err(PlatformError::Unprocessable(_))),
        "{made:?}"
    );
    assert_eq!(
        listed(&place.client, &of_theirs).await,
        "The door was opened"
    );
}

#[tokio::test]
async fn an_id_that_is_no_part_of_a_path_reaches_no_other_event() {
    let place = Place::new().await;
    for id in ["", ".", ".."] {
        let events = place.client.events();
        assert_invalid(events.get(&id.into()).await, "path");
        assert_invalid(events.update(&id.into(), &EventUpdate::new()).await, "path");
        assert_invalid(events.delete(&id.into()).await, "path");
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn an_event_without_its_source_or_a_text_is_unprocessable() {
    let place = Place::new().await;
    let device = place.device().await;
    for event in [opened(&"999999".into()), opened(&"".into())] {
        let error = place.client.events().create(&event).await.unwrap_err();
        let refused = matches!(error, PlatformError::Unprocessable(_));
        assert!(refused, "{event:?}: {error:?}");
    }
    let id = make(&place, opened(&device)).await.id;
    let update = EventUpdate::new().fragment("time", json!("2026-01-01T00:00:00Z"));
    let error = place
        .client
        .events()
        .update(&id, &update)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("time"), "{error}");
}

#[tokio::test]
async fn a_fragment_does_not_take_the_place_of_what_an_event_has() {
    let place = Place::new().await;
    let device = place.device().await;
    for name in ["source", "type", "text", "time"] {
        let event = opened(&device).fragment(name, json!({"id": "1"}));
        assert_invalid(place.client.events().create(&event).await, name);
    }
    let update = EventUpdate::new().text("a").fragment("text", json!("b"));
    let refused = place.client.events().update(&"1".into(), &update).await;
    assert_invalid(refused, "text");
    assert_eq!(place.requests(), [""; 0]);
}

#[tokio::test]
async fn events_are_forbidden_without_their_roles() {
    let place = Place::with_roles(&["ROLE_EVENT_READ"]).await;
    let device = place.device().await;
    let body = json!({
        "source": {"id": device}, "type": "x", "text": "theirs", "time": "2026-01-01T00:00:00Z",
    });
    let id = place
        .platform
        .create("t101", "/event/events", &body)
        .await
        .into();
    let events = place.client.events();
    assert_eq!(events.get(&id).await.unwrap().text, "theirs");
    let role = "ROLE_EVENT_ADMIN";
    let of_device = EventFilter::new().source(&device);
    let update = EventUpdate::new().text("mine");
    assert_forbidden(events.create(&opened(&device)).await, role);
    assert_forbidden(events.update(&id, &update).await, role);
    assert_forbidden(events.delete(&id).await, role);
    assert_forbidden(events.delete_all(&of_device).await, role);
    assert_eq!(listed(&place.client, &of_device).await, "theirs");

    let place = Place::with_roles(&["ROLE_EVENT_ADMIN"]).await;
    let device = place.device().await;
    let id = make(&place, opened(&device)).await.id;
    let events = place.client.events();
    assert_forbidden(events.get(&id).await, "ROLE_EVENT_READ");
    let list = events.list(&EventFilter::new());
    assert_forbidden(list.all().await, "ROLE_EVENT_READ");
}
