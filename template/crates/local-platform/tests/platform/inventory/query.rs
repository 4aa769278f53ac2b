//! The inventory's filters `query`, `q`, `text` and those by relation.

use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/inventory/managedObjects";

/// A tenant with a device, a group with an asset in it, and the platform.
struct Plant {
    platform: TestPlatform,
    device: String,
    group: String,
    asset: String,
}

impl Plant {
    async fn start() -> Self {
        let platform = TestPlatform::start();
        let make = async |path: &str, body: Value| {
            platform.post("t101", path, body).await.expect(201).id()
        };
        let device = json!({
            "name": "Pump 1", "type": "pump/large", "c8y_IsDevice": {}, "speed": 7,
            "externalIds": [{"type": "serial", "externalId": "SN-0815"}],
        });
        let device = make(PATH, device).await;
        let group = make(PATH, json!({"name": "Hall", "c8y_IsDeviceGroup": {}})).await;
        let children = format!("{PATH}/{group}/childAssets");
        let asset = make(&children, json!({"name": "Pipe", "speed": 9})).await;
        Self {
            platform,
            device,
            group,
            asset,
        }
    }

    async fn find(&self, query: &str) -> Vec<String> {
        let path = format!("{PATH}?{query}");
        let seen = self.platform.get("t101", &path).await.expect(200).json();
        let objects = seen["managedObjects"].as_array().expect("a list");
        let id = |it: &Value| it["id"].as_str().expect("an ID").to_owned();
        objects.iter().map(id).collect()
    }
}

#[tokio::test]
async fn a_query_narrows_and_sorts_the_list() {
    let plant = Plant::start().await;
    let Plant {
        device,
        group,
        asset,
        ..
    } = &plant;
    let in_group = format!("query=bygroupid({group})");
    let below = format!("query=isinhierarchyof({group})");
    for (query, expected) in [
        ("query=$filter=name%20eq%20'P*'", vec![device, asset]),
        ("query=name+eq+'Hall'", vec![group]),
        (
            "query=$filter=(has(speed))+$orderby=speed+desc",
            vec![asset, device],
        ),
        (
            "query=$filter=(has(speed))%2B$orderby=speed+desc",
            vec![asset, device],
        ),
        ("query=not+has(speed)", vec![group]),
        ("query=$orderby=name", vec![group, asset, device]),
        (in_group.as_str(), vec![asset]),
        (below.as_str(), vec![group, asset]),
        ("query=type+eq+'x'+or+speed+gt+8", vec![asset]),
        ("type=nothing&query=has(speed)", vec![device, asset]),
        ("q=speed+gt+1", vec![device]),
        ("q=", vec![device]),
    ] {
        assert_eq!(
            Vec::from_iter(&plant.find(query).await),
            expected,
            "{query}"
        );
    }
}

#[tokio::test]
async fn a_query_that_is_wrong_is_refused_with_the_place() {
    let platform = TestPlatform::start();
    let path = format!("{PATH}?query=name+is+'a'");
    let answer = platform.get("t101", &path).await;
    for expected in ["character 6", "eq, ne, gt"] {
        assert!(answer.text.contains(expected), "{}", answer.text);
    }
    answer.refused(422);
}

#[tokio::test]
async fn a_text_is_searched_in_names_types_owners_and_ids() {
    let plant = Plant::start().await;
    let Plant { device, .. } = &plant;
    let by_id = format!("text={device}");
    for (query, expected) in [
        ("text=pump", vec![device]),
        ("text=LARGE", vec![device]),
        ("text=0815", vec![device]),
        ("text=nothing/1", vec![device]),
        ("text=%22pump/large%22", vec![device]),
        ("text=%22pump%20large%22", vec![]),
        ("text=pum", vec![]),
        (by_id.as_str(), vec![device]),
    ] {
        assert_eq!(
            Vec::from_iter(&plant.find(query).await),
            expected,
            "{query}"
        );
    }
    assert_eq!(plant.find("text=admin").await.len(), 3);
}

#[tokio::test]
async fn parents_of_an_object_and_objects_without_parents_are_found() {
    let plant = Plant::start().await;
    let Plant {
        device,
        group,
        asset,
        ..
    } = &plant;
    let of_asset = |name: &str| format!("{name}={asset}");
    assert_eq!(
        plant.find(&of_asset("childAssetId")).await,
        [group.as_str()]
    );
    assert_eq!(plant.find(&of_asset("childDeviceId")).await, [""; 0]);
    assert_eq!(plant.find("childAssetId=999999").await, [""; 0]);
    assert_eq!(plant.find("onlyRoots=true").await, [device.as_str(), group]);
    // Who does not see the parent has its child as a root.
    let user = ["ROLE_INVENTORY_CREATE"];
    plant.platform.user("t101", "creator", &user).await;
    let owner = json!({"owner": "creator"});
    let path = format!("{PATH}/{asset}");
    let given = plant.platform.put("t101", &path, owner).await;
    given.expect(200);
    let path = format!("{PATH}?onlyRoots=true");
    let seen = plant.platform.anonymous("GET", &path);
    let seen = seen.user("t101/creator", local_platform::PASSWORD);
    let seen = seen.send().await.expect(200).json();
    assert_eq!(seen["managedObjects"][0]["id"], json!(asset), "{seen}");
}
