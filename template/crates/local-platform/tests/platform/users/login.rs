//! Logging in with OAI-Secure, and what its tokens are good for.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local_platform::{LocalPlatform, PASSWORD};
use serde_json::{Value, json};

use crate::helpers::{Answer, Call, TestPlatform, eventually};

const CURRENT_USER: &str = "/user/currentUser";
const OAUTH: &str = "/tenant/oauth?tenant_id=t101";

/// What a login gives out.
pub(crate) struct Tokens {
    pub(crate) token: String,
    pub(crate) xsrf: String,
}

impl Tokens {
    pub(crate) fn of(answer: &Answer) -> Self {
        let cookies = answer.headers.get_all("set-cookie").iter();
        let cookies: Vec<&str> = cookies.map(|it| it.to_str().expect("a text")).collect();
        let value = |name: &str| {
            let value = cookies.iter().find_map(|it| it.strip_prefix(name));
            let value = value.unwrap_or_else(|| panic!("no {name} in {cookies:?}"));
            value.split(';').next().unwrap_or_default().to_owned()
        };
        Self {
            token: value("authorization="),
            xsrf: value("XSRF-TOKEN="),
        }
    }

    pub(crate) fn claims(&self) -> Value {
        let payload = self.token.split('.').nth(1).expect("three parts");
        let payload = URL_SAFE_NO_PAD.decode(payload).expect("base64");
        serde_json::from_slice(&payload).expect("JSON")
    }

    fn cookie(&self) -> String {
        format!("other=1; authorization={}", self.token)
    }
}

pub(crate) fn login(platform: &TestPlatform, path: &str, form: &str) -> Call {
    let call = platform.anonymous("POST", path);
    call.header("content-type", "application/x-www-form-urlencoded")
        .body(form.to_owned())
}

pub(crate) fn form(user: &str) -> String {
    format!("grant_type=PASSWORD&username={user}&password={PASSWORD}")
}

async fn logged_in(platform: &TestPlatform, user: &str) -> Tokens {
    let answer = login(platform, OAUTH, &form(user)).send().await;
    Tokens::of(&answer.expect(200))
}

fn bearer(platform: &TestPlatform, tokens: &Tokens) -> Call {
    let call = platform.anonymous("GET", CURRENT_USER);
    call.header("authorization", &format!("Bearer {}", tokens.token))
}

fn with_cookie(platform: &TestPlatform, tokens: &Tokens) -> Call {
    let call = platform.anonymous("GET", CURRENT_USER);
    call.header("cookie", &tokens.cookie())
}

#[tokio::test]
async fn anyone_may_ask_how_to_log_in() {
    let platform = TestPlatform::start();
    let seen = platform.anonymous("GET", "/tenant/loginOptions").send();
    let seen = seen.await.expect(200).json();
    let options = seen["loginOptions"].as_array().expect("a list");
    let types: Vec<&Value> = options.iter().map(|option| &option["type"]).collect();
    assert_eq!(types, ["OAUTH2_INTERNAL", "BASIC"]);
}

#[tokio::test]
async fn a_login_gives_out_a_token_that_says_who_it_is_for_and_counts_as_a_bearer() {
    let platform = TestPlatform::start();
    let tokens = logged_in(&platform, "admin").await;
    let claims = tokens.claims();
    assert_eq!(claims["sub"], "admin");
    assert_eq!(claims["ten"], "t101");
    assert_eq!(claims["xsrfToken"], tokens.xsrf);
    for claim in ["exp", "iat"] {
        assert!(claims[claim].is_i64(), "no {claim} in {claims}");
    }
    let seen = bearer(&platform, &tokens).send().await.expect(200).json();
    assert_eq!(seen["userName"], "admin");
}

#[tokio::test]
async fn a_token_in_a_cookie_needs_the_xsrf_token_that_goes_with_it() {
    let platform = TestPlatform::start();
    let tokens = logged_in(&platform, "admin").await;
    let with_cookie = || with_cookie(&platform, &tokens);
    with_cookie().send().await.refused(401);
    let wrong = with_cookie().header("x-xsrf-token", "wrong").send().await;
    wrong.refused(401);
    let right = with_cookie().header("x-xsrf-token", &tokens.xsrf);
    right.send().await.expect(200);
}

#[tokio::test]
async fn the_cookie_wins_over_a_basic_header_right_or_wrong() {
    let platform = TestPlatform::start();
    let tokens = logged_in(&platform, "admin").await;
    let phony = with_cookie(&platform, &tokens).user("t102/admin", "phony");
    let phony = phony.header("x-xsrf-token", &tokens.xsrf).send().await;
    let link = format!("{}/user/currentUser", platform.platform.url());
    assert_eq!(phony.expect(200).json()["self"], link);
    let no_token = platform.request("t101", "GET", CURRENT_USER);
    let no_token = no_token.header("cookie", "authorization=a.b.c").send();
    no_token.await.refused(401);
}

#[tokio::test]
async fn the_token_comes_in_the_body_on_request() {
    let platform = TestPlatform::start();
    let path = "/tenant/oauth/token?tenant_id=t101";
    let seen = login(&platform, path, &form("admin")).send().await;
    let token = seen.expect(200).json()["access_token"].clone();
    let tokens = Tokens {
        token: token.as_str().expect("a token").to_owned(),
        xsrf: String::new(),
    };
    bearer(&platform, &tokens).send().await.expect(200);
}

