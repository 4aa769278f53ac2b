//! Managed objects.

mod binaries;
mod children;
mod identity;
mod query;

use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/inventory/managedObjects";

#[tokio::test]
async fn a_managed_object_keeps_its_fragments_and_gets_what_the_platform_adds() {
    let platform = TestPlatform::start();
    let new =
        json!({"name": "Motor", "type": "motor", "c8y_Custom": {"a": [1, {"b": null}]}, "id": "7"});
    let made = platform.post("t101", PATH, new).await.expect(201);
    let object = made.json();
    assert_eq!(object["c8y_Custom"], json!({"a": [1, {"b": null}]}));
    assert_eq!(object["owner"], "admin");
    assert_ne!(object["id"], "7");
    assert_eq!(made.header("location"), object["self"].as_str().unwrap());
    let path = format!("{PATH}/{}", made.id());
    assert_eq!(platform.get("t101", &path).await.expect(200).json(), object);
}

#[tokio::test]
async fn an_update_merges_and_null_removes() {
    let platform = TestPlatform::start();
    let new = json!({"name": "Motor", "kept": 1, "gone": 2});
    let path = format!(
        "{PATH}/{}",
        platform.post("t101", PATH, new).await.expect(201).id()
    );
    let update = json!({"name": "Engine", "gone": null, "creationTime": "2026-01-01"});
    let object = platform.put("t101", &path, update).await.expect(200).json();
    assert_eq!(
        (&object["name"], &object["kept"]),
        (&json!("Engine"), &json!(1))
    );
    assert_eq!(object.get("gone"), None);
    assert_ne!(object["creationTime"], "2026-01-01");
}

#[tokio::test]
async fn a_list_is_narrowed_by_type_fragment_owner_and_ids() {
    let platform = TestPlatform::start();
    let plain = platform.object("t101").await;
    let special = json!({"type": "special", "c8y_IsDevice": {}});
    let special = platform.post("t101", PATH, special).await.expect(201).id();
    for (query, expected) in [
        ("type=special".to_owned(), vec![&special]),
        ("fragmentType=c8y_IsDevice".to_owned(), vec![&special]),
        ("owner=admin".to_owned(), vec![&plain, &special]),
        ("owner=nobody".to_owned(), vec![]),
        (
            format!("ids={special},{plain},{special}"),
            vec![&plain, &special],
        ),
        (format!("ids={plain}"), vec![&plain]),
    ] {
        let seen = platform
            .get("t101", &format!("{PATH}?{query}"))
            .await
            .expect(200)
            .json();
        let ids: Vec<&Value> = seen["managedObjects"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| &it["id"])
            .collect();
        assert_eq!(ids, expected, "{query}");
    }
}

#[tokio::test]
async fn a_deleted_object_takes_its_external_ids_and_alarms_along() {
    let platform = TestPlatform::start();
    let id = platform.object("t101").await;
    let name = json!({"type": "serial", "externalId": "1"});
    let names = format!("/identity/globalIds/{id}/externalIds");
    platform.post("t101", &names, name).await.expect(201);
    platform
        .delete("t101", &format!("{PATH}/{id}"))
        .await
        .expect(204);
    platform
        .get("t101", &format!("{PATH}/{id}"))
        .await
        .expect(404);
    platform
        .get("t101", "/identity/externalIds/serial/1")
        .await
        .expect(404);
    platform
        .delete("t101", &format!("{PATH}/{id}"))
        .await
        .expect(404);
}

#[tokio::test]
async fn an_owner_without_roles_reaches_own_objects_only() {
    let platform = TestPlatform::start();
    platform
        .user("t101", "creator", &["ROLE_INVENTORY_CREATE"])
        .await;
    let call = |method, path: &str| {
        platform
            .anonymous(method, path)
            .user("t101/creator", PASSWORD)
    };
    let own = call("POST", PATH)
        .json(&json!({"name": "own"}))
        .send()
        .await
        .expect(201)
        .id();
    let other = platform.object("t101").await;
    call("GET", &format!("{PATH}/{own}"))
        .send()
        .await
        .expect(200);
    let update = call("PUT", &format!("{PATH}/{own}")).json(&json!({"name": "mine"}));
    update.send().await.expect(200);
    assert_eq!(
        call("GET", &format!("{PATH}/{other}")).send().await.status,
        403
    );
    assert_eq!(
        call("DELETE", &format!("{PATH}/{other}"))
            .send()
            .await
            .status,
        403
    );
    let seen = call("GET", PATH).send().await.expect(200).json();
    assert_eq!(
        seen["managedObjects"].as_array().map(Vec::len),
        Some(1),
        "{seen}"
    );
}

