//! Settings of an application: manifest, owner's and tenant's options together.

use serde_json::{Value, json};

use crate::helpers::{TestPlatform, microservice_zip};

const SETTINGS: &str = "/application/currentApplication/settings";

fn manifest(version: &str, settings: &Value) -> Value {
    json!({
        "apiVersion": "2", "name": "example", "version": version, "provider": "c8y",
        "settings": settings, "settingsCategory": "limits",
    })
}

fn platform(settings: &Value) -> TestPlatform {
    TestPlatform::with_manifest(manifest("1.0.0", settings))
}

async fn set(platform: &TestPlatform, tenant: &str, key: &str, value: &str) -> u16 {
    let option = json!({"category": "limits", "key": key, "value": value});
    platform
        .post(tenant, "/tenant/options", option)
        .await
        .status
}

async fn of(platform: &TestPlatform, tenant: &str) -> Value {
    let call = platform.service(tenant, "GET", SETTINGS).await;
    call.send().await.expect(200).json()
}

#[tokio::test]
async fn a_setting_is_the_default_until_the_owner_or_the_tenant_says_otherwise() {
    let platform = platform(&json!([{"key": "max", "defaultValue": "1", "editable": true}]));
    assert_eq!(of(&platform, "t101").await, json!({"max": "1"}));
    assert_eq!(set(&platform, "t100", "max", "2").await, 200);
    assert_eq!(of(&platform, "t101").await, json!({"max": "2"}));
    assert_eq!(set(&platform, "t101", "max", "3").await, 200);
    assert_eq!(of(&platform, "t101").await, json!({"max": "3"}));
    assert_eq!(of(&platform, "t102").await, json!({"max": "2"}));
}

#[tokio::test]
async fn a_setting_that_is_not_editable_is_the_owners_alone() {
    let platform = platform(&json!([{"key": "max", "defaultValue": "1"}]));
    assert_eq!(set(&platform, "t101", "max", "3").await, 403);
    assert_eq!(set(&platform, "t101", "credentials.max", "3").await, 403);
    let path = "/tenant/options/limits";
    let update = json!({"free": "1", "max": "3"});
    platform.put("t101", path, update).await.refused(403);
    assert_eq!(platform.get("t101", path).await.json(), json!({}));
    assert_eq!(set(&platform, "t100", "max", "2").await, 200);
    assert_eq!(of(&platform, "t101").await, json!({"max": "2"}));
}

#[tokio::test]
async fn a_setting_that_was_set_before_the_subscription_does_not_count_where_it_is_not_editable() {
    let platform = platform(&json!([{"key": "max", "defaultValue": "1"}]));
    let id = platform.platform.application_id();
    let path = "/tenant/tenants/t101/applications";
    platform
        .delete("t100", &format!("{path}/{id}"))
        .await
        .expect(204);
    assert_eq!(set(&platform, "t101", "max", "3").await, 200);
    let reference = json!({"application": {"id": id}});
    platform.post("t100", path, reference).await.expect(201);
    assert_eq!(of(&platform, "t101").await, json!({"max": "1"}));
}

#[tokio::test]
async fn a_setting_that_is_not_inherited_is_the_default_whatever_the_owner_says() {
    let platform = platform(&json!([
        {"key": "max", "defaultValue": "1", "inheritFromOwner": false},
    ]));
    assert_eq!(set(&platform, "t100", "max", "2").await, 200);
    assert_eq!(of(&platform, "t101").await, json!({"max": "1"}));
    assert_eq!(of(&platform, "t100").await, json!({"max": "2"}));
}

#[tokio::test]
async fn what_no_manifest_declares_is_a_setting_of_the_tenant_that_has_it() {
    let platform = platform(&json!([]));
    assert_eq!(set(&platform, "t101", "free", "1").await, 200);
    assert_eq!(of(&platform, "t101").await, json!({"free": "1"}));
    assert_eq!(of(&platform, "t102").await, json!({}));
}

#[tokio::test]
async fn a_bootstrap_user_reads_the_settings_of_the_owner() {
    let platform = platform(&json!([{"key": "max", "defaultValue": "1", "editable": true}]));
    set(&platform, "t100", "max", "2").await;
    set(&platform, "t101", "max", "3").await;
    let seen = platform.bootstrap("GET", SETTINGS).send().await.expect(200);
    assert_eq!(seen.json(), json!({"max": "2"}));
    platform.get("t101", SETTINGS).await.refused(403);
}

#[tokio::test]
async fn a_secret_is_a_setting_in_the_clear_and_without_its_prefix() {
    let declared = json!([{"key": "credentials.token", "defaultValue": "", "editable": true}]);
    let platform = platform(&declared);
    set(&platform, "t100", "credentials.token", "owners").await;
    assert_eq!(of(&platform, "t101").await, json!({"token": "owners"}));
    set(&platform, "t101", "credentials.token", "own").await;
    assert_eq!(of(&platform, "t101").await, json!({"token": "own"}));
}

#[tokio::test]
async fn the_category_is_the_context_path_where_the_manifest_has_none() {
    let platform = TestPlatform::with_manifest(json!({
        "apiVersion": "2", "name": "example", "version": "1.0.0", "provider": "c8y",
        "contextPath": "path", "settingsCategory": " ",
    }));
    for category in ["path", "example"] {
        let option = json!({"category": category, "key": category, "value": "1"});
        let answer = platform.post("t101", "/tenant/options", option).await;
        answer.expect(200);
    }
    assert_eq!(of(&platform, "t101").await, json!({"path": "1"}));
}

#[tokio::test]
async fn an_update_resets_editable_settings_unless_the_manifest_keeps_them() {
    let settings = json!([
        {"key": "reset", "defaultValue": "d", "editable": true},
        {"key": "kept", "defaultValue": "d", "editable": true, "overwriteOnUpdate": false},
        {"key": "alsoKept", "defaultValue": "d", "editable": true, "resetOnUpdate": false},
        {"key": "fixed", "defaultValue": "d"},
    ]);
    let platform = platform(&settings);
    for key in ["reset", "kept", "alsoKept"] {
        assert_eq!(set(&platform, "t101", key, "own").await, 200);
    }
    assert_eq!(set(&platform, "t100", "fixed", "owners").await, 200);
    assert_eq!(set(&platform, "t101", "undeclared", "own").await, 200);
    let id = platform.platform.application_id();
    let path = format!("/application/applications/{id}/binaries");
    let zip = microservice_zip(&manifest("2.0.0", &settings));
    platform.upload(&path, &zip).await.expect(201);
    let expected = json!({
        "reset": "d", "kept": "own", "alsoKept": "own", "fixed": "owners", "undeclared": "own",
    });
    assert_eq!(of(&platform, "t101").await, expected);
}

#[tokio::test]
async fn a_category_that_has_options_already_is_taken_over_only_if_they_may_go() {
    let platform = TestPlatform::start();
    assert_eq!(set(&platform, "t101", "before", "1").await, 200);
    let id = platform.platform.application_id();
    let path = format!("/application/applications/{id}/binaries");
    let settings = json!([{"key": "max", "defaultValue": "1"}]);
    let zip = microservice_zip(&manifest("2.0.0", &settings));
    let refused = platform.upload(&path, &zip).await;
    for expected in ["limits", "t101", "clearConflictingOptions"] {
        assert!(refused.text.contains(expected), "{}", refused.text);
    }
    assert_eq!(refused.refused(409), "application/Conflict");
    let path = format!("{path}?clearConflictingOptions=true");
    platform.upload(&path, &zip).await.expect(201);
    assert_eq!(of(&platform, "t101").await, json!({"max": "1"}));
}
