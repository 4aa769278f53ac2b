//! Services in other languages that do the same work, each at its best.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::Outcome;
use crate::numbers::{median, number};
use crate::plan::Plan;
use crate::platform::Platform;
use crate::process::run;
use crate::report::Report;
use crate::service::Service;
use crate::workspace::Workspace;

const READINESS: &str = "/health";

/// The folders in `bench/peers`, each with `requirements.txt` and `service.py`, and what is in them.
const KINDS: [(&str, &str); 2] = [
    ("pyc8y", "Python, pyc8y on aiohttp"),
    ("flask", "Python, c8y_api on Flask"),
];

/// The program of a peer.
struct Program {
    name: &'static str,
    interpreter: PathBuf,
    source: PathBuf,
}

/// The peers that this machine can run.
pub(crate) struct Peers<'a> {
    workspace: &'a Workspace,
    programs: Vec<Program>,
}

/// A peer that runs, at its best concurrency.
pub(crate) struct Peer {
    name: &'static str,
    concurrency: usize,
    service: Service,
    rates: Vec<f64>,
}

impl<'a> Peers<'a> {
    /// Those whose libraries can be had; of the others the report says why not.
    pub(crate) fn install(workspace: &'a Workspace, report: &mut Report) -> Self {
        let mut programs = Vec::new();
        for (folder, name) in KINDS {
            eprintln!("Installing: {name}");
            match install(workspace, folder, name) {
                Ok(program) => programs.push(program),
                Err(why) => report.leave_out(name, &why),
            }
        }
        Self {
            workspace,
            programs,
        }
    }

    /// Starts each at the concurrency that it is fastest at.
    pub(crate) fn best(&self, platform: &Platform, plan: &Plan) -> Outcome<Vec<Peer>> {
        let best = |program| {
            let mut best = None;
            for concurrency in plan.concurrency_of_peers {
                let peer = self.start(program, platform, *concurrency)?;
                let rate = peer.service.rate(1)?;
                if best.is_none_or(|(fastest, _)| rate > fastest) {
                    best = Some((rate, *concurrency));
                }
            }
            let (_, concurrency) = best.ok_or("no concurrency to try")?;
            self.start(program, platform, concurrency)
        };
        self.programs.iter().map(best).collect()
    }

    /// With its connections open and its sources known.
    fn start(&self, program: &Program, platform: &Platform, concurrency: usize) -> Outcome<Peer> {
        let mut command = Command::new(&program.interpreter);
        command
            .arg(&program.source)
            .env("FAN_OUT_CONCURRENCY", concurrency.to_string());
        let service = Service::run(self.workspace, platform, command, READINESS)?;
        service.fan_out()?;
        Ok(Peer {
            name: program.name,
            concurrency,
            service,
            rates: Vec::new(),
        })
    }
}

impl Peer {
    pub(crate) fn take_turn(&mut self) -> Outcome {
        self.rates.push(self.service.rate(1)?);
        Ok(())
    }

    pub(crate) fn name(&self) -> &str {
        self.name
    }

    /// Alarms per second.
    pub(crate) fn rate(&self) -> f64 {
        median(self.rates.clone())
    }

    pub(crate) fn concurrency(&self) -> f64 {
        number(self.concurrency)
    }

    /// Resident memory, in MiB.
    pub(crate) fn resident(&self) -> Outcome<f64> {
        Ok(self.service.memory()?.resident / crate::measure::MIB)
    }
}

/// Makes a virtual environment with what a peer requires, once.
fn install(workspace: &Workspace, folder: &str, name: &'static str) -> Outcome<Program> {
    let source = workspace.root.join("bench/peers").join(folder);
    let environment = workspace.scratch.join("peers").join(folder);
    let requirements = source.join("requirements.txt");
    let (required, installed) = (
        fs::read_to_string(&requirements)?,
        environment.join("installed"),
    );
    let interpreter = environment.join("bin/python");
    if fs::read_to_string(&installed).ok().as_ref() != Some(&required) {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&environment))?;
        let mut pip = Command::new(&interpreter);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        run(pip.arg("--requirement").arg(&requirements))?;
        fs::write(installed, required)?;
    }
    Ok(Program {
        name,
        interpreter,
        source: source.join("service.py"),
    })
}
