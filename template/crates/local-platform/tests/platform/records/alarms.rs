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

/// Alarms `a`, `b`, `c` of the first, second and third day of a year, `c` cleared.
async fn three(platform: &TestPlatform, source: &str) {
    for (kind, day) in [("a", 1), ("b", 2), ("c", 3)] {
        let mut new = alarm(source, kind, &format!("2026-01-0{day}T00:00:00Z"));
        new["status"] = if kind == "c" { "CLEARED" } else { "ACTIVE" }.into();
        platform.post("t101", PATH, new).await.expect(201);
    }
}

#[tokio::test]
async fn the_status_of_many_alarms_is_changed_by_filter() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    let acknowledged = json!({"status": "ACKNOWLEDGED", "text": "not taken over"});
    let path = format!("{PATH}?source={source}&resolved=false&dateTo=2026-01-02");
    let answer = platform.put("t101", &path, acknowledged).await.expect(200);
    assert_eq!(answer.text, "");
    assert_eq!(types(&platform, "status=ACKNOWLEDGED").await, ["a"]);
    assert_eq!(types(&platform, "status=ACTIVE").await, ["b"]);
    let seen = platform.get("t101", PATH).await.expect(200).json();
    for alarm in seen["alarms"].as_array().expect("a list") {
        assert_eq!(alarm["text"], "It is hot");
    }
}

#[tokio::test]
async fn a_change_of_many_alarms_needs_a_filter_and_a_status() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    let by_source = format!("{PATH}?source={source}");
    for (path, update) in [
        (PATH, json!({"status": "CLEARED"})),
        (&format!("{PATH}?pageSize=5"), json!({"status": "CLEARED"})),
        (&by_source, json!({"status": "OPEN"})),
        (&by_source, json!({"severity": "MINOR"})),
    ] {
        platform.put("t101", path, update).await.refused(422);
    }
    assert_eq!(types(&platform, "status=ACTIVE").await, ["b", "a"]);
}

#[tokio::test]
async fn alarms_are_deleted_by_filter_but_never_all() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    for query in ["", "?type=a", "?status=ACTIVE", "?resolved=true"] {
        let answer = platform.delete("t101", &format!("{PATH}{query}")).await;
        assert!(answer.text.contains("createdFrom"), "{}", answer.text);
        answer.refused(422);
    }
    let cleared = format!("{PATH}?source={source}&status=CLEARED");
    platform.delete("t101", &cleared).await.expect(204);
    assert_eq!(types(&platform, "").await, ["b", "a"]);
    let since = format!("{PATH}?dateFrom=2026-01-02");
    platform.delete("t101", &since).await.expect(204);
    assert_eq!(types(&platform, "").await, ["a"]);
}

#[tokio::test]
async fn an_alarm_that_was_cleared_or_deleted_by_filter_is_raised_anew() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = alarm(&source, "hot", "2026-01-01T00:00:00Z");
    let mut ids = Vec::new();
    let by_source = format!("{PATH}?source={source}");
    for _ in 0..2 {
        let made = platform.post("t101", PATH, new.clone()).await.expect(201);
        ids.push(made.id());
        let cleared = json!({"status": "CLEARED"});
        platform.put("t101", &by_source, cleared).await.expect(200);
    }
    let made = platform.post("t101", PATH, new.clone()).await.expect(201);
    ids.push(made.id());
    platform.delete("t101", &by_source).await.expect(204);
    let made = platform.post("t101", PATH, new).await.expect(201);
    assert_eq!(made.json()["count"], 1);
    ids.push(made.id());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[tokio::test]
async fn an_alarm_that_is_active_again_is_counted_up() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = alarm(&source, "hot", "2026-01-01T00:00:00Z");
    let id = platform.post("t101", PATH, new).await.expect(201).id();
    for status in ["CLEARED", "ACTIVE"] {
        let update = json!({"status": status});
        let path = format!("{PATH}/{id}");
        platform.put("t101", &path, update).await.expect(200);
    }
    let again = alarm(&source, "hot", "2026-01-03T00:00:00Z");
    let seen = platform.post("t101", PATH, again).await.expect(201).json();
    assert_eq!((&seen["id"], &seen["count"]), (&json!(id), &json!(2)));
}

#[tokio::test]
async fn a_counted_up_alarm_is_listed_at_its_new_time() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    for (kind, day) in [("a", 1), ("b", 2), ("a", 3)] {
        let new = alarm(&source, kind, &format!("2026-01-0{day}T00:00:00Z"));
        platform.post("t101", PATH, new).await.expect(201);
    }
    assert_eq!(types(&platform, "").await, ["a", "b"]);
    let first_day = format!("source={source}&dateTo=2026-01-02");
    assert!(types(&platform, &first_day).await.is_empty());
}

#[tokio::test]
async fn changing_and_deleting_by_filter_needs_the_role_even_for_own_sources() {
    let platform = TestPlatform::start();
    platform.creator(&["ROLE_ALARM_READ"]).await;
    let call = |method, path: &str| platform.as_creator(method, path);
    let own = platform.own_object().await;
    let by_source = format!("{PATH}?source={own}");
    for method in ["PUT", "DELETE"] {
        let call = call(method, &by_source).json(&json!({"status": "CLEARED"}));
        assert_eq!(call.send().await.refused(403), "security/Forbidden");
    }
}

