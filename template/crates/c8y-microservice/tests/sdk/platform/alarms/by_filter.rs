//! Alarms that a filter names: listed, counted, changed and deleted.

use c8y_microservice::AlarmStatus::{Acknowledged, Active, Cleared};
use c8y_microservice::Severity::{Critical, Major, Minor, Warning};
use c8y_microservice::{AlarmFilter, AlarmUpdate, ManagedObjectId, NewAlarm, PlatformError};
use chrono::{TimeDelta, Utc};

use super::raise;
use crate::platform::{Place, assert_invalid, time};

/// The texts of the alarms that a filter admits, sorted.
async fn admitted(place: &Place, filter: &AlarmFilter) -> String {
    let alarms = place.client.alarms().list(filter).all().await.unwrap();
    let mut texts: Vec<_> = alarms.into_iter().map(|alarm| alarm.text).collect();
    texts.sort();
    texts.concat()
}

/// Alarms with the texts `a` to `d`, which differ in all that filters look at.
async fn with_alarms() -> (Place, [ManagedObjectId; 2]) {
    let place = Place::new().await;
    let sources = [place.device().await, place.device().await];
    let [first, second] = &sources;
    let alarms = [
        ("a", first, "example_A", Critical, "01", Active),
        ("b", first, "example_B", Major, "02", Acknowledged),
        ("c", second, "example_A", Minor, "03", Cleared),
        ("d", second, "example_C D", Warning, "04", Active),
    ];
    for (text, source, kind, severity, day, status) in alarms {
        let time = time(&format!("2026-01-{day}T00:00:00Z"));
        let alarm = NewAlarm::new(source.clone(), kind, text, severity).time(time);
        let id = raise(&place, alarm).await.id;
        let update = AlarmUpdate::new().status(status);
        place.client.alarms().update(&id, &update).await.unwrap();
    }
    (place, sources)
}

