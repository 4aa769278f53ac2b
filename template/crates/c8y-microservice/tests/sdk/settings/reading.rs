//! What is read, how often, and what becomes of a read that fails.

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{ApiError, ExposeSecret, PlatformError, SettingsError};
use futures_util::future::join_all;
use local_platform::Fault;
use serde::Deserialize;
use serde_json::json;

use super::{CATEGORY, editable, of, reads, with_settings};
use crate::support::{Setup, StandIn, TestPlatform, User, assert_error_form, client_at, soon};

const SETTINGS: &str = "/application/currentApplication/settings";

#[tokio::test]
async fn a_setting_is_the_tenants_own_or_else_the_owners_or_else_the_default() {
    let (platform, service) = with_settings(editable()).await;
    platform.set_option("t102", CATEGORY, "max", "3").await;
    assert_eq!(of(&service, "t101").await.get("max").await, Ok(1));
    assert_eq!(of(&service, "t102").await.get("max").await, Ok(3));
    platform.set_option("t100", CATEGORY, "max", "2").await;
    assert_eq!(of(&service, "t103").await.get("max").await, Ok(2));
    assert_eq!(of(&service, "t100").await.get("max").await, Ok(2));
}

#[tokio::test]
async fn what_a_tenant_has_set_does_not_count_where_it_is_not_editable() {
    let (platform, service) = with_settings(json!([{"key": "max", "defaultValue": "1"}])).await;
    platform.unsubscribe("t101").await;
    platform.set_option("t101", CATEGORY, "max", "3").await;
    platform.subscribe("t101").await;
    service.subscriptions().await.refresh().await.unwrap();
    assert_eq!(of(&service, "t101").await.get("max").await, Ok(1));
}

#[tokio::test]
async fn the_settings_of_a_tenant_are_read_once() {
    let (platform, service) = with_settings(editable()).await;
    assert_eq!(reads(&platform, "t101"), 0, "nobody has asked for any");
    let settings = of(&service, "t101").await;
    for _ in 0..5 {
        assert_eq!(settings.get("max").await, Ok(1));
        assert_eq!(of(&service, "t101").await.get_or("min", 7).await, Ok(7));
    }
    assert_eq!(reads(&platform, "t101"), 1);
    assert_eq!(reads(&platform, "t102"), 0);
}

#[tokio::test]
async fn of_twenty_first_reads_at_once_one_asks() {
    let (platform, service) = with_settings(editable()).await;
    let settings = of(&service, "t101").await;
    let all = join_all((0..20).map(|_| settings.get::<u8>("max")));
    let all = soon("all twenty", all).await;
    assert_eq!(all, vec![Ok(1); 20]);
    assert_eq!(reads(&platform, "t101"), 1);
}

#[tokio::test]
async fn a_refresh_reads_anew_and_for_its_tenant_alone() {
    let (platform, service) = with_settings(editable()).await;
    let (one, other) = (of(&service, "t101").await, of(&service, "t102").await);
    assert_eq!(one.get("max").await, Ok(1));
    assert_eq!(other.get("max").await, Ok(1));
    for tenant in ["t101", "t102"] {
        platform.set_option(tenant, CATEGORY, "max", "5").await;
    }
    assert_eq!(one.get("max").await, Ok(1), "kept");
    one.refresh().await.unwrap();
    assert_eq!(one.get("max").await, Ok(5));
    assert_eq!(other.get("max").await, Ok(1), "another tenant's are kept");
    assert_eq!((reads(&platform, "t101"), reads(&platform, "t102")), (2, 1));
}

#[tokio::test]
async fn the_settings_of_a_tenant_that_left_are_not_those_of_the_tenant_that_comes_back() {
    let (platform, service) = with_settings(editable()).await;
    assert_eq!(of(&service, "t101").await.get("max").await, Ok(1));
    let subscriptions = service.subscriptions().await;
    platform.unsubscribe("t101").await;
    subscriptions.refresh().await.unwrap();
    platform.set_option("t101", CATEGORY, "max", "5").await;
    platform.subscribe("t101").await;
    let tenants = subscriptions.refresh().await.unwrap();
    let settings = tenants.get(&"t101".into()).unwrap().settings();
    assert_eq!(settings.get("max").await, Ok(5));
}

