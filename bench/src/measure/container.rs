//! The smallest container that the platform has, confined as the platform confines it.

use std::process::Command;

use crate::Outcome;
use crate::numbers::{median, number};
use crate::plan::Plan;
use crate::platform::Platform;
use crate::process::{free_port, memory_of, run, wait_for};
use crate::report::{Report, Target};
use crate::service::{Address, READINESS};
use crate::workspace::Workspace;

const CPUS: &str = "0.1";
const MEMORY: &str = "10000000";

/// A container, removed with its owner and its image.
struct Container {
    id: String,
    image: String,
}

pub(super) fn measure(workspace: &Workspace, plan: &Plan, report: &mut Report) -> Outcome {
    if let Err(why) = run(&mut docker(&["version"])) {
        report.leave_out("the smallest container", &why);
        return Ok(());
    }
    let platform = Platform::start(&workspace.platform, plan.tenants)?;
    let port = free_port()?;
    let container = Container::start(load(workspace)?, &platform, port)?;
    let service = Address {
        url: format!("http://127.0.0.1:{port}"),
        tenants: platform.tenants,
    };
    let is_there = || container.state().map(|state| state == "true false");
    let ready = wait_for(&format!("{}{READINESS}", service.url), is_there)?;
    let mut took = Vec::new();
    for _ in 0..plan.turns {
        took.push(service.fan_out()?.as_secs_f64() * 1e3);
    }
    let completed = number(took.len());
    if !is_there()? {
        return Err(format!("the container was killed: {}", container.state()?).into());
    }
    let name = "smallest container, fan-outs completed";
    report.judge(name, completed, Target::AtLeast(number(plan.turns)), "");
    report.note(
        "smallest container, start to readiness",
        ready.as_secs_f64() * 1e3,
        "ms",
    );
    report.note("smallest container, fan-out", median(took), "ms");
    let anonymous = memory_of(container.process()?)?.anonymous / super::MIB;
    report.note("smallest container, anonymous", anonymous, "MiB");
    Ok(())
}

/// Gives the image to the engine; its name.
fn load(workspace: &Workspace) -> Outcome<String> {
    let mut load = docker(&["load", "--quiet", "--input"]);
    let printed = run(load.arg(&workspace.image))?;
    let name = printed.trim().rsplit_once(' ').map(|(_, name)| name);
    Ok(name.ok_or("docker load names no image")?.to_owned())
}

impl Container {
    /// On the network of this machine, where the platform listens on the loopback interface.
    fn start(image: String, platform: &Platform, port: u16) -> Outcome<Self> {
        let mut command = docker(&["run", "--detach", "--network", "host", "--user", "65532"]);
        command
            .args(["--cpus", CPUS, "--memory", MEMORY, "--memory-swap", MEMORY])
            .args([
                "--read-only",
                "--cap-drop",
                "ALL",
                "--cap-add",
                "NET_BIND_SERVICE",
            ]);
        let own = [("MEMORY_LIMIT", MEMORY), ("SERVER_PORT", &port.to_string())];
        let given = platform
            .environment
            .iter()
            .map(|(name, value)| (&**name, &**value));
        for (name, value) in given.chain(own) {
            // The value goes through docker's own environment: it may be a password.
            command.env(name, value).args(["--env", name]);
        }
        let id = run(command.arg(&image))?.trim().to_owned();
        Ok(Self { id, image })
    }

    /// Whether it runs, and whether it was killed for its memory: `true false`.
    fn state(&self) -> Outcome<String> {
        self.inspect("{{.State.Running}} {{.State.OOMKilled}}")
    }

    fn process(&self) -> Outcome<u32> {
        Ok(self.inspect("{{.State.Pid}}")?.parse()?)
    }

    fn inspect(&self, format: &str) -> Outcome<String> {
        let printed = run(docker(&["inspect", "--format", format]).arg(&self.id))?;
        Ok(printed.trim().to_owned())
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        // They may be gone.
        let _ = run(docker(&["rm", "--force"]).arg(&self.id));
        let _ = run(docker(&["rmi"]).arg(&self.image));
    }
}

fn docker(arguments: &[&str]) -> Command {
    let mut docker = Command::new("docker");
    docker.args(arguments);
    docker
}
