//! Setting and deleting a tenant's own options.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use c8y_microservice::SettingsError;
use c8y_microservice::http::Method;
use serde_json::{Value, json};

use super::{CATEGORY, editable, of, reads, with_settings};
use crate::support::{Setup, StandIn, TestPlatform, User, assert_error_form, client_at, send};

/// The options of a tenant in the service's category, as an administrator sees them.
async fn options(platform: &TestPlatform, tenant: &str) -> Value {
    let path = format!("/tenant/options/{CATEGORY}");
    platform.read(tenant, &path).await
}

#[tokio::test]
async fn a_setting_that_is_set_is_an_option_of_the_tenant_and_is_read_at_once() {
    let (platform, service) = with_settings(editable()).await;
    let settings = of(&service, "t101").await;
    assert_eq!(settings.get("max").await, Ok(1));
    settings.set("max", &5).await.unwrap();
    assert_eq!(settings.get("max").await, Ok(5));
    settings.set("max", "6").await.unwrap();
    assert_eq!(settings.get("max").await, Ok(6));
    assert_eq!(options(&platform, "t101").await, json!({"max": "6"}));
    assert_eq!(options(&platform, "t102").await, json!({}));
    assert_eq!(reads(&platform, "t101"), 3);
}

#[tokio::test]
async fn what_is_set_is_a_text_or_json_and_comes_back_as_it_was() {
    let (platform, service) = with_settings(json!([])).await;
    let settings = of(&service, "t101").await;
    settings.set("text", "a \"text\"/?").await.unwrap();
    settings.set("flag", &true).await.unwrap();
    settings.set("list", &[1, 2]).await.unwrap();
    let stored = options(&platform, "t101").await;
    let expected = json!({"text": "a \"text\"/?", "flag": "true", "list": "[1,2]"});
    assert_eq!(stored, expected);
    let text = settings.get::<String>("text").await;
    assert_eq!(text.as_deref(), Ok("a \"text\"/?"));
    assert_eq!(settings.get("flag").await, Ok(true));
    assert_eq!(settings.get("list").await, Ok(vec![1, 2]));
}

#[tokio::test]
async fn nothing_is_no_value_to_set() {
    let (platform, service) = with_settings(json!([])).await;
    let settings = of(&service, "t101").await;
    let refused = settings.set("max", &None::<u8>).await.unwrap_err();
    assert!(refused.to_string().contains("`max`"), "{refused}");
    assert_eq!(options(&platform, "t101").await, json!({}));
}

#[tokio::test]
async fn a_key_that_no_path_can_have_is_refused() {
    let (platform, service) = with_settings(json!([])).await;
    let settings = of(&service, "t101").await;
    for key in ["", "..", "a\nb"] {
        for result in [settings.set(key, "1").await, settings.delete(key).await] {
            let refused = matches!(result, Err(SettingsError::Platform(_)));
            assert!(refused, "{key:?}: {result:?}");
        }
    }
    assert_eq!(options(&platform, "t101").await, json!({}));
}

#[tokio::test]
async fn a_secret_is_set_with_its_prefix_and_deleted_again() {
    let (platform, service) = with_settings(json!([])).await;
    let settings = of(&service, "t101").await;
    let key = "credentials.token";
    settings.set(key, "hunter2").await.unwrap();
    let shown = options(&platform, "t101").await;
    assert_eq!(shown, json!({key: "<<Encrypted>>"}));
    let secret = settings.get::<String>("token").await;
    assert_eq!(secret.as_deref(), Ok("hunter2"));
    settings.delete(key).await.unwrap();
    let missing = settings.secret("token").await;
    let missing = matches!(missing, Err(SettingsError::Missing(_)));
    assert!(missing && options(&platform, "t101").await == json!({}));
}

#[tokio::test]
async fn after_a_setting_is_deleted_the_owners_counts_again_and_deleting_twice_is_fine() {
    let (platform, service) = with_settings(editable()).await;
    platform.set_option("t100", CATEGORY, "max", "2").await;
    let settings = of(&service, "t101").await;
    settings.set("max", &5).await.unwrap();
    assert_eq!(settings.get("max").await, Ok(5));
    for _ in 0..2 {
        settings.delete("max").await.unwrap();
        assert_eq!(settings.get("max").await, Ok(2));
    }
    assert_eq!(options(&platform, "t100").await, json!({"max": "2"}));
}

