//! Users with a second factor.

use serde_json::{Value, json};
use std::time::SystemTime;
use totp_rs::{Builder, Secret};

use crate::helpers::{Call, TestPlatform};
use crate::users::login::{Tokens, form, login};
use local_platform::PASSWORD;

const SECRET: &str = "/user/currentUser/totpSecret";
const ACTIVITY: &str = "/user/currentUser/totpSecret/activity";
const VERIFY: &str = "/user/currentUser/totpSecret/verify";
const OAUTH: &str = "/tenant/oauth?tenant_id=t101";

fn code(secret: &str) -> String {
    let secret = Secret::try_from_base32(secret).expect("a secret in base32");
    let totp = Builder::new()
        .with_secret(secret)
        .build()
        .expect("a secret of a usual length");
    let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    totp.generate(time.expect("a time after 1970").as_secs())
        .to_string()
}

fn as_someone(platform: &TestPlatform, method: &str, path: &str) -> Call {
    let call = platform.anonymous(method, path);
    call.user("t101/someone", PASSWORD)
}

/// A user `someone` in `t101` whose second factor is active, and its secret.
async fn with_second_factor(platform: &TestPlatform) -> String {
    platform
        .user("t101", "someone", &["ROLE_USER_MANAGEMENT_OWN_READ"])
        .await;
    let seen = as_someone(platform, "POST", SECRET).send().await;
    let seen = seen.expect(200).json();
    let secret = seen["rawSecret"].as_str().expect("a secret").to_owned();
    let url = seen["secretQrUrl"].as_str().unwrap_or_default();
    assert!(
        url.starts_with("otpauth://totp/") && url.contains(&secret),
        "{url}"
    );
    activate(platform, true).send().await.expect(204);
    secret
}

fn activate(platform: &TestPlatform, active: bool) -> Call {
    as_someone(platform, "POST", ACTIVITY).json(&json!({"isActive": active}))
}

#[tokio::test]
async fn basic_authentication_needs_a_code_once_the_second_factor_is_active() {
    let platform = TestPlatform::start();
    let secret = with_second_factor(&platform).await;
    let read = || as_someone(&platform, "GET", "/user/currentUser");
    for call in [read(), read().header("tfatoken", "no-code")] {
        let answer = call.send().await;
        assert!(answer.text.contains("TOTP"), "{}", answer.text);
        answer.refused(401);
    }
    let seen = read().header("tfatoken", &code(&secret)).send().await;
    assert_eq!(
        seen.expect(200).json()["twoFactorAuthenticationEnabled"],
        true
    );
}

#[tokio::test]
async fn a_login_needs_a_code_and_its_token_says_that_there_was_one() {
    let platform = TestPlatform::start();
    let secret = with_second_factor(&platform).await;
    for wrong in ["", "&tfa_code=no-code", "&tfa_token="] {
        let form = format!("{}{wrong}", form("someone"));
        let answer = login(&platform, OAUTH, &form).send().await;
        assert!(answer.text.contains("TOTP"), "{}", answer.text);
        answer.refused(401);
    }
    for field in ["tfa_code", "tfa_token"] {
        let form = format!("{}&{field}={}", form("someone"), code(&secret));
        let tokens = Tokens::of(&login(&platform, OAUTH, &form).send().await.expect(200));
        let claims = tokens.claims();
        let shown = claims["tfa"].as_str().expect("a claim");
        let read = as_someone(&platform, "GET", "/user/currentUser");
        read.header("tfatoken", shown).send().await.expect(200);
        let bearer = platform.anonymous("GET", "/user/currentUser");
        let bearer = bearer.header("authorization", &format!("Bearer {}", tokens.token));
        bearer.send().await.expect(200);
    }
}

#[tokio::test]
async fn a_wrong_password_says_nothing_of_a_second_factor() {
    let platform = TestPlatform::start();
    with_second_factor(&platform).await;
    let call = platform.anonymous("GET", "/user/currentUser");
    let answer = call.user("t101/someone", "wrong").send().await;
    assert!(!answer.text.contains("TOTP"), "{}", answer.text);
    answer.refused(401);
}

#[tokio::test]
async fn a_code_is_verified_and_the_settings_show_it() {
    let platform = TestPlatform::start();
    let settings = || platform.get("t101", "/user/t101/users/someone/tfa");
    let secret = with_second_factor(&platform).await;
    let verify = |given: &str| {
        let call = as_someone(&platform, "POST", VERIFY).json(&json!({"code": given}));
        call.header("tfatoken", &code(&secret)).send()
    };
    let before = settings().await.expect(200).json();
    assert_eq!(before["tfaEnabled"], true);
    assert_eq!(before["lastTfaRequestTime"], Value::Null);
    verify("000").await.refused(403);
    verify(&code(&secret)).await.expect(204);
    let after = settings().await.expect(200).json();
    assert!(after["lastTfaRequestTime"].is_string(), "{after}");
    assert_eq!(after["strategy"], "TOTP");
}

#[tokio::test]
async fn without_a_secret_there_is_nothing_to_activate_or_verify() {
    let platform = TestPlatform::start();
    let activate = platform.post("t101", ACTIVITY, json!({"isActive": true}));
    activate.await.refused(409);
    let verify = platform.post("t101", VERIFY, json!({"code": "123456"}));
    verify.await.refused(404);
    let seen = platform.get("t101", ACTIVITY).await.expect(200).json();
    assert_eq!(seen, json!({"isActive": false}));
    for (path, body) in [
        (ACTIVITY, json!({})),
        (ACTIVITY, json!({"isActive": "yes"})),
        (VERIFY, json!({})),
    ] {
        platform.post("t101", path, body).await.refused(422);
    }
}

#[tokio::test]
async fn a_second_factor_is_switched_off_by_who_can_show_it() {
    let platform = TestPlatform::start();
    let secret = with_second_factor(&platform).await;
    activate(&platform, false).send().await.refused(401);
    let new_secret = as_someone(&platform, "POST", SECRET);
    let new_secret = new_secret.header("tfatoken", &code(&secret)).send().await;
    new_secret.refused(403);
    let off = activate(&platform, false).header("tfatoken", &code(&secret));
    off.send().await.expect(204);
    let read = as_someone(&platform, "GET", "/user/currentUser");
    read.send().await.expect(200);
}
