//! Events.

use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::{Call, TestPlatform};

const PATH: &str = "/event/events";
const MEDIA: &str = "application/vnd.com.nsn.cumulocity.event+json;charset=UTF-8;ver=0.9";

fn event(source: &str, kind: &str, time: &str) -> Value {
    json!({
        "source": {"id": source}, "type": kind, "text": "The door is open", "time": time,
        "c8y_Custom": {"a": 1},
    })
}

async fn types(platform: &TestPlatform, query: &str) -> String {
    let path = format!("{PATH}?pageSize=100&{query}");
    let seen = platform.get("t101", &path).await.expect(200).json();
    let events = seen["events"].as_array().expect("a list of events");
    let types: Vec<&str> = events
        .iter()
        .map(|event| event["type"].as_str().expect("a type"))
        .collect();
    types.join(" ")
}

/// Events `a`, `b`, `c` of the first, third and second day of a year.
async fn three(platform: &TestPlatform, source: &str) {
    for (kind, day) in [("a", 1), ("b", 3), ("c", 2)] {
        let mut new = event(source, kind, &format!("2026-01-0{day}T00:00:00Z"));
        new[format!("only_{kind}")] = kind.into();
        platform.post("t101", PATH, new).await.expect(201);
    }
}

fn as_user<'a>(
    platform: &'a TestPlatform,
    user: &'a str,
) -> impl Fn(&'static str, &str) -> Call + 'a {
    move |method, path| {
        let call = platform.anonymous(method, path);
        call.user(&format!("t101/{user}"), PASSWORD)
    }
}

#[tokio::test]
async fn an_event_is_made_with_what_the_platform_adds() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = event(&source, "door", "2026-01-02T03:04:05.678+01:00");
    let made = platform.post("t101", PATH, new).await.expect(201);
    assert_eq!(made.header("content-type"), MEDIA);
    let seen = made.json();
    assert_eq!(seen["time"], "2026-01-02T03:04:05.678+01:00");
    assert_eq!(seen["text"], "The door is open");
    assert_eq!(seen["source"]["id"], json!(source));
    assert_eq!(seen["c8y_Custom"], json!({"a": 1}));
    assert!(seen["creationTime"].is_string(), "{seen}");
    assert_eq!(made.header("location"), seen["self"].as_str().unwrap());
    let read = platform
        .get("t101", &format!("{PATH}/{}", made.id()))
        .await
        .expect(200);
    assert_eq!(read.header("content-type"), MEDIA);
    assert_eq!(read.json(), seen);
}

#[tokio::test]
async fn an_event_that_lacks_fields_or_has_wrong_ones_is_refused() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let answer = platform.post("t101", PATH, json!({"type": "a"})).await;
    let expected = "Following mandatory fields should be included: source,text,time";
    assert_eq!(answer.json()["message"], expected);
    answer.refused(422);
    let unknown = event("999999", "a", "2026-01-01T00:00:00Z");
    platform.post("t101", PATH, unknown).await.refused(422);
    for (field, value) in [
        ("time", json!("today")),
        ("text", json!(7)),
        ("type", json!([])),
    ] {
        let mut wrong = event(&source, "a", "2026-01-01T00:00:00Z");
        wrong[field] = value;
        let answer = platform.post("t101", PATH, wrong).await;
        assert!(answer.text.contains(field), "{}", answer.text);
        answer.refused(422);
    }
    assert_eq!(types(&platform, "").await, "", "nothing is half done");
}

#[tokio::test]
async fn the_id_of_a_source_may_be_a_number() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let mut new = event(&source, "a", "2026-01-01T00:00:00Z");
    new["source"]["id"] = source.parse::<u64>().expect("a number").into();
    let seen = platform.post("t101", PATH, new).await.expect(201).json();
    assert_eq!(seen["source"]["id"], json!(source));
}

#[tokio::test]
async fn events_are_listed_newest_first_and_narrowed_by_filters() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    for (query, expected) in [
        ("", "b c a"),
        ("revert=true&dateFrom=2026-01-01", "a c b"),
        ("type=c", "c"),
        ("type=a,c", ""),
        ("dateFrom=2026-01-02&dateTo=2026-01-03", "c"),
        ("dateFrom=2026-01-03&dateTo=2026-01-02", ""),
        ("createdTo=2026-01-01", ""),
        ("lastUpdatedFrom=2026-01-02", "b c a"),
        ("fragmentType=only_b", "b"),
        ("fragmentType=only_b&fragmentValue=b", "b"),
        ("fragmentType=only_b&fragmentValue=c", ""),
        ("fragmentType=c8y_Custom&fragmentValue=1", ""),
        ("fragmentValue=c", "b c a"),
        ("source=999999", ""),
        ("source=none", ""),
        (&format!("source={source}&revert=true"), "a c b"),
        (&format!("source={source}&withSourceChildren=true"), "b c a"),
    ] {
        assert_eq!(types(&platform, query).await, expected, "{query}");
    }
    for query in [
        "dateFrom=yesterday",
        "revert=maybe",
        "withSourceChildren=true",
    ] {
        let answer = platform.get("t101", &format!("{PATH}?{query}")).await;
        answer.refused(422);
    }
}

#[tokio::test]
async fn events_of_the_same_time_are_paged_without_losing_one() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    for kind in ["a", "b", "c"] {
        let new = event(&source, kind, "2026-01-01T00:00:00Z");
        platform.post("t101", PATH, new).await.expect(201);
    }
    for (page, expected) in [(1, json!(["c", "b"])), (2, json!(["a"]))] {
        let query = format!("source={source}&pageSize=2&currentPage={page}&withTotalPages=true");
        let path = format!("{PATH}?{query}");
        let seen = platform.get("t101", &path).await.expect(200).json();
        let events = seen["events"].as_array().expect("a list");
        let types: Vec<&Value> = events.iter().map(|event| &event["type"]).collect();
        assert_eq!(json!(types), expected);
        assert_eq!(seen["statistics"]["totalPages"], 2);
    }
}

