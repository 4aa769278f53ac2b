//! What a tenant learns about others, and what users get at beyond what was given to them: nothing.

use local_platform::{Fault, OWNER, PASSWORD};
use serde_json::{Value, json};

use crate::helpers::{Answer, TestPlatform};

/// A request of a user of `t101`.
async fn send(
    platform: &TestPlatform,
    user: &str,
    (method, path): (&str, &str),
    body: Value,
) -> Answer {
    let call = platform.anonymous(method, path);
    let call = call.user(&format!("t101/{user}"), PASSWORD);
    call.json(&body).send().await
}

async fn application(platform: &TestPlatform, tenant: &str, kind: &str, name: &str) -> String {
    let new =
        json!({"name": name, "key": format!("{kind}-{name}"), "contextPath": name, "type": kind});
    let made = platform
        .post(tenant, "/application/applications", new)
        .await;
    made.expect(201).id()
}

#[tokio::test]
async fn an_application_of_others_is_not_told_apart_from_none() {
    let platform = TestPlatform::start();
    let id = application(&platform, "t101", "MICROSERVICE", "mine").await;
    let of = |id: &str| format!("/tenant/tenants/t102/applications/{id}");
    for id in [id.as_str(), "999999"] {
        platform.delete("t102", &of(id)).await.refused(404);
    }
}

#[tokio::test]
async fn a_tenant_that_is_there_is_not_told_apart_from_none() {
    let platform = TestPlatform::start();
    for tenant in ["t102", "t999"] {
        let path = format!("/tenant/tenants/{tenant}/applications");
        platform.get("t101", &path).await.refused(403);
        let path = format!("/tenant/statistics/summary?tenant={tenant}");
        platform.get("t101", &path).await.refused(403);
        let path = format!("/user/{tenant}/users");
        platform.get("t101", &path).await.refused(403);
        let path = format!("/tenant/tenants/{tenant}");
        platform.get("t101", &path).await.refused(404);
    }
}

#[tokio::test]
async fn logs_and_credentials_of_a_service_are_its_owners() {
    let platform = TestPlatform::start();
    let id = platform.platform.application_id();
    let path = format!("/application/applications/{id}");
    let unsubscribe = format!("/tenant/tenants/t102/applications/{id}");
    platform.delete(OWNER, &unsubscribe).await.expect(204);
    for (tenant, status) in [("t101", 403), ("t102", 404)] {
        for below in ["logs/any", "bootstrapUser"] {
            let seen = platform.get(tenant, &format!("{path}/{below}")).await;
            seen.refused(status);
        }
    }
}

#[tokio::test]
async fn applications_of_one_name_do_not_share_their_users() {
    let platform = TestPlatform::start();
    let pages = application(&platform, OWNER, "HOSTED", "example").await;
    let path = format!("/application/applications/{pages}");
    platform.delete(OWNER, &path).await.expect(204);
    let service = platform.bootstrap("GET", "/application/currentApplication");
    service.send().await.expect(200);
}

