//! Users and roles.

use local_platform::PASSWORD;
use serde_json::json;

use crate::helpers::TestPlatform;

const USERS: &str = "/user/t101/users";

#[tokio::test]
async fn an_administrator_holds_all_roles_also_those_that_the_application_brings() {
    let platform = TestPlatform::start();
    let seen = platform
        .get("t101", "/user/currentUser")
        .await
        .expect(200)
        .json();
    let roles = seen["effectiveRoles"].as_array().expect("a list of roles");
    for role in [
        "ROLE_ALARM_ADMIN",
        "ROLE_TENANT_MANAGEMENT_ADMIN",
        "ROLE_EXAMPLE_CREATE",
    ] {
        let link = format!("{}/user/roles/{role}", platform.platform.url());
        let expected = json!({"id": role, "name": role, "self": link});
        assert!(roles.contains(&expected), "{role} is missing in {roles:?}");
    }
    assert_eq!(seen["userName"], "admin");
}

#[tokio::test]
async fn a_user_is_made_changed_and_deleted() {
    let platform = TestPlatform::start();
    platform.user("t101", "someone", &["ROLE_ALARM_READ"]).await;
    let path = format!("{USERS}/someone");
    let update = json!({"firstName": "Some", "phone": null});
    assert_eq!(
        platform.put("t101", &path, update).await.expect(200).json()["firstName"],
        "Some"
    );
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(
        seen["roles"]["references"][0]["role"]["id"],
        "ROLE_ALARM_READ"
    );
    assert_eq!(seen.get("password"), None);
    platform.delete("t101", &path).await.expect(204);
    platform.get("t101", &path).await.expect(404);
}

#[tokio::test]
async fn a_user_name_is_taken_once_and_needs_an_email() {
    let platform = TestPlatform::start();
    let user = json!({"userName": "admin", "email": "a@example.com", "password": PASSWORD});
    assert_eq!(
        platform.post("t101", USERS, user).await.refused(409),
        "user/Duplicate"
    );
    let answer = platform
        .post("t101", USERS, json!({"userName": "someone"}))
        .await;
    assert!(answer.text.contains("email"), "{}", answer.text);
    answer.refused(422);
}

#[tokio::test]
async fn a_role_takes_effect_when_it_is_assigned_and_ends_when_it_is_taken_away() {
    let platform = TestPlatform::start();
    platform.user("t101", "someone", &[]).await;
    let read = || {
        platform
            .anonymous("GET", "/user/currentUser")
            .user("t101/someone", PASSWORD)
    };
    read().send().await.expect(403);

    let roles = format!("{USERS}/someone/roles");
    let role = json!({"role": {"self": "http://any/user/roles/ROLE_USER_MANAGEMENT_OWN_READ"}});
    platform.post("t101", &roles, role).await.expect(201);
    read().send().await.expect(200);

    let path = format!("{roles}/ROLE_USER_MANAGEMENT_OWN_READ");
    platform.delete("t101", &path).await.expect(204);
    read().send().await.expect(403);
    let unknown = json!({"role": {"id": "ROLE_NOBODY_KNOWS"}});
    platform.post("t101", &roles, unknown).await.expect(422);
}

#[tokio::test]
async fn users_are_managed_by_those_with_the_role_only() {
    let platform = TestPlatform::start();
    platform
        .user("t101", "someone", &["ROLE_ALARM_ADMIN"])
        .await;
    for (method, path) in [("GET", USERS), ("DELETE", "/user/t101/users/admin")] {
        let call = platform
            .anonymous(method, path)
            .user("t101/someone", PASSWORD);
        assert_eq!(call.send().await.refused(403), "security/Forbidden");
    }
}

#[tokio::test]
async fn a_service_user_can_be_disabled_but_not_deleted() {
    let platform = TestPlatform::start();
    let path = format!("{USERS}/service_example");
    platform.delete("t101", &path).await.refused(403);
    assert_eq!(platform.subscriptions().await.len(), 4);
    platform
        .put("t101", &path, json!({"enabled": false}))
        .await
        .expect(200);
    let users = platform.subscriptions().await;
    assert_eq!(users.len(), 4, "a disabled user is still there: {users:?}");
    let bootstrap = "/user/t100/users/servicebootstrap_example";
    platform.delete("t100", bootstrap).await.refused(403);
}

#[tokio::test]
async fn the_password_and_the_email_of_another_user_cannot_be_changed() {
    let platform = TestPlatform::start();
    platform.user("t101", "someone", &[]).await;
    let path = format!("{USERS}/someone");
    for update in [
        json!({"password": "another-one"}),
        json!({"email": "other@example.com"}),
    ] {
        let answer = platform.put("t101", &path, update).await;
        assert_eq!(answer.refused(403), "security/Forbidden");
    }
    let own = json!({"email": "other@example.com"});
    let path = format!("{USERS}/admin");
    let seen = platform.put("t101", &path, own.clone()).await.expect(200);
    assert_eq!(seen.json()["email"], "other@example.com");
    platform.put("t101", &path, own).await.expect(200);
}

#[tokio::test]
async fn a_user_is_written_back_as_it_was_read() {
    let platform = TestPlatform::start();
    platform.user("t101", "someone", &[]).await;
    let path = format!("{USERS}/someone");
    let seen = platform.get("t101", &path).await.expect(200).json();
    platform.put("t101", &path, seen).await.expect(200);
}

#[tokio::test]
async fn nobody_gives_a_role_that_they_do_not_hold_themselves_or_that_nobody_knows() {
    let platform = TestPlatform::start();
    let held = ["ROLE_USER_MANAGEMENT_CREATE", "ROLE_ALARM_READ"];
    platform.user("t101", "creator", &held).await;
    platform.user("t101", "someone", &[]).await;
    for (by, role, status) in [
        ("creator", "ROLE_ALARM_READ", 201),
        ("creator", "ROLE_ALARM_ADMIN", 403),
        ("creator", "ROLE_USER_MANAGEMENT_ADMIN", 403),
        ("admin", "ROLE_ALARM_ADMIN", 201),
        ("admin", "ROLE_NOBODY_KNOWS", 422),
    ] {
        let post = |path: &str, body| {
            platform
                .anonymous("POST", path)
                .user(&format!("t101/{by}"), PASSWORD)
                .json(&body)
                .send()
        };
        let reference = json!({"role": {"id": role}});
        let assigned = post(&format!("{USERS}/someone/roles"), reference.clone()).await;
        assigned.expect(status);
        let user = json!({
            "userName": format!("{by}_{role}"), "email": "user@example.com", "password": PASSWORD,
            "roles": {"references": [reference]},
        });
        post(USERS, user).await.expect(status);
    }
}

#[tokio::test]
async fn the_roles_of_retention_rules_and_remote_access_can_be_given() {
    let platform = TestPlatform::start();
    let roles = [
        "ROLE_RETENTION_RULE_ADMIN",
        "ROLE_RETENTION_RULE_READ",
        "ROLE_REMOTE_ACCESS_ADMIN",
    ];
    platform.user("t101", "someone", &roles).await;
}

#[tokio::test]
async fn users_are_found_by_the_beginning_of_their_name_in_any_case() {
    let platform = TestPlatform::start();
    let seen = platform
        .get("t101", &format!("{USERS}?username=ADM"))
        .await
        .expect(200)
        .json();
    assert_eq!(seen["users"][0]["userName"], "admin");
}
