//! Series of measurements.

use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/measurement/measurements/series";
const ALWAYS: &str = "dateFrom=2000-01-01&dateTo=2100-01-01";

/// A source with temperatures at these times, with a humidity beside the last one.
async fn source(platform: &TestPlatform, values: &[(&str, f64)]) -> String {
    let source = platform.object("t101").await;
    for (index, (time, value)) in values.iter().enumerate() {
        let mut new = json!({
            "source": {"id": source}, "type": "climate", "time": time,
            "c8y_Air": {"T": {"value": value, "unit": "C"}}, "plain": {"value": 1},
        });
        if index + 1 == values.len() {
            new["c8y_Air"]["H"] = json!({"value": 50});
        }
        let measurements = "/measurement/measurements";
        platform.post("t101", measurements, new).await.expect(201);
    }
    source
}

async fn series(platform: &TestPlatform, source: &str, query: &str) -> (Value, String) {
    let path = format!("{PATH}?source={source}&{ALWAYS}&{query}");
    let answer = platform.get("t101", &path).await.expect(200);
    assert_eq!(answer.header("content-type"), "application/json");
    (answer.json(), answer.text)
}

fn one(value: f64) -> Value {
    json!({"min": value, "max": value})
}

#[tokio::test]
async fn the_values_of_all_series_stand_side_by_side() {
    let platform = TestPlatform::start();
    let (first, second) = ("2026-01-01T00:00:00.000+02:00", "2026-01-01T00:01:00.000Z");
    let source = source(&platform, &[(first, 20.5), (second, 21.0)]).await;
    let (seen, text) = series(&platform, &source, "").await;
    let expected = json!({
        "series": [
            {"type": "c8y_Air", "name": "T", "unit": "C"},
            {"type": "c8y_Air", "name": "H"},
        ],
        "values": {first: [one(20.5), null], second: [one(21.0), one(50.0)]},
        "truncated": false,
    });
    assert_eq!(seen, expected);
    assert!(text.find(first) < text.find(second), "oldest first: {text}");
    let (_, text) = series(&platform, &source, "revert=true").await;
    assert!(text.find(first) > text.find(second), "newest first: {text}");
}

#[tokio::test]
async fn series_are_chosen_by_their_names() {
    let platform = TestPlatform::start();
    let time = "2026-01-01T00:00:00.000Z";
    let source = source(&platform, &[(time, 20.0)]).await;
    for (query, expected) in [
        ("series=c8y_Air.H", json!({time: [one(50.0)]})),
        (
            "series=c8y_Air.T&series=c8y_Air.H",
            json!({time: [one(50.0), one(20.0)]}),
        ),
        ("series=c8y_Air.X", json!({})),
        ("series=c8y_Air", json!({})),
    ] {
        let (seen, _) = series(&platform, &source, query).await;
        assert_eq!(seen["values"], expected, "{query}");
    }
}

#[tokio::test]
async fn values_are_aggregated_by_days_hours_or_minutes() {
    let platform = TestPlatform::start();
    let values = [
        ("2026-01-01T00:00:10Z", 1.0),
        ("2026-01-01T00:00:20Z", 3.0),
        ("2026-01-01T00:30:00Z", 2.0),
        ("2026-01-01T05:00:00Z", 7.0),
    ];
    let source = source(&platform, &values).await;
    for (query, rows, first) in [
        (
            "aggregationType=MINUTELY",
            3,
            json!({"min": 1.0, "max": 3.0}),
        ),
        ("aggregationType=HOURLY", 2, json!({"min": 1.0, "max": 3.0})),
        ("aggregationType=DAILY", 1, json!({"min": 1.0, "max": 7.0})),
        (
            "aggregationInterval=12h",
            2,
            json!({"min": 1.0, "max": 3.0}),
        ),
        ("aggregationInterval=3M", 1, json!({"min": 1.0, "max": 7.0})),
    ] {
        let query = format!("{query}&series=c8y_Air.T");
        let (seen, _) = series(&platform, &source, &query).await;
        let values = seen["values"].as_object().expect("an object");
        assert_eq!(values.len(), rows, "{query}: {seen}");
        assert_eq!(seen["values"]["2026-01-01T00:00:00.000Z"][0], first);
    }
}

#[tokio::test]
async fn a_query_of_series_without_source_and_times_or_with_an_unknown_interval_is_refused() {
    let platform = TestPlatform::start();
    let complete = format!("source=1&{ALWAYS}");
    for query in [
        ALWAYS.to_owned(),
        "source=1&dateFrom=2026-01-01".to_owned(),
        "source=1&dateTo=2026-01-01".to_owned(),
        format!("{complete}&aggregationType=YEARLY"),
        format!("{complete}&aggregationInterval=h"),
        format!("{complete}&aggregationInterval=0h"),
        format!("{complete}&aggregationInterval=1000s"),
        format!("{complete}&aggregationInterval=5x"),
    ] {
        let answer = platform.get("t101", &format!("{PATH}?{query}")).await;
        answer.refused(422);
    }
}

#[tokio::test]
async fn at_most_5000_values_are_shown() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let many: Vec<Value> = (0..5001)
        .map(|number| {
            let (hour, minute, second) = (number / 3600, number / 60 % 60, number % 60);
            let time = format!("2026-01-01T{hour:02}:{minute:02}:{second:02}Z");
            json!({"source": {"id": source}, "type": "a", "time": time, "a": {"b": {"value": 1}}})
        })
        .collect();
    let many = json!({"measurements": many});
    let measurements = "/measurement/measurements";
    platform.post("t101", measurements, many).await.expect(201);
    let (seen, _) = series(&platform, &source, "").await;
    assert_eq!(
        seen["values"].as_object().map(serde_json::Map::len),
        Some(5000)
    );
    assert_eq!(seen["truncated"], true);
    let (seen, _) = series(&platform, &source, "aggregationType=DAILY").await;
    assert_eq!(seen["truncated"], false);
}

#[tokio::test]
async fn series_need_the_role_or_the_ownership_of_the_source() {
    let platform = TestPlatform::start();
    let source = source(&platform, &[("2026-01-01T00:00:00Z", 1.0)]).await;
    platform.user("t101", "nobody", &["ROLE_ALARM_READ"]).await;
    let path = format!("{PATH}?source={source}&{ALWAYS}");
    let call = platform.anonymous("GET", &path);
    let answer = call.user("t101/nobody", PASSWORD).send().await;
    assert_eq!(answer.refused(403), "security/Forbidden");
}
