//! Passwords that are tried by the thousand.
#![cfg(target_os = "linux")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use local_platform::{Fault, InjectedFault, PASSWORD};
use reliability::counted;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::support::process::memory;
use crate::support::{Answer, Plan, Stage, answer, http_client};

/// How the platform is asked who somebody is.
const CHECKS: &str = "/user/currentUser";
/// Whose password is tried.
const ATTACKED: &str = "t101";
/// Who else is there.
const TENANTS: usize = 20;
/// How long the platform looks at a password, at first and then.
const LONG: Duration = Duration::from_secs(3);
const LATENCY: Duration = Duration::from_millis(10);
/// Checks for one tenant at once: half of those in all, for which there are half of the connections
/// to the platform, of which there are 50.
const OF_A_TENANT: u64 = 12;
/// What the service's memory may grow by, however many passwords are tried.
const GROWTH: u64 = 24 * 1024 * 1024;
/// How long those pause who have the right ones.
const PAUSE: Duration = Duration::from_millis(200);
/// How long an attacker waits who is turned away.
const IMPATIENCE: Duration = Duration::from_millis(100);
/// How long anybody waits who has the right password.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_wrong_ones_keep_nobody_out() {
    Storm {
        passwords: 10_000,
        connections: 150,
        new_users: 12,
    }
    .rage()
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: about 6 minutes"]
async fn ten_thousand_wrong_ones_keep_nobody_out_long() {
    let (passwords, known, new, fan_outs) = Storm {
        passwords: 200_000,
        connections: 200,
        new_users: 200,
    }
    .rage()
    .await;
    counted(
        "passwords::ten_thousand_wrong_ones_keep_nobody_out_long",
        &[
            (passwords, "wrong passwords refused"),
            (known, "calls of a known user meanwhile"),
            (new, "new users let in"),
            (fan_outs, "fan-outs"),
        ],
    );
}

struct Storm {
    passwords: u64,
    connections: u64,
    /// Of each of two tenants.
    new_users: u64,
}

impl Storm {
    /// Tries passwords of one user from many connections, while others come who have the right ones.
    /// Answers how many of each there were.
    async fn rage(self) -> (u64, u64, u64, u64) {
        let stage = Plan::tenants(TENANTS).start();
        let new_users = self.new_users_of(&stage).await;
        assert_serves(&stage).await;
        let slow = stage.platform.inject(Fault::latency(LONG).at(CHECKS));
        let before = memory(stage.service.pid());
        let begun = Instant::now();
        let refused = Arc::new(AtomicU64::new(0));
        let is_over = Arc::new(AtomicBool::new(false));
        let mut attack = self.begin(&stage, &refused, &is_over);
        assert_bounded(&stage, &slow, begun).await;
        stage.platform.clear_faults();
        stage.platform.inject(Fault::latency(LATENCY).at(CHECKS));
        let (mut calls, mut let_in, mut fan_outs) = (0, 0, 0);
        let mut new_users = new_users.into_iter();
        while new_users.len() > 0 || refused.load(Ordering::Relaxed) < self.passwords {
            assert_serves(&stage).await;
            calls += 1;
            fan_outs += 1;
            if let Some(new) = new_users.next() {
                expect_200(new).await;
                let_in += 1;
            }
            tokio::time::sleep(PAUSE).await;
            while let Some(ended) = attack.try_join_next() {
                ended.expect("an attacker is answered");
            }
        }
        is_over.store(true, Ordering::Relaxed);
        while let Some(ended) = attack.join_next().await {
            ended.expect("an attacker is answered");
        }
        let (took, refused) = (begun.elapsed(), refused.load(Ordering::Relaxed));
        let growth = memory(stage.service.pid()).saturating_sub(before);
        println!("{refused} refused in {took:?}, {} KiB more", growth / 1024);
        println!("{calls} calls, {let_in} new users, {fan_outs} fan-outs");
        assert!(growth < GROWTH, "{growth} bytes more than before");
        expect_200(stage.direct(ATTACKED, Method::GET, "/greeting")).await;
        (refused, calls, let_in, fan_outs)
    }

    /// Each of the connections tries one password after the other.
    fn begin(
        &self,
        stage: &Stage,
        refused: &Arc<AtomicU64>,
        is_over: &Arc<AtomicBool>,
    ) -> JoinSet<()> {
        let mut attack = JoinSet::new();
        for connection in 0..self.connections {
            let (refused, is_over) = (Arc::clone(refused), Arc::clone(is_over));
            let http = http_client();
            let url = format!("{}/greeting", stage.service.url());
            attack.spawn(async move {
                for number in 0_u64.. {
                    if is_over.load(Ordering::Relaxed) {
                        return;
                    }
                    let password = format!("wrong {connection} {number}");
                    let request = user_of(&http, &url, &format!("{ATTACKED}/admin"), &password);
                    let seen = answer(request).await;
                    match seen.status {
                        StatusCode::UNAUTHORIZED => drop(refused.fetch_add(1, Ordering::Relaxed)),
                        // Too many wait already, and it comes again sooner than it is told to.
                        StatusCode::SERVICE_UNAVAILABLE => tokio::time::sleep(IMPATIENCE).await,
                        _ => panic!("{seen:?}"),
                    }
                }
            });
        }
        attack
    }

    /// Calls of users who have never called before: of the tenant that is attacked, and of another.
    async fn new_users_of(&self, stage: &Stage) -> Vec<RequestBuilder> {
        let url = format!("{}/greeting", stage.service.url());
        let mut calls = Vec::new();
        for number in 0..self.new_users {
            for tenant in [ATTACKED, "t103"] {
                let name = format!("new-{number}");
                let email = format!("{name}@example.com");
                let user = json!({ "userName": name, "email": email, "password": PASSWORD });
                let path = format!("/user/{tenant}/users");
                let request = stage.of_platform(tenant, Method::POST, &path);
                stage.done(request.json(&user)).await;
                let login = format!("{tenant}/{name}");
                calls.push(user_of(&stage.http, &url, &login, PASSWORD));
            }
        }
        calls
    }
}

/// While the platform takes its time over each password, no more of them are at it than may be, and
/// all others are served.
async fn assert_bounded(stage: &Stage, slow: &InjectedFault, begun: Instant) {
    loop {
        assert_serves(stage).await;
        let (asked, since) = (slow.hits(), begun.elapsed());
        let rounds = 1 + since.as_secs() / LONG.as_secs();
        assert!(asked <= OF_A_TENANT * rounds, "{asked} in {since:?}");
        if asked >= OF_A_TENANT && rounds > 2 {
            return;
        }
    }
}

/// A user who is known, and all tenants.
async fn assert_serves(stage: &Stage) {
    expect_200(stage.direct("t102", Method::GET, "/greeting")).await;
    let seen = expect_200(stage.create_alarms("c8y_Storm")).await;
    assert_eq!(seen.body["created"], TENANTS, "{seen:?}");
}

fn user_of(http: &Client, url: &str, login: &str, password: &str) -> RequestBuilder {
    http.get(url).basic_auth(login, Some(password))
}

async fn expect_200(request: RequestBuilder) -> Answer {
    let seen = timeout(PATIENCE, answer(request)).await;
    let seen = seen.expect("an answer to who has the right password");
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    seen
}