#[tokio::test]
async fn the_tenant_of_a_login_is_named_by_the_query_or_before_the_user_or_it_is_the_domains() {
    let platform = TestPlatform::start();
    for (path, user, host, tenant) in [
        ("/tenant/oauth?tenant_id=t102", "admin", "any", "t102"),
        ("/tenant/oauth", "t103/admin", "any", "t103"),
        ("/tenant/oauth", "admin", "t101.localhost", "t101"),
        ("/tenant/oauth", "admin", "any", "t100"),
    ] {
        let call = login(&platform, path, &form(user)).header("host", host);
        let tokens = Tokens::of(&call.send().await.expect(200));
        assert_eq!(tokens.claims()["ten"], tenant, "{path} {user} {host}");
    }
}

#[tokio::test]
async fn a_login_that_is_wrong_or_incomplete_is_refused_and_gives_out_nothing() {
    let platform = TestPlatform::start();
    for (form, status) in [
        ("grant_type=PASSWORD&username=admin&password=wrong-one", 401),
        (
            "grant_type=PASSWORD&username=nobody&password=wrong-one",
            401,
        ),
        ("grant_type=AUTHORIZATION_CODE&code=1", 401),
        ("grant_type=PASSWORD&username=admin", 422),
        ("username=admin&password=wrong-one", 422),
        ("", 422),
    ] {
        let answer = login(&platform, OAUTH, form).send().await;
        assert_eq!(answer.headers.get("set-cookie"), None, "{form}");
        assert!(!answer.text.contains("wrong-one"), "{}", answer.text);
        answer.refused(status);
    }
}

#[tokio::test]
async fn a_token_ends_with_the_logout_and_no_other_one() {
    let platform = TestPlatform::start();
    let (ended, other) = (
        logged_in(&platform, "admin").await,
        logged_in(&platform, "admin").await,
    );
    let call = platform.anonymous("POST", "/user/logout");
    let call = call.header("cookie", &ended.cookie());
    let answer = call.header("x-xsrf-token", &ended.xsrf).send().await;
    assert_eq!(Tokens::of(&answer.expect(200)).token, "");
    bearer(&platform, &ended).send().await.refused(401);
    bearer(&platform, &other).send().await.expect(200);
    let all = platform.post("t101", "/user/logout/t101/allUsers", json!({}));
    all.await.expect(200);
    bearer(&platform, &other).send().await.refused(401);
}

#[tokio::test]
async fn a_token_ends_when_its_user_is_disabled_or_deleted() {
    let platform = TestPlatform::start();
    let path = "/user/t101/users/someone";
    platform
        .user("t101", "someone", &["ROLE_USER_MANAGEMENT_OWN_READ"])
        .await;
    let tokens = logged_in(&platform, "someone").await;
    let enabled = |enabled: bool| platform.put("t101", path, json!({"enabled": enabled}));
    enabled(false).await.expect(200);
    bearer(&platform, &tokens).send().await.refused(401);
    enabled(true).await.expect(200);
    bearer(&platform, &tokens).send().await.expect(200);
    platform.delete("t101", path).await.expect(204);
    bearer(&platform, &tokens).send().await.refused(401);
}

#[tokio::test]
async fn another_password_ends_tokens_and_who_sets_it_with_a_cookie_gets_a_new_one() {
    let platform = TestPlatform::start();
    let tokens = logged_in(&platform, "admin").await;
    let set = |current: &str| {
        let passwords = json!({"currentUserPassword": current, "newPassword": "another-one"});
        let call = platform.anonymous("PUT", "/user/currentUser/password");
        let call = call.header("cookie", &tokens.cookie()).json(&passwords);
        call.header("x-xsrf-token", &tokens.xsrf).send()
    };
    set("wrong-one").await.refused(422);
    let new = Tokens::of(&set(PASSWORD).await.expect(200));
    bearer(&platform, &tokens).send().await.refused(401);
    bearer(&platform, &new).send().await.expect(200);
    let call = platform.anonymous("GET", CURRENT_USER);
    let call = call.user("t101/admin", "another-one");
    call.send().await.expect(200);
}

#[tokio::test]
async fn a_token_ends_by_itself() {
    let platform = LocalPlatform::builder().token_lifetime(Duration::ZERO);
    let platform = TestPlatform::of(platform.start().expect("a platform"));
    let tokens = logged_in(&platform, "admin").await;
    bearer(&platform, &tokens).send().await.refused(401);
}

#[tokio::test]
async fn the_record_of_requests_knows_who_came_with_a_token_and_not_the_token() {
    let platform = TestPlatform::start();
    let tokens = logged_in(&platform, "admin").await;
    bearer(&platform, &tokens).send().await.expect(200);
    let seen = eventually("the request in the record", || {
        let requests = platform.platform.requests();
        let mut seen = requests.iter();
        let found = seen.any(|it| it.user.as_deref() == Some("t101/admin"));
        found
            .then(|| format!("{requests:?}"))
            .ok_or_else(|| format!("{} requests", requests.len()))
    });
    assert!(!seen.contains(&tokens.token), "{seen}");
}
