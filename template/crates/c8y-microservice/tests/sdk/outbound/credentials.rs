//! Passwords that change, and tenants that nobody knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{PlatformError, TenantClient};
use futures_util::future::join_all;
use local_platform::Fault;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{OBJECTS, read};
use crate::support::{
    Kind, Setup, StandIn, TestPlatform, TestService, User, client_at, eventually, free_port, soon,
};

const SUBSCRIPTIONS: &str = "/application/currentApplication/subscriptions";

fn reads(platform: &TestPlatform) -> usize {
    let reads = format!("GET {SUBSCRIPTIONS}");
    let all = platform.bootstrap_requests();
    all.iter().filter(|request| **request == reads).count()
}

async fn many_reads(client: &TenantClient) -> Vec<Result<(), PlatformError>> {
    join_all((0..30).map(|_| read(client, OBJECTS))).await
}

#[tokio::test]
async fn of_many_callers_with_an_old_password_one_reads_the_new_one_for_all() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    for changes in 1..=2 {
        platform.resubscribe("t101").await;
        let answers = many_reads(&client).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        assert_eq!(reads(&platform), 1 + changes);
    }
    service.event(Kind::Renewed, "t101").await;
}

#[tokio::test]
async fn one_read_is_for_all_tenants_whose_passwords_have_changed() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let mut clients = Vec::new();
    for tenant in ["t101", "t102", "t103"] {
        clients.push(service.client(tenant).await);
        platform.resubscribe(tenant).await;
    }
    let answers = join_all(clients.iter().map(many_reads)).await.concat();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(reads(&platform), 2);
}

#[tokio::test]
async fn a_measurement_that_an_old_password_was_refused_for_is_sent_with_the_new_one() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    platform.resubscribe("t101").await;
    super::post(&client, OBJECTS).await.unwrap();
    let objects = format!("{OBJECTS}?query=has(a)");
    let made = platform.read("t101", &objects).await;
    assert_eq!(
        made["managedObjects"].as_array().unwrap().len(),
        1,
        "{made}"
    );
}

/// A platform that lists service users whose password it refuses.
struct Refusing {
    stand_in: StandIn,
    _service: TestService,
    clients: Vec<TenantClient>,
}

impl Refusing {
    async fn start(tenants: &'static [&'static str]) -> Self {
        let stand_in = StandIn::start(move |app| {
            let users = tenants.iter();
            let users: Vec<Value> = users
                .map(|tenant| json!({"tenant": tenant, "name": "service", "password": "p"}))
                .collect();
            let list = json!({ "users": users });
            let list = move || {
                let list = list.clone();
                async move { HttpResponse::Ok().json(list) }
            };
            app.route(SUBSCRIPTIONS, web::get().to(list))
                .default_service(web::to(HttpResponse::Unauthorized));
        });
        let setup = Setup::new(stand_in.environment(free_port()));
        let setup = setup.env("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT");
        let service = setup.ready().await;
        let mut clients = Vec::new();
        for tenant in tenants {
            clients.push(service.client(tenant).await);
        }
        Self {
            stand_in,
            _service: service,
            clients,
        }
    }

    fn reads(&self) -> usize {
        let all = self.stand_in.requests();
        all.iter().filter(|it| it.ends_with(SUBSCRIPTIONS)).count()
    }
}

fn all_unauthorized(answers: &[Result<(), PlatformError>]) -> bool {
    let mut answers = answers.iter();
    answers.all(|answer| matches!(answer, Err(PlatformError::Unauthorized(_))))
}

#[tokio::test]
async fn a_password_that_is_refused_although_it_is_listed_is_looked_for_once() {
    let platform = Refusing::start(&["t1"]).await;
    let client = &platform.clients[0];
    for _ in 0..30 {
        let answer = read(client, OBJECTS).await;
        assert!(all_unauthorized(&[answer]));
    }
    for _ in 0..2 {
        let answers = many_reads(client).await;
        assert!(all_unauthorized(&answers), "{answers:?}");
    }
    assert_eq!(platform.reads(), 2);
    // None of them was sent with a password that had just been refused.
    assert_eq!(platform.stand_in.requests().len(), 90 + 2);
}

#[tokio::test]
async fn many_tenants_whose_passwords_are_refused_cause_a_read_a_second_at_most() {
    let tenants = &["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8"];
    let platform = Refusing::start(tenants).await;
    let begun = Instant::now();
    let answers = join_all(platform.clients.iter().map(many_reads)).await;
    let allowed = 2 + begun.elapsed().as_secs();
    assert!(all_unauthorized(&answers.concat()));
    let reads = u64::try_from(platform.reads()).unwrap();
    assert!(
        (2..=allowed).contains(&reads),
        "{reads}, not 2 to {allowed}"
    );
}

