//! Work for each tenant at an interval.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use c8y_microservice::http::Method;
use c8y_microservice::{Config, Error, Microservice, PlatformError, TenantClient};
use local_platform::Fault;
use tokio::sync::Semaphore;

use crate::support::{Kind, Setup, TestPlatform, deploy_example, eventually};

const SECOND: Duration = Duration::from_secs(1);
const TENANTS: [&str; 4] = ["t100", "t101", "t102", "t103"];

/// How many runs have begun for each tenant.
#[derive(Clone, Default)]
struct Runs(Arc<Mutex<BTreeMap<String, usize>>>);

impl Runs {
    fn begin(&self, client: &TenantClient) {
        let mut runs = self.0.lock().unwrap();
        *runs.entry(client.tenant().to_string()).or_default() += 1;
    }

    fn of(&self, tenant: &str) -> usize {
        self.0.lock().unwrap().get(tenant).copied().unwrap_or(0)
    }

    /// Waits until that many have begun for each of these tenants.
    async fn wait_for(&self, number: usize, tenants: &[&str]) {
        let look = async || self.0.lock().unwrap().clone();
        let done = |runs: &BTreeMap<String, usize>| {
            let of = |tenant: &&str| runs.get(*tenant).is_some_and(|runs| *runs >= number);
            tenants.iter().all(of)
        };
        eventually(&format!("{number} runs for {tenants:?}"), look, done).await;
    }
}

/// Says when it is dropped.
struct Guard(Arc<Semaphore>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.add_permits(1);
    }
}

#[tokio::test]
async fn a_job_runs_again_and_again_for_every_tenant_with_a_client_that_works_there() {
    let platform = TestPlatform::start();
    let runs = Runs::default();
    let counted = runs.clone();
    let job = move |client: TenantClient| {
        let runs = counted.clone();
        async move {
            let request = client.request(Method::GET, "/alarm/alarms/count");
            request.send().await?;
            runs.begin(&client);
            Ok::<_, PlatformError>(())
        }
    };
    let setup = Setup::at(&platform).handlers(move |it| it.every(SECOND, "count", job));
    let _service = setup.ready().await;
    runs.wait_for(3, &TENANTS).await;
    for tenant in TENANTS {
        let requests = platform.requests_of(&format!("{tenant}/service_example"));
        let counts = |request: &&_| {
            let request: &local_platform::RecordedRequest = request;
            request.path == "/alarm/alarms/count" && request.status == 200
        };
        assert!(requests.iter().filter(counts).count() >= 3, "{requests:?}");
    }
}

#[tokio::test]
async fn a_job_begins_for_a_tenant_that_comes_later_and_ends_for_one_that_leaves() {
    let platform = TestPlatform::start();
    platform.unsubscribe("t103").await;
    let runs = Runs::default();
    let counted = runs.clone();
    let job = move |client: TenantClient| {
        counted.begin(&client);
        ready(Ok::<_, Infallible>(()))
    };
    let setup = Setup::at(&platform).polling();
    let setup = setup.handlers(move |it| it.every(SECOND, "count", job));
    let service = setup.ready().await;
    runs.wait_for(1, &["t100", "t101", "t102"]).await;
    assert_eq!(runs.of("t103"), 0);
    platform.subscribe("t103").await;
    runs.wait_for(2, &["t103"]).await;
    platform.unsubscribe("t102").await;
    service.event(Kind::Unsubscribed, "t102").await;
    let (of_t102, of_t101) = (runs.of("t102"), runs.of("t101"));
    runs.wait_for(of_t101 + 3, &["t101"]).await;
    assert_eq!(runs.of("t102"), of_t102);
}

