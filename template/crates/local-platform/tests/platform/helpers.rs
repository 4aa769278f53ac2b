//! A platform of its own for each test, and a client that says what it saw.

use std::io::{Cursor, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use actix_web::rt::System;
use actix_web::{App, FromRequest, Handler, HttpServer, Responder, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::header::HeaderMap;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use local_platform::{ADMIN, LocalPlatform, Manifest, PASSWORD};
use packaging::{Image, Package};
use serde_json::{Value, json};

/// How long anything that a test waits for may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// `t101/admin` with the usual password, for requests that are written by hand.
pub(crate) const CREDENTIALS: &str = "Basic dDEwMS9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==";

/// A platform, and requests to it.
pub(crate) struct TestPlatform {
    pub(crate) platform: LocalPlatform,
}

impl TestPlatform {
    pub(crate) fn start() -> Self {
        Self::of(LocalPlatform::start().expect("a platform on a free port"))
    }

    pub(crate) fn with_manifest(manifest: Value) -> Self {
        let manifest = Manifest::from_value(manifest).expect("a manifest");
        Self::of(
            LocalPlatform::builder()
                .manifest(manifest)
                .start()
                .expect("a platform"),
        )
    }

    pub(crate) fn of(platform: LocalPlatform) -> Self {
        Self { platform }
    }

    /// A request as a tenant's administrator.
    pub(crate) fn request(&self, tenant: &str, method: &str, path: &str) -> Call {
        self.anonymous(method, path)
            .user(&format!("{tenant}/{ADMIN}"), PASSWORD)
    }

    /// A request without credentials.
    pub(crate) fn anonymous(&self, method: &str, path: &str) -> Call {
        Call::new(method, &format!("{}{path}", self.platform.url()))
    }

    pub(crate) async fn get(&self, tenant: &str, path: &str) -> Answer {
        self.request(tenant, "GET", path).send().await
    }

    pub(crate) async fn post(&self, tenant: &str, path: &str, body: Value) -> Answer {
        self.request(tenant, "POST", path).json(&body).send().await
    }

    pub(crate) async fn put(&self, tenant: &str, path: &str, body: Value) -> Answer {
        self.request(tenant, "PUT", path).json(&body).send().await
    }

    pub(crate) async fn delete(&self, tenant: &str, path: &str) -> Answer {
        self.request(tenant, "DELETE", path).send().await
    }

    /// Makes a managed object and says its ID.
    pub(crate) async fn object(&self, tenant: &str) -> String {
        let answer = self
            .post(
                tenant,
                "/inventory/managedObjects",
                json!({"name": "Motor"}),
            )
            .await;
        answer.expect(201).id()
    }

    /// Makes a tenant user with these roles and nothing else; the password is the usual one.
    pub(crate) async fn user(&self, tenant: &str, name: &str, roles: &[&str]) {
        let roles: Vec<Value> = roles
            .iter()
            .map(|role| json!({"role": {"id": role}}))
            .collect();
        let user = json!({
            "userName": name, "email": "user@example.com", "password": PASSWORD,
            "roles": {"references": roles},
        });
        self.post(tenant, &format!("/user/{tenant}/users"), user)
            .await
            .expect(201);
    }

    /// Uploads a zip for an application of the owner, as its tools do.
    pub(crate) async fn upload(&self, path: &str, zip: &[u8]) -> Answer {
        self.request("t100", "POST", path)
            .form("data", "example.zip", zip)
            .send()
            .await
    }

    /// A request as the application's service user in a tenant.
    pub(crate) async fn service(&self, tenant: &str, method: &str, path: &str) -> Call {
        let users = self.subscriptions().await;
        let user = users.iter().find(|user| user["tenant"] == tenant);
        let user = user.unwrap_or_else(|| panic!("{tenant} is not subscribed: {users:?}"));
        let text = |name: &str| user[name].as_str().expect("a text").to_owned();
        let (name, password) = (text("name"), text("password"));
        self.anonymous(method, path)
            .user(&format!("{tenant}/{name}"), &password)
    }

    /// A request as the application's bootstrap user.
    pub(crate) fn bootstrap(&self, method: &str, path: &str) -> Call {
        let name = self.platform.application_name();
        let user = format!("t100/servicebootstrap_{name}");
        self.anonymous(method, path).user(&user, PASSWORD)
    }

    /// Makes the user `creator` of `t101`, who may make objects, and holds these roles beside.
    pub(crate) async fn creator(&self, roles: &[&str]) {
        let roles = [&["ROLE_INVENTORY_CREATE"], roles].concat();
        self.user("t101", "creator", &roles).await;
    }

    /// A request of that user.
    pub(crate) fn as_creator(&self, method: &str, path: &str) -> Call {
        self.anonymous(method, path).user("t101/creator", PASSWORD)
    }

    /// Makes a managed object that belongs to that user, and says its ID.
    pub(crate) async fn own_object(&self) -> String {
        let call = self.as_creator("POST", "/inventory/managedObjects");
        call.json(&json!({})).send().await.expect(201).id()
    }

    /// The subscribed tenants of the application, as its bootstrap user sees them.
    pub(crate) async fn subscriptions(&self) -> Vec<Value> {
        let path = "/application/currentApplication/subscriptions";
        let bootstrap = format!("t100/servicebootstrap_{}", self.platform.application_name());
        let answer = self
            .anonymous("GET", path)
            .user(&bootstrap, PASSWORD)
            .send()
            .await;
        let users = answer.expect(200).json()["users"].clone();
        users.as_array().expect("a list of users").clone()
    }
}

/// A request that is not sent yet. It has the `Accept` header that most clients send.
pub(crate) struct Call {
    request: Request<Full<Bytes>>,
}

impl Call {
    pub(crate) fn new(method: &str, url: &str) -> Self {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header("accept", "*/*");
        Self {
            request: request.body(Full::default()).expect("a request"),
        }
    }

    pub(crate) fn user(self, user: &str, password: &str) -> Self {
        let credentials = STANDARD.encode(format!("{user}:{password}"));
        self.header("authorization", &format!("Basic {credentials}"))
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request
            .headers_mut()
            .insert(name, value.parse().expect("a header"));
        self
    }

    pub(crate) fn without(mut self, name: &'static str) -> Self {
        self.request.headers_mut().remove(name);
        self
    }

    /// What it shows of who sends it.
    pub(crate) fn credentials(&self) -> String {
        let header = self.request.headers().get("authorization");
        let header = header.expect("credentials").to_str();
        header.expect("a text").to_owned()
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json")
            .body(body.to_string())
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        *self.request.body_mut() = Full::new(body.into());
        self
    }

    /// A form with one file.
    pub(crate) fn form(self, part: &str, file_name: &str, content: &[u8]) -> Self {
        const BOUNDARY: &str = "a-line-between-parts";
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{part}\"; \
             filename=\"{file_name}\"\r\nContent-Type: application/zip\r\n\r\n"
        );
        let tail = format!("\r\n--{BOUNDARY}--\r\n");
        let body = [head.as_bytes(), content, tail.as_bytes()].concat();
        self.header(
            "content-type",
            &format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(body)
    }

    pub(crate) async fn send(self) -> Answer {
        let line = format!("{} {}", self.request.method(), self.request.uri());
        let client: Client<HttpConnector, Full<Bytes>> =
            Client::builder(TokioExecutor::new()).build_http();
        let exchange = async {
            let response = client.request(self.request).await.expect(&line);
            let (head, body) = response.into_parts();
            let body = body.collect().await.expect(&line).to_bytes();
            Answer {
                line: line.clone(),
                status: head.status.as_u16(),
                headers: head.headers,
                text: String::from_utf8_lossy(&body).into_owned(),
            }
        };
        tokio::time::timeout(PATIENCE, exchange).await.expect(&line)
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    line: String,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.line, self.text);
        self
    }

    /// The refusal's `error`, which says the area and the kind.
    #[track_caller]
    pub(crate) fn refused(self, status: u16) -> String {
        let answer = self.expect(status);
        let media = answer.header("content-type");
        assert!(
            media.starts_with("application/vnd.com.nsn.cumulocity.error+json"),
            "{media}"
        );
        let body = answer.json();
        for field in ["error", "message", "info"] {
            assert!(body[field].is_string(), "no {field} in {}", answer.text);
        }
        body["error"].as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let json = serde_json::from_str(&self.text);
        json.unwrap_or_else(|error| panic!("{}: {error} in {:?}", self.line, self.text))
    }

    #[track_caller]
    pub(crate) fn id(&self) -> String {
        self.json()["id"].as_str().expect("an ID").to_owned()
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        let value =
            value.unwrap_or_else(|| panic!("{}: no {name} in {:?}", self.line, self.headers));
        value.to_str().expect("a text")
    }
}

/// A zip with these files.
pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(*name, options).expect(name);
        zip.write_all(content.as_bytes()).expect(name);
    }
    zip.finish().expect("a zip").into_inner()
}

