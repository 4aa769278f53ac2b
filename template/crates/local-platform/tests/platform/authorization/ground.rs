//! What an operation is about: made by the tenant's administrator, and given to whom a test wants
//! as its owner.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use local_platform::{ADMIN, OWNER, PASSWORD};
use serde_json::{Value, json};

use super::operation::{Body, Operation};
use crate::helpers::{Call, TestPlatform, zip};

/// Stands in everything that is made, so that it shows in an answer.
pub(super) const MARK: &str = "of-this-ground";
const BOUNDARY: &str = "a-line-between-parts";
const TIME: &str = "2026-01-01T00:00:00Z";

/// What can stand in a path or body, and has to be made first.
const THINGS: [&str; 14] = [
    "alarm",
    "application",
    "below",
    "binary",
    "child",
    "event",
    "external",
    "file",
    "measurement",
    "microservice",
    "object",
    "option",
    "subscribed",
    "tenant",
];

/// The things of one request.
pub(super) struct Ground<'a> {
    platform: &'a TestPlatform,
    tenant: &'a str,
    parents_owner: Option<&'a str>,
    childs_owner: Option<&'a str>,
    made: HashMap<&'static str, String>,
}

/// A name that nothing has yet.
pub(super) fn new_name() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("new-{}", LAST.fetch_add(1, Ordering::Relaxed))
}

fn marked_name() -> String {
    format!("{MARK}-{}", new_name())
}

impl<'a> Ground<'a> {
    pub(super) fn new(platform: &'a TestPlatform, tenant: &'a str) -> Self {
        Self {
            platform,
            tenant,
            parents_owner: None,
            childs_owner: None,
            made: HashMap::new(),
        }
    }

    /// Gives to users what the request is about: the object, or the user below, and the child.
    pub(super) fn owned(mut self, parents: Option<&'a str>, childs: Option<&'a str>) -> Self {
        self.parents_owner = parents;
        self.childs_owner = childs;
        self
    }

    /// The operation about things of this ground, without credentials.
    pub(super) async fn request(&mut self, operation: &Operation) -> Call {
        let path = self.fill(operation.path).await;
        let call = self.platform.anonymous(operation.method, &path);
        match operation.body {
            Body::None => call,
            Body::Json(json) => call
                .header("content-type", "application/json")
                .body(self.fill(json).await),
            Body::Login => call
                .header("content-type", "application/x-www-form-urlencoded")
                .body(format!(
                    "grant_type=PASSWORD&username={ADMIN}&password={PASSWORD}"
                )),
            Body::File => call.header("content-type", "text/plain").body("other"),
            Body::Upload => upload(call),
            Body::Zip => zipped(call),
        }
    }

    async fn fill(&mut self, text: &str) -> String {
        let mut text = text
            .replace("{here}", self.tenant)
            .replace("{new}", &new_name());
        for thing in THINGS {
            let place = format!("{{{thing}}}");
            if text.contains(&place) {
                text = text.replace(&place, &self.thing(thing).await);
            }
        }
        if text.contains("{user}") {
            let user = self.user_below().await;
            text = text.replace("{user}", &user);
        }
        text
    }

    /// Makes one of each, so that there is something to be seen.
    pub(super) async fn everything(&mut self) {
        for thing in THINGS {
            // Only the owner tenant has tenants below it.
            if thing != "tenant" || self.tenant == OWNER {
                self.thing(thing).await;
            }
        }
        self.user_below().await;
    }

    /// The ID of a thing, which is made if it is not there yet.
    pub(super) async fn thing(&mut self, thing: &'static str) -> String {
        if let Some(made) = self.made.get(thing) {
            return made.clone();
        }
        let made = match thing {
            "object" => self.object(self.parents_owner).await,
            "child" => self.object(self.childs_owner).await,
            "file" => self.file().await,
            "option" => self.option().await,
            "application" => self.application("HOSTED").await,
            "microservice" => self.application("MICROSERVICE").await,
            "tenant" => self.subtenant().await,
            "binary" | "subscribed" => self.of_application(thing).await,
            _ => self.of_object(thing).await,
        };
        self.made.insert(thing, made.clone());
        made
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.platform.post(self.tenant, path, body).await;
        answer.expect(201).json()
    }

    async fn make(&self, path: &str, body: Value) -> String {
        self.post(path, body).await["id"]
            .as_str()
            .expect("an ID")
            .to_owned()
    }

    async fn give(&self, object: &str, owner: Option<&str>) {
        let path = format!("/inventory/managedObjects/{object}");
        if let Some(owner) = owner {
            let update = json!({"owner": owner});
            let given = self.platform.put(self.tenant, &path, update).await;
            given.expect(200);
        }
    }

