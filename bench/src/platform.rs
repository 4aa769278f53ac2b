//! A local platform, as a process on a core of its own.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Outcome;
use crate::process::{Background, agent, free_port, on_core};
use crate::workspace::root;

/// The core of the platform. Who asks it has another one.
pub(crate) const CORE: usize = 0;
/// `t100/admin`, a user of the owner tenant with all roles, with the password of every local platform.
pub(crate) const OWNER: &str = "Basic dDEwMC9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==";
/// `t101/admin`.
pub(crate) const TENANT: &str = "Basic dDEwMS9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==";

pub(crate) struct Platform {
    process: Background,
    pub(crate) url: String,
    /// Variables of a service that is started by hand.
    pub(crate) environment: Vec<(String, String)>,
    /// Tenants, the owner included.
    pub(crate) tenants: usize,
}

impl Platform {
    pub(crate) fn start(program: &Path, tenants: usize) -> Outcome<Self> {
        let port = free_port()?;
        let mut command = Command::new(program);
        command
            .args(["serve", "--port", &port.to_string()])
            .args(["--tenants", &(tenants.saturating_sub(1)).to_string()])
            .current_dir(root());
        let mut process = Background::printing(&mut on_core(CORE, &command))?;
        let lines = process.lines_until("Ctrl-C")?;
        let variables = lines.iter().filter_map(|line| line.strip_prefix("export "));
        let variables = variables.filter_map(|line| line.split_once('='));
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            environment: variables.map(own).collect(),
            tenants,
        })
    }

    /// From now on each request waits so long before anything is done about it.
    pub(crate) fn be_slow(&self, latency: Duration) -> Outcome {
        let fault = json!({"latencyMs": latency.as_millis()}).to_string();
        let faults = format!("{}/local-platform/faults", self.url);
        let answer = agent().post(faults).send(fault)?;
        if answer.status().is_success() {
            return Ok(());
        }
        Err(format!("a latency is refused: {}", answer.status()).into())
    }

    /// What the platform says at a path.
    pub(crate) fn get(&self, path: &str, authorization: &str) -> Outcome<Value> {
        let url = format!("{}{path}", self.url);
        let request = agent().get(&url).header("Authorization", authorization);
        let mut answer = request.call()?;
        let text = answer.body_mut().read_to_string()?;
        serde_json::from_str(&text).map_err(|error| format!("{url}: {error}: {text}").into())
    }

    /// Bytes that are resident.
    pub(crate) fn memory(&self) -> Outcome<f64> {
        Ok(self.process.memory()?.resident)
    }
}
