//! Alarms.

use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/alarm/alarms";

fn alarm(source: &str, kind: &str, time: &str) -> Value {
    json!({
        "source": {"id": source}, "type": kind, "text": "It is hot", "severity": "MAJOR",
        "time": time, "c8y_Custom": {"a": 1},
    })
}

async fn types(platform: &TestPlatform, query: &str) -> Vec<String> {
    let seen = platform
        .get("t101", &format!("{PATH}?pageSize=100&{query}"))
        .await
        .expect(200)
        .json();
    let alarms = seen["alarms"].as_array().expect("a list of alarms");
    alarms
        .iter()
        .map(|alarm| alarm["type"].as_str().expect("a type").to_owned())
        .collect()
}

#[tokio::test]
async fn an_alarm_is_made_with_what_the_platform_adds() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = alarm(&source, "hot", "2026-01-02T03:04:05.678+01:00");
    let made = platform.post("t101", PATH, new).await.expect(201);
    let seen = made.json();
    assert_eq!(seen["status"], "ACTIVE");
    assert_eq!(seen["count"], 1);
    assert_eq!(seen.get("firstOccurrenceTime"), None);
    assert_eq!(seen["time"], "2026-01-02T03:04:05.678+01:00");
    assert_eq!(seen["source"]["name"], "Motor");
    assert_eq!(seen["c8y_Custom"], json!({"a": 1}));
    assert_eq!(made.header("location"), seen["self"].as_str().unwrap());
    let path = format!("{PATH}/{}", made.id());
    assert_eq!(platform.get("t101", &path).await.expect(200).json(), seen);
}

#[tokio::test]
async fn the_same_alarm_again_counts_up_and_takes_over_the_time_and_nothing_else() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let first = alarm(&source, "hot", "2026-01-01T00:00:00.000Z");
    let id = platform.post("t101", PATH, first).await.expect(201).id();
    let mut again = alarm(&source, "hot", "2026-01-02T00:00:00.000Z");
    again["text"] = "It is very hot".into();
    again["severity"] = "CRITICAL".into();
    let seen = platform.post("t101", PATH, again).await.expect(201).json();
    assert_eq!(seen["id"], json!(id));
    assert_eq!(seen["count"], 2);
    assert_eq!(seen["time"], "2026-01-02T00:00:00.000Z");
    assert_eq!(seen["firstOccurrenceTime"], "2026-01-01T00:00:00.000Z");
    assert_eq!(
        (&seen["text"], &seen["severity"]),
        (&json!("It is hot"), &json!("MAJOR"))
    );
}

#[tokio::test]
async fn another_source_another_type_and_a_cleared_alarm_make_new_alarms() {
    let platform = TestPlatform::start();
    let (source, other) = (platform.object("t101").await, platform.object("t101").await);
    let time = "2026-01-01T00:00:00Z";
    let first = platform
        .post("t101", PATH, alarm(&source, "hot", time))
        .await
        .expect(201)
        .id();
    let acknowledged = json!({"status": "ACKNOWLEDGED"});
    platform
        .put("t101", &format!("{PATH}/{first}"), acknowledged)
        .await
        .expect(200);
    let again = platform
        .post("t101", PATH, alarm(&source, "hot", time))
        .await
        .expect(201);
    assert_eq!(again.id(), first, "an acknowledged alarm is counted up");

    let mut ids = vec![first.clone()];
    ids.push(
        platform
            .post("t101", PATH, alarm(&other, "hot", time))
            .await
            .expect(201)
            .id(),
    );
    ids.push(
        platform
            .post("t101", PATH, alarm(&source, "cold", time))
            .await
            .expect(201)
            .id(),
    );
    let cleared = json!({"status": "CLEARED"});
    platform
        .put("t101", &format!("{PATH}/{first}"), cleared)
        .await
        .expect(200);
    ids.push(
        platform
            .post("t101", PATH, alarm(&source, "hot", time))
            .await
            .expect(201)
            .id(),
    );
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[tokio::test]
async fn what_an_alarm_lacks_is_named() {
    let platform = TestPlatform::start();
    let answer = platform
        .post("t101", PATH, json!({"type": "hot", "time": "2026-01-01"}))
        .await;
    let expected = "Following mandatory fields should be included: severity,source,text";
    assert_eq!(answer.json()["message"], expected);
    assert_eq!(answer.refused(422), "undefined/validationError");
}

#[tokio::test]
async fn wrong_values_and_an_unknown_source_are_refused() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let time = "2026-01-01T00:00:00Z";
    platform
        .post("t101", PATH, alarm("999999", "hot", time))
        .await
        .refused(422);
    for (field, value) in [
        ("severity", json!("HUGE")),
        ("status", json!("OPEN")),
        ("time", json!("today")),
        ("text", json!(7)),
    ] {
        let mut wrong = alarm(&source, "hot", time);
        wrong[field] = value;
        let answer = platform.post("t101", PATH, wrong).await;
        assert!(answer.text.contains(field), "{}", answer.text);
        answer.refused(422);
    }
}

