//! A tenant that nobody has verified, and none at all.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::{Method, StatusCode};

use crate::support::login::basic;
use crate::support::secrets::{Search, random};
use crate::support::{Plan, answer};

/// Others read the tenant from a token or a header before the platform has said that it is right,
/// and take the first tenant's service user where there is none.
#[tokio::test]
async fn no_tenant_is_taken_from_what_nobody_has_verified() {
    let stage = Plan::tenants(3).start();
    let before = stage.platform.requests().len();
    let claims = r#"{"sub":"stage","ten":"t101","tenant":"t101","exp":4102444800}"#;
    let parts = [r#"{"alg":"none"}"#, claims, ""].map(|part| URL_SAFE_NO_PAD.encode(part));
    let unsigned = parts.join(".");
    let forged = format!("{unsigned}{}", random(43));
    for login in [
        vec![],
        vec![("x-cumulocity-tenant", "t101".to_owned())],
        vec![
            ("x-cumulocity-tenant", String::new()),
            ("tenant", String::new()),
        ],
        vec![("authorization", basic("", ""))],
        vec![("authorization", basic("/", ""))],
        vec![("authorization", basic("/stage", "anything-1"))],
        vec![("authorization", basic("t101/", "anything-1"))],
        vec![("authorization", basic("t101/stage", ""))],
        vec![("authorization", format!("Bearer {unsigned}"))],
        vec![("authorization", format!("Bearer {forged}"))],
        vec![
            ("cookie", format!("authorization={forged}")),
            ("x-xsrf-token", "1".to_owned()),
        ],
    ] {
        for path in ["/alarms", "/devices", "/greeting"] {
            let url = format!("{}{path}", stage.service.url());
            let mut request = stage.http.get(url);
            for (name, value) in &login {
                request = request.header(*name, value);
            }
            let seen = answer(request).await;
            assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{login:?}: {seen:?}");
        }
    }
    let requests = stage.platform.requests().split_off(before);
    let as_service = requests.iter().filter(|it| {
        let user = it.user.as_deref().unwrap_or_default();
        user.contains("/service_")
    });
    let as_service: Vec<_> = as_service.collect();
    assert!(as_service.is_empty(), "{as_service:#?}");
}

/// Others log both, to say that they are not of the same user.
#[tokio::test]
async fn a_cookie_that_differs_from_the_header_is_in_no_line_of_the_log() {
    let stage = Plan::tenants(2).start();
    let secrets = [random(24), random(24), random(24)];
    let [token, xsrf, password] = &secrets;
    let request = stage
        .http
        .request(Method::GET, format!("{}/greeting", stage.service.url()));
    let request = request.header("cookie", format!("authorization={token}"));
    let request = request.header("x-xsrf-token", xsrf);
    let request = request.header("authorization", basic("t101/stage", password));
    let seen = answer(request.header("x-request-id", "differing")).await;
    assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{seen:?}");
    let lines = stage.service.log().join("\n");
    assert!(lines.contains("differing"), "{lines}");
    let found = Search::for_credentials(&secrets.into()).find(&lines);
    assert!(found.is_empty(), "{found:#?}");
}
