//! What an endpoint requires of its callers.

use actix_web::web::{post, resource, scope};
use c8y_microservice::{Body, Require};
use reqwest::header::AUTHORIZATION;

use super::*;
use crate::support::{assert_error_form, eventually};

const CREATE: &str = "ROLE_EXAMPLE_CREATE";
const READ: &str = "ROLE_ALARM_READ";
const OWNERS_ONLY: &str = "Access is denied: only users of the owner tenant may do this";
const NOT_SUBSCRIBED: &str = "Access is denied: the tenant is not subscribed to this service";

fn routes(app: &mut ServiceConfig) {
    let owners = Require::new().owner_tenant();
    let one_role = Require::new().any_role([CREATE, READ]);
    let two_roles = Require::new().any_role([CREATE]).any_role([READ]);
    let no_role = Require::new().any_role([""; 0]);
    for (path, require) in [
        ("/anybody", Require::new()),
        ("/nobody", no_role),
        ("/one-role", one_role),
        ("/two-roles", two_roles),
        ("/owners", owners.clone()),
        ("/owners-with-role", owners.clone().any_role([CREATE])),
        ("/subscribed", Require::new().subscribed_tenant()),
    ] {
        let endpoint = async |_: Body<Value>| HttpResponse::NoContent();
        app.service(resource(path).wrap(require).post(endpoint));
    }
    let inside = post().to(HttpResponse::NoContent);
    app.service(scope("/scope").wrap(owners).route("/inside", inside));
}

async fn start_guarded(platform: &TestPlatform) -> TestService {
    Setup::at(platform).routes(routes).ready().await
}

async fn call(service: &TestService, user: &User, path: &str) -> Reply {
    service.call(user, Method::POST, path).await
}

#[track_caller]
fn assert_forbidden(reply: &Reply, message: &str) {
    assert_error_form(reply, 403, FORBIDDEN);
    assert_eq!(reply.json()["message"], message);
}

#[tokio::test]
async fn an_endpoint_for_the_owner_tenant_refuses_users_of_others() {
    let platform = TestPlatform::start();
    let service = start_guarded(&platform).await;
    let nobody = platform.add_user_without_roles("t100", "plain").await;
    for user in [User::admin_of("t100"), nobody] {
        assert_eq!(call(&service, &user, "/owners").await.status, 204);
    }
    let reply = call(&service, &User::admin_of("t101"), "/owners").await;
    assert_forbidden(&reply, OWNERS_ONLY);
    // The owner tenant is what the platform confirms, not what a phony header says.
    let session = platform.log_in(&User::admin_of("t101")).await;
    let request = session.sign(service.request(Method::POST, "/owners"));
    let reply = send(User::admin_of("t100").sign(request)).await;
    assert_forbidden(&reply, OWNERS_ONLY);
}

#[tokio::test]
async fn one_of_the_roles_is_enough_and_without_any_they_are_named() {
    let platform = TestPlatform::start();
    let service = start_guarded(&platform).await;
    for (name, roles) in [("a", &[CREATE][..]), ("b", &[READ]), ("c", &[READ, CREATE])] {
        let user = platform.add_user("t101", name, roles).await;
        let reply = call(&service, &user, "/one-role").await;
        assert_eq!(reply.status, 204, "{roles:?}: {reply:#?}");
    }
    let expected = format!("Access is denied: one of these roles is required: {CREATE}, {READ}");
    for (name, roles) in [("d", &[][..]), ("e", &["ROLE_ALARM_ADMIN"])] {
        let user = platform.add_user("t101", name, roles).await;
        let reply = call(&service, &user, "/one-role").await;
        assert_forbidden(&reply, &expected);
    }
}

#[tokio::test]
async fn of_several_rules_each_has_to_be_kept() {
    let platform = TestPlatform::start();
    let service = start_guarded(&platform).await;
    let needs_create = format!("Access is denied: one of these roles is required: {CREATE}");
    let create = platform.add_user("t100", "create", &[CREATE]).await;
    let read = platform.add_user("t100", "read", &[READ]).await;
    let both = platform.add_user("t101", "both", &[CREATE, READ]).await;
    assert_eq!(call(&service, &both, "/two-roles").await.status, 204);
    assert_forbidden(&call(&service, &read, "/two-roles").await, &needs_create);
    assert_error_form(&call(&service, &create, "/two-roles").await, 403, FORBIDDEN);
    let path = "/owners-with-role";
    assert_eq!(call(&service, &create, path).await.status, 204);
    assert_forbidden(&call(&service, &read, path).await, &needs_create);
    assert_forbidden(&call(&service, &both, path).await, OWNERS_ONLY);
}

