//! Several instances of the service at once.

use std::collections::BTreeSet;

use local_platform::OWNER;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use tokio::task::JoinSet;

use super::kill::active;
use super::sources::{objects, one_source};
use reliability::counted;

use crate::support::{Plan, Stage, answer, eventually};

const TENANTS: usize = 20;
const KINDS: [&str; 2] = ["c8y_One", "c8y_Other"];

#[tokio::test]
async fn two_make_one_source_and_take_turns() {
    together("two_make_one_source_and_take_turns", 2, 1).await;
}

#[tokio::test]
async fn five_make_one_source_and_take_turns() {
    together("five_make_one_source_and_take_turns", 5, 1).await;
}

#[tokio::test]
#[ignore = "long: about 2 minutes"]
async fn five_make_one_source_and_take_turns_long() {
    together("five_make_one_source_and_take_turns_long", 5, 40).await;
}

async fn together(name: &str, replicas: usize, rounds: u64) {
    let mut orphans = 0;
    for _ in 0..rounds {
        let stage = Plan::tenants(TENANTS)
            .replicas(replicas)
            // However late a busy machine lets them read.
            .env("REQUEST_HEAD_TIMEOUT", "60000")
            .start();
        assert_eq!(stage.service.instances().len(), replicas);
        call_all_at_once(&stage).await;
        for tenant in stage.platform.tenants() {
            let source = one_source(&stage, &tenant).await;
            orphans += objects(&stage, &tenant).await - 1;
            for kind in KINDS {
                let alarms = stage.alarms(&tenant, kind).await;
                assert_eq!(active(&alarms), [source.as_str()], "{tenant}: {alarms:?}");
            }
        }
        take_turns(&stage, replicas).await;
        all_see_who_comes(&stage).await;
    }
    counted(
        &format!("replicas::{name}"),
        &[
            (rounds, "first fan-outs on all instances at once"),
            (0, "sources or alarms twice"),
            (orphans, "managed objects orphaned"),
        ],
    );
}

/// The first fan-outs of all instances, at the same time: on each by itself, and as many through the
/// gateway.
async fn call_all_at_once(stage: &Stage) {
    let mut calls = JoinSet::new();
    for address in addresses(stage) {
        for kind in KINDS {
            let gateway = stage.platform.service_url();
            for base in [format!("http://{address}"), gateway] {
                let call = as_owner(stage, Method::POST, &format!("{base}/createAlarms"));
                calls.spawn(answer(call.json(&json!({ "type": kind }))));
            }
        }
    }
    for seen in calls.join_all().await {
        let reports = seen.reports().iter();
        let failed: Vec<_> = reports.filter(|it| it["outcome"] != "created").collect();
        assert!(failed.is_empty(), "{failed:#?}: {:#?}", warnings(stage));
        assert_eq!(seen.reports().len(), TENANTS, "{seen:?}");
    }
}

/// Of so many requests through the gateway, each instance gets as many as the others.
async fn take_turns(stage: &Stage, replicas: usize) {
    const EACH: usize = 5;
    for _ in 0..EACH * replicas {
        let seen = answer(stage.through_gateway(OWNER, Method::GET, "/greeting")).await;
        assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    }
    let served = async || {
        let instances = stage.service.instances();
        let logs = instances.iter().map(|it| it.log());
        let served = |log: Vec<String>| {
            let answered = log.iter().filter(|it| it.contains("answered"));
            answered
                .filter(|it| it.contains(r#"path="/greeting""#))
                .count()
        };
        logs.map(served).collect::<Vec<_>>()
    };
    let expected = |served: &Vec<usize>| served.iter().all(|it| *it == EACH);
    eventually("that each has had its turns", served, expected).await;
}

/// A tenant that leaves and comes back is soon known to have done so by all instances.
async fn all_see_who_comes(stage: &Stage) {
    let statuses = async || {
        let mut statuses = BTreeSet::new();
        for address in addresses(stage) {
            let url = format!("http://{address}/alarms");
            let request = stage.http.get(url);
            let request = request.basic_auth("t101/admin", Some(local_platform::PASSWORD));
            statuses.insert(answer(request).await.status);
        }
        statuses
    };
    let all = |status| move |it: &BTreeSet<_>| *it == BTreeSet::from([status]);
    stage.unsubscribe("t101").await;
    eventually(
        "that it is refused by all",
        statuses,
        all(StatusCode::FORBIDDEN),
    )
    .await;
    stage.subscribe("t101").await;
    eventually("that it is served by all", statuses, all(StatusCode::OK)).await;
}

fn warnings(stage: &Stage) -> Vec<String> {
    let instances = stage.service.instances();
    let lines = instances.iter().flat_map(|it| it.log());
    lines.filter(|line| line.contains(" WARN ")).collect()
}

fn addresses(stage: &Stage) -> Vec<std::net::SocketAddr> {
    let instances = stage.service.instances();
    instances.iter().map(|it| it.address()).collect()
}

fn as_owner(stage: &Stage, method: Method, url: &str) -> RequestBuilder {
    let request = stage.http.request(method, url);
    request.basic_auth("t100/admin", Some(local_platform::PASSWORD))
}
