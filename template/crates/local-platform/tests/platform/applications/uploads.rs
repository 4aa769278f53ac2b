//! Uploads of microservices and web applications.

use serde_json::{Value, json};

use crate::helpers::{TestPlatform, microservice_zip, zip};

const PATH: &str = "/application/applications";

fn manifest(version: &str, roles: &[&str]) -> Value {
    json!({
        "apiVersion": "2", "version": version, "provider": {"name": "Example"},
        "isolation": "MULTI_TENANT", "requiredRoles": roles, "roles": ["ROLE_EXAMPLE_READ"],
        "contextPath": "elsewhere",
    })
}

fn binaries(platform: &TestPlatform) -> String {
    format!("{PATH}/{}/binaries", platform.platform.application_id())
}

async fn create(platform: &TestPlatform, application: Value) -> String {
    let made = platform.post("t100", PATH, application).await;
    format!("{PATH}/{}", made.expect(201).id())
}

#[tokio::test]
async fn an_upload_takes_over_the_manifest() {
    let platform = TestPlatform::start();
    let manifest = manifest("2.0.0", &["ROLE_USER_MANAGEMENT_OWN_READ"]);
    let path = binaries(&platform);
    let answer = platform.upload(&path, &microservice_zip(&manifest)).await;
    let seen = answer.expect(201).json();
    assert_eq!(seen["contextPath"], "elsewhere");
    assert_eq!(seen["roles"], json!(["ROLE_EXAMPLE_READ"]));
    assert_eq!(seen["requiredRoles"], manifest["requiredRoles"]);
    assert_eq!(seen["manifest"]["version"], "2.0.0");
    assert!(seen["activeVersionId"].is_string(), "{seen}");
    assert_eq!(
        (&seen["name"], &seen["key"]),
        (&json!("example"), &json!("example-microservice-key"))
    );
}

#[tokio::test]
async fn service_users_get_the_roles_of_the_new_manifest_and_keep_their_passwords() {
    let platform = TestPlatform::start();
    let before = platform.subscriptions().await;
    let manifest = manifest("2.0.0", &["ROLE_USER_MANAGEMENT_OWN_READ"]);
    let answer = platform
        .upload(&binaries(&platform), &microservice_zip(&manifest))
        .await;
    answer.expect(201);
    assert_eq!(platform.subscriptions().await, before);
    let call = platform.service("t101", "GET", "/user/currentUser").await;
    let seen = call.send().await.expect(200).json();
    let roles = seen["effectiveRoles"].as_array().expect("roles");
    let roles: Vec<&Value> = roles.iter().map(|role| &role["id"]).collect();
    assert_eq!(roles, ["ROLE_USER_MANAGEMENT_OWN_READ"]);
}

#[tokio::test]
async fn the_gateway_follows_the_context_path_of_the_manifest() {
    let platform = TestPlatform::start();
    platform.get("t101", "/service/example/x").await.expect(503);
    let zip = microservice_zip(&manifest("2.0.0", &[]));
    platform
        .upload(&binaries(&platform), &zip)
        .await
        .expect(201);
    platform.get("t101", "/service/example/x").await.expect(404);
    platform
        .get("t101", "/service/elsewhere/x")
        .await
        .expect(503);
}

#[tokio::test]
async fn a_version_is_uploaded_once_and_a_snapshot_again_and_again() {
    let platform = TestPlatform::start();
    let path = binaries(&platform);
    let upload = async |version| {
        let zip = microservice_zip(&manifest(version, &[]));
        platform.upload(&path, &zip).await
    };
    upload("2.0.0").await.expect(201);
    upload("2.0.1").await.expect(201);
    for version in ["2.0.0", "2.0.1"] {
        let refused = upload(version).await;
        assert!(refused.text.contains("-SNAPSHOT"), "{}", refused.text);
        assert_eq!(refused.refused(409), "application/Duplicate");
    }
    let first = upload("3.0.0-SNAPSHOT").await.expect(201).json();
    let second = upload("3.0.0-SNAPSHOT").await.expect(201).json();
    assert_ne!(first["activeVersionId"], second["activeVersionId"]);
}

#[tokio::test]
async fn every_finding_in_a_manifest_is_in_one_refusal_and_nothing_changes() {
    let platform = TestPlatform::start();
    let path = binaries(&platform);
    let application = path.trim_end_matches("/binaries").to_owned();
    let before = platform.get("t100", &application).await.text;
    let mut wrong = manifest("2.0.0+7", &[]);
    wrong["replicas"] = 9.into();
    let refused = platform.upload(&path, &microservice_zip(&wrong)).await;
    for expected in ["cumulocity.json", "$.replicas", "$.version"] {
        assert!(refused.text.contains(expected), "{}", refused.text);
    }
    assert_eq!(refused.refused(422), "undefined/validationError");
    assert_eq!(platform.get("t100", &application).await.text, before);
}

#[tokio::test]
async fn a_zip_that_is_none_or_lacks_a_file_is_refused_with_what_is_missing() {
    let platform = TestPlatform::start();
    let path = binaries(&platform);
    let json = manifest("2.0.0", &[]).to_string();
    for (content, expected) in [
        (b"no zip".to_vec(), "no zip"),
        (zip(&[]), "cumulocity.json and image.tar"),
        (zip(&[("cumulocity.json", &json)]), "no image.tar"),
        (zip(&[("image.tar", "")]), "no cumulocity.json"),
        (
            zip(&[("cumulocity.json", "{"), ("image.tar", "")]),
            "is not the JSON",
        ),
        (
            zip(&[("cumulocity.json", &json), ("image.tar", "no image")]),
            "image.tar in the zip is not the image of a microservice",
        ),
        (
            zip(&[("cumulocity.json", &" ".repeat(1 << 21)), ("image.tar", "")]),
            "longer than 1 MiB",
        ),
    ] {
        let refused = platform.upload(&path, &content).await;
        assert!(refused.text.contains(expected), "{}", refused.text);
        refused.refused(422);
    }
}

