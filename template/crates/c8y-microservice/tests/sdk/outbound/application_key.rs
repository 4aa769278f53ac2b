//! The key that says which application a request is made by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use c8y_microservice::TenantClient;
use c8y_microservice::http::Method;
use futures_util::future::join_all;
use serde_json::json;
use tokio::sync::Semaphore;

use super::{OBJECTS, post, read};
use crate::support::{
    Reply, Setup, StandIn, TestPlatform, TestService, User, assert_error_form, eventually,
    free_port, soon,
};

const CURRENT_APPLICATION: &str = "/application/currentApplication";
const CURRENT_USER: &str = "/user/currentUser";

/// What the requests to a path carried: a key each, if any.
fn keys(platform: &TestPlatform, path: &str) -> Vec<Option<String>> {
    let all = platform.requests().into_iter();
    all.filter(|request| request.path == path && request.status < 400)
        .map(|request| request.application_key)
        .collect()
}

async fn send_some(client: &TenantClient) {
    read(client, OBJECTS).await.unwrap();
    post(client, OBJECTS).await.unwrap();
}

#[tokio::test]
async fn a_key_from_the_platform_goes_along_as_one_from_the_environment_does() {
    let platform = TestPlatform::start();
    let key = platform.bootstrap_environment(1)["APPLICATION_KEY"].clone();
    for setup in [
        Setup::at(&platform),
        Setup::at(&platform).without("APPLICATION_KEY"),
    ] {
        let service = setup.ready().await;
        send_some(&service.client("t101").await).await;
    }
    assert_eq!(keys(&platform, OBJECTS), vec![Some(key); 4]);
    // The bootstrap user's requests go without.
    assert_eq!(keys(&platform, CURRENT_APPLICATION), [None]);
}

#[tokio::test]
async fn the_platform_is_asked_who_calls_with_the_key() {
    let platform = TestPlatform::start();
    let key = platform.bootstrap_environment(1)["APPLICATION_KEY"].clone();
    let setup = Setup::at(&platform).without("APPLICATION_KEY");
    let service = setup.ready().await;
    let admin = User::admin_of("t101");
    service
        .call(&admin, Method::GET, "/whoami")
        .await
        .expect(200);
    assert_eq!(keys(&platform, CURRENT_USER), [Some(key)]);
}

#[tokio::test]
async fn what_is_passed_on_for_a_device_goes_without_the_key_also_when_it_is_sent_again() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    send_some(&client.clone().on_behalf_of_a_device()).await;
    platform.resubscribe("t101").await;
    send_some(&client.clone().on_behalf_of_a_device()).await;
    // The client itself has not changed.
    read(&client, OBJECTS).await.unwrap();
    let seen = keys(&platform, OBJECTS);
    assert!(
        matches!(&seen[..], [None, None, None, None, Some(_)]),
        "{seen:?}"
    );
}

/// A platform that answers the question for the key when a test says so, and as it says.
struct Oracle {
    gate: Arc<Semaphore>,
    status: StatusCode,
    recovered: Arc<AtomicBool>,
    platform: StandIn,
}

impl Oracle {
    fn start(status: StatusCode, gate: usize) -> Self {
        let gate = Arc::new(Semaphore::new(gate));
        let recovered = Arc::new(AtomicBool::new(false));
        let (permits, is_well) = (Arc::clone(&gate), Arc::clone(&recovered));
        let platform = StandIn::start(move |app| {
            let (permits, is_well) = (Arc::clone(&permits), Arc::clone(&is_well));
            let application = move || {
                let (permits, is_well) = (Arc::clone(&permits), Arc::clone(&is_well));
                async move {
                    let _permit = permits.acquire().await.unwrap();
                    if status.is_success() || is_well.load(Ordering::SeqCst) {
                        return HttpResponse::Ok().json(json!({"key": "the-key"}));
                    }
                    HttpResponse::new(status)
                }
            };
            let user = |request: HttpRequest| async move {
                let key = request.headers().get("x-cumulocity-application-key");
                assert_eq!(key.unwrap(), "the-key");
                HttpResponse::Ok().json(json!({"userName": "somebody"}))
            };
            app.route(CURRENT_APPLICATION, web::get().to(application))
                .route(CURRENT_USER, web::get().to(user));
        });
        Self {
            gate,
            status,
            recovered,
            platform,
        }
    }

    async fn service(&self) -> TestService {
        let environment = self.platform.environment(free_port());
        let setup = Setup::new(environment).without("APPLICATION_KEY");
        setup.start().await
    }

    fn questions(&self) -> usize {
        let all = self.platform.requests();
        all.iter()
            .filter(|it| it.ends_with(CURRENT_APPLICATION))
            .count()
    }
}

async fn call(service: &TestService) -> Reply {
    let somebody = User::new("t1/somebody", "p");
    service.call(&somebody, Method::GET, "/whoami").await
}

#[tokio::test]
async fn many_callers_that_need_the_key_wait_for_one_question() {
    let oracle = Oracle::start(StatusCode::OK, 0);
    let service = oracle.service().await;
    let asked = async || oracle.questions();
    eventually("a question", asked, |number| *number > 0).await;
    let calls = (0..20).map(|_| call(&service));
    let calls = async {
        let (replies, ()) = tokio::join!(join_all(calls), async {
            tokio::task::yield_now().await;
            oracle.gate.add_permits(1);
        });
        replies
    };
    for reply in soon("the replies", calls).await {
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    assert_eq!(oracle.questions(), 1, "{:?}", oracle.platform.requests());
}

#[tokio::test]
async fn a_key_that_is_not_to_be_had_is_asked_for_once_a_second_at_most() {
    for status in [500, 401, 403, 404] {
        let status = StatusCode::from_u16(status).unwrap();
        let oracle = Oracle::start(status, 1);
        let begun = Instant::now();
        let service = oracle.service().await;
        for _ in 0..3 {
            for reply in join_all((0..10).map(|_| call(&service))).await {
                // Whoever calls may be right: the answer is about the application.
                assert_error_form(&reply, 503, "microservice/Service Unavailable");
            }
        }
        let allowed = 1 + begun.elapsed().as_secs();
        let questions = u64::try_from(oracle.questions()).unwrap();
        let expected = 1..=allowed;
        assert!(
            expected.contains(&questions),
            "{status}: {questions}, not {expected:?}"
        );
    }
}

#[tokio::test]
async fn a_key_that_was_not_to_be_had_is_asked_for_again_later() {
    let oracle = Oracle::start(StatusCode::INTERNAL_SERVER_ERROR, 1);
    let service = oracle.service().await;
    assert_eq!(call(&service).await.status, 503, "{}", oracle.status);
    oracle.recovered.store(true, Ordering::SeqCst);
    let call = async || call(&service).await;
    eventually("served", call, |reply| reply.status == 200).await;
}
