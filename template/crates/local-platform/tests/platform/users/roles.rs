//! Roles that there are.

use local_platform::PASSWORD;

use crate::helpers::TestPlatform;

#[tokio::test]
async fn all_roles_of_the_tenant_are_listed_also_those_that_the_application_brings() {
    let platform = TestPlatform::start();
    let path = "/user/roles?pageSize=100&withTotalElements=true";
    let seen = platform.get("t101", path).await.expect(200);
    let media = "application/vnd.com.nsn.cumulocity.rolecollection+json";
    assert!(seen.header("content-type").starts_with(media));
    let seen = seen.json();
    let roles = seen["roles"].as_array().expect("a list");
    assert_eq!(seen["statistics"]["totalElements"], roles.len());
    assert!(
        roles
            .iter()
            .any(|role| role["name"] == "ROLE_EXAMPLE_CREATE"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_role_is_found_by_its_name() {
    let platform = TestPlatform::start();
    let path = "/user/roles/ROLE_ALARM_READ";
    let seen = platform.get("t101", path).await.expect(200).json();
    assert_eq!(seen["id"], "ROLE_ALARM_READ");
    assert_eq!(seen["self"], format!("{}{path}", platform.platform.url()));
    let unknown = platform.get("t101", "/user/roles/ROLE_NOBODY_KNOWS").await;
    unknown.refused(404);
}

#[tokio::test]
async fn who_only_makes_users_sees_the_roles_they_hold_themselves_and_others_see_none() {
    let platform = TestPlatform::start();
    let held = ["ROLE_USER_MANAGEMENT_CREATE", "ROLE_ALARM_READ"];
    platform.user("t101", "creator", &held).await;
    platform.user("t101", "someone", &["ROLE_ALARM_READ"]).await;
    let get = |user: &str, path: &str| {
        let call = platform.anonymous("GET", path);
        call.user(&format!("t101/{user}"), PASSWORD).send()
    };
    let seen = get("creator", "/user/roles").await.expect(200).json();
    assert_eq!(seen["roles"].as_array().map(Vec::len), Some(2), "{seen}");
    let path = "/user/roles/ROLE_ALARM_ADMIN";
    get("creator", path).await.refused(404);
    get("someone", path).await.refused(403);
    get("someone", "/user/roles").await.refused(403);
}
