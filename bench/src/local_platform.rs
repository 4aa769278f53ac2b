//! The local platform beside the plain server, in turns, so that a machine that gets slower does so
//! for both.

use std::process::Command;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::Outcome;
use crate::process::{Background, agent, built, free_port, on_core};
use crate::wrk::{Request, measure};

const CORE: usize = 0;
/// `t101/admin` with the password that every local platform has.
const AUTHORIZATION: &str = "Basic dDEwMS9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==";
const STARTS: usize = 11;

#[derive(Args)]
pub(crate) struct Options {
    /// Seconds of each turn.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Turns of each server and request; the median counts.
    #[arg(long, default_value_t = 3)]
    turns: usize,
    /// Tenants beside the owner, for the memory.
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
    println!(
        "{:50} {:>9} {:>9} {:>6}",
        "requests/s on one core", "plain", "platform", "share"
    );
    for name in ["object", "alarm", "event", "measurement", "read"] {
        speed(name, options)?;
    }
    println!();
    println!("start                    {:6} ms", start()?.as_millis());
    let (few, many) = (memory(3)?, memory(options.tenants)?);
    println!("memory, {:6} tenants  {:6.1} MB", 4, few);
    println!("memory, {:6} tenants  {:6.1} MB", options.tenants + 1, many);
    Ok(())
}

fn speed(name: &str, options: &Options) -> Outcome {
    let (platform, url) = platform(3)?;
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
        authorization: AUTHORIZATION,
        body: body.as_deref(),
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..options.turns {
        for (url, rates) in [(&plain_url, &mut theirs), (&url, &mut ours)] {
            let url = format!("{url}{}", case.path);
            rates.push(measure(&url, &request, options.seconds)?);
        }
    }
    drop((platform, plain));
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
    let request = agent().post(url).header("Authorization", AUTHORIZATION);
    let request = request.header("Content-Type", "application/json");
    let request = request.header("Accept", "application/json");
    let answer = request
        .send(body.to_string())?
        .into_body()
        .read_to_string()?;
    Ok(serde_json::from_str(&answer)?)
}

fn platform(tenants: usize) -> Outcome<(Background, String)> {
    let port = free_port()?;
    let mut command = Command::new(built("local-platform")?);
    command.args(["serve", "--port", &port.to_string()]);
    command.args(["--tenants", &tenants.to_string()]);
    let url = format!("http://127.0.0.1:{port}");
    let mut platform = Background::start(&mut on_core(CORE, &command))?;
    platform.wait_for(&url)?;
    Ok((platform, url))
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

/// From the start of the program to its first answer.
fn start() -> Outcome<Duration> {
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let port = free_port()?;
        let mut command = Command::new(built("local-platform")?);
        command.args(["serve", "--port", &port.to_string()]);
        let begin = std::time::Instant::now();
        let mut platform = Background::start(&mut command)?;
        platform.wait_for(&format!("http://127.0.0.1:{port}"))?;
        times.push(begin.elapsed());
    }
    times.sort_unstable();
    Ok(times[STARTS / 2])
}

/// Megabytes, with the data of the start and one request.
fn memory(tenants: usize) -> Outcome<f64> {
    let (platform, _) = platform(tenants)?;
    let bytes = u32::try_from(platform.memory()? / 1024)?;
    Ok(f64::from(bytes) * 1024.0 / 1e6)
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_unstable_by(f64::total_cmp);
    rates[rates.len() / 2]
}
