//! Measurements.

use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/measurement/measurements";

fn media(kind: &str) -> String {
    format!("application/vnd.com.nsn.cumulocity.{kind}+json;charset=UTF-8;ver=0.9")
}

fn measurement(source: &str, kind: &str, time: &str) -> Value {
    json!({
        "source": {"id": source}, "type": kind, "time": time,
        "c8y_Steam": {"T": {"value": 42.5, "unit": "C"}},
    })
}

async fn types(platform: &TestPlatform, query: &str) -> String {
    let path = format!("{PATH}?pageSize=100&{query}");
    let seen = platform.get("t101", &path).await.expect(200).json();
    let measurements = seen["measurements"].as_array().expect("a list");
    let types: Vec<&str> = measurements
        .iter()
        .map(|measurement| measurement["type"].as_str().expect("a type"))
        .collect();
    types.join(" ")
}

/// Measurements `a`, `b`, `c` of the first, third and second day of a year.
async fn three(platform: &TestPlatform, source: &str) {
    for (kind, day) in [("a", 1), ("b", 3), ("c", 2)] {
        let mut new = measurement(source, kind, &format!("2026-01-0{day}T00:00:00Z"));
        new[format!("only_{kind}")] = json!({"S": {"value": 1}});
        new[format!("plain_{kind}")] = json!(true);
        platform.post("t101", PATH, new).await.expect(201);
    }
}

#[tokio::test]
async fn a_measurement_is_made_and_read() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let new = measurement(&source, "steam", "2026-01-02T03:04:05.678+01:00");
    let made = platform.post("t101", PATH, new).await.expect(201);
    assert_eq!(made.header("content-type"), media("measurement"));
    let seen = made.json();
    let id = made.id();
    let link = |path: &str| format!("{}{path}", platform.platform.url());
    let expected = json!({
        "id": id, "self": link(&format!("{PATH}/{id}")), "type": "steam",
        "time": "2026-01-02T03:04:05.678+01:00",
        "source": {"id": source, "self": link(&format!("/inventory/managedObjects/{source}"))},
        "c8y_Steam": {"T": {"value": 42.5, "unit": "C"}},
    });
    assert_eq!(seen, expected);
    assert_eq!(made.header("location"), seen["self"].as_str().unwrap());
    let read = platform.get("t101", &format!("{PATH}/{id}")).await;
    assert_eq!(read.expect(200).json(), expected);
}

#[tokio::test]
async fn what_a_measurement_lacks_is_named() {
    let platform = TestPlatform::start();
    let answer = platform.post("t101", PATH, json!({"c8y_Steam": {}})).await;
    let expected = "Following mandatory fields should be included: source,time,type";
    assert_eq!(answer.json()["message"], expected);
    answer.refused(422);
}

#[tokio::test]
async fn what_is_no_series_goes_from_a_fragment_with_series_and_stays_in_one_without() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let mut new = measurement(&source, "a", "2026-01-01T00:00:00Z");
    new["mixed"] = json!({
        "float": {"value": 3.5, "unit": "RAD"}, "integer": {"value": 42},
        "flag": {"value": false}, "list": {"value": [42]}, "text": {"value": "42"},
        "struct": {"value": {"a": 1}}, "number": 42, "none": {"unit": "C"},
        "deep": {"below": {"value": 42}},
    });
    let invalid = json!({"flag": {"value": false, "unit": "t/f"}, "a b": {"value": [1]}});
    new["invalid"] = invalid.clone();
    new["plain"] = json!(7);
    let seen = platform.post("t101", PATH, new).await.expect(201).json();
    let valid = json!({"float": {"value": 3.5, "unit": "RAD"}, "integer": {"value": 42}});
    assert_eq!(seen["mixed"], valid);
    assert_eq!((&seen["invalid"], &seen["plain"]), (&invalid, &json!(7)));
}

#[tokio::test]
async fn names_and_units_of_series_are_checked() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    for (fragment, series) in [
        ("a.b", json!({"T": {"value": 1}})),
        ("a", json!({"T 1": {"value": 1}})),
        ("a", json!({"T[1]": {"value": 1}})),
        ("a", json!({"T": {"value": 1, "unit": ""}})),
        ("a", json!({"T": {"value": 1, "unit": null}})),
        ("a", json!({"T": {"value": 1, "unit": 7}})),
    ] {
        let mut wrong = measurement(&source, "a", "2026-01-01T00:00:00Z");
        wrong[fragment] = series;
        platform.post("t101", PATH, wrong).await.refused(422);
    }
}