#[tokio::test]
async fn the_context_path_of_another_microservice_is_refused() {
    let platform = TestPlatform::start();
    let other = json!({
        "name": "other", "key": "k", "type": "MICROSERVICE", "contextPath": "elsewhere",
    });
    create(&platform, other).await;
    let zip = microservice_zip(&manifest("2.0.0", &[]));
    let refused = platform.upload(&binaries(&platform), &zip).await;
    assert_eq!(refused.refused(409), "application/Duplicate");
}

#[tokio::test]
async fn the_part_of_the_form_is_named_data_or_file() {
    let platform = TestPlatform::start();
    let path = binaries(&platform);
    let upload = |part: &str, version: &str| {
        let zip = microservice_zip(&manifest(version, &[]));
        let call = platform.request("t100", "POST", &path);
        call.form(part, "example.zip", &zip).send()
    };
    upload("data", "2.0.0").await.expect(201);
    upload("file", "2.0.1").await.expect(201);
    upload("zip", "2.0.2").await.refused(400);
}

#[tokio::test]
async fn only_an_administrator_of_the_owner_uploads() {
    let platform = TestPlatform::start();
    let path = binaries(&platform);
    let zip = microservice_zip(&manifest("2.0.0", &[]));
    let call = |tenant| platform.request(tenant, "POST", &path);
    let call = |tenant| call(tenant).form("data", "a.zip", &zip).send();
    call("t101").await.refused(403);
    platform
        .user("t100", "reader", &["ROLE_APPLICATION_MANAGEMENT_READ"])
        .await;
    let reader = platform
        .anonymous("POST", &path)
        .user("t100/reader", local_platform::PASSWORD);
    reader.form("data", "a.zip", &zip).send().await.refused(403);
}

#[tokio::test]
async fn the_image_of_a_microservice_goes_in_and_does_not_come_out() {
    let platform = TestPlatform::start();
    let path = binaries(&platform);
    let zip = microservice_zip(&manifest("2.0.0", &[]));
    let made = platform.upload(&path, &zip).await.expect(201).json();
    platform.get("t100", &path).await.refused(400);
    let id = made["activeVersionId"].as_str().expect("an ID");
    let path = format!("{path}/{id}");
    platform.get("t100", &path).await.refused(400);
    platform.delete("t100", &path).await.refused(400);
}

#[tokio::test]
async fn the_pages_of_a_web_application_are_uploaded_listed_downloaded_and_deleted() {
    let platform = TestPlatform::start();
    let web = json!({"name": "web", "key": "w", "type": "HOSTED", "contextPath": "web"});
    let application = create(&platform, web).await;
    let path = format!("{application}/binaries");
    platform
        .upload(&path, &zip(&[("page.html", "")]))
        .await
        .refused(422);

    let pages = zip(&[("index.html", "<p>1</p>")]);
    let first = platform.upload(&path, &pages).await.expect(201).json();
    let second = platform.upload(&path, &pages).await.expect(201).json();
    let seen = platform.get("t100", &path).await.expect(200);
    let media = seen.header("content-type");
    assert!(media.contains("applicationbinaries+json"), "{media}");
    let seen = seen.json();
    let seen = seen["attachments"].as_array().expect("attachments");
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0]["id"], first["activeVersionId"]);
    assert_eq!(seen[0]["name"], "example.zip");
    assert_eq!(seen[0]["length"], pages.len());

    let one = format!("{path}/{}", seen[0]["id"].as_str().expect("an ID"));
    let content = platform.get("t100", &one).await.expect(200);
    assert_eq!(content.header("content-type"), "application/zip");
    assert!(content.text.starts_with("PK"), "{}", content.text);
    platform.delete("t100", &one).await.expect(204);
    platform.get("t100", &one).await.refused(404);
    let seen = platform.get("t100", &application).await.expect(200).json();
    assert_eq!(seen["activeVersionId"], second["activeVersionId"]);
}

#[tokio::test]
async fn a_web_application_shows_the_pages_that_an_update_names() {
    let platform = TestPlatform::start();
    let web = json!({"name": "web", "key": "w", "type": "HOSTED", "contextPath": "web"});
    let application = create(&platform, web).await;
    let path = format!("{application}/binaries");
    let pages = zip(&[("index.html", "")]);
    let first = platform.upload(&path, &pages).await.expect(201).json();
    platform.upload(&path, &pages).await.expect(201);
    let update = json!({"activeVersionId": first["activeVersionId"]});
    let seen = platform.put("t100", &application, update).await.expect(200);
    assert_eq!(seen.json()["activeVersionId"], first["activeVersionId"]);
    let unknown = json!({"activeVersionId": "1"});
    platform
        .put("t100", &application, unknown)
        .await
        .refused(422);
}

#[tokio::test]
async fn an_external_application_has_no_files() {
    let platform = TestPlatform::start();
    let external = json!({"name": "ext", "key": "e", "type": "EXTERNAL"});
    let path = format!("{}/binaries", create(&platform, external).await);
    let refused = platform.upload(&path, &zip(&[("index.html", "")])).await;
    assert!(refused.text.contains("EXTERNAL"), "{}", refused.text);
    refused.refused(422);
}
