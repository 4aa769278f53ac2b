//! Tenants that hold up a fan-out, or fail, and the others.

use std::time::Duration;

use local_platform::{Fault, Service};

use super::kinds::SILENCE;
use super::world::{TENANTS, World};
use reliability::counted;

use crate::support::eventually;
use crate::support::program::service_program;

/// A service with the limits that it has by default, but for the longest time of a request.
async fn patient_world() -> World {
    let service = Service::new(service_program());
    World::start_with(service, "127.0.0.1", Duration::from_mins(1)).await
}

/// All but one of the 32 places of a fan-out are taken, by the tenants whose turn is first.
#[tokio::test(flavor = "multi_thread")]
async fn tenants_that_hold_up_a_fan_out_hold_up_no_other_tenant() {
    const HOLDING_UP: usize = 31;
    let mut world = patient_world().await;
    for tenant in &world.tenants()[..HOLDING_UP] {
        let silence = Fault::latency(SILENCE).at("/alarm").of(tenant);
        world.stage.platform.inject(silence);
    }
    let call = world.call().await;
    let kind = call.kind.clone();
    let raised = async || world.alarm_requests(&kind).len();
    let all_others = TENANTS - HOLDING_UP;
    eventually("the others' alarms", raised, |it| *it == all_others).await;
    assert!(!call.is_answered(), "nothing was held up");
    // What is lost now is sent again.
    world.stage.platform.clear_faults();
    world.relay.cut();
    let answer = world.end(call, "some hold it up").await;
    world.check(&kind, &answer, "some hold it up", false).await;
    assert_eq!(answer.body["created"], TENANTS, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_that_fail_first_stop_no_other_and_a_429_is_waited_for_where_there_is_time() {
    let mut world = patient_world().await;
    let tenants = world.tenants();
    let (failing, others) = tenants.split_at(40);
    let (busy_for_long, others) = others.split_at(10);
    let (busy, _) = others.split_at(30);
    let faults = [
        (failing, Fault::status(500)),
        (
            busy_for_long,
            Fault::too_many_requests(Duration::from_hours(1)),
        ),
        (
            busy,
            Fault::too_many_requests(Duration::from_secs(1)).times(1),
        ),
    ];
    for (some, fault) in faults {
        for tenant in some {
            let fault = fault.clone().at("/alarm").of(tenant);
            world.stage.platform.inject(fault);
        }
    }
    let call = world.call().await;
    let kind = call.kind.clone();
    let answer = world.end(call, "the first ones fail").await;
    let requests = world.alarm_requests(&kind);
    world.stage.platform.clear_faults();
    world
        .check(&kind, &answer, "the first ones fail", false)
        .await;
    for (tenant, report) in tenants.iter().zip(answer.reports()) {
        let (outcome, statuses) = if failing.contains(tenant) {
            ("failed", vec![500])
        } else if busy_for_long.contains(tenant) {
            ("failed", vec![429])
        } else if busy.contains(tenant) {
            ("created", vec![429, 201])
        } else {
            ("created", vec![201])
        };
        let user = format!("{tenant}/");
        let own = requests.iter();
        let own = own.filter(|it| it.user.as_ref().is_some_and(|it| it.starts_with(&user)));
        let seen: Vec<_> = own.map(|request| request.status).collect();
        assert_eq!(
            (&report["outcome"], &seen),
            (&outcome.into(), &statuses),
            "{report}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: about 2 minutes"]
async fn thirty_seconds_of_silence_in_all_tenants_fit_into_the_default_limits_long() {
    let service = Service::new(service_program());
    let default = Duration::from_secs(50);
    let mut world = World::start_with(service, "127.0.0.1", default).await;
    world.is_whole_again().await;
    let silence = Fault::latency(SILENCE).at("/alarm");
    let silence = world.stage.platform.inject(silence);
    let call = world.call().await;
    let kind = call.kind.clone();
    let answer = world.end(call, "silence").await;
    let met = silence.hits();
    world.stage.platform.clear_faults();
    world.check(&kind, &answer, "silence", false).await;
    let number = |outcome: &str| {
        let reports = answer.reports().iter();
        reports.filter(|it| it["outcome"] == outcome).count() as u64
    };
    let [created, unknown, not_attempted] = ["created", "unknown", "not attempted"].map(number);
    assert!(
        created > 0 && unknown > 0 && not_attempted > 0,
        "{answer:?}"
    );
    world.is_whole_again().await;
    world.check_all_calls().await;
    counted(
        "held_up::thirty_seconds_of_silence_in_all_tenants_fit_into_the_default_limits_long",
        &[
            (met, "requests met with 30 s of silence"),
            (created, "alarms"),
            (unknown, "outcomes unknown"),
            (not_attempted, "tenants not attempted"),
        ],
    );
}
