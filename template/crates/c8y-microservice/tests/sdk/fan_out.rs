//! The same work for every tenant.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::web::{self, Json, ServiceConfig};
use c8y_microservice::http::Method;
use c8y_microservice::{
    ApiError, Failure, NewManagedObject, Outcome, PlatformError, Subscriptions, TenantClient,
};
use local_platform::Fault;
use serde_json::{Value, json};
use tokio::sync::{Barrier, Semaphore};

use crate::support::{Setup, TestPlatform, TestService, User, eventually, soon};

/// Three times as many tenants in all as may be served at once.
const FURTHER_TENANTS: usize = 11;
const CONCURRENCY: usize = 4;

async fn many_tenants() -> (TestPlatform, TestService) {
    let platform = TestPlatform::with_further_tenants(FURTHER_TENANTS);
    let setup = Setup::at(&platform).env("FAN_OUT_CONCURRENCY", &CONCURRENCY.to_string());
    let service = setup.ready().await;
    (platform, service)
}

/// `POST /create`, which makes a managed object in every tenant and answers what came of it.
fn creating(app: &mut ServiceConfig) {
    let create = async |subscriptions: Subscriptions| -> Result<Json<Value>, ApiError> {
        let object = NewManagedObject::new("c8y_Example", "An example");
        let work = move |client: TenantClient| {
            let object = object.clone();
            async move { client.inventory().create(&object).await }
        };
        let outcomes = subscriptions.tenants()?.fan_out(work).await.into_iter();
        let outcomes = outcomes.map(|Outcome { tenant, result }| {
            let result = result.map(|_| "created".to_owned());
            let said = result.unwrap_or_else(|failure| failure.summary());
            (tenant.to_string(), json!(said))
        });
        Ok(Json(outcomes.collect()))
    };
    app.route("/create", web::post().to(create));
}

/// A service whose requests may take two and a half seconds.
async fn short_of_time(platform: &TestPlatform, concurrency: usize) -> TestService {
    let setup = Setup::at(platform)
        .env("REQUEST_TIMEOUT", "2500")
        .env("FAN_OUT_CONCURRENCY", &concurrency.to_string());
    setup.routes(creating).ready().await
}

/// What an endpoint says of each tenant.
async fn create(service: &TestService) -> Value {
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::POST, "/create").await;
    reply.expect(200)
}

/// What no request may take, and no test waits long for.
const TOO_LONG: Duration = Duration::from_millis(3_500);
const UNKNOWN: &str = "outcome unknown: the time was over before the work ended";
const NOT_ATTEMPTED: &str = "not attempted: the time was over";

/// The tenants of outcomes, in their order.
fn tenants_of<T, E>(outcomes: &[Outcome<T, E>]) -> Vec<String> {
    let tenants = outcomes.iter();
    tenants.map(|outcome| outcome.tenant.to_string()).collect()
}

/// What is asserted where one tenant fails in a way of its own.
#[track_caller]
fn assert_only_one_failed(
    outcomes: &[Outcome<String, String>],
    platform: &TestPlatform,
    failed: &str,
    failure: &Failure<String>,
) {
    assert_eq!(tenants_of(outcomes), platform.tenants());
    for Outcome { tenant, result } in outcomes {
        match result {
            Ok(name) => assert_eq!(name, tenant.as_str()),
            Err(error) => assert_eq!((tenant.as_str(), error), (failed, failure)),
        }
    }
    let failures = outcomes.iter().filter(|outcome| outcome.result.is_err());
    assert_eq!(failures.count(), 1, "{outcomes:?}");
}

#[tokio::test]
async fn every_tenant_is_served_by_its_own_client_and_answered_in_order() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let object = NewManagedObject::new("c8y_Example", "An example");
    let outcomes = tenants
        .fan_out(move |client| {
            let object = object.clone();
            async move { client.inventory().create(&object).await }
        })
        .await;
    assert_eq!(tenants_of(&outcomes), platform.tenants());
    for Outcome { tenant, result } in outcomes {
        let path = format!("/inventory/managedObjects/{}", result.unwrap().id);
        let seen = platform.read(tenant.as_str(), &path).await;
        assert_eq!(seen["name"], "An example");
    }
}

#[tokio::test]
async fn an_endpoint_fans_out_to_the_tenants_of_its_service() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let admin = User::admin_of("t102");
    let reply = service.call(&admin, Method::POST, "/fan-out").await;
    let expected = json!({"t100": 200, "t101": 200, "t102": 200, "t103": 200});
    assert_eq!(reply.expect(200), expected);
    for tenant in platform.tenants() {
        let requests = platform.requests_of(&format!("{tenant}/service_example"));
        assert_eq!(requests.len(), 1, "{requests:?}");
    }
}

