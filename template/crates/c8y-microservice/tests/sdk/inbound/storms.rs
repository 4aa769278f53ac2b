//! Many who are not known, at once: what the platform gets of them, and who waits for whom.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::HttpRequest;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::*;
use crate::support::{assert_error_form, eventually};

/// Passwords that the platform of these tests accepts at once.
const KNOWN: &str = "known";
/// And those that it accepts when it is its turn; all others are refused then.
const NEW: &str = "new";

/// A platform that answers no check before it may.
#[derive(Clone)]
struct Gate {
    open: Arc<Semaphore>,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default, Debug)]
struct Seen {
    /// Checks under way, and the most at once, in all and of each tenant.
    now: HashMap<String, usize>,
    most: HashMap<String, usize>,
    /// Users whose checks have ended, in order.
    ended: Vec<String>,
}

impl Gate {
    fn closed() -> Self {
        Self {
            open: Arc::new(Semaphore::new(0)),
            seen: Arc::default(),
        }
    }

    fn platform(&self) -> StandIn {
        let gate = self.clone();
        StandIn::start(move |app| {
            let gate = gate.clone();
            let check = move |request: HttpRequest| gate.clone().check(request);
            app.route("/user/currentUser", web::get().to(check));
            current_tenant(app);
            let objects = answer(json!({"managedObjects": []}));
            app.route("/inventory/managedObjects", web::get().to(objects));
        })
    }

    async fn check(self, request: HttpRequest) -> HttpResponse {
        let login = login_in(&request);
        let (user, password) = login.split_once(':').unwrap();
        let tenant = user.split_once('/').map_or("", |(tenant, _)| tenant);
        if password != KNOWN {
            self.begin(&[tenant, "all"]);
            self.open.acquire().await.unwrap().forget();
            self.end(&[tenant, "all"], user);
        }
        if password == KNOWN || password == NEW {
            HttpResponse::Ok().json(json!({"userName": "someone", "effectiveRoles": []}))
        } else {
            HttpResponse::Unauthorized().finish()
        }
    }

    fn begin(&self, keys: &[&str]) {
        let mut seen = self.seen.lock().unwrap();
        for key in keys {
            let now = seen.now.entry((*key).to_owned()).or_default();
            *now += 1;
            let now = *now;
            let most = seen.most.entry((*key).to_owned()).or_default();
            *most = now.max(*most);
        }
    }

    fn end(&self, keys: &[&str], user: &str) {
        let mut seen = self.seen.lock().unwrap();
        for key in keys {
            *seen.now.get_mut(*key).unwrap() -= 1;
        }
        seen.ended.push(user.to_owned());
    }

    fn most(&self, key: &str) -> usize {
        let seen = self.seen.lock().unwrap();
        seen.most.get(key).copied().unwrap_or_default()
    }

    /// Waits until so many checks are under way.
    async fn has(&self, checks: usize) {
        let now = async || self.seen.lock().unwrap().now.get("all").copied();
        eventually("checks", now, |now| *now == Some(checks)).await;
    }
}

/// `user:password`.
fn login_in(request: &HttpRequest) -> String {
    let header = request.headers().get("authorization").unwrap();
    let login = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
    String::from_utf8(STANDARD.decode(login).unwrap()).unwrap()
}

/// With so many connections to the platform, and so many of callers.
async fn service_at(platform: &StandIn, pool: &str, connections: &str) -> Arc<TestService> {
    let setup = Setup::new(platform.environment(free_port()))
        .env("C8Y_HTTPCLIENT_POOL_PERHOST", pool)
        .env("SERVER_MAX_CONNECTIONS", connections);
    Arc::new(setup.ready().await)
}

/// Callers with wrong passwords, all at once.
fn attack(service: &Arc<TestService>, user: &str, passwords: usize) -> Vec<JoinHandle<Reply>> {
    let callers = (0..passwords).map(|number| User::new(user, &format!("wrong {number}")));
    callers.map(|caller| call(service, caller)).collect()
}

fn call(service: &Arc<TestService>, user: User) -> JoinHandle<Reply> {
    let service = Arc::clone(service);
    tokio::spawn(async move { whoami(&service, &user).await })
}

