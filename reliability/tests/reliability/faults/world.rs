//! 200 tenants, a service that waits for nothing long, and a relay between it and the platform.

use std::collections::BTreeMap;
use std::time::Duration;

use local_platform::{OWNER, Service};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use super::tally::Tally;
use crate::support::program::service_program;
use crate::support::{Answer, Plan, Relay, Stage, answer, secrets, try_answer};

pub(super) const TENANTS: usize = 200;
/// Tenants that are not subscribed.
const STRANGERS: usize = 5;
/// What a busy machine may take longer than a limit. Less than the silence.
const SLACK: Duration = Duration::from_secs(10);
/// Calls until one is whole again.
const ATTEMPTS: usize = 10;
/// The service's source in each tenant.
const SOURCE: &str = "/identity/externalIds/c8y_Microservice/c8y-starter";

pub(super) struct World {
    /// What a request of the service may take.
    limit: Duration,
    pub(super) stage: Stage,
    pub(super) relay: Relay,
    pub(super) strangers: Vec<String>,
    pub(super) tally: Tally,
    /// The alarms that the service says it has raised, by tenant and by their type.
    pub(super) raised: BTreeMap<String, BTreeMap<String, String>>,
}

/// A call that is under way.
pub(super) struct Call {
    pub(super) kind: String,
    answer: JoinHandle<Answer>,
}

impl Call {
    pub(super) fn is_answered(&self) -> bool {
        self.answer.is_finished()
    }
}

impl World {
    /// A service that gives up early, so that a fault costs little.
    pub(super) async fn start() -> Self {
        let service = Service::new(service_program());
        // Time enough for all tenants also on a busy machine: few faults take as long.
        let limit = Duration::from_secs(10);
        Self::start_with(impatient(service), "127.0.0.1", limit).await
    }

    /// A service that knows the platform by the name `host`, and whose requests may take `limit`.
    pub(super) async fn start_with(service: Service, host: &str, limit: Duration) -> Self {
        let plan = Plan::with(TENANTS, service).quiet();
        let platform = plan.platform();
        let relay = Relay::to(platform.address());
        let plan = plan
            .env("C8Y_BASEURL", &format!("http://{host}:{}", relay.port()))
            .env("REQUEST_TIMEOUT", &limit.as_millis().to_string());
        let stage = plan.deploy_on(platform);
        let mut world = Self {
            limit,
            stage,
            relay,
            strangers: Vec::new(),
            tally: Tally::default(),
            raised: BTreeMap::new(),
        };
        world.add_strangers().await;
        world
    }

    /// Makes tenants that are not subscribed, and get nothing.
    async fn add_strangers(&mut self) {
        self.strangers.clear();
        for number in 0..STRANGERS {
            let tenant = json!({
                "company": "Stranger", "domain": format!("stranger{number}.example.com"),
                "adminName": secrets::USER, "adminPass": *secrets::PASSWORD, "adminEmail": "admin@example.com",
            });
            let path = "/tenant/tenants";
            let request = self.stage.of_platform(OWNER, Method::POST, path);
            let made = self.stage.done(request.json(&tenant)).await;
            let id = made["id"].as_str().expect("the new tenant's ID");
            self.strangers.push(id.to_owned());
        }
    }

    /// The tenants that are subscribed, in their order.
    pub(super) fn tenants(&self) -> Vec<String> {
        let mut tenants = self.stage.platform.tenants();
        tenants.retain(|tenant| !self.strangers.contains(tenant));
        tenants
    }

    /// Begins a call, with alarms of a type of its own. The caller is not known from before.
    pub(super) async fn call(&mut self) -> Call {
        self.tally.calls += 1;
        let kind = format!("c8y_Fault{}", self.tally.calls);
        // Notes in the record of requests where the call begins.
        let path = format!("/tenant/currentTenant?call={kind}");
        let request = self.stage.of_platform(OWNER, Method::GET, &path);
        self.stage.done(request).await;
        let request = self.stage.create_alarms(&kind);
        let request = request.header("tfatoken", self.tally.calls.to_string());
        let answer = tokio::spawn(answer(request));
        Call { kind, answer }
    }

