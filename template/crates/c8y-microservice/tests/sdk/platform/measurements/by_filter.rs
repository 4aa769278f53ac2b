//! Measurements that a filter names: listed and deleted.

use c8y_microservice::{ManagedObjectId, MeasurementFilter, NewMeasurement};
use serde_json::json;

use super::{listed, make};
use crate::platform::{Place, assert_invalid, time};

/// Measurements named `a` to `d`, which differ in all that filters look at.
async fn with_measurements() -> (Place, [ManagedObjectId; 2]) {
    let place = Place::new().await;
    let sources = [place.device().await, place.device().await];
    let [first, second] = &sources;
    for (name, source, kind, day, fragment, series) in [
        ("a", first, "example_A", "01", "c8y_X", "S"),
        ("b", first, "example_B", "02", "c8y_X", "T"),
        ("c", second, "example_A", "03", "c8y_Y", "S"),
        ("d", second, "example, C", "04", "c8y_Y", "T"),
    ] {
        let measurement = NewMeasurement::new(source.clone(), kind)
            .time(time(&format!("2026-01-{day}T00:00:00Z")))
            .value(fragment, series, 1.0, "")
            .fragment("example_Name", json!(name));
        make(&place, measurement).await;
    }
    (place, sources)
}

#[tokio::test]
async fn each_filter_admits_the_measurements_that_it_names() {
    let (place, [first, second]) = with_measurements().await;
    let day = |day: u8| time(&format!("2026-01-0{day}T00:00:00Z"));
    let all = MeasurementFilter::new;
    for (filter, expected) in [
        (all(), "abcd"),
        (all().source(&first), "ab"),
        (all().source(&second), "cd"),
        (all().kind("example_A"), "ac"),
        (all().kind("example, C"), "d"),
        (all().value_fragment("c8y_X"), "ab"),
        (all().series("T"), "bd"),
        (all().value_fragment("c8y_Y").series("T"), "d"),
        (all().from(day(2)), "bcd"),
        (all().to(day(2)), "a"),
        (all().from(day(2)).to(day(4)), "bc"),
        (all().from(day(2)).newest_first(), "dcb"),
        (all().from(day(2)).oldest_first(), "bcd"),
        (all().from(day(2)).newest_first().oldest_first(), "bcd"),
        (all().source(&first).series("S"), "a"),
        (all().query("type", "example_B"), "b"),
        (all().source(&"999999".into()), ""),
    ] {
        assert_eq!(listed(&place.client, &filter).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn all_measurements_of_a_filter_are_deleted_and_no_others() {
    let (place, [first, second]) = with_measurements().await;
    let measurements = place.client.measurements();
    let all = MeasurementFilter::new;
    for (filter, left) in [
        (all().source(&first).kind("example_B"), "acd"),
        (all().source(&second).fragment("c8y_X"), "acd"),
        (
            all().source(&second).from(time("2026-01-04T00:00:00Z")),
            "ac",
        ),
        (all().to(time("2026-01-02T00:00:00Z")), "c"),
        (all().source(&second).fragment("c8y_Y"), ""),
    ] {
        measurements.delete_all(&filter).await.unwrap();
        assert_eq!(listed(&place.client, &all()).await, left, "{filter:?}");
    }
}

#[tokio::test]
async fn a_filter_that_might_mean_more_than_it_says_deletes_no_measurements() {
    let (place, [first, _]) = with_measurements().await;
    let before = place.requests();
    let all = MeasurementFilter::new;
    let of_first = || all().source(&first);
    for (filter, reason) in [
        (all(), "at least one of source, dateFrom, dateTo"),
        (all().kind("example_A"), "at least one of source"),
        (all().fragment("c8y_X"), "at least one of source"),
        (of_first().value_fragment("c8y_X"), "by valueFragmentType"),
        (of_first().series("S"), "by valueFragmentSeries"),
        (of_first().newest_first(), "by revert"),
        (
            of_first().query("createdFrom", "2026-01-01"),
            "by createdFrom",
        ),
        (all().source(&"".into()), "source is empty"),
        (of_first().kind(""), "type is empty"),
    ] {
        let refused = place.client.measurements().delete_all(&filter).await;
        assert_invalid(refused, reason);
    }
    assert_eq!(place.requests(), before);
    assert_eq!(listed(&place.client, &all()).await, "abcd");
}