#[tokio::test]
async fn alarms_are_listed_newest_first_and_narrowed_by_filters() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    for (kind, day) in [("a", 1), ("b", 3), ("c", 2)] {
        let new = alarm(&source, kind, &format!("2026-01-0{day}T00:00:00Z"));
        platform.post("t101", PATH, new).await.expect(201);
    }
    let mut cleared = alarm(&source, "d", "2026-01-04T00:00:00Z");
    cleared["status"] = "CLEARED".into();
    cleared["severity"] = "MINOR".into();
    platform.post("t101", PATH, cleared).await.expect(201);

    for (query, expected) in [
        ("", "d b c a"),
        ("revert=true", "a c b d"),
        ("type=a,b", "b a"),
        ("severity=MINOR,WARNING", "d"),
        ("status=ACTIVE", "b c a"),
        ("resolved=true", "d"),
        ("resolved=false", "b c a"),
        ("dateFrom=2026-01-02&dateTo=2026-01-03", "c"),
        ("source=999999", ""),
        ("createdFrom=2999-01-01", ""),
    ] {
        assert_eq!(types(&platform, query).await.join(" "), expected, "{query}");
        let count = platform
            .get("t101", &format!("{PATH}/count?{query}"))
            .await
            .expect(200);
        assert_eq!(
            count.json(),
            expected.split_whitespace().count(),
            "count {query}"
        );
    }
    platform
        .get("t101", &format!("{PATH}?dateFrom=yesterday"))
        .await
        .refused(422);
}

#[tokio::test]
async fn an_update_changes_status_text_severity_and_fragments_and_nothing_else() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = alarm(&source, "hot", "2026-01-01T00:00:00Z");
    let path = format!(
        "{PATH}/{}",
        platform.post("t101", PATH, new).await.expect(201).id()
    );
    let update = json!({"status": "CLEARED", "text": "Cool", "c8y_Custom": null, "x": 1});
    let seen = platform.put("t101", &path, update).await.expect(200).json();
    assert_eq!(
        (&seen["status"], &seen["text"], &seen["x"]),
        (&json!("CLEARED"), &json!("Cool"), &json!(1))
    );
    assert_eq!(seen.get("c8y_Custom"), None);
    platform
        .put("t101", &path, json!({"type": "cold"}))
        .await
        .refused(422);
    platform
        .put("t101", &path, json!({"status": "OPEN"}))
        .await
        .refused(422);
    platform
        .put("t101", &format!("{PATH}/999999"), json!({}))
        .await
        .refused(404);
}

#[tokio::test]
async fn an_alarm_needs_the_role_or_the_ownership_of_its_source() {
    let platform = TestPlatform::start();
    platform
        .user("t101", "creator", &["ROLE_INVENTORY_CREATE"])
        .await;
    let call = |method, path| {
        platform
            .anonymous(method, path)
            .user("t101/creator", PASSWORD)
    };
    let own = call("POST", "/inventory/managedObjects")
        .json(&json!({}))
        .send()
        .await
        .expect(201)
        .id();
    let other = platform.object("t101").await;
    let time = "2026-01-01T00:00:00Z";
    call("POST", PATH)
        .json(&alarm(&own, "own", time))
        .send()
        .await
        .expect(201);
    let refused = call("POST", PATH)
        .json(&alarm(&other, "other", time))
        .send()
        .await;
    assert_eq!(refused.refused(403), "security/Forbidden");

    platform
        .post("t101", PATH, alarm(&other, "other", time))
        .await
        .expect(201);
    let seen = call("GET", PATH).send().await.expect(200).json();
    assert_eq!(
        seen["alarms"].as_array().map(Vec::len),
        Some(1),
        "only the own one in {seen}"
    );
}

#[tokio::test]
async fn fragments_that_are_null_are_not_kept() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let mut new = alarm(&source, "hot", "2026-01-01T00:00:00.000Z");
    new["c8y_Nothing"] = Value::Null;
    let seen = platform.post("t101", PATH, new).await.expect(201).json();
    assert_eq!(seen.get("c8y_Nothing"), None);
    assert_eq!(seen["c8y_Custom"], json!({"a": 1}));
}
