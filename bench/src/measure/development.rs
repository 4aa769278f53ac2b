//! A new project: its first build, and how soon a change is served by `cargo dev --watch`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Outcome;
use crate::numbers::median;
use crate::plan::Plan;
use crate::platform::OWNER;
use crate::process::{Background, agent, free_port, run};
use crate::report::{Report, Target};
use crate::workspace::{Workspace, cargo};

const NAME: &str = "hello-c8y";
/// What is changed, and what for, again and again.
const LINE: [&str; 2] = [
    r#"format!("{greeting}, {}!""#,
    r#"format!("{greeting}, {}.""#,
];
const ANSWER: [&str; 2] = ["Hello, admin!", "Hello, admin."];
const PATIENCE: Duration = Duration::from_mins(5);
const CHANGES: usize = 3;

pub(super) fn measure(workspace: &Workspace, _: &Plan, report: &mut Report) -> Outcome {
    let folder = std::env::temp_dir().join(format!("bench-{}", std::process::id()));
    let measured = generate(workspace, &folder).and_then(|project| measure_in(&project, report));
    fs::remove_dir_all(&folder)?;
    measured
}

/// A project of what this repository has committed, outside of it.
fn generate(workspace: &Workspace, folder: &Path) -> Outcome<PathBuf> {
    let template = folder.join("template");
    let mut clone = Command::new("git");
    run(clone
        .args(["clone", "--quiet"])
        .args([&workspace.root, &template]))?;
    let mut generate = workspace.cargo();
    generate
        // It wants to know, and not every machine says.
        .env("USER", "bench")
        .args(["run", "--quiet", "--package", "template-tests"])
        .args(["--example", "generate", "--", "generate", "--silent"])
        .args(["--name", NAME, "--path"])
        .args([&template, Path::new("--destination"), folder]);
    run(&mut generate)?;
    Ok(folder.join(NAME))
}

fn measure_in(project: &Path, report: &mut Report) -> Outcome {
    let cargo = || {
        let mut cargo = cargo(project);
        cargo.env("CARGO_TARGET_DIR", project.join("target"));
        cargo
    };
    run(cargo().args(["fetch", "--locked", "--quiet"]))?;
    let begin = Instant::now();
    run(cargo().args(["build", "--locked", "--quiet"]))?;
    let took = begin.elapsed().as_secs_f64();
    report.judge("new project, first build", took, Target::AtMost(150.0), "s");
    let port = free_port()?;
    let mut dev = cargo();
    dev.args(["dev", "--watch", "--port", &port.to_string()]);
    let dev = Background::start(dev.stderr(std::process::Stdio::null()))?;
    let took = changes(project, port);
    dev.terminate()?;
    let name = "new project, from a change to its answer";
    report.judge(name, median(took?), Target::AtMost(4.0), "s");
    Ok(())
}

/// Seconds from each change of a source to the first answer that shows it.
fn changes(project: &Path, port: u16) -> Outcome<Vec<f64>> {
    let url = format!("http://127.0.0.1:{port}/service/{NAME}/greeting");
    wait_for(&url, ANSWER[0])?;
    let source = project.join("src/routes/greeting.rs");
    let mut took = Vec::new();
    for change in 0..CHANGES {
        let (from, to) = (change % 2, (change + 1) % 2);
        let text = fs::read_to_string(&source)?;
        if !text.contains(LINE[from]) {
            return Err(format!("{} has no `{}`", source.display(), LINE[from]).into());
        }
        let begin = Instant::now();
        fs::write(&source, text.replace(LINE[from], LINE[to]))?;
        wait_for(&url, ANSWER[to])?;
        took.push(begin.elapsed().as_secs_f64());
        // What the change left to do is not a part of the next one.
        sleep(Duration::from_secs(1));
    }
    Ok(took)
}

fn wait_for(url: &str, expected: &str) -> Outcome {
    let end = Instant::now() + PATIENCE;
    let mut last = "nothing".to_owned();
    while Instant::now() < end {
        match agent().get(url).header("Authorization", OWNER).call() {
            Ok(answer) => last = answer.into_body().read_to_string()?,
            Err(error) => last = error.to_string(),
        }
        if last == expected {
            return Ok(());
        }
        sleep(Duration::from_millis(20));
    }
    Err(format!("{url} does not answer `{expected}` within {PATIENCE:?}, but `{last}`").into())
}