/// Whoever manages only their own users gives nobody, themselves included, what they do not hold.
#[tokio::test]
async fn who_makes_users_does_not_get_at_further_roles() {
    let platform = TestPlatform::start();
    let held = [
        "ROLE_USER_MANAGEMENT_CREATE",
        "ROLE_USER_MANAGEMENT_OWN_ADMIN",
    ];
    platform.user("t101", "creator", &held).await;
    let user = |name: &str, more: Value| {
        let mut user = json!({"userName": name, "email": "a@example.com", "password": PASSWORD});
        let more = more.as_object().cloned().unwrap_or_default();
        user.as_object_mut().expect("an object").extend(more);
        user
    };
    let users = "/user/t101/users";
    let below = ("POST", users);
    let made = send(&platform, "creator", below, user("below", json!({}))).await;
    made.expect(201);

    let role = json!({"role": {"self": "/user/roles/ROLE_ALARM_ADMIN"}});
    let roles = json!({"roles": {"references": [&role]}});
    let admins = json!({"groups": {"references": [{"group": {"id": 1}}]}});
    let myself = json!({"user": {"self": "/user/t101/users/creator"}});
    for (method, path, body) in [
        ("POST", users, user("second", roles.clone())),
        ("POST", users, user("third", admins.clone())),
        ("POST", "/user/t101/users/creator/roles", role.clone()),
        ("POST", "/user/t101/users/below/roles", role.clone()),
        ("POST", "/user/t101/groups/1/users", myself),
        ("POST", "/user/t101/groups/2/roles", role),
        ("PUT", "/user/t101/users/creator", roles.clone()),
        ("PUT", "/user/t101/users/admin", json!({"enabled": false})),
        (
            "PUT",
            "/user/t101/users/admin/owner",
            json!({"owner": "creator"}),
        ),
        (
            "PUT",
            "/user/t101/users/admin/delegatedby",
            json!({"delegatedBy": "creator"}),
        ),
        ("DELETE", "/user/t101/users/admin", json!({})),
    ] {
        let answer = send(&platform, "creator", (method, path), body).await;
        assert_eq!(answer.status, 403, "{method} {path}: {answer:?}");
    }
    // What is no part of a profile changes nothing.
    for (path, status) in [("/user/currentUser", 200), ("/user/t101/users/below", 200)] {
        for body in [&roles, &admins] {
            let answer = send(&platform, "creator", ("PUT", path), body.clone()).await;
            answer.expect(status);
        }
    }
    for name in ["creator", "below"] {
        let path = format!("/user/t101/users/{name}");
        let seen = platform.get("t101", &path).await.expect(200).json();
        let groups = &seen["groups"]["references"];
        assert_eq!(groups, &json!([]), "{seen}");
        assert!(!seen.to_string().contains("ROLE_ALARM_ADMIN"), "{seen}");
    }
}

#[tokio::test]
async fn who_makes_users_takes_from_those_below_only_roles_that_they_hold() {
    let platform = TestPlatform::start();
    let held = ["ROLE_USER_MANAGEMENT_CREATE", "ROLE_EVENT_READ"];
    platform.user("t101", "creator", &held).await;
    platform
        .user("t101", "below", &["ROLE_ALARM_READ", "ROLE_EVENT_READ"])
        .await;
    let owner = json!({"owner": "creator"});
    let related = platform
        .put("t101", "/user/t101/users/below/owner", owner)
        .await;
    related.expect(200);
    for (role, status) in [("ROLE_ALARM_READ", 403), ("ROLE_EVENT_READ", 204)] {
        let path = format!("/user/t101/users/below/roles/{role}");
        let answer = send(&platform, "creator", ("DELETE", &path), json!({})).await;
        answer.expect(status);
    }
}

#[tokio::test]
async fn a_group_shows_who_makes_users_only_those_below() {
    let platform = TestPlatform::start();
    let held = ["ROLE_USER_MANAGEMENT_CREATE"];
    platform.user("t101", "creator", &held).await;
    let path = "/user/t101/groups/1/users";
    let seen = send(&platform, "creator", ("GET", path), json!({})).await;
    assert_eq!(seen.expect(200).json()["references"], json!([]));
}

#[tokio::test]
async fn a_secret_is_in_the_clear_for_its_own_service_in_its_own_tenant_only() {
    let platform = TestPlatform::start();
    let secret = "nobody-elses-business";
    for category in ["example", "other"] {
        let option = json!({"category": category, "key": "credentials.key", "value": secret});
        let made = platform.post("t101", "/tenant/options", option).await;
        assert!(!made.expect(200).text.contains(secret));
    }
    for path in [
        "/tenant/options",
        "/tenant/options/example",
        "/tenant/options/example/credentials.key",
    ] {
        for tenant in [OWNER, "t101", "t102"] {
            let seen = platform.get(tenant, path).await;
            assert!(!seen.text.contains(secret), "{tenant}: {seen:?}");
        }
    }
    let path = "/application/currentApplication/settings";
    for (tenant, known) in [("t101", true), ("t102", false), (OWNER, false)] {
        let seen = platform.service(tenant, "GET", path).await.send().await;
        assert_eq!(seen.expect(200).text.contains(secret), known, "{tenant}");
    }
    let seen = platform.bootstrap("GET", path).send().await.expect(200);
    assert!(!seen.text.contains(secret), "{seen:?}");
}

#[tokio::test]
async fn no_way_to_write_a_path_leads_past_the_check_of_its_tenant() {
    let platform = TestPlatform::start();
    for path in [
        "/user/t102%2Fusers",
        "/user/t101/../t102/users",
        "/user/t101%2F..%2Ft102/users",
        "//user//t102//users",
        "/user/%742102/users",
        "/user/t102/users/",
        "/user/t102/users/admin%2F",
        "/service/..%2Fuser/t102/users",
        "/service/../user/t102/users",
        "/local-platform/../user/t102/users",
        "/local-platform/%2e%2e/user/t102/users",
    ] {
        let seen = platform.get("t101", path).await;
        assert!([403, 404].contains(&seen.status), "{path}: {seen:?}");
    }
}

