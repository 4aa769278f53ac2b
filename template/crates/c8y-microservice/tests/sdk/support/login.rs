//! Logins at the local platform, as those of browsers and apps.

use std::time::{SystemTime, UNIX_EPOCH};

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use totp_rs::{Builder, Secret};

use super::http::{Reply, User, client, send};
use super::platform::TestPlatform;

/// What a login gives out.
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) xsrf: String,
}

/// What a user's app makes codes with.
pub(crate) struct SecondFactor(String);

impl Session {
    /// As a page in a browser sends requests.
    pub(crate) fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        let cookies = format!("theme=dark; authorization={}", self.token);
        let request = request.header(COOKIE, cookies);
        request.header("X-XSRF-TOKEN", &self.xsrf)
    }
}

impl SecondFactor {
    /// The code of now.
    pub(crate) fn code(&self) -> String {
        let secret = Secret::try_from_base32(&self.0).unwrap();
        let totp = Builder::new().with_secret(secret).build().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        totp.generate(now.as_secs()).to_string()
    }
}

impl TestPlatform {
    /// Logs a user in by `POST /tenant/oauth`.
    pub(crate) async fn log_in(&self, user: &User) -> Session {
        let (tenant, name) = user.login.split_once('/').unwrap();
        let url = format!("{}/tenant/oauth?tenant_id={tenant}", self.url());
        let form = [
            ("grant_type", "PASSWORD"),
            ("username", name),
            ("password", &user.password),
        ];
        let reply = send(client().request(Method::POST, url).form(&form)).await;
        assert_eq!(reply.status, 200, "{reply:#?}");
        Session {
            token: cookie(&reply, "authorization"),
            xsrf: cookie(&reply, "XSRF-TOKEN"),
        }
    }

    /// Makes a user that may read itself need a code from now on.
    pub(crate) async fn activate_second_factor(&self, user: &User) -> SecondFactor {
        let url = format!("{}/user/currentUser/totpSecret", self.url());
        let post = |url: String| user.sign(client().request(Method::POST, url));
        let made = send(post(url.clone())).await.expect(200);
        let active = post(format!("{url}/activity")).json(&json!({"isActive": true}));
        let reply = send(active).await;
        assert_eq!(reply.status, 204, "{reply:#?}");
        SecondFactor(made["rawSecret"].as_str().unwrap().to_owned())
    }
}

/// The value of a cookie that an answer sets.
#[track_caller]
fn cookie(reply: &Reply, name: &str) -> String {
    let cookies = reply.headers.get_all(SET_COOKIE).into_iter();
    let mut cookies = cookies.map(|cookie| cookie.to_str().unwrap());
    let value = cookies.find_map(|cookie| {
        let value = cookie.strip_prefix(name)?.strip_prefix('=')?;
        value.split(';').next()
    });
    value
        .unwrap_or_else(|| panic!("no cookie {name}: {reply:#?}"))
        .to_owned()
}