    async fn object(&self, owner: Option<&str>) -> String {
        let body = json!({"name": MARK});
        let object = self.make("/inventory/managedObjects", body).await;
        self.give(&object, owner).await;
        object
    }

    async fn of_object(&mut self, thing: &str) -> String {
        let object = match self.made.get("object") {
            Some(object) => object.clone(),
            None => self.object(self.parents_owner).await,
        };
        self.made.insert("object", object.clone());
        let record = |more: Value| {
            let mut record =
                json!({"source": {"id": object}, "type": MARK, "text": MARK, "time": TIME});
            let more = more.as_object().expect("an object").clone();
            record.as_object_mut().expect("an object").extend(more);
            record
        };
        match thing {
            "alarm" => {
                let alarm = record(json!({"severity": "MAJOR"}));
                self.make("/alarm/alarms", alarm).await
            }
            "event" => self.make("/event/events", record(json!({}))).await,
            "measurement" => {
                let measurement = record(json!({"c8y_Steam": {"T": {"value": 1, "unit": "C"}}}));
                self.make("/measurement/measurements", measurement).await
            }
            "external" => {
                let name = marked_name();
                let external = json!({"type": "c8y_Serial", "externalId": name});
                let path = format!("/identity/globalIds/{object}/externalIds");
                self.post(&path, external).await;
                name
            }
            "below" => {
                let child = self.object(self.childs_owner).await;
                for children in ["childAdditions", "childAssets", "childDevices"] {
                    let path = format!("/inventory/managedObjects/{object}/{children}");
                    self.post(&path, json!({"managedObject": {"id": child}}))
                        .await;
                }
                child
            }
            other => panic!("nobody knows how to make {other}"),
        }
    }

    async fn file(&self) -> String {
        let call = self
            .platform
            .request(self.tenant, "POST", "/inventory/binaries");
        let file = upload(call).send().await.expect(201).id();
        self.give(&file, self.parents_owner).await;
        file
    }

    async fn option(&self) -> String {
        let key = marked_name();
        let option = json!({"category": "things", "key": key, "value": MARK});
        let path = "/tenant/options";
        let made = self.platform.post(self.tenant, path, option).await;
        made.expect(200);
        key
    }

    async fn application(&self, kind: &str) -> String {
        let name = marked_name();
        let application = json!({"name": name, "key": name, "contextPath": name, "type": kind});
        self.make("/application/applications", application).await
    }

    async fn of_application(&mut self, thing: &str) -> String {
        let application = match self.made.get("application") {
            Some(application) => application.clone(),
            None => self.application("HOSTED").await,
        };
        self.made.insert("application", application.clone());
        if thing == "subscribed" {
            let path = format!("/tenant/tenants/{}/applications", self.tenant);
            let reference = json!({"application": {"id": application}});
            self.post(&path, reference).await;
            return application;
        }
        let path = format!("/application/applications/{application}/binaries");
        let call = self.platform.request(self.tenant, "POST", &path);
        zipped(call).send().await.expect(201);
        let binaries = self.platform.get(self.tenant, &path).await.expect(200);
        let id = &binaries.json()["attachments"][0]["id"];
        id.as_str().expect("an ID").to_owned()
    }

    async fn subtenant(&self) -> String {
        let domain = format!("{}.localhost", marked_name());
        let tenant = json!({"domain": domain, "company": MARK, "adminEmail": "a@example.com"});
        self.make("/tenant/tenants", tenant).await
    }

    async fn user_below(&self) -> String {
        let (name, tenant) = (marked_name(), self.tenant);
        let role = ["ROLE_ALARM_READ"];
        self.platform.user(tenant, &name, &role).await;
        if let Some(owner) = self.parents_owner {
            let path = format!("/user/{tenant}/users/{name}/owner");
            let owner = json!({"owner": owner});
            let related = self.platform.put(tenant, &path, owner).await;
            related.expect(200);
        }
        name
    }
}

fn upload(call: Call) -> Call {
    let part = |head: &str, content: &str| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    let object = json!({"name": MARK, "type": "text/plain"}).to_string();
    let parts = [
        part("name=\"object\"", &object),
        part("name=\"file\"; filename=\"f.txt\"", MARK),
    ];
    let media = format!("multipart/form-data; boundary={BOUNDARY}");
    let body = format!("{}--{BOUNDARY}--\r\n", parts.concat());
    call.header("content-type", &media).body(body)
}

fn zipped(call: Call) -> Call {
    let manifest = r#"{"apiVersion": "2", "version": "1.0.0"}"#;
    let files = [("cumulocity.json", manifest), ("index.html", MARK)];
    call.form("data", "pages.zip", &zip(&files))
}