    /// Waits for the end of a call, which comes in time.
    pub(super) async fn end(&self, call: Call, what: &str) -> Answer {
        let Call { kind, answer } = call;
        let answer = timeout(self.limit + SLACK, answer).await;
        let answer = answer.unwrap_or_else(|_| panic!("{kind} was not answered in time: {what}"));
        answer.unwrap_or_else(|_| {
            let incidents = self.stage.service.take_incidents();
            panic!("{kind} was not answered: {what}; the service: {incidents:?}")
        })
    }

    /// Once nothing goes wrong any more, calls create alarms in all tenants.
    pub(super) async fn is_whole_again(&mut self) {
        // On a busy machine something may take too long also where nothing goes wrong.
        for attempt in 1.. {
            let call = self.call().await;
            let kind = call.kind.clone();
            let answer = self.end(call, "nothing goes wrong").await;
            self.check(&kind, &answer, "nothing goes wrong", false)
                .await;
            if answer.body["created"] == TENANTS {
                break;
            }
            assert!(attempt < ATTEMPTS, "not whole again: {answer:?}");
        }
        let instances = self.stage.service.instances();
        assert_eq!(instances[0].restarts(), 0, "the service did not live");
    }

    /// Kills the platform and starts another one at the same address, with new service users and
    /// without data.
    pub(super) async fn restart_platform(&mut self, pause: Duration) {
        self.relay.refuse().await;
        let platform = Plan::tenants(TENANTS).platform();
        self.relay.lead_to(platform.address());
        drop(std::mem::replace(&mut self.stage.platform, platform));
        self.raised.clear();
        self.add_strangers().await;
        tokio::time::sleep(pause).await;
        self.relay.accept();
    }

    /// Deletes the sources of some tenants, with their alarms, so that they have to be made again.
    pub(super) async fn delete_sources(&mut self, tenants: &[String]) {
        let sources = tenants.iter();
        let sources = sources.map(|tenant| self.stage.of_platform(tenant, Method::GET, SOURCE));
        let sources = all(sources).await;
        let mut deletions = Vec::new();
        for (tenant, source) in tenants.iter().zip(&sources) {
            self.raised.remove(tenant);
            if let Some(id) = source.body["managedObject"]["id"].as_str() {
                let path = format!("/inventory/managedObjects/{id}");
                deletions.push(self.stage.of_platform(tenant, Method::DELETE, &path));
            }
        }
        all(deletions.into_iter()).await;
    }

    /// The alarms of all tenants, strangers too: of one type, or all.
    pub(super) async fn alarms(&self, kind: Option<&str>) -> Vec<(String, Vec<Value>)> {
        let filter = kind.map(|kind| format!("&type={kind}")).unwrap_or_default();
        let path = format!("/alarm/alarms?pageSize=2000{filter}");
        let tenants = self.stage.platform.tenants();
        let requests = tenants.iter();
        let requests = requests.map(|tenant| self.stage.of_platform(tenant, Method::GET, &path));
        let lists = all(requests).await.into_iter().map(|list| {
            let alarms = list.body["alarms"].as_array();
            alarms.unwrap_or_else(|| panic!("{list:?}")).clone()
        });
        tenants.iter().cloned().zip(lists).collect()
    }
}

/// A service that gives up early what does not come.
pub(super) fn impatient(service: Service) -> Service {
    service
        .env("C8Y_HTTPCLIENT_HTTPREADTIMEOUT", "1000")
        .env("C8Y_HTTPCLIENT_HTTPCONNECTTIMEOUT", "500")
        .env("C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT", "1000")
}

/// The answers to many requests, some at a time, in their order.
async fn all(requests: impl Iterator<Item = reqwest::RequestBuilder>) -> Vec<Answer> {
    const AT_ONCE: usize = 20;
    let mut requests = requests.enumerate();
    let mut under_way = JoinSet::new();
    let mut answers = BTreeMap::new();
    loop {
        while under_way.len() < AT_ONCE
            && let Some((number, request)) = requests.next()
        {
            under_way.spawn(async move { (number, read(request).await) });
        }
        let Some(ended) = under_way.join_next().await else {
            return answers.into_values().collect();
        };
        let (number, answer) = ended.expect("a request does not panic");
        answers.insert(number, answer);
    }
}

/// The answer to a request that may be sent again: a kept connection may end just then.
async fn read(request: reqwest::RequestBuilder) -> Answer {
    let again = request.try_clone().expect("no stream is sent");
    match try_answer(request).await {
        Ok(answer) => answer,
        Err(_) => answer(again).await,
    }
}