#[tokio::test]
async fn the_one_tenant_of_an_instance_has_one_password() {
    let platform = StandIn::start(|app| {
        app.default_service(web::to(HttpResponse::Unauthorized));
    });
    let (_service, client) = client_at(&platform.url()).await;
    let answers = many_reads(&client).await;
    assert!(all_unauthorized(&answers), "{answers:?}");
    let requests = platform.requests();
    assert_eq!(requests.len(), 30);
    assert!(
        !requests.iter().any(|it| it.contains("/application/")),
        "{requests:?}"
    );
}

#[tokio::test]
async fn a_refusal_while_the_list_cannot_be_read_is_a_refusal() {
    let platform = TestPlatform::start();
    let service = Setup::at(&platform).ready().await;
    let client = service.client("t101").await;
    platform.resubscribe("t101").await;
    platform.inject(Fault::status(500).at(SUBSCRIPTIONS).times(1));
    let answer = read(&client, OBJECTS).await;
    let unauthorized = matches!(answer, Err(PlatformError::Unauthorized(_)));
    assert!(unauthorized, "{answer:?}");
    read(&client, OBJECTS).await.unwrap();
}

/// Another password each time that the list is read; only the second one is accepted. All reads but
/// the first wait for a permit.
fn changing(listed: &Arc<AtomicUsize>, gate: &Arc<Semaphore>) -> StandIn {
    let (listed, gate) = (Arc::clone(listed), Arc::clone(gate));
    StandIn::start(move |app| {
        let (listed, gate) = (Arc::clone(&listed), Arc::clone(&gate));
        let list = move || {
            let password = listed.fetch_add(1, Ordering::SeqCst);
            let gate = Arc::clone(&gate);
            async move {
                if password > 0 {
                    gate.acquire().await.unwrap().forget();
                }
                let user = json!({"tenant": "t1", "name": "s", "password": password.to_string()});
                HttpResponse::Ok().json(json!({"users": [user]}))
            }
        };
        let all = |request: HttpRequest| async move {
            // Basic base64("t1/s:1")
            match request.headers().get("authorization") {
                Some(basic) if basic == "Basic dDEvczox" => HttpResponse::Ok().finish(),
                _ => HttpResponse::Unauthorized().finish(),
            }
        };
        app.route(SUBSCRIPTIONS, web::get().to(list))
            .default_service(web::to(all));
    })
}

#[tokio::test]
async fn who_is_refused_while_the_new_password_is_on_its_way_waits_for_that() {
    let (listed, gate) = (Arc::default(), Arc::new(Semaphore::new(0)));
    let platform = changing(&listed, &gate);
    let setup = Setup::new(platform.environment(free_port()));
    let setup = setup.env("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT");
    let service = setup.ready().await;
    let client = service.client("t1").await;
    let early = client.clone();
    let early = tokio::spawn(async move { read(&early, OBJECTS).await });
    let reads = async || listed.load(Ordering::SeqCst);
    eventually("a read for the early one", reads, |reads| *reads == 2).await;
    let late = tokio::spawn(async move { many_reads(&client).await });
    let requests = async || platform.requests().len();
    eventually("all refused", requests, |requests| *requests == 2 + 31).await;
    // More than the one that is needed.
    gate.add_permits(10);
    assert_eq!(soon("the early one", early).await.unwrap(), Ok(()));
    let answers = soon("the late ones", late).await.unwrap();
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(listed.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_tenant_that_has_just_subscribed_is_found_when_one_of_its_users_calls() {
    let platform = TestPlatform::start();
    platform.unsubscribe("t103").await;
    let service = Setup::at(&platform).ready().await;
    platform.subscribe("t103").await;
    let user = User::admin_of("t103");
    let call = async || service.call(&user, Method::GET, "/as-service").await;
    let reply = eventually("served", call, |reply| reply.status == 200).await;
    assert_eq!(reply.json(), "t103");
    assert_eq!(reads(&platform), 2);
}

#[tokio::test]
async fn users_of_unknown_tenants_cause_a_read_a_second_at_most() {
    let platform = TestPlatform::start();
    platform.unsubscribe("t102").await;
    platform.unsubscribe("t103").await;
    let service = Setup::at(&platform).ready().await;
    let begun = Instant::now();
    for _ in 0..5 {
        let users = ["t102", "t103"].map(User::admin_of);
        let calls = users.iter().cycle().take(20);
        let calls = calls.map(|user| service.call(user, Method::GET, "/as-service"));
        for reply in join_all(calls).await {
            assert_eq!(reply.status, 403, "{reply:?}");
        }
    }
    // The read at the start, and one for each second that has begun.
    let allowed = 2 + begun.elapsed().as_secs();
    let reads = u64::try_from(reads(&platform)).unwrap();
    assert!(reads <= allowed, "{reads}, not at most {allowed}");
}