#[tokio::test]
async fn many_measurements_are_made_at_once_or_none() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    let one = |kind| measurement(&source, kind, "2026-01-01T00:00:00Z");
    let mut unfit = one("c");
    unfit["time"] = "today".into();
    for wrong in [json!([one("b"), unfit]), json!([one("b"), 7]), json!({})] {
        let many = json!({"measurements": wrong});
        platform.post("t101", PATH, many).await.refused(422);
    }
    assert_eq!(types(&platform, "").await, "");

    let many = json!({"measurements": [one("a"), one("b"), one("c")]});
    let call = platform
        .request("t101", "POST", PATH)
        .json(&many)
        .header("content-type", &media("measurementcollection"));
    let made = call.send().await.expect(201);
    assert_eq!(made.header("content-type"), media("measurementcollection"));
    let seen = made.json();
    let made = seen["measurements"].as_array().expect("a list");
    let kinds: Vec<&Value> = made.iter().map(|one| &one["type"]).collect();
    assert_eq!(json!(kinds), json!(["a", "b", "c"]));
    assert_eq!(types(&platform, "").await, "a b c");
}

#[tokio::test]
async fn measurements_are_listed_oldest_first_and_narrowed_by_filters() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    for (query, expected) in [
        ("", "a c b"),
        ("revert=true&dateFrom=2026-01-01", "b c a"),
        ("type=c", "c"),
        ("dateFrom=2026-01-02&dateTo=2026-01-03", "c"),
        ("valueFragmentType=c8y_Steam", "a c b"),
        ("valueFragmentType=only_b", "b"),
        ("valueFragmentType=only_b&valueFragmentSeries=S", "b"),
        ("valueFragmentType=only_b&valueFragmentSeries=T", ""),
        ("valueFragmentType=plain_b", ""),
        ("fragmentType=plain_b", "b"),
        ("source=999999", ""),
        (&format!("source={source}&revert=true"), "b c a"),
    ] {
        assert_eq!(types(&platform, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn measurements_are_deleted_one_by_one_and_by_filter_but_never_all() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    let all = platform.get("t101", PATH).await.expect(200).json();
    let id = all["measurements"][0]["id"].as_str().expect("an ID");
    let oldest = format!("{PATH}/{id}");
    platform.delete("t101", &oldest).await.expect(204);
    assert_eq!(
        platform.delete("t101", &oldest).await.refused(404),
        "measurement/Not Found"
    );
    platform.delete("t101", PATH).await.refused(422);
    let of_a_type = format!("{PATH}?type=c");
    platform.delete("t101", &of_a_type).await.refused(422);
    let of_a_fragment = format!("{PATH}?source={source}&fragmentType=only_c");
    platform.delete("t101", &of_a_fragment).await.expect(204);
    assert_eq!(types(&platform, "").await, "b");
    let since = format!("{PATH}?dateFrom=2026-01-03");
    platform.delete("t101", &since).await.expect(204);
    assert_eq!(types(&platform, "").await, "");
}

#[tokio::test]
async fn a_measurement_needs_the_role_or_the_ownership_of_its_source() {
    let platform = TestPlatform::start();
    platform.creator(&[]).await;
    let call = |method, path: &str| platform.as_creator(method, path);
    let own = platform.own_object().await;
    let other = platform.object("t101").await;
    let time = "2026-01-01T00:00:00Z";
    let (mine, others) = (
        measurement(&own, "own", time),
        measurement(&other, "other", time),
    );
    let made = call("POST", PATH).json(&mine).send().await.expect(201);
    let path = format!("{PATH}/{}", made.id());
    call("GET", &path).send().await.expect(200);
    call("DELETE", &path).send().await.expect(204);

    let many = json!({"measurements": [mine, others]});
    for refused in [
        call("POST", PATH).json(&others),
        call("POST", PATH).json(&many),
        call("GET", PATH),
        call("DELETE", &format!("{PATH}?source={own}")),
    ] {
        assert_eq!(refused.send().await.refused(403), "security/Forbidden");
    }
    assert_eq!(types(&platform, "").await, "");
}

#[tokio::test]
async fn measurements_end_with_their_source() {
    let platform = TestPlatform::start();
    let source = platform.object("t101").await;
    three(&platform, &source).await;
    let object = format!("/inventory/managedObjects/{source}");
    platform.delete("t101", &object).await.expect(204);
    assert_eq!(types(&platform, "").await, "");
}
