//! Child devices, assets and additions of managed objects.

use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/inventory/managedObjects";
const KINDS: [(&str, &str); 3] = [
    ("childDevices", "deviceParents"),
    ("childAssets", "assetParents"),
    ("childAdditions", "additionParents"),
];

fn children(parent: &str, kind: &str) -> String {
    format!("{PATH}/{parent}/{kind}")
}

fn reference(id: &str) -> Value {
    json!({"managedObject": {"id": id}})
}

/// The IDs in an object's field of references.
#[track_caller]
fn ids(references: &Value) -> Vec<&str> {
    let references = references["references"].as_array();
    let references = references.unwrap_or_else(|| panic!("no references"));
    references
        .iter()
        .map(|it| it["managedObject"]["id"].as_str().expect("an ID"))
        .collect()
}

#[tokio::test]
async fn a_known_object_becomes_a_child_and_sees_its_parent() {
    let platform = TestPlatform::start();
    for (kind, parents) in KINDS {
        let (parent, child) = (platform.object("t101").await, platform.object("t101").await);
        let path = children(&parent, kind);
        let made = platform.post("t101", &path, reference(&child)).await;
        let made = made.expect(201);
        assert_eq!(made.json()["managedObject"]["id"], json!(child));
        assert_eq!(
            made.header("location"),
            format!("{}{path}/{child}", platform.platform.url())
        );
        let all = platform.get("t101", &path).await.expect(200).json();
        assert_eq!(ids(&all), [&child]);
        assert_eq!(all["references"][0]["managedObject"]["name"], "Motor");
        let one = platform.get("t101", &format!("{path}/{child}")).await;
        assert_eq!(one.expect(200).json(), all["references"][0]);
        let seen = platform.get("t101", &format!("{PATH}/{child}")).await;
        assert_eq!(ids(&seen.expect(200).json()[parents]), [&parent], "{kind}");
    }
}

#[tokio::test]
async fn an_object_shows_its_children_their_names_and_their_number_where_asked() {
    let platform = TestPlatform::start();
    let (parent, child) = (platform.object("t101").await, platform.object("t101").await);
    let path = children(&parent, "childAssets");
    let made = platform.post("t101", &path, reference(&child)).await;
    made.expect(201);
    let seen = async |query: &str| {
        let path = format!("{PATH}/{parent}?{query}");
        platform.get("t101", &path).await.expect(200).json()["childAssets"].clone()
    };
    assert_eq!(ids(&seen("").await), [""; 0]);
    let with = seen("withChildren=true").await;
    assert_eq!(ids(&with), [&child]);
    assert_eq!(with["references"][0]["managedObject"]["name"], "Motor");
    assert_eq!(with.get("count"), None);
    let nameless = seen("withChildren=true&skipChildrenNames=true").await;
    assert_eq!(nameless["references"][0]["managedObject"].get("name"), None);
    assert_eq!(seen("withChildrenCount=true").await["count"], 1);
}

#[tokio::test]
async fn all_ancestors_are_shown_where_asked() {
    let platform = TestPlatform::start();
    let mut above: Vec<String> = Vec::new();
    for _ in 0..3 {
        let id = platform.object("t101").await;
        if let Some(parent) = above.last() {
            let path = children(parent, "childAssets");
            let added = platform.post("t101", &path, reference(&id)).await;
            added.expect(201);
        }
        above.push(id);
    }
    let path = format!("{PATH}/{}", above[2]);
    let direct = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(ids(&direct["assetParents"]), [&above[1]]);
    let path = format!("{path}?withParents=true");
    let all = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(ids(&all["assetParents"]), [&above[0], &above[1]]);
}

#[tokio::test]
async fn several_objects_become_children_or_none() {
    let platform = TestPlatform::start();
    let parent = platform.object("t101").await;
    let (one, other) = (platform.object("t101").await, platform.object("t101").await);
    let path = children(&parent, "childDevices");
    let body = |ids: [&str; 2]| json!({"references": ids.map(reference)});
    let unknown = platform.post("t101", &path, body([&one, "999999"])).await;
    unknown.refused(404);
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(ids(&seen), [""; 0]);
    let added = platform.post("t101", &path, body([&one, &other])).await;
    assert_eq!(ids(&added.expect(201).json()), [&one, &other]);
    let remove = async |body: Value| {
        let call = platform.request("t101", "DELETE", &path).json(&body);
        call.send().await
    };
    remove(body([&one, &parent])).await.refused(404);
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(ids(&seen), [&one, &other]);
    remove(body([&one, &other])).await.expect(204);
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(ids(&seen), [""; 0]);
}

