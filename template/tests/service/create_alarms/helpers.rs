//! Calls of the endpoint, and what they leave on the platform.

use local_platform::{ADMIN, PASSWORD};
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Answer, App, answer};

impl App {
    /// `POST /createAlarms` through the gateway, as a user of the owner tenant.
    pub async fn create_alarms(&self, body: &Value) -> Answer {
        let url = format!("{}/createAlarms", self.platform.service_url());
        let request = self.http.post(url).basic_auth("t100/admin", Some(PASSWORD));
        answer(request.json(body)).await
    }

    /// A request to the platform as a tenant's administrator, which succeeds.
    pub async fn platform(&self, tenant: &str, method: Method, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.platform.url());
        let request = self.http.request(method.clone(), url);
        let request = request.basic_auth(format!("{tenant}/{ADMIN}"), Some(PASSWORD));
        let answer = answer(request.json(&body)).await;
        let outcome = format!("{method} {path} as {tenant}: {answer:?}");
        assert!(answer.status.is_success(), "{outcome}");
        answer.body
    }

    pub async fn get(&self, tenant: &str, path: &str) -> Value {
        self.platform(tenant, Method::GET, path, Value::Null).await
    }

    /// All alarms of a tenant.
    pub async fn alarms(&self, tenant: &str) -> Vec<Value> {
        let list = self.get(tenant, "/alarm/alarms?pageSize=100").await;
        list["alarms"].as_array().expect("a list of alarms").clone()
    }

    /// The managed objects that the service made in a tenant.
    pub async fn sources(&self, tenant: &str) -> Vec<Value> {
        let path = "/inventory/managedObjects?type=c8y_Microservice&pageSize=100";
        let list = self.get(tenant, path).await;
        list["managedObjects"].as_array().expect("a list").clone()
    }

    pub async fn subscribe(&self, tenant: &str) {
        let path = format!("/tenant/tenants/{tenant}/applications");
        let body = json!({ "application": { "id": self.platform.application_id() } });
        self.platform("t100", Method::POST, &path, body).await;
    }

    pub async fn unsubscribe(&self, tenant: &str) {
        let id = self.platform.application_id();
        let path = format!("/tenant/tenants/{tenant}/applications/{id}");
        self.platform("t100", Method::DELETE, &path, Value::Null)
            .await;
    }
}

impl Answer {
    /// The tenants with this outcome.
    pub fn tenants(&self, outcome: &str) -> Vec<&str> {
        let all = self.body["tenants"].as_array().into_iter().flatten();
        all.filter(|report| report["outcome"] == outcome)
            .map(|report| report["tenant"].as_str().expect("a tenant"))
            .collect()
    }

    /// The outcome of a tenant.
    pub fn report(&self, tenant: &str) -> &Value {
        let all = self.body["tenants"].as_array().into_iter().flatten();
        let mut of_tenant = all.filter(|report| report["tenant"] == tenant);
        of_tenant
            .next()
            .unwrap_or_else(|| panic!("{tenant} is not in {self:?}"))
    }
}
