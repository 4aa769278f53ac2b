//! What all APIs have in common: media types, paging, bodies, paths and methods.

use serde_json::json;

use crate::helpers::TestPlatform;

const OBJECTS: &str = "/inventory/managedObjects";

fn media(kind: &str) -> String {
    format!("application/vnd.com.nsn.cumulocity.{kind}+json;charset=UTF-8;ver=0.9")
}

#[tokio::test]
async fn answers_have_the_platforms_media_types() {
    let platform = TestPlatform::start();
    for (path, kind) in [
        ("/alarm/alarms", "alarmcollection"),
        ("/event/events", "eventcollection"),
        ("/measurement/measurements", "measurementcollection"),
        ("/application/applications", "applicationcollection"),
        ("/inventory/managedObjects", "managedobjectcollection"),
        ("/tenant/currentTenant", "currenttenant"),
        ("/tenant/tenants", "tenantcollection"),
        ("/tenant/tenants/t101", "tenant"),
        (
            "/tenant/tenants/t101/applications",
            "applicationreferencecollection",
        ),
        ("/user/currentUser", "currentuser"),
        ("/user/t100/users", "usercollection"),
        ("/user/t100/users/admin", "user"),
        ("/nowhere", "error"),
    ] {
        let answer = platform.get("t100", path).await;
        assert_eq!(answer.header("content-type"), media(kind), "{path}");
    }
    let count = platform
        .get("t100", "/alarm/alarms/count")
        .await
        .expect(200);
    assert_eq!(count.header("content-type"), "application/json");
}

#[tokio::test]
async fn a_create_and_an_update_without_accept_are_answered_without_a_body() {
    let platform = TestPlatform::start();
    let call = platform
        .request("t101", "POST", OBJECTS)
        .json(&json!({"name": "a"}));
    let made = call.without("accept").send().await.expect(201);
    assert_eq!(made.text, "");
    let path = made
        .header("location")
        .strip_prefix(&platform.platform.url())
        .unwrap()
        .to_owned();
    let call = platform
        .request("t101", "PUT", &path)
        .json(&json!({"name": "b"}));
    assert_eq!(call.without("accept").send().await.expect(200).text, "");
    assert_eq!(
        platform.get("t101", &path).await.expect(200).json()["name"],
        "b"
    );
}

#[tokio::test]
async fn collections_come_in_pages_of_five_with_links_to_their_neighbours() {
    let platform = TestPlatform::start();
    for _ in 0..7 {
        platform.object("t101").await;
    }
    let first = platform.get("t101", OBJECTS).await.expect(200).json();
    assert_eq!(first["managedObjects"].as_array().map(Vec::len), Some(5));
    assert_eq!(
        first["statistics"],
        json!({"currentPage": 1, "pageSize": 5})
    );
    assert_eq!(first.get("prev"), None);

    let next = first["next"].as_str().expect("a next page");
    let path = next
        .strip_prefix(&platform.platform.url())
        .expect("a link to the same platform");
    let second = platform.get("t101", path).await.expect(200).json();
    assert_eq!(second["managedObjects"].as_array().map(Vec::len), Some(2));
    assert_eq!(second["prev"], first["self"]);
    assert_eq!(second.get("next"), None);
}

#[tokio::test]
async fn totals_are_given_on_request_and_links_keep_the_filters() {
    let platform = TestPlatform::start();
    for _ in 0..3 {
        platform.object("t101").await;
    }
    let query = "pageSize=2&withTotalPages=true&withTotalElements=true&owner=admin";
    let seen = platform
        .get("t101", &format!("{OBJECTS}?{query}"))
        .await
        .expect(200)
        .json();
    let expected = json!({"currentPage": 1, "pageSize": 2, "totalPages": 2, "totalElements": 3});
    assert_eq!(seen["statistics"], expected);
    assert!(
        seen["next"]
            .as_str()
            .is_some_and(|next| next.contains("owner=admin")),
        "{seen}"
    );
    platform
        .get("t101", &format!("{OBJECTS}?pageSize=2001"))
        .await
        .refused(422);
    platform
        .get("t101", &format!("{OBJECTS}?pageSize=2000"))
        .await
        .expect(200);
}

#[tokio::test]
async fn a_slash_too_many_changes_nothing() {
    let platform = TestPlatform::start();
    for path in [
        "/alarm/alarms/",
        "/tenant/currentTenant/",
        "/user/t100/users/admin/",
        "/user/t100/users//admin",
        "//alarm/alarms",
    ] {
        platform.get("t100", path).await.expect(200);
    }
    platform
        .post("t101", "/inventory/managedObjects/", json!({"name": "a"}))
        .await
        .expect(201);
}

#[tokio::test]
async fn an_unknown_path_is_not_found_and_an_unknown_method_says_which_are_known() {
    let platform = TestPlatform::start();
    assert_eq!(
        platform.get("t100", "/nowhere").await.refused(404),
        "general/Not Found"
    );
    platform
        .anonymous("GET", "/nowhere")
        .send()
        .await
        .expect(401);
    let answer = platform
        .request("t100", "PATCH", "/alarm/alarms")
        .send()
        .await
        .expect(405);
    assert_eq!(answer.header("allow"), "GET, POST, PUT, DELETE");
    assert_eq!(answer.refused(405), "general/Method Not Allowed");
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused() {
    let platform = TestPlatform::start();
    for body in ["", "{", "[]", "7"] {
        let call = platform.request("t101", "POST", OBJECTS).body(body);
        assert_eq!(
            call.send().await.refused(422),
            "undefined/validationError",
            "{body:?}"
        );
    }
}