#[tokio::test]
async fn a_device_that_sends_its_id_alone_is_answered_in_kind() {
    let platform = TestPlatform::start();
    let id = platform.object("t101").await;
    let answer = platform
        .put("t101", &format!("{PATH}/{id}"), json!({"id": id}))
        .await
        .expect(200);
    assert_eq!(answer.json(), json!({"id": id}));
}

#[tokio::test]
async fn an_object_is_made_with_its_external_ids_or_not_at_all() {
    let platform = TestPlatform::start();
    let new = json!({"externalIds": [{"type": "serial", "externalId": "1"}]});
    let id = platform
        .post("t101", PATH, new.clone())
        .await
        .expect(201)
        .id();
    let seen = platform
        .get("t101", "/identity/externalIds/serial/1")
        .await
        .expect(200)
        .json();
    assert_eq!(seen["managedObject"]["id"], json!(id));
    platform.post("t101", PATH, new).await.refused(409);
    let seen = platform.get("t101", PATH).await.expect(200).json();
    assert_eq!(
        seen["managedObjects"].as_array().map(Vec::len),
        Some(1),
        "{seen}"
    );
}

#[tokio::test]
async fn a_sign_of_life_changes_nothing_of_the_object() {
    let platform = TestPlatform::start();
    let id = platform.object("t101").await;
    let path = format!("/inventory/managedObjects/{id}");
    let before = platform.get("t101", &path).await.expect(200).json();
    // Times are told to the millisecond.
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let alive = platform.put("t101", &path, json!({"id": id})).await;
    assert_eq!(alive.expect(200).json(), json!({"id": id}));
    assert_eq!(platform.get("t101", &path).await.expect(200).json(), before);
    platform
        .user("t101", "reader", &["ROLE_INVENTORY_READ"])
        .await;
    let call = platform.anonymous("PUT", &path).json(&json!({"id": id}));
    let call = call.user("t101/reader", local_platform::PASSWORD);
    call.send().await.refused(403);
}

#[tokio::test]
async fn an_object_is_given_to_another_owner() {
    let platform = TestPlatform::start();
    let path = format!("{PATH}/{}", platform.object("t101").await);
    let given = platform.put("t101", &path, json!({"owner": "other"})).await;
    assert_eq!(given.expect(200).json()["owner"], "other");
    let wrong = platform.put("t101", &path, json!({"owner": 1})).await;
    wrong.refused(422);
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(seen["owner"], "other");
}

/// How many objects the tenant has.
async fn count(platform: &TestPlatform) -> Option<usize> {
    let seen = platform.get("t101", &format!("{PATH}?pageSize=100")).await;
    let seen = seen.expect(200).json();
    seen["managedObjects"].as_array().map(Vec::len)
}

#[tokio::test]
async fn several_objects_are_made_at_once_or_none() {
    let platform = TestPlatform::start();
    let serial = json!([{"type": "serial", "externalId": "1"}]);
    for wrong in [
        json!([]),
        json!([{"name": "a"}, 1]),
        json!([{"name": "a", "externalIds": "1"}]),
        json!([{"name": "a", "externalIds": [{"type": "serial"}]}]),
        json!([{"name": "a"}, {"name": 1}]),
        Value::from(vec![json!({"name": "a"}); 51]),
    ] {
        let answer = platform.post("t101", PATH, json!({"managedObjects": wrong}));
        answer.await.refused(422);
    }
    let twice = json!({"managedObjects": [{"externalIds": serial}, {"externalIds": serial}]});
    platform.post("t101", PATH, twice).await.refused(409);
    assert_eq!(count(&platform).await, Some(0));
    let objects = json!({"managedObjects": [{"name": "a", "externalIds": serial}, {"name": "b"}]});
    let media = "application/vnd.com.nsn.cumulocity.managedobjectcollection+json";
    let call = platform.request("t101", "POST", PATH).json(&objects);
    let made = call.header("content-type", media).send().await.expect(201);
    assert!(made.header("content-type").starts_with(media));
    let made = made.json();
    let names = [
        &made["managedObjects"][0]["name"],
        &made["managedObjects"][1]["name"],
    ];
    assert_eq!(names, ["a", "b"]);
    assert_eq!(count(&platform).await, Some(2));
    let bound = platform.get("t101", "/identity/externalIds/serial/1").await;
    let bound = bound.expect(200).json();
    assert_eq!(
        bound["managedObject"]["id"],
        made["managedObjects"][0]["id"]
    );
}

