//! SIGKILL in the middle of a service's first fan-outs, and its restart.
//!
//! A managed object that was made, but not bound to its external ID yet, is orphaned: nobody finds it
//! again. No alarm is raised for it. That is accepted, and counted here.

use std::process::Command;
use std::time::Duration;

use fastrand::Rng;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::join;
use tokio::sync::watch;
use tokio::time::sleep;

use super::sources::{objects, one_source};
use reliability::counted;

use crate::support::{Answer, Plan, Stage, answer, eventually, seed, try_answer};

const TENANTS: usize = 30;

#[tokio::test]
async fn no_alarm_is_lost_or_there_twice() {
    kill_again_and_again("no_alarm_is_lost_or_there_twice", 4).await;
}

#[tokio::test]
#[ignore = "long: about 8 minutes"]
async fn no_alarm_is_lost_or_there_twice_long() {
    kill_again_and_again("no_alarm_is_lost_or_there_twice_long", 200).await;
}

async fn kill_again_and_again(name: &str, kills: u64) {
    let mut rng = seed::rng();
    let (mut answered, mut orphans) = (0, 0);
    for _ in 0..kills {
        let stage = Plan::tenants(TENANTS).start();
        let created = call_until_killed(&stage, &mut rng).await;
        let again = async || try_answer(stage.create_alarms("c8y_Again")).await.ok();
        let is_done =
            |it: &Option<Answer>| it.as_ref().is_some_and(|it| it.status == StatusCode::OK);
        eventually("alarms after the restart", again, is_done).await;
        for tenant in stage.platform.tenants() {
            let source = one_source(&stage, &tenant).await;
            orphans += objects(&stage, &tenant).await - 1;
            let again = stage.alarms(&tenant, "c8y_Again").await;
            assert_eq!(active(&again), [source.as_str()], "{tenant}: {again:?}");
        }
        for report in created
            .iter()
            .filter_map(|it| it["tenants"].as_array())
            .flatten()
        {
            is_there(&stage, report).await;
        }
        answered += created.len() as u64;
    }
    counted(
        &format!("kill::{name}"),
        &[
            (kills, "kills in fan-outs over 30 tenants"),
            (answered, "fan-outs answered before"),
            (0, "alarms lost"),
            (orphans, "managed objects orphaned"),
        ],
    );
}

/// One fan-out after the other, until the service is killed at a random moment after some of them.
/// Gives the answers.
async fn call_until_killed(stage: &Stage, rng: &mut Rng) -> Vec<Value> {
    let pid = stage.service.pid().to_string();
    let before = rng.usize(0..3);
    let moment = Duration::from_millis(rng.u64(0..300));
    let (begun, mut calling) = watch::channel(0);
    let calls = async {
        let mut answers = Vec::new();
        loop {
            begun.send_replace(answers.len());
            let kind = format!("c8y_Kill_{}", answers.len());
            match try_answer(stage.create_alarms(&kind)).await {
                Ok(answer) => answers.push(answer.body),
                Err(_killed) => return answers,
            }
        }
    };
    let kill = async {
        let begun = calling.wait_for(|it| *it >= before).await;
        drop(begun.expect("there are calls"));
        sleep(moment).await;
        let status = Command::new("kill").args(["-KILL", &pid]).status();
        assert!(status.expect("kill runs").success(), "{pid} is not there");
    };
    join!(calls, kill).0
}

/// An alarm that was reported as created is there and active.
async fn is_there(stage: &Stage, report: &Value) {
    assert_eq!(report["outcome"], "created", "{report}");
    let tenant = report["tenant"].as_str().expect("a tenant");
    let id = report["alarmId"].as_str().expect("an alarm");
    let path = format!("/alarm/alarms/{id}");
    let alarm = answer(stage.of_platform(tenant, Method::GET, &path)).await;
    assert_eq!(alarm.status, StatusCode::OK, "{report}: {alarm:?}");
    assert_eq!(alarm.body["status"], "ACTIVE", "{report}: {alarm:?}");
}

/// The sources of the alarms that are active.
pub(super) fn active(alarms: &[Value]) -> Vec<&str> {
    let active = alarms.iter().filter(|it| it["status"] == "ACTIVE");
    active
        .filter_map(|it| it["source"]["id"].as_str())
        .collect()
}