#[tokio::test]
async fn no_rule_lets_all_in_and_a_choice_of_no_roles_nobody() {
    let platform = TestPlatform::start();
    let service = start_guarded(&platform).await;
    let admin = User::admin_of("t100");
    assert_eq!(call(&service, &admin, "/anybody").await.status, 204);
    assert_error_form(&call(&service, &admin, "/nobody").await, 403, FORBIDDEN);
}

#[tokio::test]
async fn a_caller_is_refused_by_a_rule_before_the_body_is_looked_at() {
    let platform = TestPlatform::start();
    let service = start_guarded(&platform).await;
    let too_large = " ".repeat(1024 * 1024);
    for body in ["", "no JSON", "[1]", &too_large] {
        for (user, path) in [
            (User::admin_of("t101"), "/owners"),
            (User::admin_of("t100"), "/nobody"),
        ] {
            let request = service.request(Method::POST, path).body(body.to_owned());
            assert_error_form(&send(user.sign(request)).await, 403, FORBIDDEN);
        }
    }
    let request = service.request(Method::POST, "/owners").body("no JSON");
    let reply = send(User::admin_of("t100").sign(request)).await;
    assert_error_form(&reply, 422, "undefined/validationError");
}

#[tokio::test]
async fn whoever_is_not_verified_is_told_that_and_no_rule() {
    let platform = TestPlatform::start();
    let service = start_guarded(&platform).await;
    for path in ["/owners", "/nobody", "/subscribed", "/scope/inside"] {
        let request = service.request(Method::POST, path);
        assert_error_form(&send(request).await, 401, UNAUTHORIZED);
        let request = service.request(Method::POST, path);
        let reply = send(request.header(AUTHORIZATION, "Digest a")).await;
        assert_error_form(&reply, 401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_scope_is_guarded_with_all_that_is_in_it() {
    let platform = TestPlatform::start();
    let service = start_guarded(&platform).await;
    let (owner, other) = (User::admin_of("t100"), User::admin_of("t101"));
    assert_eq!(call(&service, &owner, "/scope/inside").await.status, 204);
    for path in ["/scope/inside", "/scope/nothing"] {
        assert_forbidden(&call(&service, &other, path).await, OWNERS_ONLY);
        // The method is wrong, too.
        let reply = service.call(&other, Method::GET, path).await;
        assert_forbidden(&reply, OWNERS_ONLY);
    }
}

#[tokio::test]
async fn an_endpoint_for_subscribed_tenants_refuses_others_until_they_subscribe() {
    let platform = TestPlatform::start();
    platform.unsubscribe("t103").await;
    let service = start_guarded(&platform).await;
    let admin = User::admin_of("t103");
    let reply = call(&service, &admin, "/subscribed").await;
    assert_forbidden(&reply, NOT_SUBSCRIBED);
    let subscribed = User::admin_of("t102");
    assert_eq!(call(&service, &subscribed, "/subscribed").await.status, 204);
    platform.subscribe("t103").await;
    let status = async || call(&service, &admin, "/subscribed").await.status.as_u16();
    eventually("let in", status, |status| *status == 204).await;
}

#[tokio::test]
async fn before_the_subscriptions_are_known_that_is_said() {
    let platform = TestPlatform::start();
    platform.inject(local_platform::Fault::status(503).at("/application/currentApplication"));
    let path = "/application/currentApplication/subscriptions";
    platform.inject(local_platform::Fault::status(503).at(path));
    let service = Setup::at(&platform).routes(routes).start().await;
    let admin = User::admin_of("t100");
    for path in ["/subscribed", "/as-service"] {
        let method = if path == "/subscribed" {
            Method::POST
        } else {
            Method::GET
        };
        let reply = service.call(&admin, method, path).await;
        assert_error_form(&reply, 503, UNAVAILABLE);
    }
    // Who calls is known all the same.
    assert_eq!(call(&service, &admin, "/owners").await.status, 204);
}

#[tokio::test]
async fn a_service_without_subscriptions_has_no_subscribed_tenant() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).routes(routes);
    let setup = setup.env("MICROSERVICE_SUBSCRIPTION_ENABLED", "false");
    let service = setup.ready().await;
    let admin = User::admin_of("t100");
    let reply = call(&service, &admin, "/subscribed").await;
    assert_error_form(&reply, 500, "microservice/Internal Server Error");
    let reply = service.call(&admin, Method::GET, "/as-service").await;
    assert_error_form(&reply, 500, "microservice/Internal Server Error");
    assert_eq!(call(&service, &admin, "/owners").await.status, 204);
}