/// The package of a microservice with an image that is checked and not run.
pub(crate) fn microservice_zip(manifest: &Value) -> Vec<u8> {
    let folder = Folder::new();
    folder.write("service", "no executable");
    folder.write(
        "Dockerfile",
        "FROM scratch\nCOPY service /\nCMD [\"/service\"]\n",
    );
    package(manifest, &folder, "example")
}

/// The package of a microservice, with the image of this name that a folder is the context of.
pub(crate) fn package(manifest: &Value, context: &Folder, tag: &str) -> Vec<u8> {
    let mut image = Vec::new();
    Image::write(&context.0, tag, &mut image).expect("an image");
    let mut zip = Cursor::new(Vec::new());
    Package::write(&manifest.to_string(), &*image, &mut zip).expect("a package");
    zip.into_inner()
}

/// Waits until something is so, and fails with what it saw last.
#[track_caller]
pub(crate) fn eventually<T>(what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(seen) => assert!(Instant::now() < deadline, "not seen: {what}; last: {seen}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An empty folder outside of any project, removed with its owner.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("local-platform-test-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("a folder for temporary files");
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, content).expect("a file in the folder");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind in the folder for temporary files harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A service with one handler for everything: it runs until the test process ends.
pub(crate) fn service_with<F, Args>(handler: F) -> SocketAddr
where
    F: Handler<Args> + Clone + Send,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        let app = move || App::new().default_service(web::to(handler.clone()));
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = server.listen(listener).expect("a server");
        System::new().block_on(server.run())
    });
    address
}