#[tokio::test]
async fn a_tenant_that_comes_back_has_its_jobs_again() {
    let platform = TestPlatform::start();
    let runs = Runs::default();
    let counted = runs.clone();
    let job = move |client: TenantClient| {
        counted.begin(&client);
        ready(Ok::<_, Infallible>(()))
    };
    let setup = Setup::at(&platform).polling();
    let setup = setup.handlers(move |it| it.every(SECOND, "count", job));
    let service = setup.ready().await;
    runs.wait_for(1, &["t102"]).await;
    platform.unsubscribe("t102").await;
    service.event(Kind::Unsubscribed, "t102").await;
    let before = runs.of("t102");
    platform.subscribe("t102").await;
    runs.wait_for(before + 2, &["t102"]).await;
}

#[tokio::test]
async fn the_run_of_a_tenant_that_leaves_is_dropped() {
    let platform = TestPlatform::start();
    let (runs, dropped) = (Runs::default(), Arc::new(Semaphore::new(0)));
    let (counted, told) = (runs.clone(), Arc::clone(&dropped));
    let job = move |client: TenantClient| {
        let guard = Guard(Arc::clone(&told));
        counted.begin(&client);
        async move {
            let _guard = guard;
            pending::<Result<(), Infallible>>().await
        }
    };
    let setup = Setup::at(&platform).polling();
    let setup = setup.handlers(move |it| it.every(SECOND, "endless", job));
    let _service = setup.ready().await;
    runs.wait_for(1, &TENANTS).await;
    assert_eq!(dropped.available_permits(), 0);
    platform.unsubscribe("t102").await;
    let number = async || dropped.available_permits();
    eventually("one is dropped", number, |number| *number == 1).await;
}

#[tokio::test]
async fn a_slow_run_holds_up_no_other_tenant_and_its_own_tenant_has_no_second_one() {
    let platform = TestPlatform::start();
    let runs = Runs::default();
    let counted = runs.clone();
    let job = move |client: TenantClient| {
        counted.begin(&client);
        async move {
            if client.tenant().as_str() == "t101" {
                pending::<()>().await;
            }
            Ok::<_, Infallible>(())
        }
    };
    let setup = Setup::at(&platform).handlers(move |it| it.every(SECOND, "slow", job));
    let _service = setup.ready().await;
    runs.wait_for(1, &["t101"]).await;
    let further = runs.of("t100") + 3;
    runs.wait_for(further, &["t100", "t102", "t103"]).await;
    assert_eq!(runs.of("t101"), 1);
}

#[tokio::test]
async fn no_more_runs_are_under_way_at_once_than_the_service_may_serve_tenants() {
    let platform = TestPlatform::start();
    let (runs, gate) = (Runs::default(), Arc::new(Semaphore::new(0)));
    let under_way = Arc::new(Mutex::new((0, 0)));
    let (counted, closed, kept) = (runs.clone(), Arc::clone(&gate), Arc::clone(&under_way));
    let job = move |client: TenantClient| {
        let (runs, gate, under_way) = (counted.clone(), Arc::clone(&closed), Arc::clone(&kept));
        async move {
            runs.begin(&client);
            {
                let (now, most) = &mut *under_way.lock().unwrap();
                *now += 1;
                *most = (*most).max(*now);
            }
            gate.acquire().await.unwrap().forget();
            under_way.lock().unwrap().0 -= 1;
            Ok::<_, Infallible>(())
        }
    };
    let setup = Setup::at(&platform).env("FAN_OUT_CONCURRENCY", "2");
    let other = job.clone();
    let setup = setup.handlers(move |it| {
        let it = it.every(SECOND, "one", job);
        it.every(SECOND, "another", other)
    });
    let _service = setup.ready().await;
    let number = async || under_way.lock().unwrap().0;
    eventually("two are under way", number, |number| *number == 2).await;
    // By the end of the interval all eight would have begun.
    tokio::time::sleep(SECOND).await;
    for _ in 0..20 {
        let before = gate.available_permits();
        gate.add_permits(1);
        let taken = async || gate.available_permits();
        eventually("a run ends", taken, |left| *left == before).await;
    }
    assert_eq!(under_way.lock().unwrap().1, 2);
    assert!(runs.0.lock().unwrap().values().sum::<usize>() >= 20);
    gate.add_permits(1000);
}

