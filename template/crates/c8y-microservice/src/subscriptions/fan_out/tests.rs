//! What no service in a test can show: a stop while others in the process go on.

use std::collections::HashMap;
use std::ffi::OsString;
use std::future::pending;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::*;
use crate::background::{Background, BackgroundRuntime};
use crate::config::Config;
use crate::deadline::Stop;
use crate::subscriptions::{Handlers, Observers, Subscriptions};
use crate::testing::application;

const VARIABLES: [(&str, &str); 9] = [
    ("C8Y_BASEURL", "http://127.0.0.1:1"),
    ("C8Y_BOOTSTRAP_TENANT", "t100"),
    ("C8Y_BOOTSTRAP_USER", "servicebootstrap_example"),
    ("C8Y_BOOTSTRAP_PASSWORD", "secret"),
    ("C8Y_MICROSERVICE_ISOLATION", "PER_TENANT"),
    ("C8Y_TENANT", "t101"),
    ("C8Y_USER", "service_example"),
    ("C8Y_PASSWORD", "secret"),
    ("APPLICATION_KEY", "key"),
];

/// One tenant, whose list and key nobody has to be asked for.
async fn one_tenant(background: Background) -> Tenants {
    let variables = HashMap::from(VARIABLES);
    let config = Config::read(|name| variables.get(name).map(OsString::from)).unwrap();
    let subscriptions = Subscriptions::new(
        application(&config, background.clone()),
        &config,
        Observers::new(Handlers::default(), background.clone(), 1),
        background,
    );
    subscriptions.refresh().await.unwrap()
}

/// A fan-out of a request that has an hour left, if the service does not stop.
async fn fan_out<F, W>(tenants: Tenants, stop: &Stop, work: F) -> Vec<Outcome<(), String>>
where
    F: Fn(TenantClient) -> W + Send + Sync + 'static,
    W: Future<Output = Result<(), String>> + Send + 'static,
{
    let deadline = Deadline::after(Duration::from_hours(1), stop);
    let outcomes = deadline::scope(Some(deadline), tenants.fan_out(work));
    let outcomes = timeout(Duration::from_secs(20), outcomes).await;
    outcomes.expect("the stop ends the fan-out")
}

#[tokio::test]
async fn a_stop_makes_a_fan_out_answer_what_it_has() {
    let runtime = BackgroundRuntime::start().unwrap();
    let tenants = one_tenant(runtime.handle()).await;
    let (stop, begun) = (Stop::default(), Arc::new(Semaphore::new(0)));
    let beginning = Arc::clone(&begun);
    let work = move |_| {
        beginning.add_permits(1);
        pending::<Result<(), String>>()
    };
    let stopping = async {
        begun.acquire().await.unwrap().forget();
        stop.within(Duration::ZERO);
    };
    let (outcomes, ()) = tokio::join!(fan_out(tenants, &stop, work), stopping);
    assert_eq!(outcomes[0].result, Err(Failure::Unknown));
}

#[tokio::test]
async fn a_service_that_has_stopped_begins_nothing() {
    let runtime = BackgroundRuntime::start().unwrap();
    let tenants = one_tenant(runtime.handle()).await;
    let stop = Stop::default();
    stop.within(Duration::ZERO);
    let outcomes = fan_out(tenants, &stop, |_| async { Ok(()) }).await;
    assert_eq!(outcomes[0].result, Err(Failure::NotAttempted));
}