#[tokio::test]
async fn a_token_counts_in_its_own_tenant_whatever_host_and_user_stand_beside_it() {
    let platform = TestPlatform::start();
    let form = format!("grant_type=PASSWORD&username=admin&password={PASSWORD}");
    let login = platform.anonymous("POST", "/tenant/oauth/token?tenant_id=t101");
    let login = login.body(form).send().await.expect(200).json();
    let token = login["access_token"].as_str().expect("a token");
    let get = |path: &str| {
        let call = platform.anonymous("GET", path);
        let call = call.header("authorization", &format!("Bearer {token}"));
        call.header("host", "t102.localhost").send()
    };
    let seen = get("/tenant/currentTenant").await.expect(200).json();
    assert_eq!(seen["name"], "t101");
    get("/user/t102/users").await.refused(403);
    // A claim that is written anew makes another token: none that was given out.
    let mut parts: Vec<&str> = token.split('.').collect();
    parts[1] = "eyJzdWIiOiJhZG1pbiIsInRlbiI6InQxMDIifQ";
    let forged = format!("Bearer {}", parts.join("."));
    let call = platform.anonymous("GET", "/tenant/currentTenant");
    call.header("authorization", &forged)
        .send()
        .await
        .refused(401);
}

#[tokio::test]
async fn the_id_of_a_deleted_tenant_is_not_given_again() {
    let platform = TestPlatform::start();
    let tenants = "/tenant/tenants";
    let new = json!({"company": "c", "adminEmail": "a@example.com", "domain": "new.localhost"});
    let first = platform.post(OWNER, tenants, new.clone()).await;
    let first = first.expect(201).id();
    let path = format!("{tenants}/{first}");
    platform.delete(OWNER, &path).await.expect(204);
    let second = platform.post(OWNER, tenants, new).await.expect(201).id();
    assert_ne!(first, second);
}

/// DNS rebinding: the page's own name has come to stand for this machine.
#[tokio::test]
async fn a_page_whose_name_leads_here_gets_at_nothing() {
    let platform = TestPlatform::start();
    let path = "/tenant/currentTenant";
    let new = json!({"company": "c", "adminEmail": "a@example.com", "domain": "pumps.example.com"});
    let made = platform.post(OWNER, "/tenant/tenants", new).await;
    made.expect(201);
    let before = platform.platform.requests().len();
    for host in [
        "example.com",
        "evil.example.com:8111",
        "localhost.example.com",
        "127.0.0.1.example.com:8111",
    ] {
        for path in [path, "/local-platform/faults", "/service/example/health"] {
            let call = platform.request("t101", "GET", path).header("host", host);
            let refused = call.send().await;
            assert!(refused.text.contains("is no name of this"), "{refused:?}");
            refused.refused(403);
        }
    }
    assert_eq!(platform.platform.requests().len(), before);
    for host in [
        "127.0.0.1",
        "10.0.0.1:80",
        "[::1]:8111",
        "localhost:8111",
        "t101.localhost",
        "cumulocity:8111",
        "host.docker.internal:8111",
        "pumps.example.com",
    ] {
        let call = platform.request("t101", "GET", path).header("host", host);
        call.send().await.expect(200);
    }
}

#[tokio::test]
async fn a_page_in_a_browser_injects_no_fault_and_takes_none_back() {
    let platform = TestPlatform::start();
    platform.platform.inject(Fault::status(503).at("/alarm"));
    let path = "/local-platform/faults";
    let fault = json!({"status": 500});
    for (method, path, body) in [
        ("POST", path, fault.clone()),
        ("DELETE", path, json!({})),
        ("DELETE", "/local-platform/faults/1", json!({})),
    ] {
        let call = platform.anonymous(method, path).json(&body);
        let call = call.header("origin", "http://example.com");
        call.send().await.refused(403);
    }
    let seen = platform.anonymous("GET", path).send().await.expect(200);
    assert_eq!(seen.json()["faults"].as_array().map(Vec::len), Some(1));
    let injected = platform.anonymous("POST", path).json(&fault).send().await;
    injected.expect(201);
}
