//! Whose account is used, and that nobody else gets to see the password.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use local_platform::{Fault, PASSWORD};

use crate::support::{Call, PROGRAM, Project, assert_says, eventually, platform, server};

fn without_variables(call: Call) -> Call {
    let names = ["C8Y_BASEURL", "C8Y_TENANT", "C8Y_USER", "C8Y_PASSWORD"];
    names.into_iter().fold(call, Call::without)
}

#[test]
fn what_is_missing_is_named_with_its_option_and_its_variable() {
    let (project, platform) = (Project::new(), platform());
    for (variable, expected) in [
        ("C8Y_BASEURL", ["-d", "C8Y_BASEURL"]),
        ("C8Y_USER", ["-u", "C8Y_USER"]),
        ("C8Y_PASSWORD", ["terminal", "C8Y_PASSWORD"]),
    ] {
        let said = project.on(&platform, "status").env(variable, "").fails();
        assert_says(&said, &expected);
    }
}

#[test]
fn what_is_missing_shows_before_the_first_goal_begins() {
    let project = Project::new();
    let said = project.call("validate status").end();
    assert_says(&said.stderr(), &["no address"]);
    assert_eq!(said.stdout(), "");
}

#[test]
fn options_win_over_variables_and_the_password_there_has_a_warning() {
    let (project, platform) = (Project::new(), platform());
    let line = format!(
        "status -d {} -u admin -te t101 -p {PASSWORD}",
        platform.url()
    );
    let call = project
        .call(&line)
        .env("C8Y_BASEURL", "https://other.invalid");
    let outcome = call
        .env("C8Y_USER", "nobody")
        .env("C8Y_TENANT", "t100")
        .env("C8Y_PASSWORD", "wrong")
        .end();
    assert!(outcome.0.status.success(), "{outcome}");
    assert_says(&outcome.stderr(), &["warning: ", "C8Y_PASSWORD"]);
    let users: Vec<_> = platform.requests().into_iter().map(|it| it.user).collect();
    assert_eq!(users, [Some("t101/admin".to_owned())]);
}

#[test]
fn the_tenant_may_stand_before_the_user() {
    let (project, platform) = (Project::new(), platform());
    let call = without_variables(project.on(&platform, "status -u t102/admin"));
    call.env("C8Y_BASEURL", &platform.url())
        .env("C8Y_PASSWORD", PASSWORD)
        .ok();
    let user = platform.requests().remove(0).user;
    assert_eq!(user.as_deref(), Some("t102/admin"));
}

#[test]
fn a_tenant_that_is_not_given_is_asked_for() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    let said = project
        .on(&platform, "deploy subscribe")
        .without("C8Y_TENANT")
        .ok();
    assert_says(&said, &["Tenant t100 is subscribed"]);
}

/// Whether the terminal that a program's child has shows nothing of what is typed.
fn is_echo_off(program: u32) -> Result<(), String> {
    let read = |path: String| fs::read_to_string(path).map_err(|error| error.to_string());
    let children = read(format!("/proc/{program}/task/{program}/children"))?;
    let child = children.split_whitespace().next().ok_or("no child")?;
    let terminal =
        fs::read_link(format!("/proc/{child}/fd/0")).map_err(|error| error.to_string())?;
    let stty = Command::new("stty")
        .arg("-F")
        .arg(terminal)
        .arg("-a")
        .output();
    let settings = stty.map_err(|error| error.to_string())?.stdout;
    let settings = String::from_utf8_lossy(&settings).into_owned();
    settings.contains(" -echo ").then_some(()).ok_or(settings)
}

#[test]
fn the_password_is_asked_for_on_a_terminal_and_not_shown() {
    let (project, platform) = (Project::new(), platform());
    let line = format!("{PROGRAM} status -u t100/admin -d {}", platform.url());
    // Gives the program a terminal.
    let mut script = Command::new("script");
    script
        .args(["-qec", &line, "/dev/null"])
        .current_dir(project.folder());
    script
        .env_remove("C8Y_PASSWORD")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        println!("skipped: there is no `script`");
        return;
    };
    // A terminal shows what is typed too early.
    eventually("a hidden input", || is_echo_off(child.id()));
    let mut stdin = child.stdin.take().expect("an input");
    writeln!(stdin, "{PASSWORD}").expect("the program reads");
    let output = child.wait_with_output().expect("an end");
    assert!(output.status.success(), "{output:?}");
    let shown = String::from_utf8_lossy(&output.stdout);
    assert_says(&shown, &["Password of admin", "no application hello"]);
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[test]
fn a_password_from_the_environment_is_in_no_command_line() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    let slow = platform.inject(Fault::latency(Duration::from_millis(300)));
    let mut child = project.on(&platform, "deploy subscribe").start();
    eventually("a request", || {
        (slow.hits() > 0)
            .then_some(())
            .ok_or_else(|| "none".to_owned())
    });
    let command_line =
        fs::read(format!("/proc/{}/cmdline", child.id())).expect("a running program");
    let command_line = String::from_utf8_lossy(&command_line).into_owned();
    assert!(child.wait().expect("an end").success());
    assert_says(&command_line, &["deploy"]);
    assert!(!command_line.contains(PASSWORD), "{command_line}");
}

