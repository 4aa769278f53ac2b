//! External IDs.

use local_platform::PASSWORD;
use serde_json::json;

use crate::helpers::TestPlatform;

#[tokio::test]
async fn an_external_id_leads_to_its_object_whatever_characters_it_has() {
    let platform = TestPlatform::start();
    let id = platform.object("t101").await;
    let path = format!("/identity/globalIds/{id}/externalIds");
    let name = json!({"type": "my type", "externalId": "a/b c%ü?"});
    let made = platform.post("t101", &path, name).await.expect(201);
    let encoded = "/identity/externalIds/my%20type/a%2Fb%20c%25%C3%BC%3F";
    assert_eq!(
        made.header("location"),
        format!("{}{encoded}", platform.platform.url())
    );
    let seen = platform.get("t101", encoded).await.expect(200).json();
    assert_eq!(seen["externalId"], "a/b c%ü?");
    assert_eq!(seen["managedObject"]["id"], json!(id));
    platform.delete("t101", encoded).await.expect(204);
    platform.get("t101", encoded).await.expect(404);
}

#[tokio::test]
async fn an_external_id_is_taken_once_within_its_type() {
    let platform = TestPlatform::start();
    let (one, other) = (platform.object("t101").await, platform.object("t101").await);
    let bind = |id: &str, kind: &str| {
        let path = format!("/identity/globalIds/{id}/externalIds");
        platform
            .request("t101", "POST", &path)
            .json(&json!({"type": kind, "externalId": "1"}))
            .send()
    };
    bind(&one, "serial").await.expect(201);
    assert_eq!(
        bind(&other, "serial").await.refused(409),
        "identity/Duplicate"
    );
    bind(&other, "imei").await.expect(201);
    let seen = platform
        .get("t101", &format!("/identity/globalIds/{one}/externalIds"))
        .await;
    assert_eq!(
        seen.expect(200).json()["externalIds"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[tokio::test]
async fn of_many_who_bind_one_external_id_at_once_one_succeeds() {
    let platform = TestPlatform::start();
    let mut binding = Vec::new();
    for _ in 0..8 {
        let path = format!(
            "/identity/globalIds/{}/externalIds",
            platform.object("t101").await
        );
        let body = json!({"type": "serial", "externalId": "1"});
        let call = platform.request("t101", "POST", &path).json(&body);
        binding.push(tokio::spawn(call.send()));
    }
    let mut statuses = Vec::new();
    for bound in binding {
        statuses.push(bound.await.expect("an answer").status);
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn external_ids_are_refused_without_role_and_with_an_unknown_object() {
    let platform = TestPlatform::start();
    platform
        .user("t101", "reader", &["ROLE_IDENTITY_READ"])
        .await;
    let path = format!(
        "/identity/globalIds/{}/externalIds",
        platform.object("t101").await
    );
    let name = json!({"type": "serial", "externalId": "1"});
    let call = |method| {
        platform
            .anonymous(method, &path)
            .user("t101/reader", PASSWORD)
    };
    call("GET").send().await.expect(200);
    call("POST").json(&name).send().await.refused(403);
    platform
        .post("t101", "/identity/globalIds/999999/externalIds", name)
        .await
        .expect(404);
    platform
        .post("t101", &path, json!({"type": "serial"}))
        .await
        .refused(422);
}