#[tokio::test]
async fn each_filter_admits_the_alarms_that_it_names() {
    let (place, [first, second]) = with_alarms().await;
    let day = |day: u8| time(&format!("2026-01-0{day}T00:00:00Z"));
    let all = AlarmFilter::new;
    let now = Utc::now();
    let past = now - TimeDelta::hours(1);
    let future = now + TimeDelta::hours(1);
    for (filter, expected) in [
        (all(), "abcd"),
        (all().source(&first), "ab"),
        (all().source(&second), "cd"),
        (all().kind("example_A"), "ac"),
        (all().kind("example_A").kind("example_C D"), "acd"),
        (all().kind("example_C D"), "d"),
        (all().severity(Critical), "a"),
        (all().severity(Major), "b"),
        (all().severity(Minor), "c"),
        (all().severity(Warning), "d"),
        (all().severity(Minor).severity(Major), "bc"),
        (all().status(Active), "ad"),
        (all().status(Acknowledged), "b"),
        (all().status(Cleared), "c"),
        (all().status(Cleared).status(Acknowledged), "bc"),
        (all().resolved(true), "c"),
        (all().resolved(false), "abd"),
        (all().from(day(2)), "bcd"),
        (all().to(day(2)), "a"),
        (all().from(day(2)).to(day(4)), "bc"),
        (all().created_from(past), "abcd"),
        (all().created_from(future), ""),
        (all().created_to(past), ""),
        (all().created_to(future), "abcd"),
        (all().updated_from(past), "abcd"),
        (all().updated_from(future), ""),
        (all().updated_to(past), ""),
        (all().updated_to(future), "abcd"),
        (all().source(&first).severity(Minor), ""),
        (all().source(&first).source(&second), "cd"),
        (all().query("severity", "MINOR"), "c"),
        (all().source(&"999999".into()), ""),
    ] {
        assert_eq!(admitted(&place, &filter).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_source_stands_for_what_is_below_it_where_a_filter_says_so() {
    let place = Place::new().await;
    let parent = place.device().await;
    raise(&place, NewAlarm::new(parent.clone(), "x", "p", Minor)).await;
    for (text, children) in [
        ("d", "childDevices"),
        ("a", "childAssets"),
        ("x", "childAdditions"),
    ] {
        let child = place.device().await;
        place
            .platform
            .add_child("t101", parent.as_str(), children, child.as_str())
            .await;
        raise(&place, NewAlarm::new(child, "x", text, Minor)).await;
    }
    let below = || AlarmFilter::new().source(&parent);
    for (filter, expected) in [
        (below(), "p"),
        (below().with_source_devices(), "dp"),
        (below().with_source_assets(), "ap"),
        (below().with_source_additions(), "px"),
        (below().with_source_children(), "adpx"),
        (below().with_source_devices().with_source_assets(), "adp"),
    ] {
        assert_eq!(admitted(&place, &filter).await, expected, "{filter:?}");
    }
    let nobody = AlarmFilter::new().with_source_children();
    let refused = place.client.alarms().list(&nobody).all().await;
    assert!(
        matches!(refused, Err(PlatformError::Unprocessable(_))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn alarms_are_listed_the_newest_first() {
    let (place, _) = with_alarms().await;
    let alarms = place.client.alarms().list(&AlarmFilter::new()).page_size(3);
    let texts = alarms
        .all()
        .await
        .unwrap()
        .into_iter()
        .map(|alarm| alarm.text);
    assert_eq!(texts.collect::<String>(), "dcba");
}

#[tokio::test]
async fn alarms_are_counted_as_they_are_listed() {
    let (place, [first, _]) = with_alarms().await;
    let alarms = place.client.alarms();
    for (filter, expected) in [
        (AlarmFilter::new(), 4),
        (AlarmFilter::new().source(&first), 2),
        (AlarmFilter::new().kind("example_A").kind("example_B"), 3),
        (AlarmFilter::new().resolved(true), 1),
        (AlarmFilter::new().status(Active), 2),
        (AlarmFilter::new().severity(Warning), 1),
        (AlarmFilter::new().from(time("2026-01-02T00:00:00Z")), 3),
        (AlarmFilter::new().source(&"999999".into()), 0),
    ] {
        assert_eq!(alarms.count(&filter).await, Ok(expected), "{filter:?}");
    }
}

#[tokio::test]
async fn all_alarms_of_a_filter_get_another_status() {
    let (place, [first, _]) = with_alarms().await;
    let alarms = place.client.alarms();
    let of_first = AlarmFilter::new().source(&first).resolved(false);
    alarms.update_all(&of_first, Cleared).await.unwrap();
    let cleared = AlarmFilter::new().status(Cleared);
    assert_eq!(admitted(&place, &cleared).await, "abc");
    alarms.update_all(&cleared, Active).await.unwrap();
    let active = AlarmFilter::new().status(Active);
    assert_eq!(admitted(&place, &active).await, "abcd");
}

#[tokio::test]
async fn all_alarms_of_a_filter_are_deleted_and_no_others() {
    let (place, [first, second]) = with_alarms().await;
    let alarms = place.client.alarms();
    let filter = AlarmFilter::new().source(&first).severity(Major);
    alarms.delete_all(&filter).await.unwrap();
    assert_eq!(admitted(&place, &AlarmFilter::new()).await, "acd");
    let filter = AlarmFilter::new()
        .kind("example_A")
        .to(time("2026-01-03T00:00:00Z"));
    alarms.delete_all(&filter).await.unwrap();
    assert_eq!(admitted(&place, &AlarmFilter::new()).await, "cd");
    let everything = AlarmFilter::new()
        .source(&second)
        .created_to(Utc::now() + TimeDelta::hours(1));
    alarms.delete_all(&everything).await.unwrap();
    assert_eq!(admitted(&place, &AlarmFilter::new()).await, "");
}

#[tokio::test]
async fn a_filter_that_might_mean_more_than_it_says_counts_changes_and_deletes_nothing() {
    let (place, [first, _]) = with_alarms().await;
    let before = place.requests();
    let alarms = place.client.alarms();
    let all = AlarmFilter::new;
    let now = Utc::now();
    for (filter, reason) in [
        (
            all(),
            "at least one of source, dateFrom, dateTo, createdFrom, createdTo",
        ),
        (all().severity(Minor), "at least one of source"),
        (
            all().kind("example_A").resolved(false),
            "at least one of source",
        ),
        (all().with_source_children(), "at least one of source"),
        (
            all().source(&first).updated_from(now),
            "not narrowed down by lastUpdatedFrom",
        ),
        (
            all().source(&first).query("revert", "true"),
            "not narrowed down by revert",
        ),
        (all().source(&"".into()), "source is empty"),
        (all().source(&first).kind("a,b"), "type `a,b`"),
        (all().source(&first).kind("a").kind("b,c"), "type `b,c`"),
        (
            all().source(&first).status(Active).resolved(false),
            "not both",
        ),
        (all().query("dateFrom", ""), "dateFrom is empty"),
    ] {
        assert_invalid(alarms.delete_all(&filter).await, reason);
    }
    for (filter, reason) in [
        (all(), "at least one of source"),
        (all().with_source_children(), "at least one of source"),
        (
            all().source(&first).kind("example_A"),
            "not narrowed down by type",
        ),
        (
            all().source(&first).updated_to(now),
            "not narrowed down by lastUpdatedTo",
        ),
        (all().source(&"".into()), "source is empty"),
    ] {
        assert_invalid(alarms.update_all(&filter, Cleared).await, reason);
    }
    for (filter, reason) in [
        (all().created_from(now), "not narrowed down by createdFrom"),
        (
            all().updated_from(now),
            "not narrowed down by lastUpdatedFrom",
        ),
        (all().resolved(true).status(Cleared), "not both"),
        (all().kind("a,b"), "type `a,b`"),
    ] {
        assert_invalid(alarms.count(&filter).await, reason);
    }
    assert_eq!(place.requests(), before);
    assert_eq!(admitted(&place, &all()).await, "abcd");
}