#[tokio::test]
async fn errors_and_panics_of_one_run_have_no_effect_on_the_next_or_on_other_tenants() {
    let platform = TestPlatform::start();
    let runs = Runs::default();
    let counted = runs.clone();
    let job = move |client: TenantClient| {
        counted.begin(&client);
        let tenant = client.tenant().to_string();
        assert_ne!(tenant, "t100", "a job that panics before it awaits");
        async move {
            tokio::task::yield_now().await;
            match tenant.as_str() {
                "t101" => panic!("a job that panics"),
                "t102" => Err("a job that fails"),
                _ => Ok(()),
            }
        }
    };
    let setup = Setup::at(&platform).handlers(move |it| it.every(SECOND, "unlucky", job));
    let service = setup.ready().await;
    runs.wait_for(3, &TENANTS).await;
    assert_eq!(service.get("/health/readiness").await.status, 200);
}

#[tokio::test]
async fn a_job_has_the_new_user_of_a_tenant_that_subscribed_anew_between_two_reads() {
    let platform = TestPlatform::start();
    let runs = Runs::default();
    let counted = runs.clone();
    let job = move |client: TenantClient| {
        let runs = counted.clone();
        async move {
            let request = client.request(Method::GET, "/alarm/alarms/count");
            request.send().await?;
            runs.begin(&client);
            Ok::<_, PlatformError>(())
        }
    };
    let setup = Setup::at(&platform).handlers(move |it| it.every(SECOND, "count", job));
    let _service = setup.ready().await;
    runs.wait_for(1, &["t101"]).await;
    platform.resubscribe("t101").await;
    let before = runs.of("t101");
    runs.wait_for(before + 3, &["t101"]).await;
}

#[tokio::test]
async fn a_service_with_impossible_jobs_does_not_start_and_says_all_that_is_wrong() {
    let platform = TestPlatform::start();
    let environment = platform.bootstrap_environment(1);
    let config = Config::read(|name| environment.get(name).map(Into::into)).unwrap();
    let nothing = |_| ready(Ok::<_, Infallible>(()));
    let service = Microservice::new(config)
        .every(Duration::ZERO, "restless", nothing)
        .every(SECOND, "possible", nothing)
        .every(Duration::from_millis(999), "hasty", nothing);
    let refusal = service.serve(|_| {}).await.expect_err("a refusal");
    assert!(
        matches!(&refusal, Error::Jobs(problems) if problems.len() == 2),
        "{refusal:?}"
    );
    let expected = "cannot do the jobs: \
        restless: the interval is 0ns, not between 1 second and 365 days; \
        hasty: the interval is 999ms, not between 1 second and 365 days";
    assert_eq!(refusal.to_string(), expected);
}

/// The example, in a process of its own.
mod example {
    use super::*;
    use serde_json::json;

    #[tokio::test]
    async fn it_says_which_tenant_has_critical_alarms() {
        let platform = TestPlatform::start();
        let object = platform
            .create_object("t102", &json!({ "name": "o" }))
            .await;
        platform.raise_alarm("t102", &object, "one").await;
        let service = deploy_example(&platform, "job");
        let said = |log: &Vec<String>| {
            let line = |line: &String| {
                line.contains(r#"job{name="critical-alarms" tenant=t102}"#)
                    && line.contains("nobody has acknowledged")
            };
            log.iter().any(line)
        };
        eventually("the log has it", async || service.log(), said).await;
    }

    #[tokio::test]
    async fn a_stop_signal_ends_a_service_whose_jobs_are_under_way() {
        let platform = TestPlatform::start();
        let slow = platform.inject(Fault::latency(Duration::from_mins(1)).at("/alarm"));
        let mut service = deploy_example(&platform, "job");
        eventually("a job waits", async || slow.hits(), |hits| *hits > 0).await;
        service.terminate().unwrap();
        let status = service.wait(Duration::from_secs(20)).unwrap();
        let code = status.and_then(|status| status.code());
        assert_eq!(code, Some(0), "{:#?}", service.log());
    }
}
