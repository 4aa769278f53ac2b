//! The local platform, and what its administrators do.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::time::Duration;

use local_platform::{Builder, LocalPlatform, Manifest, OWNER, RecordedRequest};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::http::{Reply, User, client, send};
use super::ports::free_port;

/// A local platform with an administrator at hand.
pub(crate) struct TestPlatform {
    local: LocalPlatform,
    http: Client,
}

/// A platform that can go and come back at the same address.
pub(crate) struct Restartable {
    port: u16,
    running: Option<TestPlatform>,
}

impl TestPlatform {
    /// With `t100`, the owner, and `t101` to `t103`, all subscribed.
    pub(crate) fn start() -> Self {
        Self::of(LocalPlatform::builder())
    }

    pub(crate) fn with_further_tenants(number: usize) -> Self {
        Self::of(LocalPlatform::builder().further_tenants(number))
    }

    /// With the application of a manifest that has these fields beside the mandatory ones.
    pub(crate) fn with_manifest(fields: Value) -> Self {
        let mut manifest = json!({
            "apiVersion": "2",
            "name": "example",
            "version": "1.0.0",
            "provider": {"name": "Example"},
        });
        let Value::Object(fields) = fields else {
            panic!("not an object: {fields}");
        };
        manifest.as_object_mut().unwrap().extend(fields);
        let manifest = Manifest::from_value(manifest).unwrap();
        Self::of(LocalPlatform::builder().manifest(manifest))
    }

    pub(crate) fn of(builder: Builder) -> Self {
        Self {
            local: builder.start().unwrap(),
            http: client(),
        }
    }

    pub(crate) async fn subscribe(&self, tenant: &str) {
        self.subscribe_to(&self.application_id(), tenant).await;
    }

    /// Subscribes a tenant to another application than the one that the platform starts with.
    pub(crate) async fn subscribe_to(&self, application: &str, tenant: &str) {
        let path = format!("/tenant/tenants/{tenant}/applications");
        let body = json!({"application": {"id": application}});
        self.must(OWNER, Method::POST, &path, Some(&body)).await;
    }

    pub(crate) async fn unsubscribe(&self, tenant: &str) {
        let id = self.application_id();
        let path = format!("/tenant/tenants/{tenant}/applications/{id}");
        self.must(OWNER, Method::DELETE, &path, None).await;
    }

    /// Unsubscribes and subscribes a tenant, which makes new credentials.
    pub(crate) async fn resubscribe(&self, tenant: &str) {
        self.unsubscribe(tenant).await;
        self.subscribe(tenant).await;
    }

    /// Whose logins give out tokens that count for so long.
    pub(crate) fn with_token_lifetime(lifetime: Duration) -> Self {
        Self::of(LocalPlatform::builder().token_lifetime(lifetime))
    }

    /// Makes a user of a tenant without any role.
    pub(crate) async fn add_user_without_roles(&self, tenant: &str, name: &str) -> User {
        self.add_user_with(tenant, name, &[]).await
    }

    /// Makes a user of a tenant that has these roles, and may read itself.
    pub(crate) async fn add_user(&self, tenant: &str, name: &str, roles: &[&str]) -> User {
        let roles = [roles, &["ROLE_USER_MANAGEMENT_OWN_READ"]].concat();
        self.add_user_with(tenant, name, &roles).await
    }

    async fn add_user_with(&self, tenant: &str, name: &str, roles: &[&str]) -> User {
        let user = User::new(&format!("{tenant}/{name}"), "a password");
        let email = format!("{name}@example.com");
        let roles = roles.iter().map(|role| json!({"role": {"id": role}}));
        let roles: Vec<_> = roles.collect();
        let body = json!({
            "userName": name, "email": email, "password": user.password,
            "roles": {"references": roles},
        });
        let path = format!("/user/{tenant}/users");
        self.must(tenant, Method::POST, &path, Some(&body)).await;
        user
    }

    /// What a tenant's administrator reads at a path.
    pub(crate) async fn read(&self, tenant: &str, path: &str) -> Value {
        let reply = self.must(tenant, Method::GET, path, None).await;
        reply.json()
    }

    /// Makes what a tenant's administrator may make at a path, and answers its ID.
    pub(crate) async fn create(&self, tenant: &str, path: &str, body: &Value) -> String {
        let reply = self.must(tenant, Method::POST, path, Some(body)).await;
        reply.json()["id"].as_str().unwrap().to_owned()
    }

    /// Sets an option of a tenant.
    pub(crate) async fn set_option(&self, tenant: &str, category: &str, key: &str, value: &str) {
        let option = json!({"category": category, "key": key, "value": value});
        let path = "/tenant/options";
        self.must(tenant, Method::POST, path, Some(&option)).await;
    }

    /// Makes a managed object that belongs to a tenant's administrator, and answers its ID.
    pub(crate) async fn create_object(&self, tenant: &str, object: &Value) -> String {
        let path = "/inventory/managedObjects";
        self.create(tenant, path, object).await
    }

    /// Puts a managed object below another one: into its `childDevices`, for instance.
    pub(crate) async fn add_child(&self, tenant: &str, parent: &str, children: &str, child: &str) {
        let path = format!("/inventory/managedObjects/{parent}/{children}");
        let body = json!({"managedObject": {"id": child}});
        self.must(tenant, Method::POST, &path, Some(&body)).await;
    }

