//! How users show who they are.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Stage, secrets};

/// What a login by OAuth gives out.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) xsrf: String,
}

/// The header `Authorization` of a user with a password.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// That of a stage's user.
pub(crate) fn basic_of(tenant: &str) -> String {
    basic(
        &format!("{tenant}/{}", secrets::USER),
        secrets::PASSWORD.as_str(),
    )
}

/// Logs a stage's user in.
pub(crate) async fn log_in(stage: &Stage, tenant: &str) -> Session {
    log_in_as(stage, tenant, secrets::USER).await
}

/// Logs in a user whose password is that of all.
pub(crate) async fn log_in_as(stage: &Stage, tenant: &str, user: &str) -> Session {
    let url = format!("{}/tenant/oauth?tenant_id={tenant}", stage.platform.url());
    let request = stage.http.post(url).form(&[
        ("grant_type", "PASSWORD"),
        ("username", user),
        ("password", &secrets::PASSWORD),
    ]);
    let response = request.send().await.expect("an answer");
    let cookies = response.headers().get_all("set-cookie").iter();
    let cookies = cookies.filter_map(|it| it.to_str().ok()?.split(';').next());
    let cookies: Vec<_> = cookies.collect();
    let [token, xsrf] = ["authorization=", "XSRF-TOKEN="].map(|name| {
        let value = cookies.iter().find_map(|it| it.strip_prefix(name));
        value
            .unwrap_or_else(|| panic!("no {name} in {cookies:?}"))
            .to_owned()
    });
    Session { token, xsrf }
}

impl Session {
    /// The header `Cookie` of a browser.
    pub(crate) fn cookie(&self) -> String {
        format!("authorization={}; XSRF-TOKEN={}", self.token, self.xsrf)
    }
}
