//! Users and roles.

mod authentication;
mod groups;
pub(crate) mod login;
mod roles;
mod two_factor;

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
    let below = json!({"owner": "creator"});
    let owner = format!("{USERS}/someone/owner");
    platform.put("t101", &owner, below).await.expect(200);
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

#[tokio::test]
async fn users_are_filtered_by_part_of_the_name_group_owner_and_being_a_device() {
    let platform = TestPlatform::start();
    platform.user("t101", "someone", &[]).await;
    platform.user("t101", "device_1", &[]).await;
    let owner = json!({"owner": "admin"});
    let path = format!("{USERS}/someone/owner");
    platform.put("t101", &path, owner).await.expect(200);
    for (query, expected) in [
        ("", vec!["admin", "service_example", "someone"]),
        ("onlyDevices=true", vec!["device_1"]),
        ("usernameContains=MEO", vec!["someone"]),
        ("groups=1,2", vec!["admin"]),
        ("groups=4", vec![]),
        ("owner=admin", vec!["someone"]),
    ] {
        let seen = platform.get("t101", &format!("{USERS}?{query}")).await;
        let seen = seen.expect(200).json();
        let users = seen["users"].as_array().expect("a list").iter();
        let names: Vec<_> = users.filter_map(|user| user["userName"].as_str()).collect();
        assert_eq!(names, expected, "{query}");
    }
    for query in ["username=a&usernameContains=a", "groups=one"] {
        let answer = platform.get("t101", &format!("{USERS}?{query}")).await;
        answer.refused(422);
    }
    let path = format!("{USERS}?username=admin&withSubusersCount=true");
    let seen = platform.get("t101", &path).await.expect(200).json();
    assert_eq!(seen["users"][0]["subusersCount"], 1);
}

#[tokio::test]
async fn who_makes_users_manages_their_own_ones_and_no_others() {
    let platform = TestPlatform::start();
    let held = ["ROLE_USER_MANAGEMENT_CREATE"];
    platform.user("t101", "creator", &held).await;
    platform.user("t101", "other", &[]).await;
    let call = |method: &str, path: &str| {
        let call = platform.anonymous(method, path);
        call.user("t101/creator", PASSWORD)
    };
    let below = json!({"userName": "below", "email": "a@example.com", "password": PASSWORD});
    let made = call("POST", USERS).json(&below).send().await.expect(201);
    assert_eq!(made.json()["owner"], "creator");
    let seen = call("GET", USERS).send().await.expect(200).json();
    assert_eq!(seen["users"].as_array().map(Vec::len), Some(1), "{seen}");
    for (user, ours) in [("below", true), ("other", false)] {
        let path = format!("{USERS}/{user}");
        let status = |right| if ours { right } else { 403 };
        let read = call("GET", &path).send().await;
        read.expect(status(200));
        let update = call("PUT", &path).json(&json!({"firstName": "Some"}));
        update.send().await.expect(status(200));
        let delete = call("DELETE", &path).send().await;
        delete.expect(status(204));
    }
}

#[tokio::test]
async fn an_owner_is_set_and_taken_away_but_never_in_a_circle() {
    let platform = TestPlatform::start();
    platform.user("t101", "upper", &[]).await;
    platform.user("t101", "lower", &[]).await;
    let own = |user: &str, owner: &str| {
        let path = format!("{USERS}/{user}/owner");
        let owner = json!({"owner": owner});
        let call = platform.request("t101", "PUT", &path);
        call.json(&owner).send()
    };
    own("lower", "upper").await.expect(200);
    own("upper", "lower").await.refused(422);
    own("upper", "upper").await.refused(422);
    own("lower", "nobody").await.refused(404);
    let path = format!("{USERS}/lower");
    let seen = platform.get("t101", &path).await.json();
    assert_eq!(seen["owner"], "upper");
    let nobody = platform.delete("t101", &format!("{path}/owner")).await;
    nobody.expect(204);
    let seen = platform.get("t101", &path).await.json();
    assert_eq!(seen.get("owner"), None);
}

#[tokio::test]
async fn the_current_user_changes_itself_with_the_role_for_it() {
    let platform = TestPlatform::start();
    let update = || json!({"firstName": "Some", "effectiveRoles": [], "userName": "other"});
    let seen = platform.put("t101", "/user/currentUser", update()).await;
    let seen = seen.expect(200).json();
    assert_eq!(seen["firstName"], "Some");
    assert_eq!(seen["userName"], "admin");
    platform
        .user("t101", "someone", &["ROLE_USER_MANAGEMENT_OWN_READ"])
        .await;
    let call = platform.anonymous("PUT", "/user/currentUser");
    let call = call.user("t101/someone", PASSWORD).json(&update());
    call.send().await.refused(403);
}

#[tokio::test]
async fn a_user_is_found_by_its_name() {
    let platform = TestPlatform::start();
    let seen = platform.get("t101", "/user/t101/userByName/admin").await;
    assert_eq!(seen.expect(200).json()["id"], "admin");
    let unknown = platform.get("t101", "/user/t101/userByName/nobody").await;
    unknown.refused(404);
}

#[tokio::test]
async fn a_refusal_does_not_repeat_a_password() {
    let platform = TestPlatform::start();
    let user = json!({"userName": "someone", "email": "a@example.com", "password": 123_987});
    let own = json!({"password": 123_987});
    for answer in [
        platform.post("t101", USERS, user).await,
        platform.put("t101", "/user/currentUser", own).await,
    ] {
        assert!(!answer.text.contains("123987"), "{}", answer.text);
        answer.refused(422);
    }
}