#[tokio::test]
async fn an_update_changes_text_and_fragments_and_nothing_else() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = event(&source, "door", "2026-01-01T00:00:00Z");
    let id = platform.post("t101", PATH, new).await.expect(201).id();
    let path = format!("{PATH}/{id}");
    let update = json!({"text": "It is shut", "c8y_Custom": null, "x": 1, "id": "7"});
    let seen = platform.put("t101", &path, update).await.expect(200).json();
    assert_eq!(
        (
            &seen["text"],
            &seen["x"],
            &seen["id"],
            seen.get("c8y_Custom")
        ),
        (&json!("It is shut"), &json!(1), &json!(id), None)
    );
    for fixed in [
        json!({"type": "a"}),
        json!({"time": "2026-01-02T00:00:00Z"}),
        json!({"time": null}),
        json!({"source": {"id": "7"}}),
        json!({"text": 7}),
    ] {
        platform.put("t101", &path, fixed).await.refused(422);
    }
    assert_eq!(platform.get("t101", &path).await.expect(200).json(), seen);
    let unchanged = event(&source, "door", "2026-01-01T01:00:00+01:00");
    let seen = platform.put("t101", &path, unchanged).await.expect(200);
    assert_eq!(seen.json()["time"], "2026-01-01T00:00:00.000Z");
    let unknown = platform
        .put("t101", &format!("{PATH}/999"), json!({}))
        .await;
    assert_eq!(unknown.refused(404), "event/Not Found");
}

#[tokio::test]
async fn events_are_deleted_one_by_one_and_by_filter_but_never_all() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    let all = platform.get("t101", PATH).await.expect(200).json();
    let newest = format!("{PATH}/{}", all["events"][0]["id"].as_str().expect("an ID"));
    assert_eq!(platform.delete("t101", &newest).await.expect(204).text, "");
    platform.delete("t101", &newest).await.refused(404);
    assert_eq!(types(&platform, "").await, "c a");

    for query in ["", "?type=a", "?fragmentType=only_a"] {
        let answer = platform.delete("t101", &format!("{PATH}{query}")).await;
        assert!(answer.text.contains("source, dateFrom"), "{}", answer.text);
        answer.refused(422);
    }
    let of_one_type = format!("{PATH}?source={source}&fragmentType=only_a");
    platform.delete("t101", &of_one_type).await.expect(204);
    assert_eq!(types(&platform, "").await, "c");
    let until_then = format!("{PATH}?dateTo=2026-01-02");
    platform.delete("t101", &until_then).await.expect(204);
    assert_eq!(types(&platform, "").await, "c", "the end is not part of it");
    let from_then = format!("{PATH}?dateFrom=2026-01-02");
    platform.delete("t101", &from_then).await.expect(204);
    assert_eq!(types(&platform, "").await, "");
}

#[tokio::test]
async fn events_end_with_their_source() {
    let platform = TestPlatform::start();
    let (source, other) = (platform.object("t101").await, platform.object("t101").await);
    three(&platform, &source).await;
    let kept = event(&other, "kept", "2026-01-01T00:00:00Z");
    platform.post("t101", PATH, kept).await.expect(201);
    let object = format!("/inventory/managedObjects/{source}");
    platform.delete("t101", &object).await.expect(204);
    assert_eq!(types(&platform, "").await, "kept");
}

#[tokio::test]
async fn the_owner_of_the_source_works_on_its_events_but_lists_none_without_the_role() {
    let platform = TestPlatform::start();
    platform
        .user("t101", "creator", &["ROLE_INVENTORY_CREATE"])
        .await;
    let call = as_user(&platform, "creator");
    let object = call("POST", "/inventory/managedObjects").json(&json!({}));
    let own = object.send().await.expect(201).id();
    let other = platform.object("t101").await;
    let time = "2026-01-01T00:00:00Z";
    let made = call("POST", PATH).json(&event(&own, "own", time));
    let path = format!("{PATH}/{}", made.send().await.expect(201).id());
    call("GET", &path).send().await.expect(200);
    let update = call("PUT", &path).json(&json!({"text": "mine"}));
    update.send().await.expect(200);
    call("DELETE", &path).send().await.expect(204);

    let refused = call("POST", PATH).json(&event(&other, "other", time));
    assert_eq!(refused.send().await.refused(403), "security/Forbidden");
    let new = event(&other, "other", time);
    let id = platform.post("t101", PATH, new).await.expect(201).id();
    for (method, path) in [
        ("GET", format!("{PATH}/{id}")),
        ("PUT", format!("{PATH}/{id}")),
        ("DELETE", format!("{PATH}/{id}")),
        ("GET", PATH.to_owned()),
        ("DELETE", format!("{PATH}?source={own}")),
    ] {
        let call = call(method, &path).json(&json!({}));
        call.send().await.refused(403);
    }
}

#[tokio::test]
async fn events_of_another_tenant_are_not_found() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = event(&source, "a", "2026-01-01T00:00:00Z");
    let id = platform.post("t101", PATH, new).await.expect(201).id();
    let path = format!("{PATH}/{id}");
    platform.get("t102", &path).await.refused(404);
    platform.delete("t102", &path).await.refused(404);
    let foreign = event(&source, "a", "2026-01-01T00:00:00Z");
    platform.post("t102", PATH, foreign).await.refused(422);
}
