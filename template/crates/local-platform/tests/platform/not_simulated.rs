//! What the platform has and this one does not: said as such, and never as a caller's mistake.

use serde_json::json;

use crate::helpers::TestPlatform;

const NOT_SIMULATED: &str = "local-platform/Not Simulated";

#[tokio::test]
async fn a_parameter_that_the_platform_does_not_know_changes_nothing() {
    let platform = TestPlatform::start();
    platform.object("t101").await;
    for query in ["nobodyKnows=1", "withChildren=false"] {
        let path = format!("/inventory/managedObjects?{query}");
        let seen = platform.get("t101", &path).await.expect(200).json();
        assert_eq!(seen["managedObjects"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn operations_that_are_not_simulated_are_said_to_be_so() {
    let platform = TestPlatform::start();
    for (method, path) in [
        ("GET", "/alarm"),
        ("POST", "/alarm/alarms/upsert"),
        ("GET", "/devicecontrol/operations/1"),
        ("POST", "/application/applications/1001/clone"),
        ("PUT", "/tenant/options/a/b/editable"),
        ("GET", "/tenant/statistics/files"),
        ("GET", "/tenant/loginOptions/BASIC"),
        ("GET", "/user/t100/users/admin/roles/inventory"),
    ] {
        let answer = platform.request("t100", method, path).json(&json!({}));
        let answer = answer.send().await;
        assert!(answer.text.contains(path), "{}", answer.text);
        assert_eq!(answer.refused(501), NOT_SIMULATED, "{method} {path}");
    }
}

#[tokio::test]
async fn what_the_platform_does_not_have_either_is_still_the_callers_mistake() {
    let platform = TestPlatform::start();
    for (method, path, status) in [
        ("GET", "/events", 404),
        ("GET", "/alarm/nothing", 404),
        ("PATCH", "/alarm/alarms", 405),
        ("POST", "/user/currentUser", 405),
    ] {
        let answer = platform.request("t100", method, path).send().await;
        answer.refused(status);
    }
}
