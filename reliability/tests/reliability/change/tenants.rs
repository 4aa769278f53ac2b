//! Tenants that leave, come, and come back with another password, during polls and fan-outs.

mod crowd;

use std::collections::BTreeMap;

use fastrand::Rng;
use local_platform::OWNER;
use reliability::counted;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::join;

use crate::support::{Answer, Plan, Stage, answer, eventually, seed};
use crowd::{Crowd, Touched};

#[tokio::test]
async fn who_is_subscribed_is_served_and_nobody_else() {
    churn("who_is_subscribed_is_served_and_nobody_else", 2, 2).await;
}

#[tokio::test]
#[ignore = "long: about 5 minutes"]
async fn who_is_subscribed_is_served_and_nobody_else_long() {
    churn("who_is_subscribed_is_served_and_nobody_else_long", 6, 50).await;
}

async fn churn(name: &str, services: u64, rounds: u64) {
    let mut rng = seed::rng();
    let mut changes = 0;
    for service in 0..services {
        // Where it hardly polls, it knows what it has read for a call.
        let delay = ["100", "3600000"][usize::from(service % 2 == 1)];
        let plan = Plan::tenants(200).env("C8Y_BOOTSTRAP_DELAY", delay);
        // What the handlers say, and little else: a service's log keeps so many lines.
        let stage = plan.env("RUST_LOG", "info").start();
        let mut crowd = Crowd::new(&stage);
        for round in 0..rounds {
            let touched = call_meanwhile(&stage, &mut crowd, round, &mut rng).await;
            changes += touched.changes();
            settle(&stage, &crowd, round, &mut rng).await;
        }
        told_once(&stage, &crowd).await;
    }
    counted(
        &format!("tenants::{name}"),
        &[
            (
                services * rounds,
                "random rounds of fan-outs over 200 tenants",
            ),
            (
                changes,
                "tenants subscribed, removed or subscribed anew meanwhile",
            ),
        ],
    );
}

/// A fan-out while tenants come and go.
async fn call_meanwhile(stage: &Stage, crowd: &mut Crowd, round: u64, rng: &mut Rng) -> Touched {
    let kind = format!("c8y_Meanwhile_{round}");
    let before = crowd.subscribed().clone();
    let (seen, touched) = join!(answer(stage.create_alarms(&kind)), crowd.change(stage, rng));
    let reports = reports(&seen);
    for tenant in crowd.all() {
        let report = reports.get(tenant.as_str());
        let was_subscribed = before.contains(tenant);
        match report {
            _ if touched.contains(tenant) => told_why(tenant, report.copied()),
            Some(report) if was_subscribed => {
                assert_eq!(report["outcome"], "created", "{tenant}: {report}");
            }
            None if !was_subscribed => {}
            _ => panic!("subscribed: {was_subscribed}, but {report:?} of {tenant}"),
        }
    }
    let strangers = crowd.all().iter().filter(|it| !before.contains(*it));
    for tenant in strangers.filter(|it| !touched.contains(it)) {
        let alarms = stage.alarms(tenant, &kind).await;
        assert!(alarms.is_empty(), "{tenant} had left, and got {alarms:?}");
    }
    touched
}

/// A tenant that comes or goes meanwhile may be there or not. If it is, there is an alarm, or the
/// outcome says why not.
fn told_why(tenant: &str, report: Option<&Value>) {
    let Some(report) = report else { return };
    let is_told = match report["outcome"].as_str() {
        Some("created") => report["alarmId"].is_string(),
        Some("failed") => report["error"].as_str().is_some_and(|it| !it.is_empty()),
        _ => false,
    };
    assert!(is_told, "{tenant}: {report}");
}

/// Once nobody comes or goes, exactly those who are subscribed are served, as the users that they
/// have now.
async fn settle(stage: &Stage, crowd: &Crowd, round: u64, rng: &mut Rng) {
    for turn in 0..2 {
        let marker = format!("marker={round}.{turn}");
        let path = format!("/tenant/currentTenant?{marker}");
        stage
            .done(stage.of_platform(OWNER, Method::GET, &path))
            .await;
        let seen = answer(stage.create_alarms("c8y_Settled")).await;
        assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
        let served: Vec<_> = reports(&seen).into_keys().map(str::to_owned).collect();
        assert!(served.iter().eq(crowd.subscribed()), "{served:?}");
        let requests = stage.platform.requests();
        let mut since = requests.rsplit(|it| it.query == marker);
        let refused = since.next().into_iter().flatten();
        let refused: Vec<_> = refused.filter(|it| it.status == 401).collect();
        // In the first turn passwords are found to be old; in the second none is.
        assert!(turn == 0 || refused.is_empty(), "{refused:#?}");
    }
    for tenant in crowd.some(rng, 10) {
        let is_subscribed = crowd.subscribed().contains(tenant);
        let expected = if is_subscribed {
            StatusCode::OK
        } else {
            StatusCode::FORBIDDEN
        };
        let seen = answer(stage.direct(tenant, Method::GET, "/alarms")).await;
        assert_eq!(seen.status, expected, "{tenant}: {seen:?}");
    }
}

/// For each tenant the handlers have been told in turns that it came and that it left, and last what
/// is so.
async fn told_once(stage: &Stage, crowd: &Crowd) {
    let told = async || told(&stage.service.log());
    let is_so = |told: &BTreeMap<String, Vec<bool>>| {
        let last = |tenant: &String| told.get(tenant).and_then(|it| it.last().copied());
        let all = crowd.all().iter();
        all.map(|it| (it, last(it).unwrap_or(false)))
            .all(|(it, last)| last == crowd.subscribed().contains(it))
    };
    let told = eventually("that the handlers are told how it is now", told, is_so).await;
    for (tenant, told) in told {
        let expected = (0..told.len()).map(|turn| turn % 2 == 0);
        assert!(told.iter().copied().eq(expected), "{tenant}: {told:?}");
    }
}

/// What the handlers log, for each tenant: that it is subscribed, or that it has left.
fn told(log: &[String]) -> BTreeMap<String, Vec<bool>> {
    let starts = log.iter().any(|line| line.contains(" starting "));
    assert!(starts, "the log has lost its beginning");
    let mut told: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for line in log {
        let Some((_, rest)) = line.split_once("subscription{tenant=") else {
            continue;
        };
        let (tenant, what) = rest.split_once('}').expect("a span ends");
        let is_subscribed = what.contains("the tenant is subscribed");
        if is_subscribed || what.contains("the tenant has left") {
            told.entry(tenant.to_owned())
                .or_default()
                .push(is_subscribed);
        }
    }
    told
}

/// What a fan-out says, by tenant.
fn reports(seen: &Answer) -> BTreeMap<&str, &Value> {
    let reports = seen.reports().iter();
    let named = reports.map(|it| (it["tenant"].as_str().expect("a tenant"), it));
    let by_tenant: BTreeMap<_, _> = named.collect();
    assert_eq!(by_tenant.len(), seen.reports().len(), "{seen:?}");
    by_tenant
}
