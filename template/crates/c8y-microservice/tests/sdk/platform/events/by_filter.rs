//! Events that a filter names: listed and deleted.

use c8y_microservice::{EventFilter, ManagedObjectId, NewEvent};
use chrono::{TimeDelta, Utc};
use serde_json::json;

use super::{listed, make};
use crate::platform::{Place, assert_invalid, time};

/// Events with the texts `a` to `d`, which differ in all that filters look at.
async fn with_events() -> (Place, [ManagedObjectId; 2]) {
    let place = Place::new().await;
    let sources = [place.device().await, place.device().await];
    let [first, second] = &sources;
    for (text, source, kind, day, fragment, value) in [
        ("a", first, "example_A", "01", "example_X", json!("one")),
        (
            "b",
            first,
            "example_B",
            "02",
            "example_X",
            json!("two, three"),
        ),
        (
            "c",
            second,
            "example_A",
            "03",
            "example_X",
            json!({"one": 1}),
        ),
        ("d", second, "example, C", "04", "example_Y", json!("one")),
    ] {
        let event = NewEvent::new(source.clone(), kind, text)
            .time(time(&format!("2026-01-{day}T00:00:00Z")))
            .fragment(fragment, value);
        make(&place, event).await;
    }
    (place, sources)
}

#[tokio::test]
async fn each_filter_admits_the_events_that_it_names() {
    let (place, [first, second]) = with_events().await;
    let day = |day: u8| time(&format!("2026-01-0{day}T00:00:00Z"));
    let all = EventFilter::new;
    let past = Utc::now() - TimeDelta::hours(1);
    let future = Utc::now() + TimeDelta::hours(1);
    for (filter, expected) in [
        (all(), "dcba"),
        (all().source(&first), "ba"),
        (all().source(&second), "dc"),
        (all().kind("example_A"), "ca"),
        (all().kind("example, C"), "d"),
        (all().fragment("example_X"), "cba"),
        (all().fragment("example_Y"), "d"),
        (all().fragment_value("example_X", "one"), "a"),
        (all().fragment_value("example_X", "two, three"), "b"),
        (all().from(day(2)), "dcb"),
        (all().to(day(2)), "a"),
        (all().from(day(2)).to(day(4)), "cb"),
        (all().from(day(2)).to(day(4)).oldest_first(), "bc"),
        (all().created_from(past), "dcba"),
        (all().created_from(future), ""),
        (all().created_to(past), ""),
        (all().created_to(future), "dcba"),
        (all().updated_from(past), "dcba"),
        (all().updated_from(future), ""),
        (all().updated_to(past), ""),
        (all().updated_to(future), "dcba"),
        (all().source(&second).fragment("example_X"), "c"),
        (all().query("type", "example_B"), "b"),
        (all().source(&"999999".into()), ""),
    ] {
        assert_eq!(listed(&place.client, &filter).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_source_stands_for_what_is_below_it_where_a_filter_says_so() {
    let place = Place::new().await;
    let parent = place.device().await;
    make(&place, NewEvent::new(parent.clone(), "x", "p")).await;
    for (text, children) in [
        ("d", "childDevices"),
        ("a", "childAssets"),
        ("x", "childAdditions"),
    ] {
        let child = place.device().await;
        let platform = &place.platform;
        platform
            .add_child("t101", parent.as_str(), children, child.as_str())
            .await;
        make(&place, NewEvent::new(child, "x", text)).await;
    }
    let below = || EventFilter::new().source(&parent);
    for (filter, expected) in [
        (below(), "p"),
        (below().with_source_devices(), "dp"),
        (below().with_source_assets(), "ap"),
        (below().with_source_additions(), "xp"),
        (below().with_source_children(), "xadp"),
    ] {
        assert_eq!(listed(&place.client, &filter).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn all_events_of_a_filter_are_deleted_and_no_others() {
    let (place, [first, second]) = with_events().await;
    let events = place.client.events();
    let filter = EventFilter::new().source(&first).kind("example_B");
    events.delete_all(&filter).await.unwrap();
    assert_eq!(listed(&place.client, &EventFilter::new()).await, "dca");
    let filter = EventFilter::new().source(&second).fragment("example_X");
    events.delete_all(&filter).await.unwrap();
    assert_eq!(listed(&place.client, &EventFilter::new()).await, "da");
    let filter = EventFilter::new().from(time("2026-01-02T00:00:00Z"));
    events.delete_all(&filter).await.unwrap();
    assert_eq!(listed(&place.client, &EventFilter::new()).await, "a");
    let filter = EventFilter::new().created_to(Utc::now() + TimeDelta::hours(1));
    events.delete_all(&filter).await.unwrap();
    assert_eq!(listed(&place.client, &EventFilter::new()).await, "");
}

#[tokio::test]
async fn a_filter_that_might_mean_more_than_it_says_deletes_no_events() {
    let (place, [first, _]) = with_events().await;
    let before = place.requests();
    let all = EventFilter::new;
    let of_first = || all().source(&first);
    let now = Utc::now();
    for (filter, reason) in [
        (
            all(),
            "at least one of source, dateFrom, dateTo, createdFrom, createdTo",
        ),
        (all().kind("example_A"), "at least one of source"),
        (all().fragment("example_X"), "at least one of source"),
        (
            of_first().fragment_value("example_X", "one"),
            "by fragmentValue",
        ),
        (of_first().updated_from(now), "by lastUpdatedFrom"),
        (of_first().with_source_children(), "by withSourceChildren"),
        (of_first().query("typ", "example_A"), "by typ,"),
        (all().source(&"".into()), "source is empty"),
        (of_first().kind(""), "type is empty"),
    ] {
        let refused = place.client.events().delete_all(&filter).await;
        assert_invalid(refused, reason);
    }
    assert_eq!(place.requests(), before);
    assert_eq!(listed(&place.client, &all()).await, "dcba");
}