#[tokio::test]
async fn a_new_object_is_made_as_a_child() {
    let platform = TestPlatform::start();
    let parent = platform.object("t101").await;
    let path = children(&parent, "childAdditions");
    let new = json!({"name": "Service", "type": "c8y_Service"});
    let media = "application/vnd.com.nsn.cumulocity.managedobject+json";
    let call = platform.request("t101", "POST", &path).json(&new);
    let made = call.header("content-type", media).send().await.expect(201);
    assert_eq!(made.json()["name"], "Service");
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(ids(&seen), [&made.id()]);
    let nowhere = children("999999", "childAdditions");
    platform.post("t101", &nowhere, new).await.refused(404);
    let all = platform.get("t101", PATH).await.expect(200).json();
    assert_eq!(all["managedObjects"].as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn children_come_in_pages_and_are_narrowed_by_a_query() {
    let platform = TestPlatform::start();
    let parent = platform.object("t101").await;
    let path = children(&parent, "childAssets");
    for name in ["a", "b", "c"] {
        let made = platform.post("t101", &path, json!({"name": name})).await;
        made.expect(201);
    }
    let names = async |query: &str| -> Vec<String> {
        let seen = platform.get("t101", &format!("{path}?{query}")).await;
        let seen = seen.expect(200).json();
        let children = seen["references"].as_array().expect("references");
        let name = |it: &Value| it["managedObject"]["name"].as_str().map(str::to_owned);
        children.iter().filter_map(name).collect()
    };
    assert_eq!(names("pageSize=2").await, ["a", "b"]);
    assert_eq!(names("pageSize=2&currentPage=2").await, ["c"]);
    let query = "query=$filter=name%20gt%20'a'%20$orderby=name%20desc";
    assert_eq!(names(query).await, ["c", "b"]);
}

#[tokio::test]
async fn an_object_is_no_child_of_itself_and_a_circle_is_walked_once() {
    let platform = TestPlatform::start();
    let (one, other) = (platform.object("t101").await, platform.object("t101").await);
    let path = children(&one, "childAssets");
    let itself = platform.post("t101", &path, reference(&one)).await;
    itself.refused(422);
    for (parent, child) in [(&one, &other), (&other, &one)] {
        let path = children(parent, "childAssets");
        let added = platform.post("t101", &path, reference(child)).await;
        added.expect(201);
    }
    let path = format!("{PATH}/{one}?withParents=true&withChildren=true");
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(ids(&seen["assetParents"]), [&other]);
    let path = format!("{PATH}/{one}?forceCascade=true");
    platform.delete("t101", &path).await.expect(204);
    let gone = platform.get("t101", &format!("{PATH}/{other}")).await;
    gone.refused(404);
}

#[tokio::test]
async fn what_a_reference_lacks_is_named() {
    let platform = TestPlatform::start();
    let path = children(&platform.object("t101").await, "childAssets");
    for (body, expected) in [
        (json!({"managedObject": {}}), "managedObject.id"),
        (json!({"references": [{}]}), "managedObject.id"),
        (json!({"references": 1}), "references"),
    ] {
        let answer = platform.post("t101", &path, body).await;
        assert!(answer.text.contains(expected), "{}", answer.text);
        answer.refused(422);
    }
}

#[tokio::test]
async fn to_relate_two_objects_takes_the_role_or_both_of_them() {
    let platform = TestPlatform::start();
    platform.creator(&[]).await;
    let call = |method, path: &str| platform.as_creator(method, path);
    let own = [platform.own_object().await, platform.own_object().await];
    let other = platform.object("t101").await;
    let path = children(&own[0], "childAssets");
    let add = async |path: &str, id: &str| {
        let call = call("POST", path).json(&reference(id));
        call.send().await
    };
    add(&path, &own[1]).await.expect(201);
    add(&path, &other).await.refused(403);
    let foreign = children(&other, "childAssets");
    add(&foreign, &own[1]).await.refused(403);
    // To see one child takes the role, to see them all the parent's owner is enough.
    call("GET", &path).send().await.expect(200);
    let one = format!("{path}/{}", own[1]);
    call("GET", &one).send().await.refused(403);
    // To part them, one of the two is enough.
    let added = platform.post("t101", &foreign, reference(&own[1])).await;
    added.expect(201);
    let path = format!("{foreign}/{}", own[1]);
    call("DELETE", &path).send().await.expect(204);
    call("DELETE", &path).send().await.refused(404);
    call("GET", &foreign).send().await.refused(403);
}

#[tokio::test]
async fn a_group_is_deleted_with_its_subgroups_and_its_devices_only_where_asked() {
    let platform = TestPlatform::start();
    for (query, device_stays) in [("", true), ("?cascade=true", false)] {
        let group = json!({"c8y_IsDeviceGroup": {}, "type": "c8y_DeviceGroup"});
        let group = platform.post("t101", PATH, group).await.expect(201).id();
        let path = children(&group, "childAssets");
        let subgroup = json!({"c8y_IsDeviceGroup": {}, "type": "c8y_DeviceSubgroup"});
        let subgroup = platform
            .post("t101", &path, subgroup)
            .await
            .expect(201)
            .id();
        let path = children(&subgroup, "childAssets");
        let device = platform.post("t101", &path, json!({"c8y_IsDevice": {}}));
        let device = device.await.expect(201).id();
        let path = format!("{PATH}/{group}{query}");
        platform.delete("t101", &path).await.expect(204);
        let status = async |id: &str| platform.get("t101", &format!("{PATH}/{id}")).await.status;
        assert_eq!(status(&group).await, 404);
        assert_eq!(status(&subgroup).await, 404);
        let expected = if device_stays { 200 } else { 404 };
        assert_eq!(status(&device).await, expected, "{query}");
    }
}

#[tokio::test]
async fn an_object_with_child_devices_is_not_deleted_without_them() {
    let platform = TestPlatform::start();
    for (fields, cascade) in [
        (json!({"c8y_IsDevice": {}}), "cascade=true"),
        (json!({"name": "no device"}), "forceCascade=true"),
    ] {
        let parent = platform.post("t101", PATH, fields).await.expect(201).id();
        let path = children(&parent, "childDevices");
        let child = platform
            .post("t101", &path, json!({}))
            .await
            .expect(201)
            .id();
        let path = format!("{PATH}/{parent}");
        platform.delete("t101", &path).await.refused(409);
        let cascading = platform.delete("t101", &format!("{path}?{cascade}")).await;
        cascading.expect(204);
        let gone = platform.get("t101", &format!("{PATH}/{child}")).await;
        gone.refused(404);
    }
}
