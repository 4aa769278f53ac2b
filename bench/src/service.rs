//! A service that raises an alarm in every tenant, as a process on a core of its own: ours, or a
//! peer's.

use std::fs::File;
use std::ops::Deref;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Outcome;
use crate::numbers::number;
use crate::platform::{OWNER, Platform};
use crate::process::{Background, Memory, agent, free_port, on_core};
use crate::workspace::Workspace;

/// The core of a service. Who asks it has the platform's, which has nothing to do then.
pub(crate) const CORE: usize = 1;
/// How many tenants it works for at once, and its connections to the platform, where that is not what
/// everyone has by default.
pub(crate) const CONCURRENCY: usize = 64;

/// Of our own.
pub(crate) const READINESS: &str = "/health/readiness";

pub(crate) struct Service {
    process: Background,
    address: Address,
}

/// Where a service is reached, wherever it runs.
pub(crate) struct Address {
    pub(crate) url: String,
    /// How many tenants it works for.
    pub(crate) tenants: usize,
}

impl Service {
    /// Our own, as it is in the image, with the variables that the platform gives.
    pub(crate) fn start(workspace: &Workspace, platform: &Platform) -> Outcome<Self> {
        Self::with(workspace, platform, &[])
    }

    /// Our own, for [`CONCURRENCY`] tenants at once.
    pub(crate) fn concurrent(workspace: &Workspace, platform: &Platform) -> Outcome<Self> {
        let number = CONCURRENCY.to_string();
        let names = ["FAN_OUT_CONCURRENCY", "C8Y_HTTPCLIENT_POOL_PERHOST"];
        Self::with(workspace, platform, &names.map(|name| (name, &*number)))
    }

    /// Our own, with some more variables.
    pub(crate) fn with(
        workspace: &Workspace,
        platform: &Platform,
        variables: &[(&str, &str)],
    ) -> Outcome<Self> {
        let mut command = Command::new(&workspace.service);
        command.envs(variables.iter().copied());
        Self::run(workspace, platform, command, READINESS)
    }

    /// Runs a command as the platform runs a service, until it says at a path that it is ready.
    pub(crate) fn run(
        workspace: &Workspace,
        platform: &Platform,
        mut command: Command,
        readiness: &str,
    ) -> Outcome<Self> {
        let port = free_port()?;
        let variables = platform
            .environment
            .iter()
            .map(|(name, value)| (name, value));
        command.envs(variables).env("SERVER_PORT", port.to_string());
        // Its log goes where a container's goes: into a file.
        let log = File::create(workspace.scratch.join("service.log"))?;
        let mut command = on_core(CORE, &command);
        command.stdout(log.try_clone()?).stderr(log);
        let mut process = Background::spawn(&mut command)?;
        let url = format!("http://127.0.0.1:{port}");
        process.wait_for(&format!("{url}{readiness}"))?;
        let tenants = platform.tenants;
        Ok(Self {
            process,
            address: Address { url, tenants },
        })
    }

    pub(crate) fn memory(&self) -> Outcome<Memory> {
        self.process.memory()
    }

    /// Seconds that it has computed so far.
    pub(crate) fn computed(&self) -> Outcome<f64> {
        self.process.computed()
    }
}

impl Deref for Service {
    type Target = Address;

    fn deref(&self) -> &Address {
        &self.address
    }
}

impl Address {
    /// One alarm in every tenant: how long that took.
    pub(crate) fn fan_out(&self) -> Outcome<Duration> {
        let url = format!("{}/createAlarms", self.url);
        let request = agent().post(&url).header("Authorization", OWNER);
        let begin = Instant::now();
        let mut answer = request.send_empty()?;
        let text = answer
            .body_mut()
            .with_config()
            .limit(u64::MAX)
            .read_to_string()?;
        let took = begin.elapsed();
        let report: Value =
            serde_json::from_str(&text).map_err(|error| format!("{error}: {text}"))?;
        if report["created"] == self.tenants && report["failed"] == 0 {
            return Ok(took);
        }
        let beginning: String = text.chars().take(500).collect();
        Err(format!(
            "not an alarm in each of {} tenants: {beginning}",
            self.tenants
        )
        .into())
    }

    /// Alarms per second, over some fan-outs.
    pub(crate) fn rate(&self, fan_outs: usize) -> Outcome<f64> {
        let mut took = Duration::ZERO;
        for _ in 0..fan_outs {
            took += self.fan_out()?;
        }
        Ok(number(self.tenants * fan_outs) / took.as_secs_f64())
    }

    /// The requests that it has sent to the platform so far, to some of its APIs: those whose first
    /// path segment is counted.
    pub(crate) fn requests(&self, is_counted: impl Fn(&str) -> bool) -> Outcome<f64> {
        let metrics = agent().get(format!("{}/metrics", self.url)).call()?;
        let metrics = metrics.into_body().read_to_string()?;
        Ok(number(requests(&metrics, is_counted)?))
    }
}

/// The sum of `c8y_requests_total` over the APIs that count.
fn requests(metrics: &str, is_counted: impl Fn(&str) -> bool) -> Outcome<usize> {
    let mut sum = 0;
    let lines = metrics.lines();
    for line in lines.filter_map(|line| line.strip_prefix("c8y_requests_total{api=\"")) {
        let api = line.split('"').next().unwrap_or_default();
        let number = line.rsplit(' ').next().unwrap_or_default();
        if is_counted(api) {
            sum += number.parse::<usize>()?;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::requests;

    #[test]
    fn requests_are_summed_over_the_apis_that_count() {
        let metrics = "# TYPE c8y_requests_total counter\n\
                       c8y_requests_total{api=\"alarm\",outcome=\"2xx\"} 7\n\
                       c8y_requests_total{api=\"application\",outcome=\"2xx\"} 2\n\
                       c8y_requests_total{api=\"identity\",outcome=\"4xx\"} 1\n\
                       c8y_subscribed_tenants 4\n";
        let without = requests(metrics, |api| api != "application");
        assert_eq!(without.unwrap(), 8);
        assert_eq!(requests(metrics, |api| api == "user").unwrap(), 0);
    }
}