#[tokio::test]
async fn a_secret_arrives_in_the_clear_under_both_forms_of_its_key_and_is_never_printed() {
    let (platform, service) = with_settings(json!([])).await;
    platform
        .set_option("t101", CATEGORY, "credentials.token", "hunter2")
        .await;
    let settings = of(&service, "t101").await;
    for key in ["token", "credentials.token"] {
        let secret = settings.secret(key).await.unwrap();
        assert_eq!(secret.expose_secret(), "hunter2", "{key}");
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
    let error = settings.get::<u8>("token").await.unwrap_err();
    let client = service.client("t101").await;
    for shown in [
        format!("{settings:?}"),
        format!("{client:?}"),
        format!("{error:?}"),
        error.to_string(),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    let other = of(&service, "t102").await.secret("token").await;
    let missing = matches!(&other, Err(SettingsError::Missing(key)) if key == "token");
    assert!(missing, "another tenant's: {other:?}");
}

#[tokio::test]
async fn a_value_of_another_type_is_an_error_with_key_and_type_and_without_the_value() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Limits {
        high: u8,
    }
    let (platform, service) = with_settings(json!([])).await;
    let values = [
        ("number", "300"),
        ("text", "hunter2"),
        ("json", r#"{"high": 5}"#),
    ];
    for (key, value) in values {
        platform.set_option("t101", CATEGORY, key, value).await;
    }
    let settings = of(&service, "t101").await;
    assert_eq!(settings.get("number").await, Ok(300_u16));
    assert_eq!(settings.get("number").await, Ok("300".to_owned()));
    assert_eq!(settings.get("json").await, Ok(Limits { high: 5 }));
    for (key, result) in [
        ("number", settings.get::<u8>("number").await.map(drop)),
        ("number", settings.get_or("number", 5_u8).await.map(drop)),
        ("text", settings.get_or("text", 5_u8).await.map(drop)),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.to_string(), format!("the setting `{key}` is not u8"));
    }
    let error = settings.get::<Limits>("text").await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(
        shown.contains("Limits") && shown.contains("`text`"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_missing_setting_is_told_apart_from_one_that_cannot_be_read() {
    let (platform, service) = with_settings(editable()).await;
    let settings = of(&service, "t101").await;
    let missing = SettingsError::Missing("min".to_owned());
    assert_eq!(settings.get::<u8>("min").await, Err(missing.clone()));
    let logged = ApiError::from(missing).to_string();
    assert!(logged.contains("`min` is missing"), "{logged}");
    assert_eq!(settings.get_or("min", 7).await, Ok(7));

    let other = of(&service, "t102").await;
    platform.inject(Fault::status(403).at(SETTINGS));
    let refused = other.get_or("min", 7).await;
    assert!(
        matches!(refused, Err(SettingsError::Forbidden(_))),
        "{refused:?}"
    );
    platform.clear_faults();
    platform.inject(Fault::dropped().at(SETTINGS));
    let unanswered = other.get_or("min", 7).await;
    let unreachable = matches!(unanswered, Err(SettingsError::Unreachable(_)));
    assert!(unreachable, "{unanswered:?}");
    platform.clear_faults();
    platform.inject(Fault::status(500).at(SETTINGS));
    let failed = other.get_or("min", 7).await;
    assert!(
        matches!(failed, Err(SettingsError::Platform(_))),
        "{failed:?}"
    );

    assert_eq!(
        settings.get("max").await,
        Ok(1),
        "what is known stays known"
    );
    platform.clear_faults();
    assert_eq!(other.get("max").await, Ok(1), "no failure is kept");
}

#[tokio::test]
async fn a_platform_that_is_down_is_unreachable() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let settings = of(&service, "t101").await;
    drop(platform);
    let down = settings.get_or("max", 7).await;
    assert!(
        matches!(down, Err(SettingsError::Unreachable(_))),
        "{down:?}"
    );
}

#[tokio::test]
async fn an_answer_that_is_no_object_is_no_settings() {
    let platform = StandIn::start(|app| {
        let list = || async { HttpResponse::Ok().body(r#"["hunter2"]"#) };
        app.route(SETTINGS, web::get().to(list));
    });
    let (_service, client) = client_at(&platform.url()).await;
    let error = client.settings().get_or("max", 7).await.unwrap_err();
    let unexpected = matches!(
        &error,
        SettingsError::Platform(PlatformError::UnexpectedBody { .. })
    );
    assert!(unexpected, "{error:?}");
    assert!(!format!("{error:?}{error}").contains("hunter2"), "{error}");
}

#[tokio::test]
async fn an_endpoint_gets_the_settings_of_its_callers_tenant() {
    let (platform, service) = with_settings(editable()).await;
    platform.set_option("t102", CATEGORY, "max", "2").await;
    for (tenant, value) in [("t101", "1"), ("t102", "2")] {
        let admin = User::admin_of(tenant);
        let reply = service.call(&admin, Method::GET, "/settings/max").await;
        assert_eq!(reply.expect(200), json!(value), "{tenant}");
    }
    let admin = User::admin_of("t101");
    let reply = service.call(&admin, Method::GET, "/settings/min").await;
    assert_error_form(&reply, 500, "microservice/Internal Server Error");
    platform.inject(Fault::status(500).at(SETTINGS));
    let admin = User::admin_of("t103");
    let reply = service.call(&admin, Method::GET, "/settings/max").await;
    assert_error_form(&reply, 502, "microservice/Bad Gateway");
}

#[tokio::test]
async fn a_caller_whose_tenant_is_not_subscribed_gets_no_settings() {
    let (platform, service) = with_settings(editable()).await;
    platform.unsubscribe("t101").await;
    service.subscriptions().await.refresh().await.unwrap();
    let admin = User::admin_of("t101");
    let reply = service.call(&admin, Method::GET, "/settings/max").await;
    assert_error_form(&reply, 403, "security/Forbidden");
    let nobody = service.get("/settings/max").await;
    assert_error_form(&nobody, 401, "security/Unauthorized");
}

#[tokio::test]
async fn settings_in_the_headers_of_a_request_are_not_believed() {
    let (_platform, service) = with_settings(editable()).await;
    let admin = User::admin_of("t101");
    let request = service.request(Method::GET, "/settings/max");
    let request = admin.sign(request).header("max", "666");
    let reply = crate::support::send(request).await;
    assert_eq!(reply.expect(200), json!("1"));
}
