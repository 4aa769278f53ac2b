//! Groups of users.

use local_platform::PASSWORD;
use serde_json::{Value, json};

use crate::helpers::{Answer, TestPlatform};

const GROUPS: &str = "/user/t101/groups";

fn names(answer: &Answer, list: &str, pointer: &str) -> Vec<String> {
    let body = answer.json();
    let items = body[list].as_array().expect("a list").iter();
    items
        .map(|item| item.pointer(pointer).and_then(Value::as_str))
        .map(|name| name.expect("a name").to_owned())
        .collect()
}

async fn new_group(platform: &TestPlatform, name: &str) -> String {
    let group = json!({"name": name, "description": "of a test"});
    let made = platform.post("t101", GROUPS, group).await.expect(201);
    let id = made.json()["id"].as_u64().expect("a number");
    assert!(made.header("location").ends_with(&format!("{GROUPS}/{id}")));
    format!("{GROUPS}/{id}")
}

#[tokio::test]
async fn a_tenant_begins_with_the_platforms_groups_and_its_administrator_in_admins() {
    let platform = TestPlatform::start();
    let seen = platform.get("t101", GROUPS).await.expect(200);
    let expected = ["admins", "business", "devices", "readers"];
    assert_eq!(names(&seen, "groups", "/name"), expected);
    let path = "/user/t101/users/admin/groups";
    let seen = platform.get("t101", path).await.expect(200);
    assert_eq!(names(&seen, "references", "/group/name"), ["admins"]);
}

#[tokio::test]
async fn a_group_is_made_found_changed_and_deleted_in_one_tenant_only() {
    let platform = TestPlatform::start();
    let path = new_group(&platform, "fitters").await;
    let update = json!({"name": "welders", "description": null});
    platform.put("t101", &path, update).await.expect(200);
    let seen = platform.get("t101", "/user/t101/groupByName/welders").await;
    let seen = seen.expect(200).json();
    assert_eq!(seen.get("description"), None);
    assert_eq!(seen, platform.get("t101", &path).await.json());
    let elsewhere = platform.get("t102", "/user/t102/groupByName/welders").await;
    elsewhere.refused(404);
    platform.get("t102", &path).await.refused(403);
    platform.delete("t101", &path).await.expect(204);
    platform.get("t101", &path).await.refused(404);
    let next = new_group(&platform, "fitters").await;
    assert_ne!(next, path, "an ID is not given again");
}

#[tokio::test]
async fn a_group_name_is_needed_and_taken_once() {
    let platform = TestPlatform::start();
    let post = |body| platform.post("t101", GROUPS, body);
    post(json!({"name": "admins"})).await.refused(409);
    post(json!({"name": ""})).await.refused(422);
    post(json!({})).await.refused(422);
    let path = new_group(&platform, "fitters").await;
    let rename = |name: &str| platform.put("t101", &path, json!({"name": name}));
    rename("fitters").await.expect(200);
    rename("admins").await.refused(409);
}

#[tokio::test]
async fn who_is_in_a_group_has_its_roles_until_they_leave_it() {
    let platform = TestPlatform::start();
    platform.user("t101", "someone", &[]).await;
    let group = new_group(&platform, "fitters").await;
    let (roles, users) = (format!("{group}/roles"), format!("{group}/users"));
    let read = || {
        let call = platform.anonymous("GET", "/user/currentUser");
        call.user("t101/someone", PASSWORD).send()
    };
    let role = json!({"role": {"self": "user/roles/ROLE_USER_MANAGEMENT_OWN_READ"}});
    let user = json!({"user": {"self": "/user/t101/users/someone"}});
    platform
        .post("t101", &roles, role.clone())
        .await
        .expect(201);
    platform.post("t101", &roles, role).await.refused(409);
    read().await.expect(403);
    platform.post("t101", &users, user).await.expect(201);
    let seen = read().await.expect(200).json();
    let effective = &seen["effectiveRoles"][0]["name"];
    assert_eq!(effective, "ROLE_USER_MANAGEMENT_OWN_READ");
    let seen = platform.get("t101", &users).await.expect(200);
    assert_eq!(names(&seen, "references", "/user/userName"), ["someone"]);
    let seen = platform.get("t101", &roles).await.expect(200);
    assert_eq!(names(&seen, "references", "/role/id").len(), 1);

    let left = format!("{users}/someone");
    platform.delete("t101", &left).await.expect(204);
    platform.delete("t101", &left).await.refused(404);
    read().await.expect(403);
}

#[tokio::test]
async fn a_group_that_loses_a_role_keeps_the_others() {
    let platform = TestPlatform::start();
    platform.user("t101", "someone", &[]).await;
    let user = json!({"user": {"self": "/user/t101/users/someone"}});
    let users = format!("{GROUPS}/1/users");
    platform.post("t101", &users, user).await.expect(201);
    let role = format!("{GROUPS}/1/roles/ROLE_ALARM_ADMIN");
    platform.delete("t101", &role).await.expect(204);
    platform.delete("t101", &role).await.refused(404);
    let call = platform.anonymous("GET", "/user/currentUser");
    let seen = call.user("t101/someone", PASSWORD).send().await.expect(200);
    let roles = names(&seen, "effectiveRoles", "/name");
    assert!(!roles.contains(&"ROLE_ALARM_ADMIN".to_owned()), "{roles:?}");
    assert!(roles.contains(&"ROLE_ALARM_READ".to_owned()), "{roles:?}");
}

#[tokio::test]
async fn nobody_puts_users_into_a_group_with_roles_that_they_do_not_hold_themselves() {
    let platform = TestPlatform::start();
    let held = ["ROLE_USER_MANAGEMENT_CREATE", "ROLE_ALARM_READ"];
    platform.user("t101", "creator", &held).await;
    let post = |path: &str, body| {
        let call = platform.anonymous("POST", path);
        call.user("t101/creator", PASSWORD).json(&body).send()
    };
    let below = json!({"userName": "below", "email": "a@example.com", "password": PASSWORD});
    post("/user/t101/users", below).await.expect(201);
    let group = new_group(&platform, "fitters").await;
    let role = json!({"role": {"id": "ROLE_ALARM_READ"}});
    let roles = format!("{group}/roles");
    platform.post("t101", &roles, role).await.expect(201);
    for (group, user, status) in [
        (group.as_str(), "below", 201),
        ("/user/t101/groups/1", "below", 403),
        ("/user/t101/groups/1", "creator", 403),
        (group.as_str(), "admin", 403),
    ] {
        let user = json!({"user": {"self": format!("/user/t101/users/{user}")}});
        post(&format!("{group}/users"), user).await.expect(status);
    }
}
