//! The local platform beside the plain server, in turns, so that a machine that gets slower does so
//! for both.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use crate::Outcome;
use crate::numbers::median;
use crate::platform::{CORE, Platform, TENANT};
use crate::process::{Background, agent, free_port, on_core};
use crate::service::CORE as OTHER_CORE;
use crate::workspace;
use crate::wrk::{Request, measure};

const CONNECTIONS: usize = 16;
/// Tenants, the owner included.
const TENANTS: usize = 4;
const STARTS: usize = 11;

#[derive(Args)]
pub(crate) struct Options {
    /// Seconds of each turn.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Turns of each server and request; the median counts.
    #[arg(long, default_value_t = 3)]
    turns: usize,
    /// Tenants, the owner included, for the memory.
    #[arg(long, default_value_t = 10_000)]
    tenants: usize,
}

/// What is measured: a request, where it goes.
struct Case {
    method: &'static str,
    path: String,
    body: Option<Value>,
}

pub(crate) fn run(options: &Options) -> Outcome {
    let program = workspace::platform()?;
    println!(
        "{:50} {:>9} {:>9} {:>6}",
        "requests/s on one core", "plain", "platform", "share"
    );
    for name in ["object", "alarm", "event", "measurement", "read"] {
        speed(&program, name, options)?;
    }
    println!();
    println!("start                    {:6.0} ms", start(&program)?);
    for tenants in [TENANTS, options.tenants] {
        let memory = memory(&program, tenants)?;
        println!("memory, {tenants:6} tenants  {memory:6.1} MB");
    }
    Ok(())
}

fn speed(program: &Path, name: &str, options: &Options) -> Outcome {
    let platform = Platform::start(program, TENANTS)?;
    let url = &platform.url;
    let source = create(&format!("{url}/inventory/managedObjects"), &object())?;
    let case = case(name, source["id"].as_str().unwrap_or_default());
    let answer = match &case.body {
        Some(body) => create(&format!("{url}{}", case.path), body)?,
        None => source,
    };
    let (plain, plain_url) = plain(&answer)?;
    let body = case.body.as_ref().map(Value::to_string);
    let request = Request {
        method: case.method,
        authorization: TENANT,
        body: body.as_deref(),
        connections: CONNECTIONS,
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..options.turns {
        for (url, rates) in [(&plain_url, &mut theirs), (url, &mut ours)] {
            let url = format!("{url}{}", case.path);
            rates.push(measure(&url, &request, OTHER_CORE, options.seconds)?);
        }
    }
    drop(plain);
    let (ours, theirs) = (median(ours), median(theirs));
    let share = 100.0 * ours / theirs;
    let line = format!("{} {}", case.method, case.path);
    println!("{line:50} {theirs:9.0} {ours:9.0} {share:4.0} %");
    Ok(())
}

fn case(name: &str, source: &str) -> Case {
    let record = |extra: Value| {
        let mut record = json!({
            "source": {"id": source}, "type": "bench", "time": "2026-01-01T00:00:00.000Z",
        });
        if let (Some(record), Value::Object(extra)) = (record.as_object_mut(), extra) {
            record.extend(extra);
        }
        record
    };
    let (path, body) = match name {
        "alarm" => (
            "/alarm/alarms",
            record(json!({"text": "It is hot", "severity": "MAJOR", "c8y_Custom": {"a": 1}})),
        ),
        "event" => (
            "/event/events",
            record(json!({"text": "A door was opened", "c8y_Position": {"lat": 51.2, "lng": 6.8}})),
        ),
        "measurement" => (
            "/measurement/measurements",
            record(json!({"c8y_Steam": {"T": {"value": 42.7, "unit": "C"}}})),
        ),
        "object" => ("/inventory/managedObjects", object()),
        _ => {
            return Case {
                method: "GET",
                path: format!("/inventory/managedObjects/{source}"),
                body: None,
            };
        }
    };
    Case {
        method: "POST",
        path: path.to_owned(),
        body: Some(body),
    }
}

fn object() -> Value {
    json!({"name": "Motor", "type": "c8y_Motor", "c8y_IsDevice": {}, "c8y_Custom": {"a": 1, "b": "text"}})
}

/// Makes something, and says what the platform answered.
fn create(url: &str, body: &Value) -> Outcome<Value> {
    let request = agent().post(url).header("Authorization", TENANT);
    let request = request.header("Content-Type", "application/json");
    let request = request.header("Accept", "application/json");
    let answer = request
        .send(body.to_string())?
        .into_body()
        .read_to_string()?;
    Ok(serde_json::from_str(&answer)?)
}

fn plain(answer: &Value) -> Outcome<(Background, String)> {
    let port = free_port()?;
    let file = std::env::temp_dir().join(format!("bench-answer-{port}.json"));
    std::fs::write(&file, answer.to_string())?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["plain", &port.to_string()]).arg(&file);
    let url = format!("http://127.0.0.1:{port}");
    let mut plain = Background::start(&mut on_core(CORE, &command))?;
    plain.wait_for(&url)?;
    std::fs::remove_file(file)?;
    Ok((plain, url))
}

/// Milliseconds from the start of the program to its first answer.
fn start(program: &Path) -> Outcome<f64> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begin = Instant::now();
        let platform = Platform::start(program, TENANTS)?;
        platform.get("/tenant/currentTenant", TENANT)?;
        times.push(begin.elapsed().as_secs_f64() * 1e3);
    }
    Ok(median(times))
}

/// Megabytes, with the data of the start and one request.
fn memory(program: &Path, tenants: usize) -> Outcome<f64> {
    let platform = Platform::start(program, tenants)?;
    platform.get("/tenant/currentTenant", TENANT)?;
    Ok(platform.memory()? / 1e6)
}