#[tokio::test]
async fn outcomes_are_in_order_also_where_the_first_tenant_is_the_slowest() {
    let (platform, service) = many_tenants().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let others = Arc::new(Semaphore::new(0));
    let done = Arc::clone(&others);
    let outcomes = tenants.fan_out(move |client: TenantClient| {
        let others = Arc::clone(&done);
        async move {
            if client.tenant().as_str() == "t100" {
                let all = u32::try_from(FURTHER_TENANTS).unwrap();
                others.acquire_many(all).await.unwrap().forget();
            } else {
                others.add_permits(1);
            }
            Ok::<_, String>(client.tenant().to_string())
        }
    });
    let outcomes = soon("all outcomes", outcomes).await;
    assert_eq!(tenants_of(&outcomes), platform.tenants());
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
}

#[tokio::test]
async fn as_many_tenants_as_allowed_are_served_at_once_and_never_more() {
    let (platform, service) = many_tenants().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counts = (Arc::clone(&running), Arc::clone(&most));
    // Fewer at once would wait here for ever.
    let together = Arc::new(Barrier::new(CONCURRENCY));
    let outcomes = tenants.fan_out(move |client: TenantClient| {
        let ((running, most), together) = (counts.clone(), Arc::clone(&together));
        async move {
            let now = running.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            together.wait().await;
            let path = "/inventory/managedObjects";
            let answer = client.request(Method::GET, path).send().await;
            running.fetch_sub(1, Ordering::SeqCst);
            answer.map(drop)
        }
    });
    let outcomes = soon("all outcomes", outcomes).await;
    assert_eq!(tenants_of(&outcomes), platform.tenants());
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
    assert_eq!(most.load(Ordering::SeqCst), CONCURRENCY);
    assert_eq!(running.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_error_in_one_tenant_leaves_the_others_untouched() {
    let (platform, service) = many_tenants().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let work = |client: TenantClient| async move {
        match client.tenant().as_str() {
            "t105" => Err("no".to_owned()),
            other => Ok(other.to_owned()),
        }
    };
    let outcomes = tenants.fan_out(work).await;
    let failure = Failure::Error("no".to_owned());
    assert_only_one_failed(&outcomes, &platform, "t105", &failure);
}

#[tokio::test]
async fn a_tenant_whose_user_is_gone_fails_alone() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    platform.unsubscribe("t102").await;
    let work = |client: TenantClient| async move {
        let path = "/inventory/managedObjects";
        client.request(Method::GET, path).send().await.map(drop)
    };
    let outcomes = tenants.fan_out(work).await;
    assert_eq!(tenants_of(&outcomes), platform.tenants());
    for Outcome { tenant, result } in outcomes {
        match (tenant.as_str(), result) {
            ("t102", Err(Failure::Error(PlatformError::Unauthorized(_)))) => {}
            (tenant, result) => assert_eq!(result, Ok(()), "{tenant}"),
        }
    }
}

#[tokio::test]
async fn a_panic_in_one_tenant_leaves_the_others_untouched() {
    let (platform, service) = many_tenants().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let work = |client: TenantClient| async move {
        tokio::task::yield_now().await;
        assert_ne!(client.tenant().as_str(), "t105", "work that panics");
        Ok(client.tenant().to_string())
    };
    let outcomes = tenants.fan_out(work).await;
    assert_only_one_failed(&outcomes, &platform, "t105", &Failure::Panicked);
}

#[tokio::test]
async fn a_panic_before_the_work_is_a_future_leaves_the_others_untouched_too() {
    let (platform, service) = many_tenants().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let work = |client: TenantClient| {
        assert_ne!(client.tenant().as_str(), "t105", "work that panics");
        async move { Ok(client.tenant().to_string()) }
    };
    let outcomes = tokio::spawn(async move { tenants.fan_out(work).await }).await;
    let outcomes = outcomes.expect("a panic of one tenant's work is not the caller's");
    assert_only_one_failed(&outcomes, &platform, "t105", &Failure::Panicked);
}

#[tokio::test]
async fn without_tenants_there_are_no_outcomes() {
    let platform = TestPlatform::with_further_tenants(0);
    platform.unsubscribe("t100").await;
    let service = Setup::at(&platform).ready().await;
    assert_eq!(service.tenants().await, json!([]));
    let tenants = service.subscriptions().await.tenants().unwrap();
    assert!(tenants.is_empty());
    let outcomes = tenants.fan_out(|_| async { Ok::<(), String>(()) }).await;
    assert_eq!(outcomes, []);
}

#[tokio::test]
async fn a_caller_that_gives_up_lets_work_end_that_has_begun_and_begins_no_more() {
    let (_platform, service) = many_tenants().await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let (begun, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let gate = Arc::new(Semaphore::new(0));
    let counts = (Arc::clone(&begun), Arc::clone(&ended), Arc::clone(&gate));
    let caller = tokio::spawn(async move {
        let work = move |_| {
            let (begun, ended, gate) = counts.clone();
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                gate.acquire().await.unwrap().forget();
                ended.fetch_add(1, Ordering::SeqCst);
                Ok::<(), String>(())
            }
        };
        tenants.fan_out(work).await
    });
    let count = async || begun.load(Ordering::SeqCst);
    eventually("work begins", count, |begun| *begun == CONCURRENCY).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    gate.add_permits(100);
    let holders = async || Arc::strong_count(&gate);
    eventually("all of it is gone", holders, |count| *count == 1).await;
    assert_eq!(ended.load(Ordering::SeqCst), CONCURRENCY);
    assert_eq!(begun.load(Ordering::SeqCst), CONCURRENCY);
}

#[tokio::test]
async fn slow_tenants_are_unknown_in_time_and_their_work_goes_on_to_its_end() {
    let platform = TestPlatform::with_further_tenants(FURTHER_TENANTS);
    let service = short_of_time(&platform, CONCURRENCY).await;
    let slow = ["t101", "t103"];
    for tenant in slow {
        let late = Fault::latency(TOO_LONG);
        platform.inject(late.at("/inventory").of(tenant).times(1));
    }
    let said = create(&service).await;
    for tenant in platform.tenants() {
        let is_slow = slow.contains(&tenant.as_str());
        let expected = if is_slow { UNKNOWN } else { "created" };
        assert_eq!(said[&tenant], expected, "{tenant}: {said:#}");
    }
    for tenant in slow {
        let path = "/inventory/managedObjects?type=c8y_Example";
        let objects = async || platform.read(tenant, path).await["managedObjects"].clone();
        let one = |objects: &Value| objects.as_array().is_some_and(|all| all.len() == 1);
        eventually("the work ends", objects, one).await;
    }
}

#[tokio::test]
async fn tenants_whose_turn_does_not_come_in_time_are_not_attempted() {
    let platform = TestPlatform::with_further_tenants(FURTHER_TENANTS);
    let service = short_of_time(&platform, 2).await;
    // Both places are taken as long as the time lasts.
    for tenant in ["t102", "t103"] {
        let late = Fault::latency(TOO_LONG);
        platform.inject(late.at("/inventory").of(tenant).times(1));
    }
    let said = create(&service).await;
    for tenant in platform.tenants() {
        let expected = match tenant.as_str() {
            "t100" | "t101" => "created",
            "t102" | "t103" => UNKNOWN,
            _ => NOT_ATTEMPTED,
        };
        assert_eq!(said[&tenant], expected, "{tenant}: {said:#}");
    }
    // Also when the places are free again.
    let requests = async |tenant| {
        platform
            .requests_of(&format!("{tenant}/service_example"))
            .len()
    };
    let ended = async || requests("t102").await + requests("t103").await;
    eventually("the work ends", ended, |number| *number == 2).await;
    for tenant in platform.tenants().iter().skip(4) {
        assert_eq!(requests(tenant).await, 0, "{tenant}");
    }
}

#[tokio::test]
async fn work_that_goes_on_has_more_than_one_request_left_to_make() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).env("REQUEST_TIMEOUT", "2500");
    let setup = setup.routes(|app| {
        let twice = async |subscriptions: Subscriptions| -> Result<Json<usize>, ApiError> {
            let work = |client: TenantClient| async move {
                let object = NewManagedObject::new("c8y_Example", "An example");
                client.inventory().create(&object).await?;
                client.inventory().create(&object).await
            };
            let outcomes = subscriptions.tenants()?.fan_out(work).await;
            let is_unknown = |it: &&Outcome<_, _>| matches!(it.result, Err(Failure::Unknown));
            Ok(Json(outcomes.iter().filter(is_unknown).count()))
        };
        app.route("/twice", web::post().to(twice));
    });
    let service = setup.ready().await;
    let late = Fault::latency(TOO_LONG);
    platform.inject(late.at("/inventory").of("t101").times(1));
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::POST, "/twice").await;
    assert_eq!(reply.expect(200), 1);
    let path = "/inventory/managedObjects?type=c8y_Example";
    let number = async || platform.read("t101", path).await["managedObjects"].clone();
    let two = |objects: &Value| objects.as_array().is_some_and(|all| all.len() == 2);
    eventually("both are made", number, two).await;
}

#[tokio::test]
async fn outside_of_a_request_a_fan_out_takes_its_time() {
    let platform = TestPlatform::start();
    let service = short_of_time(&platform, CONCURRENCY).await;
    let tenants = service.subscriptions().await.tenants().unwrap();
    let late = Fault::latency(TOO_LONG);
    platform.inject(late.at("/inventory").of("t101"));
    let work = |client: TenantClient| async move {
        let path = "/inventory/managedObjects";
        client.request(Method::GET, path).send().await.map(drop)
    };
    let outcomes = tenants.fan_out(work).await;
    assert!(outcomes.iter().all(|outcome| outcome.result.is_ok()));
}
