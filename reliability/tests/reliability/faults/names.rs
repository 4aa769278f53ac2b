//! The platform's name cannot be resolved any more, and then again.
//!
//! The service runs in a mount namespace of its own, where `/etc/hosts` and `/etc/resolv.conf` are
//! files of the test's. Where the machine allows no such namespace, nothing is shown, which the
//! output says.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use local_platform::{Fault, Service};
use reqwest::StatusCode;

use super::world::{World, impatient};
use crate::support::eventually;
use crate::support::program::service_program;

/// A name that no server on the internet knows.
const NAME: &str = "platform.internal";
/// Runs `$2` where `$0` are the hosts that have names, and `$1` says whom to ask for others.
const IN_A_NAMESPACE: &str = "mount --bind \"$0\" /etc/hosts && \
    mount --bind \"$1\" /etc/resolv.conf && exec \"$2\"";

/// The files that names are resolved by. They go with it.
struct Names {
    hosts: PathBuf,
    resolver: PathBuf,
}

impl Names {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let file = |name| folder.join(format!("{name}-{}", std::process::id()));
        let names = Self {
            hosts: file("hosts"),
            resolver: file("resolv.conf"),
        };
        // Nobody answers there.
        fs::write(
            &names.resolver,
            "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n",
        )
        .expect("a file");
        names.are_known();
        names
    }

    fn are_known(&self) {
        let hosts = format!("127.0.0.1 localhost {NAME}\n");
        fs::write(&self.hosts, hosts).expect("a file that is written in place");
    }

    fn are_unknown(&self) {
        fs::write(&self.hosts, "127.0.0.1 localhost\n").expect("a file that is written in place");
    }

    /// The arguments of `unshare` that run a program by these files.
    fn arguments(&self, program: &Path) -> Vec<String> {
        let mut arguments = [
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
            IN_A_NAMESPACE,
        ]
        .map(str::to_owned)
        .to_vec();
        let paths = [&self.hosts, &self.resolver, program];
        arguments.extend(paths.map(|path| path.to_str().expect("a path in UTF-8").to_owned()));
        arguments
    }

    /// The service in a namespace, or why there is none.
    fn service(&self) -> Result<Service, String> {
        let arguments = self.arguments(Path::new("true"));
        let tried = Command::new("unshare").args(arguments).output();
        let tried = tried.map_err(|error| error.to_string())?;
        if !tried.status.success() {
            return Err(String::from_utf8_lossy(&tried.stderr).into_owned());
        }
        let arguments = self.arguments(service_program()).into_iter();
        Ok(arguments.fold(Service::new("unshare"), Service::arg))
    }
}

impl Drop for Names {
    fn drop(&mut self) {
        fs::remove_file(&self.hosts).ok();
        fs::remove_file(&self.resolver).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_lost_during_a_fan_out_is_a_reason_and_the_next_call_is_whole() {
    let names = Names::new();
    let service = match names.service() {
        Ok(service) => impatient(service),
        Err(reason) => {
            println!("NOT SHOWN: a service that cannot resolve names needs a namespace: {reason}");
            return;
        }
    };
    let mut world = World::start_with(service, NAME, Duration::from_secs(10)).await;
    world.is_whole_again().await;
    let slowly = Fault::latency(Duration::from_millis(200)).at("/alarm");
    world.stage.platform.inject(slowly);
    let call = world.call().await;
    let kind = call.kind.clone();
    let raised = async || world.alarm_requests(&kind).len();
    eventually("the first alarms", raised, |number| *number > 0).await;
    names.are_unknown();
    world.relay.cut();
    let answer = world.end(call, "a lost name").await;
    world.stage.platform.clear_faults();
    world.check(&kind, &answer, "a lost name", false).await;
    let unreachable = "the platform cannot be reached";
    let some = |what: fn(&serde_json::Value) -> bool| answer.reports().iter().any(what);
    assert!(some(|it| it["outcome"] == "created"), "{answer:?}");
    assert!(
        some(|it| it["error"] == "the platform cannot be reached"),
        "{answer:?}"
    );

    let call = world.call().await;
    let kind = call.kind.clone();
    let answer = world.end(call, "no name").await;
    world.check(&kind, &answer, "no name", false).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
    let why = answer.body["message"].as_str().unwrap_or_default();
    assert!(why.contains(unreachable), "{why}");
    let log = world.stage.service.log();
    let said = log.iter().any(|line| line.contains("lookup"));
    assert!(
        said,
        "the log does not say that the name is unknown: {log:#?}"
    );

    names.are_known();
    world.is_whole_again().await;
    world.check_all_calls().await;
}
