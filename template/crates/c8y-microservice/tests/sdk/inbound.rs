//! Requests that arrive: who calls, and what a refused caller is told.

mod authentication;
mod authorization;
mod bodies;
mod cache;
mod clients;
mod error_form;
mod logins;
mod open;
mod request_ids;
mod storms;

use actix_web::HttpResponse;
use actix_web::web::{self, ServiceConfig};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use c8y_microservice::http::Method;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::support::{
    Reply, Setup, StandIn, TestPlatform, TestService, User, free_port, send, soon,
};

const UNAUTHORIZED: &str = "security/Unauthorized";
const FORBIDDEN: &str = "security/Forbidden";
/// How the service shows a stand-in that it is the application.
const KEY: &str = "x-cumulocity-application-key: the-key";
const UNAVAILABLE: &str = "microservice/Service Unavailable";

async fn start() -> (TestPlatform, TestService) {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    (platform, service)
}

async fn at_stand_in(platform: &StandIn) -> TestService {
    Setup::new(platform.environment(free_port())).ready().await
}

/// A platform that takes any credentials for those of a user of `t7`.
fn accepting() -> StandIn {
    StandIn::start(|app| {
        current_user(app);
        current_tenant(app);
    })
}

fn current_user(app: &mut ServiceConfig) {
    let user = json!({"userName": "someone", "effectiveRoles": []});
    app.route("/user/currentUser", web::get().to(answer(user)));
}

fn current_tenant(app: &mut ServiceConfig) {
    let tenant = json!({"name": "t7", "domainName": "t7.example.com"});
    app.route("/tenant/currentTenant", web::get().to(answer(tenant)));
}

fn answer(body: Value) -> impl actix_web::Handler<(), Output = HttpResponse> {
    move || {
        let answer = HttpResponse::Ok().json(&body);
        async move { answer }
    }
}

/// A token with these claims, and a signature that nobody looks at.
fn token(claims: &Value) -> String {
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    format!("e30.{claims}.c2ln")
}

fn get_whoami(service: &TestService) -> RequestBuilder {
    service.request(Method::GET, "/whoami")
}

async fn whoami(service: &TestService, user: &User) -> Reply {
    service.call(user, Method::GET, "/whoami").await
}

/// What the platform is asked for to verify somebody.
fn checks(platform: &TestPlatform) -> usize {
    let requests = platform.requests().into_iter();
    requests
        .filter(|request| request.path == "/user/currentUser")
        .count()
}

/// The whole answer to a request that no HTTP client sends: its target, and its headers with the
/// ends of their lines.
async fn raw(service: &TestService, target: &str, headers: &[u8]) -> String {
    let mut connection = service.connect().await;
    let start = format!("GET {target} HTTP/1.1\r\nhost: service\r\nconnection: close\r\n");
    let request = [start.as_bytes(), headers, b"\r\n"].concat();
    connection.write_all(&request).await.unwrap();
    let mut answer = Vec::new();
    soon("an answer", connection.read_to_end(&mut answer))
        .await
        .unwrap();
    String::from_utf8(answer).unwrap()
}
