//! The caller's tenant, reached as the service and as the caller.

use actix_web::web::{Json, get};
use c8y_microservice::{ApiError, AsService, AsUser, PlatformError, TenantClient};
use reqwest::header::{AUTHORIZATION, COOKIE};

use super::*;
use crate::support::assert_error_form;

/// What only those with its role may read.
const OPTIONS: &str = "/tenant/options";
const READ: &str = "ROLE_OPTION_MANAGEMENT_READ";

fn routes(app: &mut ServiceConfig) {
    app.route("/user-itself", get().to(user_itself))
        .route("/options-as-service", get().to(options_as_service))
        .route("/options-as-user", get().to(options_as_user));
}

async fn user_itself(AsUser(client): AsUser) -> Result<Json<Value>, ApiError> {
    let user = client.current_user().await?;
    Ok(Json(
        json!({"tenant": client.tenant(), "name": user.user_name}),
    ))
}

async fn options_as_service(AsService(client): AsService) -> Json<u16> {
    Json(status_of_options(client).await)
}

async fn options_as_user(AsUser(client): AsUser) -> Json<u16> {
    Json(status_of_options(client).await)
}

async fn status_of_options(client: TenantClient) -> u16 {
    let answer = client.request(Method::GET, OPTIONS).send().await;
    match answer {
        Ok(answer) => answer.status().as_u16(),
        Err(PlatformError::Forbidden(_)) => 403,
        Err(error) => panic!("{error}"),
    }
}

/// A platform whose application may read options, if so, and its service.
async fn start_with_clients(may_read: bool) -> (TestPlatform, TestService) {
    let role = if may_read { READ } else { "ROLE_ALARM_READ" };
    let platform = TestPlatform::with_manifest(json!({"requiredRoles": [role]}));
    let service = Setup::at(&platform).routes(routes).ready().await;
    (platform, service)
}

#[tokio::test]
async fn as_service_is_the_service_user_of_the_callers_tenant() {
    let (platform, service) = start_with_clients(true).await;
    for tenant in ["t100", "t102"] {
        let user = User::admin_of(tenant);
        let reply = service
            .call(&user, Method::GET, "/options-as-service")
            .await;
        assert_eq!(reply.expect(200), 200);
        let seen = platform.requests_of(&format!("{tenant}/service_example"));
        let seen: Vec<_> = seen.iter().map(|request| request.path.as_str()).collect();
        assert_eq!(seen, [OPTIONS], "{tenant}");
    }
}

#[tokio::test]
async fn as_user_is_the_caller_however_it_has_logged_in() {
    let (platform, service) = start_with_clients(true).await;
    let user = User::admin_of("t101");
    let session = platform.log_in(&user).await;
    let request = || service.request(Method::GET, "/user-itself");
    for request in [
        user.sign(request()),
        session.sign(request()),
        request().bearer_auth(&session.token),
        User::new("t100/admin", "<fake password>").sign(session.sign(request())),
    ] {
        let seen = send(request).await.expect(200);
        assert_eq!(seen, json!({"tenant": "t101", "name": "admin"}));
    }
}

#[tokio::test]
async fn as_user_may_what_the_caller_may_and_as_service_what_the_service_may() {
    for (may_read, as_service) in [(true, 200), (false, 403)] {
        let (platform, service) = start_with_clients(may_read).await;
        let plain = platform.add_user_without_roles("t101", "plain").await;
        let reader = platform.add_user("t101", "reader", &[READ]).await;
        for (user, as_user) in [(&plain, 403), (&reader, 200)] {
            for (path, expected) in [
                ("/options-as-user", as_user),
                ("/options-as-service", as_service),
            ] {
                let seen = service.call(user, Method::GET, path).await;
                assert_eq!(seen.expect(200), expected, "{path}: {user:?}, {may_read}");
            }
        }
    }
}

#[tokio::test]
async fn as_user_copies_what_was_sent_and_nothing_else() {
    let platform = StandIn::start(|app| {
        current_user(app);
        current_tenant(app);
        app.route(OPTIONS, web::get().to(answer(json!({}))));
    });
    let service = Setup::new(platform.environment(free_port()));
    let service = service.routes(routes).ready().await;
    let request = || service.request(Method::GET, "/options-as-user");
    let by_cookie = request()
        .header(AUTHORIZATION, "Basic cGhvbnk6cGhvbnk=")
        .header(COOKIE, "a=b; authorization=the.to.ken; c=d")
        .header("X-XSRF-TOKEN", "xsrf")
        .header("tfatoken", "1");
    let by_header = request()
        .header(AUTHORIZATION, "Bearer an.other.token")
        .header(COOKIE, "a=b")
        .header("X-XSRF-TOKEN", "xsrf")
        .header("tfatoken", "2");
    for request in [by_cookie, by_header] {
        assert_eq!(send(request).await.expect(200), 200);
    }
    let expected = [
        vec![
            "cookie: authorization=the.to.ken",
            "tfatoken: 1",
            KEY,
            "x-xsrf-token: xsrf",
        ],
        vec!["authorization: Bearer an.other.token", "tfatoken: 2", KEY],
    ];
    assert_eq!(platform.signatures(OPTIONS), expected);
}

#[tokio::test]
async fn as_user_needs_no_subscription_and_as_service_does() {
    let (platform, service) = start_with_clients(true).await;
    platform.unsubscribe("t103").await;
    let owner = User::admin_of("t100");
    let reply = service.call(&owner, Method::POST, "/refresh").await;
    assert_eq!(reply.status, 200, "{reply:#?}");
    let user = User::admin_of("t103");
    let seen = service.call(&user, Method::GET, "/user-itself").await;
    assert_eq!(seen.expect(200)["tenant"], "t103");
    let reply = service
        .call(&user, Method::GET, "/options-as-service")
        .await;
    assert_error_form(&reply, 403, FORBIDDEN);
    let message = "Access is denied: the tenant is not subscribed to this service";
    assert_eq!(reply.json()["message"], message);
}
