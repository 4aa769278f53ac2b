//! Tenants that come, go, or get other credentials, and the handlers that hear of it.

use std::sync::Arc;
use std::sync::{Mutex, atomic::AtomicUsize, atomic::Ordering};

use c8y_microservice::http::Method;
use c8y_microservice::{PlatformError, TenantClient};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::{Kind, Setup, TestPlatform, eventually};

const OBJECTS: &str = "/inventory/managedObjects";

/// Whether a client's user is one of its tenant now.
async fn reaches_its_tenant(client: &TenantClient) -> bool {
    match client.request(Method::GET, OBJECTS).send().await {
        Ok(_) => true,
        Err(PlatformError::Unauthorized(_)) => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn every_tenant_of_the_first_read_reaches_the_handlers_with_a_client_that_works_there() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    for tenant in platform.tenants() {
        let client = service.client(&tenant).await;
        assert!(reaches_its_tenant(&client).await, "{tenant}");
        let requests = platform.requests_of(&format!("{tenant}/service_example"));
        assert_eq!(requests.len(), 1, "{requests:?}");
    }
}

#[tokio::test]
async fn a_tenant_that_subscribes_is_found_by_the_next_poll() {
    let platform = TestPlatform::start();
    platform.unsubscribe("t103").await;
    let service = Setup::at(&platform).polling().ready().await;
    assert_eq!(service.tenants().await, json!(["t100", "t101", "t102"]));
    platform.subscribe("t103").await;
    let client = service.event(Kind::Subscribed, "t103").await;
    assert!(reaches_its_tenant(&client).await);
    let all = json!(["t100", "t101", "t102", "t103"]);
    assert_eq!(service.tenants().await, all);
}

#[tokio::test]
async fn a_tenant_that_leaves_is_missed_by_the_next_poll() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).polling().ready().await;
    platform.unsubscribe("t102").await;
    let last = service.event(Kind::Unsubscribed, "t102").await;
    assert!(!reaches_its_tenant(&last).await);
    assert_eq!(service.tenants().await, json!(["t100", "t101", "t103"]));
}

#[tokio::test]
async fn all_clients_of_a_tenant_that_subscribed_anew_between_two_reads_have_its_new_user() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let old = service.client("t101").await;
    let subscriptions = service.subscriptions().await;
    platform.resubscribe("t101").await;
    let tenants = subscriptions.refresh().await.unwrap();
    let new = service.event(Kind::Renewed, "t101").await;
    assert!(reaches_its_tenant(&new).await);
    assert!(reaches_its_tenant(&old).await);
    let listed = tenants.get(&"t101".into()).unwrap();
    assert!(reaches_its_tenant(listed).await);
    let of_tenant: Vec<_> = service.events();
    let of_tenant: Vec<_> = of_tenant.iter().filter(|(_, id)| id == "t101").collect();
    assert_eq!(of_tenant.len(), 2, "{of_tenant:?}");
}

#[tokio::test]
async fn a_poll_finds_new_credentials_too() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).polling().ready().await;
    platform.resubscribe("t101").await;
    // A poll between the two requests of that sees the tenant leave and come back.
    let clients = async || {
        let tenants = service.subscriptions().await.tenants().unwrap();
        let client = tenants.get(&"t101".into()).cloned();
        match client {
            Some(client) => reaches_its_tenant(&client).await,
            None => false,
        }
    };
    eventually("the list has a client that works", clients, |works| *works).await;
}

#[tokio::test]
async fn a_read_that_finds_nothing_new_calls_no_handler() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    for tenant in platform.tenants() {
        service.client(&tenant).await;
    }
    let subscriptions = service.subscriptions().await;
    subscriptions.refresh().await.unwrap();
    // A change after it: what the refresh had caused would have been heard of before.
    platform.unsubscribe("t103").await;
    subscriptions.refresh().await.unwrap();
    service.event(Kind::Unsubscribed, "t103").await;
    assert_eq!(service.events().len(), 5, "{:?}", service.events());
}

