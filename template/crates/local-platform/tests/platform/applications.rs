//! Applications.

mod settings;
mod subscriptions;
mod uploads;

use serde_json::{Value, json};

use crate::helpers::TestPlatform;

const PATH: &str = "/application/applications";

#[tokio::test]
async fn the_demo_application_is_the_same_at_every_start_and_service_users_are_new() {
    let (one, other) = (TestPlatform::start(), TestPlatform::start());
    let bootstrap = |platform: &TestPlatform| platform.platform.bootstrap_environment(80);
    let (mut first, mut second) = (bootstrap(&one), bootstrap(&other));
    assert_ne!(first.remove("C8Y_BASEURL"), second.remove("C8Y_BASEURL"));
    assert_eq!(first, second);
    assert_eq!(
        one.platform.application_id(),
        other.platform.application_id()
    );
    assert_ne!(one.subscriptions().await, other.subscriptions().await);
}

#[tokio::test]
async fn applications_are_found_by_name_and_type() {
    let platform = TestPlatform::start();
    for path in [
        "/application/applicationsByName/example",
        "/application/applications?name=example",
        "/application/applications?type=MICROSERVICE&owner=t100",
    ] {
        let seen = platform.get("t100", path).await.expect(200).json();
        assert_eq!(seen["applications"][0]["name"], "example", "{path}");
    }
    let seen = platform
        .get("t100", &format!("{PATH}?type=HOSTED"))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["applications"], json!([]));
}

#[tokio::test]
async fn a_microservice_comes_with_a_bootstrap_user_that_sees_its_own_application() {
    let platform = TestPlatform::start();
    let new = json!({"name": "other", "key": "other-key", "type": "MICROSERVICE"});
    let id = platform
        .post("t101", PATH, new.clone())
        .await
        .expect(201)
        .id();
    assert_eq!(
        platform.post("t101", PATH, new).await.refused(409),
        "application/Duplicate"
    );
    let user = platform
        .get("t101", &format!("{PATH}/{id}/bootstrapUser"))
        .await
        .expect(200)
        .json();
    assert_eq!(user["name"], "servicebootstrap_other");
    let call = platform.anonymous("GET", "/application/currentApplication");
    let call = call.user(
        "t101/servicebootstrap_other",
        user["password"].as_str().unwrap(),
    );
    assert_eq!(call.send().await.expect(200).json()["key"], "other-key");
}

#[tokio::test]
async fn an_application_is_seen_by_its_owner_and_its_subscribers() {
    let platform = TestPlatform::start();
    let new = json!({"name": "other", "key": "other-key", "type": "HOSTED", "contextPath": "o"});
    let path = format!(
        "{PATH}/{}",
        platform.post("t101", PATH, new).await.expect(201).id()
    );
    platform.get("t101", &path).await.expect(200);
    platform.get("t102", &path).await.expect(404);
    let shared = format!("{PATH}/{}", platform.platform.application_id());
    platform.get("t102", &shared).await.expect(200);
    platform.delete("t102", &shared).await.expect(403);
    platform
        .get("t101", &format!("{path}/bootstrapUser"))
        .await
        .expect(400);
}

#[tokio::test]
async fn an_application_is_updated_and_deleted_with_its_subscriptions() {
    let platform = TestPlatform::start();
    let path = format!("{PATH}/{}", platform.platform.application_id());
    let update = json!({"availability": "MARKET", "name": "ignored"});
    let seen = platform.put("t100", &path, update).await.expect(200).json();
    assert_eq!(
        (&seen["availability"], &seen["name"]),
        (&json!("MARKET"), &json!("example"))
    );
    let refused = platform.delete("t100", &path).await;
    assert!(refused.text.contains("t101"), "{}", refused.text);
    assert_eq!(refused.refused(409), "application/Conflict");
    let forced = format!("{path}?force=true");
    platform.delete("t100", &forced).await.expect(204);
    platform.get("t100", &path).await.expect(404);
    let gone = platform.anonymous("GET", "/tenant/currentTenant");
    gone.user("t100/servicebootstrap_example", "local-platform")
        .send()
        .await
        .expect(401);
}

#[tokio::test]
async fn an_application_needs_name_key_and_a_known_type() {
    let platform = TestPlatform::start();
    let answer = platform.post("t100", PATH, json!({"name": "other"})).await;
    assert!(answer.text.contains("key,type"), "{}", answer.text);
    answer.refused(422);
    let wrong = json!({"name": "other", "key": "k", "type": "LAMBDA"});
    platform.post("t100", PATH, wrong).await.refused(422);
}