#[tokio::test]
async fn a_setting_that_is_not_editable_cannot_be_set() {
    let (_platform, service) = with_settings(json!([{"key": "max", "defaultValue": "1"}])).await;
    let settings = of(&service, "t101").await;
    let refused = settings.set("max", &5).await;
    let forbidden = matches!(refused, Err(SettingsError::Forbidden(_)));
    assert!(forbidden, "{refused:?}");
    assert_eq!(settings.get("max").await, Ok(1));
}

#[tokio::test]
async fn without_the_role_nothing_is_set_or_deleted() {
    let platform = TestPlatform::start();
    platform.set_option("t101", "example", "max", "1").await;
    let service = Setup::at(&platform).ready().await;
    let settings = of(&service, "t101").await;
    for result in [settings.set("max", &5).await, settings.delete("max").await] {
        let forbidden = matches!(result, Err(SettingsError::Forbidden(_)));
        assert!(forbidden, "{result:?}");
    }
    assert_eq!(settings.get("max").await, Ok(1));
}

#[tokio::test]
async fn the_category_is_asked_for_once_with_the_key_and_is_the_context_path_or_the_name() {
    let fields = json!({
        "contextPath": "path",
        "requiredRoles": ["ROLE_OPTION_MANAGEMENT_ADMIN"],
    });
    let platform = TestPlatform::with_manifest(fields);
    let setup = Setup::at(&platform).without("APPLICATION_KEY");
    let service = setup.ready().await;
    let settings = of(&service, "t101").await;
    settings.set("max", &5).await.unwrap();
    of(&service, "t102").await.set("max", &6).await.unwrap();
    let stored = platform.read("t101", "/tenant/options/path").await;
    assert_eq!(stored, json!({"max": "5"}));
    let description = "GET /application/currentApplication";
    let asked = platform.bootstrap_requests();
    let asked = asked.iter().filter(|request| *request == description);
    assert_eq!(asked.count(), 1);
}

#[tokio::test]
async fn a_caller_sets_with_its_own_roles_what_the_service_reads_then_and_reads_nothing_itself() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let settings = of(&service, "t101").await;
    assert_eq!(settings.get_or("max", 1).await, Ok(1));
    let put = |user: &User| user.sign(service.request(Method::PUT, "/as-user/settings/max"));
    let nobody = platform.add_user_without_roles("t101", "nobody").await;
    let reply = send(put(&nobody).body("5")).await;
    assert_error_form(&reply, 403, "security/Forbidden");
    let admin = User::admin_of("t101");
    let reply = send(put(&admin).body("5")).await;
    assert_eq!(reply.status, 204, "{reply:#?}");
    assert_eq!(settings.get("max").await, Ok(5));
    let path = "/as-user/settings/max";
    let reply = service.call(&admin, Method::GET, path).await;
    assert_error_form(&reply, 500, "microservice/Internal Server Error");
}

/// Another replica makes the option after this one has seen that there is none.
#[tokio::test]
async fn an_option_that_another_one_makes_in_between_is_updated() {
    let tries = Arc::new(AtomicUsize::new(0));
    let platform = StandIn::start(move |app| {
        let tries = Arc::clone(&tries);
        let update = move || {
            let status = match tries.fetch_add(1, Ordering::SeqCst) {
                0 => StatusCode::NOT_FOUND,
                _ => StatusCode::OK,
            };
            async move { HttpResponse::new(status) }
        };
        let description =
            || async { HttpResponse::Ok().body(r#"{"key": "k", "name": "example"}"#) };
        app.route(
            "/application/currentApplication",
            web::get().to(description),
        )
        .route("/tenant/options", web::post().to(HttpResponse::Conflict))
        .route("/tenant/options/example/max", web::put().to(update));
    });
    let (_service, client) = client_at(&platform.url()).await;
    client.settings().set("max", &5).await.unwrap();
    let update = "PUT /tenant/options/example/max";
    let expected = [
        "GET /application/currentApplication",
        update,
        "POST /tenant/options",
        update,
    ];
    assert_eq!(platform.requests(), expected);
}