#[tokio::test]
async fn a_handler_that_panics_for_one_tenant_harms_neither_the_others_nor_later_changes() {
    let platform = TestPlatform::start();
    platform.unsubscribe("t103").await;
    let panics = |client: TenantClient| async move {
        assert_ne!(client.tenant().as_str(), "t101", "a handler that panics");
    };
    let setup = Setup::at(&platform).polling();
    let setup = setup.handlers(move |microservice| microservice.on_subscribed(panics));
    let service = setup.ready().await;
    service.client("t100").await;
    service.client("t102").await;
    platform.unsubscribe("t101").await;
    service.event(Kind::Unsubscribed, "t101").await;
    platform.subscribe("t103").await;
    let client = service.event(Kind::Subscribed, "t103").await;
    assert!(reaches_its_tenant(&client).await);
    let panicked = (Kind::Subscribed, "t101".to_owned());
    assert!(!service.events().contains(&panicked));
    assert_eq!(service.get("/health/readiness").await.status, 200);
}

#[tokio::test]
async fn a_handler_that_panics_before_its_first_await_harms_no_other_tenant_either() {
    let platform = TestPlatform::start();
    let panics = |client: TenantClient| {
        assert_ne!(client.tenant().as_str(), "t100", "a handler that panics");
        async {}
    };
    let setup = Setup::at(&platform);
    let setup = setup.handlers(move |microservice| microservice.on_subscribed(panics));
    let service = setup.ready().await;
    for tenant in ["t101", "t102", "t103"] {
        service.client(tenant).await;
    }
}

#[tokio::test]
async fn handlers_of_one_tenant_run_one_after_the_other_and_hold_up_no_other_tenant() {
    let platform = TestPlatform::start();
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let waits = move |client: TenantClient| {
        let gate = Arc::clone(&closed);
        async move {
            if client.tenant().as_str() == "t101" {
                gate.acquire().await.unwrap().forget();
            }
        }
    };
    let setup = Setup::at(&platform);
    let setup = setup.handlers(move |microservice| microservice.on_subscribed(waits));
    let service = setup.ready().await;
    let subscriptions = service.subscriptions().await;
    platform.unsubscribe("t101").await;
    subscriptions.refresh().await.unwrap();
    platform.unsubscribe("t102").await;
    subscriptions.refresh().await.unwrap();
    // Heard of later, and done while the first tenant's handler still waits.
    service.event(Kind::Unsubscribed, "t102").await;
    let of_t101 = || {
        let events = service.events().into_iter();
        let events = events.filter(|(_, tenant)| tenant == "t101");
        events.map(|(kind, _)| kind).collect::<Vec<_>>()
    };
    assert_eq!(of_t101(), []);
    gate.add_permits(1);
    service.event(Kind::Unsubscribed, "t101").await;
    assert_eq!(of_t101(), [Kind::Subscribed, Kind::Unsubscribed]);
}

#[tokio::test]
async fn several_handlers_of_one_kind_run_in_the_order_in_which_they_were_given() {
    let platform = TestPlatform::with_further_tenants(0);
    let calls = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&calls);
    let note = move |name: &'static str| {
        let calls = Arc::clone(&kept);
        move |_| {
            let calls = Arc::clone(&calls);
            async move {
                tokio::task::yield_now().await;
                calls.lock().unwrap().push(name);
            }
        }
    };
    let setup = Setup::at(&platform).handlers(move |microservice| {
        let first = microservice.on_subscribed(note("first"));
        first.on_subscribed(note("second"))
    });
    let service = setup.ready().await;
    service.client("t100").await;
    assert_eq!(*calls.lock().unwrap(), ["first", "second"]);
}

#[tokio::test]
async fn a_handler_works_in_its_tenant_while_it_runs() {
    let platform = TestPlatform::start();
    let found = Arc::new(AtomicUsize::new(0));
    let kept = Arc::clone(&found);
    let asks = move |client: TenantClient| {
        let found = Arc::clone(&kept);
        async move {
            if reaches_its_tenant(&client).await {
                found.fetch_add(1, Ordering::SeqCst);
            }
        }
    };
    let setup = Setup::at(&platform);
    let setup = setup.handlers(move |microservice| microservice.on_subscribed(asks));
    let service = setup.ready().await;
    for tenant in platform.tenants() {
        service.client(&tenant).await;
    }
    assert_eq!(found.load(Ordering::SeqCst), 4);
}
