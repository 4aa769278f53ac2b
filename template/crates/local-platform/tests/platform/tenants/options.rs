//! Tenant options.

use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/tenant/options";

fn option(category: &str, key: &str, value: &str) -> Value {
    json!({"category": category, "key": key, "value": value})
}

/// A platform whose service may read and change options.
fn with_service() -> TestPlatform {
    TestPlatform::with_manifest(json!({
        "apiVersion": "2", "name": "example", "version": "1.0.0", "provider": "c8y",
        "requiredRoles": ["ROLE_OPTION_MANAGEMENT_ADMIN", "ROLE_OPTION_MANAGEMENT_READ"],
    }))
}

#[tokio::test]
async fn an_option_is_set_read_changed_and_deleted() {
    let platform = TestPlatform::start();
    let made = platform
        .post("t101", PATH, option("cat", "key", "1"))
        .await
        .expect(200)
        .json();
    assert_eq!(made["value"], "1");
    let path = format!("{PATH}/cat/key");
    assert_eq!(made["self"], format!("{}{path}", platform.platform.url()));
    let seen = platform
        .put("t101", &path, json!({"value": "2"}))
        .await
        .expect(200);
    assert_eq!(seen.json()["value"], "2");
    let seen = platform.get("t101", &path).await.expect(200);
    let media = seen.header("content-type");
    assert!(media.contains("cumulocity.option+json"), "{media}");
    assert_eq!(seen.json()["value"], "2");
    platform.delete("t101", &path).await.expect(204);
    platform.get("t101", &path).await.refused(404);
    platform.delete("t101", &path).await.refused(404);
    platform
        .put("t101", &path, json!({"value": "2"}))
        .await
        .refused(404);
}

#[tokio::test]
async fn a_category_is_read_and_changed_as_a_whole() {
    let platform = TestPlatform::start();
    let path = format!("{PATH}/cat");
    let seen = platform.get("t101", &path).await.expect(200);
    assert_eq!(seen.json(), json!({}));
    for update in [json!({"a": "1", "b": "2"}), json!({"b": "3"})] {
        platform.put("t101", &path, update).await.expect(200);
    }
    let seen = platform.get("t101", &path).await.expect(200);
    assert_eq!(seen.json(), json!({"a": "1", "b": "3"}));
    let wrong = json!({"a": "9", "b": {"no": "text"}});
    platform.put("t101", &path, wrong).await.refused(422);
    let seen = platform.get("t101", &path).await.expect(200);
    assert_eq!(seen.json()["a"], "1");
}

#[tokio::test]
async fn all_options_of_a_tenant_come_in_pages_and_no_others() {
    let platform = TestPlatform::start();
    for key in ["a", "b", "c"] {
        let new = option("cat", key, key);
        platform.post("t101", PATH, new).await.expect(200);
    }
    let path = format!("{PATH}?pageSize=2&withTotalPages=true");
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(seen["options"].as_array().map(Vec::len), Some(2));
    assert_eq!(seen["options"][0]["category"], "cat");
    assert_eq!(seen["statistics"]["totalPages"], 2);
    let seen = platform.get("t102", PATH).await.expect(200).json();
    assert_eq!(seen["options"], json!([]));
}

#[tokio::test]
async fn an_option_needs_category_key_and_value_and_a_category_has_no_special_characters() {
    let platform = TestPlatform::start();
    let missing = platform.post("t101", PATH, json!({"key": "a"})).await;
    assert!(missing.text.contains("category,value"), "{}", missing.text);
    missing.refused(422);
    for wrong in [
        option("a b", "k", "v"),
        option("a/b", "k", "v"),
        option("a`b", "k", "v"),
        option("", "k", "v"),
        option("cat", "", "v"),
        json!({"category": "cat", "key": "k", "value": 7}),
    ] {
        platform.post("t101", PATH, wrong).await.refused(422);
    }
}

#[tokio::test]
async fn a_secret_is_shown_in_the_clear_only_to_the_service_whose_category_it_is_in() {
    let platform = with_service();
    for category in ["example", "other"] {
        let new = option(category, "credentials.secret", "s3cret");
        let seen = platform.post("t101", PATH, new).await.expect(200);
        assert!(!seen.text.contains("s3cret"), "{}", seen.text);
    }
    let own = format!("{PATH}/example");
    let other = format!("{PATH}/other");
    let encrypted = json!({"credentials.secret": "<<Encrypted>>"});
    assert_eq!(platform.get("t101", &own).await.json(), encrypted);
    let service = async |path: &str| {
        let call = platform.service("t101", "GET", path).await;
        call.send().await.expect(200).json()
    };
    assert_eq!(service(&own).await, json!({"secret": "s3cret"}));
    assert_eq!(service(&other).await, encrypted);
    for key in ["secret", "credentials.secret"] {
        let seen = service(&format!("{own}/{key}")).await;
        assert_eq!(
            (&seen["key"], &seen["value"]),
            (&json!("secret"), &json!("s3cret"))
        );
    }
    let seen = service(PATH).await;
    let values: Vec<&Value> = seen["options"]
        .as_array()
        .expect("options")
        .iter()
        .map(|option| &option["value"])
        .collect();
    assert_eq!(values, ["s3cret", "<<Encrypted>>"]);
}

#[tokio::test]
async fn options_are_read_and_changed_by_those_with_the_role() {
    let platform = TestPlatform::start();
    let roles: [&[&str]; 2] = [&["ROLE_OPTION_MANAGEMENT_READ"], &["ROLE_ALARM_READ"]];
    for (name, roles) in ["reader", "stranger"].into_iter().zip(roles) {
        platform.user("t101", name, roles).await;
    }
    let call = |name: &str, method, path| {
        let call = platform.anonymous(method, path);
        call.user(&format!("t101/{name}"), PASSWORD)
    };
    call("reader", "GET", PATH).send().await.expect(200);
    call("stranger", "GET", PATH).send().await.refused(403);
    let new = call("reader", "POST", PATH).json(&option("cat", "key", "1"));
    new.send().await.refused(403);
    let path = format!("{PATH}/cat/key");
    call("reader", "DELETE", &path).send().await.refused(403);
    platform.bootstrap("GET", PATH).send().await.refused(403);
}

#[tokio::test]
async fn a_service_changes_and_deletes_its_secret_by_the_name_that_it_knows() {
    let platform = with_service();
    let new = option("example", "credentials.secret", "first");
    platform.post("t101", PATH, new).await.expect(200);
    let path = format!("{PATH}/example/secret");
    let update = platform.service("t101", "PUT", &path).await;
    let seen = update.json(&json!({"value": "second"})).send().await;
    assert_eq!(seen.expect(200).json()["value"], "second");
    let category = format!("{PATH}/example");
    let encrypted = json!({"credentials.secret": "<<Encrypted>>"});
    assert_eq!(platform.get("t101", &category).await.json(), encrypted);
    let delete = platform.service("t101", "DELETE", &path).await;
    delete.send().await.expect(204);
    assert_eq!(platform.get("t101", &category).await.json(), json!({}));
}
