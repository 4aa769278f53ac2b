//! The goal `bootstrap`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use local_platform::LocalPlatform;

use crate::support::{Project, applications, assert_says, manifest, platform, platform_with};

/// The file as programs read it that know such files.
fn variables(project: &Project) -> BTreeMap<String, String> {
    let all = dotenvy::from_path_iter(project.path(".env")).expect("a file");
    all.map(|variable| variable.expect("a variable")).collect()
}

/// The status of a request with the user that three variables name.
fn status(
    platform: &LocalPlatform,
    variables: &BTreeMap<String, String>,
    prefix: &str,
    path: &str,
) -> u16 {
    let value = |name: &str| &variables[&format!("{prefix}{name}")];
    let user = format!(
        "{}/{}:{}",
        value("TENANT"),
        value("USER"),
        value("PASSWORD")
    );
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build();
    let request = ureq::Agent::from(config).get(format!("{}{path}", platform.url()));
    let credentials = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, user);
    let answer = request
        .header("authorization", format!("Basic {credentials}"))
        .call();
    answer.expect("an answer").status().as_u16()
}

#[test]
fn the_application_is_registered_and_the_environment_of_its_service_written() {
    let (project, platform) = (Project::new(), platform());
    let said = project.on(&platform, "bootstrap").ok();
    assert_says(
        &said,
        &[
            "Created application hello",
            "Tenant t100 is subscribed",
            "Wrote ",
            ".env",
        ],
    );
    let variables = variables(&project);
    for (name, expected) in [
        ("C8Y_BASEURL", platform.url().as_str()),
        ("C8Y_BOOTSTRAP_TENANT", "t100"),
        ("C8Y_BOOTSTRAP_USER", "servicebootstrap_hello"),
        ("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT"),
        ("APPLICATION_NAME", "hello"),
        ("APPLICATION_KEY", "hello-microservice-key"),
        ("SERVER_ADDRESS", "127.0.0.1"),
        ("SERVER_PORT", "8080"),
    ] {
        assert_eq!(
            variables.get(name).map(String::as_str),
            Some(expected),
            "{name}"
        );
    }
    assert_eq!(variables.get("C8Y_USER"), None);
    let path = "/application/currentApplication/subscriptions";
    assert_eq!(status(&platform, &variables, "C8Y_BOOTSTRAP_", path), 200);
    assert!(
        !said.contains(&variables["C8Y_BOOTSTRAP_PASSWORD"]),
        "{said}"
    );
}

#[test]
fn with_an_instance_per_tenant_the_service_user_is_written_as_well() {
    let mut manifest = manifest("1.0.0");
    manifest["isolation"] = "PER_TENANT".into();
    let (project, platform) = (Project::of(&manifest), platform());
    project.on(&platform, "bootstrap").ok();
    let variables = variables(&project);
    assert_eq!(variables["C8Y_MICROSERVICE_ISOLATION"], "PER_TENANT");
    assert_eq!(variables["C8Y_USER"], "service_hello");
    assert_eq!(status(&platform, &variables, "C8Y_", "/alarm/alarms"), 200);

    manifest["isolation"] = "MULTI_TENANT".into();
    project.write("cumulocity.json", &manifest.to_string());
    project.on(&platform, "bootstrap").ok();
    assert!(!project.read(".env").contains("C8Y_USER"));
}

#[test]
fn only_its_owner_reads_the_file_and_its_other_lines_are_kept() {
    let (project, platform) = (Project::new(), platform());
    project.write(
        ".env",
        "# mine\nRUST_LOG=debug\nSERVER_PORT=9090\nexport C8Y_BASEURL=old\n",
    );
    let mode = |mode| fs::set_permissions(project.path(".env"), fs::Permissions::from_mode(mode));
    mode(0o644).expect("a file");
    project.on(&platform, "bootstrap").ok();
    let first = project.read(".env");
    project.on(&platform, "bootstrap").ok();
    assert_eq!(project.read(".env"), first);
    assert!(
        first.starts_with("# mine\nRUST_LOG=debug\nSERVER_PORT=9090\n"),
        "{first}"
    );
    assert!(!first.contains("old") && !first.contains("8080"), "{first}");
    let mode = fs::metadata(project.path(".env"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600, "{mode:o}");
    assert_eq!(fs::read_dir(project.folder()).expect("a folder").count(), 2);
}

#[test]
fn the_roles_of_an_application_that_is_there_become_those_of_the_manifest() {
    let platform = platform_with(&manifest("1.0.0"));
    let mut changed = manifest("1.0.0");
    changed["requiredRoles"] = vec!["ROLE_ALARM_READ", "ROLE_EVENT_READ"].into();
    let said = Project::of(&changed).on(&platform, "bootstrap").ok();
    assert_says(
        &said,
        &[
            "Updated the roles of application hello",
            "subscribed already",
        ],
    );
    assert_eq!(
        applications(&platform)[0]["requiredRoles"],
        changed["requiredRoles"]
    );
    let said = Project::of(&changed).on(&platform, "bootstrap").ok();
    assert!(!said.contains("Updated"), "{said}");
}

#[test]
fn nothing_is_done_where_git_would_take_the_passwords() {
    let (project, platform) = (Project::new(), platform());
    let git = |arguments: &[&str]| {
        let mut git = Command::new("git");
        let done = git
            .args(arguments)
            .current_dir(project.folder())
            .output()
            .expect("git");
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "--quiet"]);
    let refused = project.on(&platform, "bootstrap").fails();
    assert_says(&refused, &["git does not ignore .env", ".gitignore"]);
    assert_eq!(platform.requests(), []);
    assert!(!project.path(".env").exists());

    project.write(".gitignore", ".env\n");
    project.on(&platform, "bootstrap").ok();
    git(&["add", "--force", ".env"]);
    assert_says(
        &project.on(&platform, "bootstrap").fails(),
        &["git rm --cached .env"],
    );
}

#[test]
fn without_git_nothing_can_be_committed() {
    let (project, platform) = (Project::new(), platform());
    project
        .on(&platform, "bootstrap")
        .env("PATH", "/nowhere")
        .ok();
}