/// The addresses that a process listens on.
#[cfg(target_os = "linux")]
fn listening(process: u32) -> Vec<std::net::SocketAddr> {
    use procfs::net::TcpState;
    use procfs::process::{FDTarget, Process};

    let process = Process::new(process.try_into().expect("a number")).expect("a running process");
    let open = process.fd().expect("its files").filter_map(Result::ok);
    let open: Vec<_> = open.map(|file| file.target).collect();
    let mut sockets = process.tcp().expect("the system's list of sockets");
    // A machine may have no IPv6.
    sockets.extend(process.tcp6().unwrap_or_default());
    sockets.retain(|it| it.state == TcpState::Listen && open.contains(&FDTarget::Socket(it.inode)));
    sockets.into_iter().map(|it| it.local_address).collect()
}

#[test]
#[cfg(target_os = "linux")]
fn the_tool_listens_nowhere() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let here = listener.local_addr().expect("its address");
    assert!(listening(std::process::id()).contains(&here), "{here}");
    let (project, platform) = (Project::packed("1.0.0"), platform());
    let slow = platform.inject(Fault::latency(Duration::from_secs(1)));
    let mut child = project.on(&platform, "deploy subscribe").start();
    eventually("a request", || {
        (slow.hits() > 0)
            .then_some(())
            .ok_or_else(|| "none".to_owned())
    });
    let seen = listening(child.id());
    assert!(child.wait().expect("an end").success());
    assert!(seen.is_empty(), "{seen:?}");
}

#[test]
fn an_address_with_a_password_or_a_path_is_refused() {
    let project = Project::new();
    let said = project
        .call(&format!("status -d https://admin:{PASSWORD}@acme.com"))
        .fails();
    assert_says(&said, &["C8Y_PASSWORD"]);
    assert_says(
        &project.call("status -d acme.com/apps").fails(),
        &["has a path"],
    );
}

#[test]
fn an_address_that_is_not_encrypted_has_a_warning_unless_it_is_on_this_machine() {
    let (project, platform) = (Project::new(), platform());
    let call = project.on(&platform, "status -d http://platform.invalid");
    assert_says(&call.end().stderr(), &["warning: ", "not encrypted"]);
    // Without a scheme, with a slash at its end, and without a word of warning.
    let local = format!("{}/", platform.address());
    project
        .on(&platform, "status")
        .env("C8Y_BASEURL", &local)
        .ok();
}

#[test]
fn a_password_does_not_follow_a_redirect() {
    let (project, platform) = (Project::new(), platform());
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: {}/\r\nContent-Length: 0\r\n\r\n",
        platform.url()
    );
    let redirecting = server(answer);
    let call = project
        .on(&platform, "status")
        .env("C8Y_BASEURL", &redirecting.to_string());
    assert_says(&call.fails(), &["302", "redirects", &platform.url()]);
    assert_eq!(platform.requests(), []);
}

#[test]
fn a_proxy_is_asked_unless_the_platform_is_on_this_machine_or_exempt() {
    let (project, platform) = (Project::new(), platform());
    let refusing = "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".to_owned();
    let proxy = format!("http://{}", server(refusing));
    project
        .on(&platform, "status")
        .env("HTTPS_PROXY", &proxy)
        .ok();

    let call = || {
        let call = project.on(&platform, "status -d https://platform.invalid");
        call.env("HTTPS_PROXY", &proxy)
    };
    assert_says(&call().fails(), &["CONNECT proxy failed", "HTTPS_PROXY"]);
    let exempt = call().env("NO_PROXY", "platform.invalid").fails();
    assert_says(&exempt, &["cannot be reached"]);
}
