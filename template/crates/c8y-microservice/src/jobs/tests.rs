//! Which jobs there may be, and how a run ends.

use std::io;
use std::sync::{Arc, Mutex};

use tokio::time::Instant;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::background::BackgroundRuntime;
use crate::testing::client_at;

fn job(name: &str, interval: Duration) -> Job {
    Job {
        name: name.to_owned(),
        interval,
        work: Box::new(|_| async {}.boxed()),
    }
}

fn refused(jobs: Vec<Job>) -> String {
    let refusal = Jobs(jobs).checked().map(|jobs| jobs.len());
    refusal.expect_err("a refusal").to_string()
}

#[test]
fn intervals_from_a_second_to_a_year_are_possible() {
    let jobs = Jobs(vec![
        job("shortest", Duration::from_secs(1)),
        job("longest", Duration::from_hours(365 * 24)),
    ]);
    assert_eq!(jobs.checked().expect("possible").len(), 2);
}

#[test]
fn every_problem_is_said_at_once_with_the_jobs_name_and_what_is_allowed() {
    let refusal = refused(vec![
        job("never", Duration::ZERO),
        job("hurried", Duration::from_millis(999)),
        job("eternal", Duration::MAX),
        job("never", Duration::from_secs(1)),
        job(" ", Duration::from_secs(1)),
    ]);
    let expected = [
        "never: the interval is 0ns, not between 1 second and 365 days",
        "hurried: the interval is 999ms",
        "eternal: the interval is",
        "never: the name is taken",
        "a name is empty",
    ];
    for problem in expected {
        assert!(refusal.contains(problem), "no `{problem}`: {refusal}");
    }
}

/// The log as a text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Runs a job named `job` once, and answers how long that took and what it left in the log.
async fn run<F, W>(interval: Duration, work: F) -> (Duration, String)
where
    F: Fn(TenantClient) -> W + Send + Sync + 'static,
    W: Future<Output = Result<(), &'static str>> + Send + 'static,
{
    let background = BackgroundRuntime::start().unwrap();
    let client = client_at("http://localhost:1", &background);
    let log = Log::default();
    let lines = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(log.clone());
    let _lines = tracing::subscriber::set_default(lines.finish());
    let begun = Instant::now();
    let jobs = Jobs(Vec::new()).with(interval, "job", work);
    let day = Duration::from_hours(24);
    let ended = timeout(day, jobs.0[0].run(client)).await;
    assert!(ended.is_ok(), "it goes on");
    let log = log.0.lock().unwrap().clone();
    (begun.elapsed(), String::from_utf8(log).unwrap())
}

#[track_caller]
fn assert_said(log: &str, expected: &str) {
    let line = log.lines().find(|line| line.contains(expected));
    let line = line.unwrap_or_else(|| panic!("no `{expected}`: {log}"));
    assert!(line.contains(r#"job{name="job" tenant=t1}"#), "{line}");
}

#[tokio::test]
async fn an_error_is_in_the_log_with_the_job_and_the_tenant() {
    let (_, log) = run(Duration::from_secs(1), |_| async { Err("no luck") }).await;
    assert_said(&log, "failed error=no luck");
}

#[tokio::test]
async fn a_panic_ends_the_run_alone_and_is_in_the_log() {
    let second = Duration::from_secs(1);
    let (_, log) = run(second, |_| async { panic!("a job that panics") }).await;
    assert_said(&log, "panicked");
    let early = |_| -> std::future::Ready<_> { panic!("a job that panics before it awaits") };
    let (_, log) = run(second, early).await;
    assert_said(&log, "panicked");
}

#[tokio::test(start_paused = true)]
async fn a_run_may_take_its_interval_and_a_minute_where_that_is_longer() {
    for (interval_s, limit_s) in [(1, 60), (60, 60), (3600, 3600)] {
        let interval = Duration::from_secs(interval_s);
        let (took, log) = run(interval, |_| std::future::pending()).await;
        assert_eq!(took.as_secs(), limit_s);
        assert_said(&log, &format!("a run was ended limit_s={limit_s}"));
    }
}

#[tokio::test]
async fn a_run_that_ends_well_leaves_no_line() {
    let (_, log) = run(Duration::from_secs(1), |_| async { Ok(()) }).await;
    assert_eq!(log, "");
}