    /// Stores a file that belongs to a tenant's administrator, and answers its ID.
    pub(crate) async fn upload(&self, tenant: &str, content: &str) -> String {
        let body = format!(
            "--b\r\nContent-Disposition: form-data; name=\"object\"\r\n\r\n{{}}\r\n\
             --b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n{content}\r\n--b--\r\n"
        );
        let request = self.http.post(format!("{}/inventory/binaries", self.url()));
        let request = User::admin_of(tenant).sign(request).header("accept", "*/*");
        let request = request.header("content-type", "multipart/form-data; boundary=b");
        let reply = send(request.body(body)).await;
        reply.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// Makes another microservice, which a tenant subscribes to.
    pub(crate) async fn add_service(&self, name: &str, tenant: &str) {
        let key = format!("{name}-key");
        let body = json!({"name": name, "key": key, "type": "MICROSERVICE", "contextPath": name});
        let path = "/application/applications";
        let made = self.must(OWNER, Method::POST, path, Some(&body)).await;
        let path = format!("/tenant/tenants/{tenant}/applications");
        let body = json!({"application": {"id": made.json()["id"]}});
        self.must(OWNER, Method::POST, &path, Some(&body)).await;
    }

    /// Raises an alarm of a type at a managed object.
    pub(crate) async fn raise_alarm(&self, tenant: &str, object: &str, kind: &str) {
        let path = "/alarm/alarms";
        let body = json!({
            "source": {"id": object},
            "type": kind,
            "text": "an alarm",
            "severity": "CRITICAL",
            "time": "2026-01-31T12:00:00Z",
        });
        self.must(tenant, Method::POST, path, Some(&body)).await;
    }

    /// Sends a `POST` without body to any address, such as one behind the gateway.
    pub(crate) async fn post(&self, url: &str, user: &User) -> Reply {
        send(user.sign(self.http.post(url))).await
    }

    /// Gives a managed object an external ID.
    pub(crate) async fn bind(&self, tenant: &str, object: &str, kind: &str, external_id: &str) {
        let path = format!("/identity/globalIds/{object}/externalIds");
        let body = json!({"type": kind, "externalId": external_id});
        self.must(tenant, Method::POST, &path, Some(&body)).await;
    }

    pub(crate) async fn delete(&self, tenant: &str, path: &str) {
        self.must(tenant, Method::DELETE, path, None).await;
    }

    /// The service user of a tenant with its password, as the bootstrap user reads it.
    pub(crate) async fn service_user(&self, tenant: &str) -> User {
        let environment = self.bootstrap_environment(1);
        let bootstrap_user = User {
            login: format!("{OWNER}/{}", environment["C8Y_BOOTSTRAP_USER"]),
            password: environment["C8Y_BOOTSTRAP_PASSWORD"].clone(),
        };
        let url = format!(
            "{}/application/currentApplication/subscriptions",
            self.url()
        );
        let reply = send(bootstrap_user.sign(self.http.get(url))).await;
        let users = reply.expect(200)["users"].clone();
        let users = users.as_array().unwrap();
        let user = users.iter().find(|user| user["tenant"] == tenant).unwrap();
        let name = user["name"].as_str().unwrap();
        User::new(
            &format!("{tenant}/{name}"),
            user["password"].as_str().unwrap(),
        )
    }

    /// The requests of one user, `tenant/name`.
    pub(crate) fn requests_of(&self, user: &str) -> Vec<RecordedRequest> {
        let all = self.requests().into_iter();
        all.filter(|request| request.user.as_deref() == Some(user))
            .collect()
    }

    /// The requests of the bootstrap user, `METHOD path` each.
    pub(crate) fn bootstrap_requests(&self) -> Vec<String> {
        let environment = self.bootstrap_environment(1);
        let user = format!("{OWNER}/{}", environment["C8Y_BOOTSTRAP_USER"]);
        let requests = self.requests_of(&user).into_iter();
        requests
            .map(|request| format!("{} {}", request.method, request.path))
            .collect()
    }

    async fn must(&self, tenant: &str, method: Method, path: &str, body: Option<&Value>) -> Reply {
        let request = self.http.request(method, format!("{}{path}", self.url()));
        let mut request = User::admin_of(tenant).sign(request).header("accept", "*/*");
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = send(request).await;
        assert!(reply.status.is_success(), "{path}: {reply:#?}");
        reply
    }
}

impl Deref for TestPlatform {
    type Target = LocalPlatform;

    fn deref(&self) -> &LocalPlatform {
        &self.local
    }
}

impl Restartable {
    pub(crate) fn start() -> Self {
        let mut platform = Self::stopped();
        platform.come_back();
        platform
    }

    /// A platform that has never run.
    pub(crate) fn stopped() -> Self {
        Self {
            port: free_port(),
            running: None,
        }
    }

    pub(crate) fn go_down(&mut self) {
        let running = self.running.take().expect("it runs");
        running.local.stop();
    }

    /// With new data: the platform keeps nothing.
    pub(crate) fn come_back(&mut self) {
        let builder = LocalPlatform::builder().port(self.port);
        self.running = Some(TestPlatform::of(builder));
    }

    pub(crate) fn running(&self) -> &TestPlatform {
        self.running.as_ref().expect("it runs")
    }

    /// What a container gets, also while the platform does not run.
    pub(crate) fn environment(&self, server_port: u16) -> BTreeMap<String, String> {
        if let Some(running) = &self.running {
            return running.bootstrap_environment(server_port);
        }
        let mut environment = TestPlatform::start().bootstrap_environment(server_port);
        let url = format!("http://127.0.0.1:{}", self.port);
        environment.insert("C8Y_BASEURL".to_owned(), url);
        environment
    }
}