#[tokio::test]
async fn who_may_not_read_all_alarms_counts_a_hundred_of_their_own_and_no_pages() {
    let platform = TestPlatform::start();
    platform.creator(&[]).await;
    let call = |method, path: &str| platform.as_creator(method, path);
    let own = platform.own_object().await;
    for number in 0..101 {
        let new = alarm(&own, &format!("a{number}"), "2026-01-01T00:00:00Z");
        platform.post("t101", PATH, new).await.expect(201);
    }
    let count = format!("{PATH}/count");
    assert_eq!(call("GET", &count).send().await.expect(200).json(), 100);
    let all = platform.get("t101", &count).await.expect(200).json();
    assert_eq!(all, 101);
    let pages = call("GET", &format!("{PATH}?withTotalPages=true"));
    let seen = pages.send().await.expect(200).json();
    assert_eq!(seen["statistics"], json!({"currentPage": 1, "pageSize": 5}));
}

#[tokio::test]
async fn a_source_in_maintenance_raises_no_alarms() {
    let platform = TestPlatform::start();
    let objects = "/inventory/managedObjects";
    let object = json!({"c8y_RequiredAvailability": {"responseInterval": -10}});
    let source = platform
        .post("t101", objects, object)
        .await
        .expect(201)
        .id();
    let new = alarm(&source, "hot", "2026-01-01T00:00:00Z");
    let made = platform.post("t101", PATH, new.clone()).await.expect(201);
    let link = made.json()["self"].as_str().expect("a link").to_owned();
    assert!(link.ends_with("/alarm/alarms/null"), "{link}");
    assert!(types(&platform, "").await.is_empty());

    let back = json!({"c8y_RequiredAvailability": {"responseInterval": 10}});
    let path = format!("{objects}/{source}");
    platform.put("t101", &path, back).await.expect(200);
    platform.post("t101", PATH, new).await.expect(201);
    assert_eq!(types(&platform, "").await, ["hot"]);
}

/// A plant with a device, an asset and an addition, and another device below the device: one alarm
/// each. The ID of the plant.
async fn plant(platform: &TestPlatform) -> String {
    let plant = platform.object("t101").await;
    let mut device = String::new();
    for (kind, relation) in [
        ("device", "childDevices"),
        ("asset", "childAssets"),
        ("addition", "childAdditions"),
    ] {
        let child = platform.object("t101").await;
        add_child(platform, &plant, relation, &child).await;
        let new = alarm(&child, kind, "2026-01-02T00:00:00Z");
        platform.post("t101", PATH, new).await.expect(201);
        if kind == "device" {
            device = child;
        }
    }
    let part = platform.object("t101").await;
    add_child(platform, &device, "childDevices", &part).await;
    for (source, kind, day) in [(&plant, "plant", 1), (&part, "part", 3)] {
        let new = alarm(source, kind, &format!("2026-01-0{day}T00:00:00Z"));
        platform.post("t101", PATH, new).await.expect(201);
    }
    plant
}

async fn add_child(platform: &TestPlatform, parent: &str, relation: &str, child: &str) {
    let path = format!("/inventory/managedObjects/{parent}/{relation}");
    let reference = json!({"managedObject": {"id": child}});
    platform.post("t101", &path, reference).await.expect(201);
}

#[tokio::test]
async fn alarms_of_a_sources_descendants_are_listed_counted_changed_and_deleted_on_request() {
    let platform = TestPlatform::start();
    let plant = plant(&platform).await;
    for (with, expected) in [
        ("", "plant"),
        ("withSourceDevices=false", "plant"),
        ("withSourceDevices=true", "part device plant"),
        ("withSourceAssets=true", "asset plant"),
        ("withSourceAdditions=true", "addition plant"),
        (
            "withSourceAssets=true&withSourceDevices=true",
            "part asset device plant",
        ),
        (
            "withSourceChildren=true",
            "part addition asset device plant",
        ),
    ] {
        let query = format!("source={plant}&{with}");
        assert_eq!(types(&platform, &query).await.join(" "), expected, "{with}");
        let count = format!("{PATH}/count?{query}");
        let count = platform.get("t101", &count).await.expect(200).json();
        assert_eq!(count, expected.split(' ').count(), "{with}");
    }
    let cleared = json!({"status": "CLEARED"});
    let path = format!("{PATH}?source={plant}&withSourceDevices=true");
    platform.put("t101", &path, cleared).await.expect(200);
    let seen = types(&platform, "resolved=true").await;
    assert_eq!(seen, ["part", "device", "plant"]);
    platform.delete("t101", &path).await.expect(204);
    assert_eq!(types(&platform, "").await, ["addition", "asset"]);
    for method in ["GET", "PUT", "DELETE"] {
        let path = format!("{PATH}?dateFrom=2026-01-01&withSourceChildren=true");
        let call = platform.request("t101", method, &path);
        let call = call.json(&json!({"status": "CLEARED"}));
        let answer = call.send().await;
        assert!(answer.text.contains("source"), "{}", answer.text);
        answer.refused(422);
    }
}