fn microservice(name: &str, context_path: &str) -> Value {
    json!({
        "name": name, "key": format!("{name}-key"), "type": "MICROSERVICE",
        "contextPath": context_path,
    })
}

#[tokio::test]
async fn no_two_microservices_have_the_same_context_path() {
    let platform = TestPlatform::start();
    let taken = microservice("other", "example");
    assert_eq!(
        platform.post("t101", PATH, taken).await.refused(409),
        "application/Duplicate"
    );
    let made = platform
        .post("t101", PATH, microservice("other", "other"))
        .await;
    let path = format!("{PATH}/{}", made.expect(201).id());
    let update = json!({"contextPath": "example"});
    platform.put("t101", &path, update).await.refused(409);
    let web = json!({"name": "web", "key": "w", "type": "HOSTED", "contextPath": "example"});
    platform.post("t101", PATH, web).await.expect(201);
}

#[tokio::test]
async fn an_update_is_held_to_the_rules_of_a_create() {
    let platform = TestPlatform::start();
    let path = format!("{PATH}/{}", platform.platform.application_id());
    for wrong in [
        json!({"key": null}),
        json!({"key": 7}),
        json!({"availability": 7}),
        json!({"contextPath": ["a"]}),
    ] {
        let answer = platform.put("t100", &path, wrong.clone()).await;
        assert_eq!(answer.refused(422), "undefined/validationError", "{wrong}");
    }
    let update = json!({"contextPath": null, "availability": null});
    let seen = platform.put("t100", &path, update).await.expect(200).json();
    assert_eq!(seen["contextPath"], "example");
    assert_eq!(seen["availability"], "PRIVATE");
    assert_eq!(seen["manifest"]["version"], "1.0.0");
}

#[tokio::test]
async fn changed_required_roles_reach_the_service_users_that_are_there() {
    let platform = TestPlatform::start();
    let path = format!("{PATH}/{}", platform.platform.application_id());
    let update = json!({"requiredRoles": ["ROLE_USER_MANAGEMENT_OWN_READ"]});
    platform.put("t100", &path, update).await.expect(200);
    for user in platform.subscriptions().await {
        let text = |name: &str| user[name].as_str().expect("a text").to_owned();
        let (tenant, password) = (text("tenant"), text("password"));
        let call = |path| {
            platform
                .anonymous("GET", path)
                .user(&format!("{tenant}/service_example"), &password)
        };
        call("/user/currentUser").send().await.expect(200);
        call("/inventory/managedObjects").send().await.expect(200);
        let object = platform.object(&tenant).await;
        let path = format!("/inventory/managedObjects/{object}");
        call(&path).send().await.expect(403);
    }
}

/// Names of the applications that a tenant's administrator sees under a path.
async fn names(platform: &TestPlatform, tenant: &str, path: &str) -> Vec<String> {
    let seen = platform.get(tenant, path).await.expect(200).json();
    let seen = seen["applications"].as_array().expect("applications");
    let names = seen.iter().filter_map(|it| it["name"].as_str());
    names.map(str::to_owned).collect()
}

#[tokio::test]
async fn availability_decides_which_other_tenants_see_an_application() {
    let platform = TestPlatform::start();
    for (owner, name, availability) in [
        ("t100", "private", "PRIVATE"),
        ("t100", "shared", "SHARED"),
        ("t101", "siblings", "SHARED"),
        ("t101", "market", "MARKET"),
    ] {
        let mut new = microservice(name, name);
        new["availability"] = availability.into();
        platform.post(owner, PATH, new).await.expect(201);
    }
    assert_eq!(
        names(&platform, "t102", PATH).await,
        ["example", "shared", "market"]
    );
    let wrong = json!({"name": "a", "key": "a", "type": "EXTERNAL", "availability": "PUBLIC"});
    platform.post("t100", PATH, wrong).await.refused(422);
}

