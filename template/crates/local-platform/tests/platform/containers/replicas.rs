//! Several containers of one service, and the requests that they share.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::JoinHandle;
use std::time::Duration;

use local_platform::{ADMIN, Isolation, LocalPlatform, Manifest, PASSWORD, RunningService};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{containers, deploy, engine, manifest, platform, restarted, service};
use crate::helpers::{Call, TestPlatform, eventually};

/// Requests to a path of the service, one after the other, from a thread of their own. Every one of
/// them has to be answered.
pub(super) struct Requests {
    stop: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    thread: JoinHandle<BTreeSet<String>>,
}

impl Requests {
    pub(super) fn begin(platform: &TestPlatform, method: &'static str, path: &str) -> Self {
        let url = format!("{}{path}", platform.platform.service_url());
        let (stop, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let (stopped, count) = (stop.clone(), answered.clone());
        let thread = std::thread::spawn(move || {
            let runtime = Runtime::new().expect("a runtime");
            let mut answers = BTreeSet::new();
            while !stopped.load(SeqCst) {
                let call = Call::new(method, &url).user(&format!("t101/{ADMIN}"), PASSWORD);
                answers.insert(runtime.block_on(call.send()).expect(200).text);
                count.fetch_add(1, SeqCst);
            }
            answers
        });
        Self {
            stop,
            answered,
            thread,
        }
    }

    /// Lets some more be answered.
    pub(super) fn more(&self, number: usize) {
        let before = self.answered.load(SeqCst);
        eventually("more answers", || {
            let more = self.answered.load(SeqCst) - before;
            let enough = more >= number;
            enough.then_some(()).ok_or_else(|| format!("{more} more"))
        });
    }

    /// The different answers, from the first request to the last.
    pub(super) fn end(self) -> BTreeSet<String> {
        self.stop.store(true, SeqCst);
        self.thread.join().expect("an answer to every request")
    }
}

fn two(platform: &TestPlatform, manifest: &Value) -> RunningService {
    let (_folder, service) = service(manifest, &[]);
    let service = service.restart_after(Duration::from_millis(20), Duration::from_millis(100));
    platform
        .platform
        .deploy(service)
        .expect("two that are ready")
}

#[test]
fn with_two_replicas_one_of_them_killed_under_requests_none_is_lost() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({"replicas": 2}));
    let platform = platform(&engine, &manifest);
    let running = two(&platform, &manifest);
    assert_eq!(containers(&engine, &platform).len(), 2);
    // One that is under way for long is repeated.
    let each = ["/", "/slow", "/slow"].map(|path| Requests::begin(&platform, "GET", path));
    for requests in &each {
        requests.more(2);
    }
    let first = running.instances()[0].container().expect("a container");
    engine.output(["kill", &first]).expect("a kill");
    restarted(&running, 1);
    for requests in &each {
        requests.more(2);
    }
    for requests in each {
        assert_eq!(requests.end(), BTreeSet::from(["1.0.0".to_owned()]));
    }
}

#[tokio::test]
async fn what_cannot_be_repeated_is_sent_to_the_other_one_from_the_end_of_a_container_on() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({"replicas": 2}));
    let platform = platform(&engine, &manifest);
    let running = two(&platform, &manifest);
    for instance in running.instances() {
        let container = instance.container().expect("a container");
        engine.output(["kill", &container]).expect("a kill");
        for _ in 0..20 {
            let call = platform.request("t101", "POST", "/service/example/");
            let answer = call.body("a body").send().await;
            assert_eq!(answer.expect(200).text, "1.0.0");
        }
        eventually("both", || {
            let ready = running
                .instances()
                .iter()
                .filter(|it| it.is_ready())
                .count();
            if ready == 2 {
                Ok(())
            } else {
                Err(format!("{ready} are ready"))
            }
        });
    }
}

#[tokio::test]
async fn with_isolation_per_tenant_containers_follow_the_subscriptions() {
    let Some(engine) = engine() else { return };
    let manifest = manifest("1.0.0", &json!({"isolation": "PER_TENANT"}));
    let builder = LocalPlatform::builder().containers(engine.clone());
    let parsed = Manifest::from_value(manifest.clone()).expect("a manifest");
    assert_eq!(parsed.isolation, Isolation::PerTenant);
    let builder = builder.manifest(parsed).further_tenants(2);
    let platform = TestPlatform::of(builder.start().expect("a platform"));
    let running = deploy(&platform, &manifest, &[]);
    for tenant in ["t100", "t101", "t102"] {
        let seen = platform.get(tenant, "/service/example/environment").await;
        let expected = format!("C8Y_TENANT={tenant}\n");
        assert!(seen.text.contains(&expected), "{}", seen.text);
    }
    let id = platform.platform.application_id();
    let subscription = format!("/tenant/tenants/t102/applications/{id}");
    platform.delete("t100", &subscription).await.expect(204);
    eventually("two containers", || {
        let seen = containers(&engine, &platform);
        if seen.len() == 2 {
            Ok(())
        } else {
            Err(format!("{seen:?}"))
        }
    });
    running.stop().expect("an end");
    assert_eq!(containers(&engine, &platform), [""; 0]);
}