#[tokio::test]
async fn several_objects_are_updated_at_once_or_none() {
    let platform = TestPlatform::start();
    let (one, other) = (platform.object("t101").await, platform.object("t101").await);
    let update = async |ids: [&str; 2]| {
        let objects = ids.map(|id| json!({"id": id, "name": "Engine"}));
        let body = json!({"managedObjects": objects});
        platform.put("t101", PATH, body).await
    };
    update([&one, "999999"]).await.refused(404);
    let name = async |id: &str| {
        let seen = platform.get("t101", &format!("{PATH}/{id}")).await;
        seen.expect(200).json()["name"].clone()
    };
    assert_eq!(name(&one).await, "Motor");
    let updated = update([&one, &other]).await.expect(200).json();
    assert_eq!(updated["managedObjects"][1]["id"], json!(other));
    assert_eq!(
        (name(&one).await, name(&other).await),
        (json!("Engine"), json!("Engine"))
    );
    let nameless = json!({"managedObjects": [{"name": "Engine"}]});
    platform.put("t101", PATH, nameless).await.refused(422);
}

#[tokio::test]
async fn a_device_is_deleted_with_its_user_where_asked() {
    let platform = TestPlatform::start();
    platform
        .user("t101", "device_1", &["ROLE_INVENTORY_CREATE"])
        .await;
    for (query, status) in [("", 200), ("?withDeviceUser=true", 404)] {
        let call = platform.anonymous("POST", PATH);
        let call = call.user("t101/device_1", PASSWORD);
        let device = call.json(&json!({"c8y_IsDevice": {}})).send().await;
        let path = format!("{PATH}/{}{query}", device.expect(201).id());
        platform.delete("t101", &path).await.expect(204);
        let user = platform.get("t101", "/user/t101/users/device_1").await;
        assert_eq!(user.status, status, "{query}");
    }
}

#[tokio::test]
async fn the_latest_value_of_each_series_is_shown_where_asked_with_the_one_before() {
    let platform = TestPlatform::start();
    let id = platform.object("t101").await;
    for (day, steam) in [
        (2, json!({"T": {"value": 20, "unit": "C"}})),
        (
            3,
            json!({"T": {"value": 30.5, "unit": "C"}, "p": {"value": 1}}),
        ),
        (1, json!({"T": {"value": 10, "unit": "C"}})),
    ] {
        let time = format!("2026-01-0{day}T00:00:00.000Z");
        let new = json!({"source": {"id": id}, "type": "steam", "time": time, "c8y_Steam": steam});
        let made = platform.post("t101", "/measurement/measurements", new);
        made.await.expect(201);
    }
    let path = format!("{PATH}/{id}");
    let with_values = format!("{path}?withLatestValues=true");
    let seen = platform.get("t101", &with_values).await.expect(200).json();
    let steam = |day, value: Value| json!({"value": value, "unit": "C", "time": format!("2026-01-0{day}T00:00:00.000Z")});
    let pressure = json!({"value": 1, "time": "2026-01-03T00:00:00.000Z"});
    assert_eq!(
        seen["c8y_LatestMeasurements"],
        json!({"c8y_Steam": {"T": steam(3, json!(30.5)), "p": pressure}})
    );
    assert_eq!(
        seen["c8y_PreviousMeasurements"],
        json!({"c8y_Steam": {"T": steam(2, json!(20))}})
    );
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(seen.get("c8y_LatestMeasurements"), None);
}
