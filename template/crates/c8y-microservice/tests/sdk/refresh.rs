//! Reading the subscriptions on request, by many at once.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{Subscriptions, SubscriptionsError};
use futures_util::future::{join_all, poll_immediate};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::support::{
    Setup, StandIn, TestPlatform, TestService, User, eventually, free_port, soon,
};

/// A platform whose list of subscriptions is answered when a test says so.
struct SlowPlatform {
    reads: Arc<AtomicUsize>,
    gate: Arc<Semaphore>,
    fails: bool,
}

impl SlowPlatform {
    /// A service at such a platform after its first read. The later ones fail, or do not.
    async fn start(fails: bool) -> (Self, StandIn, TestService, Subscriptions) {
        let platform = Self {
            reads: Arc::default(),
            gate: Arc::new(Semaphore::new(1)),
            fails,
        };
        let stand_in = platform.serve();
        let setup = Setup::new(stand_in.environment(free_port()));
        let setup = setup.env("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT");
        let service = setup.ready().await;
        let anyone = User::new("t1/somebody", "p");
        let subscriptions = service.subscriptions_lent_to(&anyone).await;
        (platform, stand_in, service, subscriptions)
    }

    fn serve(&self) -> StandIn {
        let (reads, gate, fails) = (Arc::clone(&self.reads), Arc::clone(&self.gate), self.fails);
        StandIn::start(move |app| {
            let (reads, gate) = (Arc::clone(&reads), Arc::clone(&gate));
            let subscriptions = move || {
                let first = reads.fetch_add(1, Ordering::SeqCst) == 0;
                let gate = Arc::clone(&gate);
                async move {
                    gate.acquire().await.unwrap().forget();
                    if fails && !first {
                        return HttpResponse::InternalServerError().finish();
                    }
                    let user = json!({"tenant": "t1", "name": "service", "password": "p"});
                    HttpResponse::Ok().json(json!({"users": [user]}))
                }
            };
            let user = || async { HttpResponse::Ok().body(r#"{"userName":"somebody"}"#) };
            let path = "/application/currentApplication/subscriptions";
            app.route(path, web::get().to(subscriptions))
                .route("/user/currentUser", web::get().to(user));
        })
    }

    async fn wait_for_reads(&self, number: usize) {
        let reads = async || self.reads.load(Ordering::SeqCst);
        eventually("the platform is asked", reads, |reads| *reads == number).await;
    }
}

#[tokio::test]
async fn many_refreshes_at_once_share_one_read_after_the_one_on_its_way() {
    let (platform, _stand_in, _service, subscriptions) = SlowPlatform::start(false).await;
    let begun = subscriptions.clone();
    let first = tokio::spawn(async move { begun.refresh().await });
    platform.wait_for_reads(2).await;
    // All have asked, and wait: the read on its way may be older than their call.
    let mut others = pin!(join_all((0..20).map(|_| subscriptions.refresh())));
    assert!(poll_immediate(&mut others).await.is_none());
    platform.gate.add_permits(10);
    let first = soon("the first refresh", first).await.unwrap();
    assert_eq!(first.unwrap().len(), 1);
    for refreshed in soon("the other refreshes", others).await {
        assert_eq!(refreshed.unwrap().len(), 1);
    }
    assert_eq!(platform.reads.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_read_that_fails_is_answered_to_all_who_share_it() {
    let (platform, _stand_in, _service, subscriptions) = SlowPlatform::start(true).await;
    let mut all = pin!(join_all((0..20).map(|_| subscriptions.refresh())));
    assert!(poll_immediate(&mut all).await.is_none());
    platform.gate.add_permits(10);
    for refreshed in soon("the refreshes", all).await {
        let read = matches!(refreshed, Err(SubscriptionsError::Read(_)));
        assert!(read, "{refreshed:?}");
    }
    assert!(platform.reads.load(Ordering::SeqCst) <= 3);
    assert_eq!(subscriptions.tenants().unwrap().len(), 1);
}

#[tokio::test]
async fn a_caller_that_gives_up_takes_the_read_from_nobody_else() {
    let (platform, _stand_in, _service, subscriptions) = SlowPlatform::start(false).await;
    let impatient = subscriptions.clone();
    let impatient = tokio::spawn(async move { impatient.refresh().await });
    platform.wait_for_reads(2).await;
    let mut patient = pin!(subscriptions.refresh());
    assert!(poll_immediate(&mut patient).await.is_none());
    impatient.abort();
    platform.gate.add_permits(10);
    let refreshed = soon("the other refresh", patient).await;
    assert_eq!(refreshed.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refresh_is_never_older_than_its_call() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let admin = User::admin_of("t100");
    platform.unsubscribe("t101").await;
    let before = service.tenants().await;
    assert_eq!(before, json!(["t100", "t101", "t102", "t103"]));
    let reply = service.call(&admin, Method::POST, "/refresh").await;
    assert_eq!(reply.expect(200), json!(["t100", "t102", "t103"]));
    assert_eq!(service.tenants().await, json!(["t100", "t102", "t103"]));
}