async fn all_are_refused(attack: Vec<JoinHandle<Reply>>) {
    for reply in soon("refused", join_all(attack)).await {
        assert_error_form(&reply.unwrap(), 401, UNAUTHORIZED);
    }
}

#[tokio::test]
async fn checks_take_half_of_the_connections_and_those_of_a_tenant_half_of_these() {
    let gate = Gate::closed();
    let platform = gate.platform();
    let service = service_at(&platform, "16", "1000").await;
    // Tenants that are made up are as one, and so are callers who name none.
    let mut callers = attack(&service, "t1/admin", 100);
    gate.has(4).await;
    for number in 0..50 {
        callers.extend(attack(&service, &format!("made-up-{number}/admin"), 2));
    }
    gate.has(8).await;
    callers.extend(attack(&service, "admin", 100));
    gate.open.add_permits(300);
    all_are_refused(callers).await;
    assert_eq!((gate.most("all"), gate.most("t1")), (8, 4));
    assert!(gate.most("") <= 4, "{:?}", gate.seen);
}

#[tokio::test]
async fn neither_known_callers_nor_work_for_tenants_wait_for_checks() {
    let gate = Gate::closed();
    let platform = gate.platform();
    let service = service_at(&platform, "4", "1000").await;
    let known = User::new("t1/admin", KNOWN);
    whoami(&service, &known).await.expect(200);
    let mut callers = attack(&service, "t1/admin", 100);
    callers.extend(attack(&service, "admin", 100));
    gate.has(2).await;
    for _ in 0..20 {
        whoami(&service, &known).await.expect(200);
        let outcomes = service.call(&known, Method::POST, "/fan-out").await;
        assert_eq!(outcomes.expect(200), json!({"t1": 200}));
    }
    gate.has(2).await;
    gate.open.add_permits(200);
    all_are_refused(callers).await;
}

/// Whoever is not known yet waits for its turn, which comes long before the end of the storm.
#[tokio::test]
async fn a_new_caller_waits_for_one_check_of_each_other_tenant_and_user() {
    let gate = Gate::closed();
    let platform = gate.platform();
    let service = service_at(&platform, "4", "1000").await;
    let callers = attack(&service, "t1/admin", 200);
    gate.has(1).await;
    for user in ["t1/new", "other/new", "new"] {
        let new = call(&service, User::new(user, NEW));
        // Until it has its place in the line, it waits for nobody.
        tokio::time::sleep(Duration::from_millis(100)).await;
        let before = gate.seen.lock().unwrap().ended.len();
        let opened = async {
            while !new.is_finished() {
                gate.open.add_permits(1);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon("an answer", opened).await;
        new.await.unwrap().expect(200);
        let ended = gate.seen.lock().unwrap().ended.split_off(before);
        let turns = ended.iter().position(|ended| ended == user);
        assert!(turns.is_some_and(|turns| turns <= 40), "{user}: {ended:?}");
    }
    gate.open.add_permits(1_000);
    all_are_refused(callers).await;
}

#[tokio::test]
async fn where_too_many_wait_one_is_told_at_once_to_come_again() {
    let gate = Gate::closed();
    let platform = gate.platform();
    let service = service_at(&platform, "4", "100").await;
    let known = User::new("t1/admin", KNOWN);
    whoami(&service, &known).await.expect(200);
    // One is under way, and 50 may wait.
    let mut callers = attack(&service, "t1/admin", 80);
    let count = async || callers.iter().filter(|it| it.is_finished()).count();
    eventually("turned away", count, |count| *count == 29).await;
    whoami(&service, &known).await.expect(200);
    let new = call(&service, User::new("t1/new", NEW));
    let count = async || callers.iter().filter(|it| it.is_finished()).count();
    eventually("place is made", count, |count| *count == 30).await;
    assert!(!new.is_finished());
    for away in callers.extract_if(.., |it| it.is_finished()) {
        let reply = away.await.unwrap();
        assert_error_form(&reply, 503, UNAVAILABLE);
        assert_eq!(reply.header("retry-after"), "1");
        let message = "The credentials could not be verified: too many callers at once";
        assert_eq!(reply.json()["message"], message);
    }
    gate.open.add_permits(100);
    soon("an answer", new).await.unwrap().expect(200);
    all_are_refused(callers).await;
}
