//! A stage whose tenants have data that says whose it is.

use std::ops::Deref;

use local_platform::OWNER;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::support::secrets;
use crate::support::{Answer, Plan, Stage, answer};

pub(super) const TENANTS: [&str; 3] = ["t100", "t101", "t102"];
/// The endpoints that show data of the caller's tenant.
pub(super) const OWN: [&str; 3] = ["/alarms", "/devices", "/greeting"];

/// Each tenant has one device, a greeting, and as many alarms as its number says.
pub(super) struct Marked {
    pub(super) stage: Stage,
}

/// What every text of a tenant has in it.
pub(super) fn mark(tenant: &str) -> String {
    format!("mark-of-{tenant}")
}

/// How many alarms a tenant has.
pub(super) fn alarms(tenant: &str) -> usize {
    let place = TENANTS.iter().position(|it| *it == tenant);
    // An odd number is one more, where a test has had alarms created.
    2 * (place.expect("one of the tenants") + 1)
}

impl Marked {
    pub(super) async fn start(plan: Plan) -> Self {
        let stage = plan.start();
        for tenant in TENANTS {
            let post = |path: &str, body: Value| {
                stage.done(stage.of_platform(tenant, Method::POST, path).json(&body))
            };
            let name = mark(tenant);
            let category = stage.platform.context_path();
            let option = json!({ "category": category, "key": "greeting", "value": name });
            post("/tenant/options", option).await;
            let device = json!({ "name": name, "type": name, "c8y_IsDevice": {} });
            let device = post("/inventory/managedObjects", device).await;
            for number in 0..alarms(tenant) {
                let alarm = json!({
                    "source": { "id": device["id"] }, "type": format!("{name}-{number}"),
                    "text": name, "severity": "MAJOR", "time": "2026-01-02T03:04:05.678Z",
                });
                post("/alarm/alarms", alarm).await;
            }
        }
        Self { stage }
    }

    /// Makes a user with these roles, whose password is that of all.
    pub(super) async fn add_user(&self, tenant: &str, name: &str, roles: &[&str]) {
        let email = format!("{name}@example.com");
        let user = json!({ "userName": name, "password": *secrets::PASSWORD, "email": email });
        let path = format!("/user/{tenant}/users");
        let request = self.stage.of_platform(tenant, Method::POST, &path);
        self.stage.done(request.json(&user)).await;
        for role in roles {
            let role = format!("{}/user/roles/{role}", self.stage.platform.url());
            let path = format!("/user/{tenant}/users/{name}/roles");
            let request = self.stage.of_platform(tenant, Method::POST, &path);
            let role = json!({ "role": { "self": role } });
            self.stage.done(request.json(&role)).await;
        }
    }

    /// A request with no credentials, past the gateway and through it.
    pub(super) fn both_ways(&self, method: &Method, path: &str) -> [RequestBuilder; 2] {
        let bases = [self.stage.service.url(), self.stage.platform.service_url()];
        let request = |base| {
            self.stage
                .http
                .request(method.clone(), format!("{base}{path}"))
        };
        bases.map(request)
    }

    /// Whose credentials a request has, as the platform sees it.
    pub(super) async fn tenant_of(&self, login: &[(&str, String)]) -> Option<String> {
        let url = format!("{}/tenant/currentTenant", self.stage.platform.url());
        let seen = answer(with(self.stage.http.get(url), login)).await;
        (seen.status == StatusCode::OK).then(|| text(&seen.body["name"]))
    }

    /// Asks for all that the service shows, in both ways: it is what a tenant has, or nothing.
    pub(super) async fn shows(&self, tenant: Option<&str>, user: &str, login: &[(&str, String)]) {
        for path in OWN {
            for request in self.both_ways(&Method::GET, path) {
                let seen = answer(with(request, login)).await;
                match tenant {
                    Some(tenant) => is_of(tenant, user, path, &seen),
                    None => assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{path}: {seen:?}"),
                }
            }
        }
        let method = Method::POST;
        for request in self.both_ways(&method, "/createAlarms") {
            let seen = answer(with(request, login)).await;
            let expected = match tenant {
                Some(OWNER) => StatusCode::OK,
                Some(_) => StatusCode::FORBIDDEN,
                None => StatusCode::UNAUTHORIZED,
            };
            assert_eq!(seen.status, expected, "{seen:?}");
            if tenant != Some(OWNER) {
                shows_none_but("", &seen);
            }
        }
    }
}

impl Deref for Marked {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.stage
    }
}

/// The answer is what the tenant has, of which its user sees all.
pub(super) fn is_of(tenant: &str, user: &str, path: &str, seen: &Answer) {
    assert_eq!(seen.status, StatusCode::OK, "{path} for {tenant}: {seen:?}");
    match path {
        "/alarms" => {
            let active = seen.body["active"].as_u64().expect("a number");
            let own = alarms(tenant) as u64;
            // One more where a test has had alarms created.
            assert!(active == own || active == own + 1, "{tenant}: {seen:?}");
        }
        "/devices" => {
            let devices = seen.body.as_array().expect("a list");
            assert_eq!(devices.len(), 1, "{tenant}: {seen:?}");
            assert_eq!(devices[0]["name"], mark(tenant), "{seen:?}");
        }
        "/greeting" => {
            let greeting = format!("{}, {user}!", mark(tenant));
            assert_eq!(seen.body, greeting, "{tenant}");
        }
        _ => panic!("{path} shows nothing"),
    }
    shows_none_but(tenant, seen);
}

/// The answer has nothing of any other tenant: no mark, and not its name.
pub(super) fn shows_none_but(tenant: &str, seen: &Answer) {
    for other in TENANTS.iter().filter(|it| **it != tenant) {
        let text = format!("{} {:?}", seen.body, seen.headers);
        assert!(
            !text.contains(other),
            "{other} is shown to {tenant}: {text}"
        );
    }
}

pub(super) fn with(request: RequestBuilder, login: &[(&str, String)]) -> RequestBuilder {
    let mut request = request;
    for (name, value) in login {
        request = request.header(*name, value);
    }
    request
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
