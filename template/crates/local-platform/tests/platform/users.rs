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
    platform.post("t101", &roles, unknown).await.expect(404);
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