#[tokio::test]
async fn applications_are_listed_by_the_tenants_that_have_and_use_them() {
    let platform = TestPlatform::start();
    for (owner, name) in [("t100", "spare"), ("t101", "own")] {
        let new = microservice(name, name);
        platform.post(owner, PATH, new).await.expect(201);
    }
    for (tenant, path, expected) in [
        ("t100", "?owner=t100", vec!["example", "spare"]),
        ("t100", "?subscriber=t100", vec!["example"]),
        ("t100", "?providedFor=t100", vec![]),
        ("t100", "?providedFor=t101", vec!["example"]),
        ("t101", "?tenant=t101", vec!["example", "own"]),
        ("t101", "?subscriber=t101", vec!["example"]),
        ("t101", "?subscriber=t102", vec![]),
        ("t101", "?type=HOSTED,MICROSERVICE", vec!["example", "own"]),
        ("t101", "?user=admin", vec!["example", "own"]),
        ("t101", "?user=service_example", vec!["example"]),
        ("t101", "?user=nobody", vec![]),
        ("t101", "?hasVersions=true", vec![]),
        ("t101", "?hasVersions=false", vec!["example", "own"]),
        ("t100", "ByOwner/t100", vec!["example", "spare"]),
        ("t102", "ByOwner/t101", vec![]),
        ("t101", "ByTenant/t101", vec!["example", "own"]),
        ("t101", "ByUser/admin", vec!["example", "own"]),
    ] {
        let path = format!("{PATH}{path}");
        assert_eq!(
            names(&platform, tenant, &path).await,
            expected,
            "{tenant} {path}"
        );
    }
}

#[tokio::test]
async fn a_user_reads_what_it_has_access_to_and_a_service_its_own_application() {
    let platform = TestPlatform::start();
    let own = ["ROLE_USER_MANAGEMENT_OWN_READ"];
    platform.user("t101", "own", &own).await;
    let call = |path: &str| {
        let call = platform.anonymous("GET", path);
        call.user("t101/own", local_platform::PASSWORD).send()
    };
    call(&format!("{PATH}ByUser/own")).await.expect(200);
    call(&format!("{PATH}ByUser/admin")).await.refused(403);
    let path = format!("{PATH}/{}", platform.platform.application_id());
    call(&path).await.refused(403);
    let service = platform.service("t101", "GET", &path).await;
    service.send().await.expect(200);
}

#[tokio::test]
async fn a_bootstrap_user_changes_its_own_application() {
    let platform = TestPlatform::start();
    let path = "/application/currentApplication";
    let update = json!({
        "description": "Example", "manifest": {"version": "9.9.9"}, "owner": null, "key": "new",
    });
    let answer = platform.bootstrap("PUT", path).json(&update).send().await;
    let seen = answer.expect(200).json();
    assert_eq!(seen["description"], "Example");
    assert_eq!(seen["key"], "new");
    assert_eq!(seen["manifest"]["version"], "1.0.0");
    assert_eq!(seen["owner"]["tenant"]["id"], "t100");
    platform.put("t100", path, json!({})).await.refused(403);
    let service = platform.service("t101", "PUT", path).await;
    service.json(&json!({})).send().await.refused(403);
}

#[tokio::test]
async fn fields_of_the_platforms_own_have_values_that_they_can_have() {
    let platform = TestPlatform::start();
    for (field, wrong) in [
        ("name", json!("")),
        ("key", json!(" ")),
        ("contextPath", json!("a b")),
        ("contextPath", json!("a/b")),
        ("description", json!(1)),
        ("breadcrumbs", json!("yes")),
        ("manifest", json!([])),
        ("roles", json!("ROLE_A")),
        ("requiredRoles", json!([1])),
    ] {
        let mut new = microservice("other", "other");
        new[field] = wrong;
        let refused = platform.post("t100", PATH, new).await;
        assert!(refused.text.contains(field), "{}", refused.text);
        refused.refused(422);
    }
    let web = json!({"name": "web", "key": "w", "type": "HOSTED"});
    let refused = platform.post("t100", PATH, web).await;
    assert!(refused.text.contains("contextPath"), "{}", refused.text);
    refused.refused(422);
}

#[tokio::test]
async fn a_context_path_is_free_again_once_its_application_has_another_or_is_gone() {
    let platform = TestPlatform::start();
    let made = platform
        .post("t100", PATH, microservice("a", "first"))
        .await;
    let path = format!("{PATH}/{}", made.expect(201).id());
    let update = json!({"contextPath": "second"});
    platform.put("t100", &path, update).await.expect(200);
    let made = platform
        .post("t100", PATH, microservice("b", "first"))
        .await;
    made.expect(201);
    platform.delete("t100", &path).await.expect(204);
    let made = platform
        .post("t100", PATH, microservice("c", "second"))
        .await;
    made.expect(201);
}
