//! The goal `deploy`.

use std::fs;

use local_platform::Fault;
use serde_json::json;

use crate::support::{
    Project, applications, assert_says, manifest, platform, platform_with, recording_server,
};

#[test]
fn an_application_is_created_as_its_manifest_says_and_its_package_uploaded() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    let said = project.on(&platform, "deploy").ok();
    let [application] = &*applications(&platform) else {
        panic!("not one application: {said}")
    };
    let id = application["id"].as_str().expect("an ID");
    assert_says(
        &said,
        &[
            &format!("Created application hello (id {id})"),
            "Uploaded hello.zip, ",
            " MB, version 1.0.0",
        ],
    );
    for (field, expected) in [
        ("type", json!("MICROSERVICE")),
        ("key", json!("hello-microservice-key")),
        ("contextPath", json!("hello")),
        ("roles", json!(["ROLE_HELLO_CREATE"])),
        ("requiredRoles", json!(["ROLE_ALARM_READ"])),
    ] {
        assert_eq!(application[field], expected, "{field}");
    }
    assert_eq!(application["manifest"]["version"], "1.0.0");
}

#[test]
fn a_release_version_is_taken_once_and_a_snapshot_again_and_again() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    project.on(&platform, "deploy").ok();
    let refused = project.on(&platform, "deploy").fails();
    assert_says(
        &refused,
        &[
            "409",
            "version 1.0.0 was uploaded before",
            "-SNAPSHOT",
            "next version",
        ],
    );

    project.pack("1.1.0-SNAPSHOT");
    for _ in 0..2 {
        let said = project.on(&platform, "deploy").ok();
        assert!(!said.contains("Created"), "{said}");
    }
    assert_eq!(
        applications(&platform)[0]["manifest"]["version"],
        "1.1.0-SNAPSHOT"
    );
}

#[test]
fn an_application_of_another_tenant_is_not_ours() {
    let platform = platform_with(&manifest("1.0.0"));
    let project = Project::packed("1.0.0");
    // t101 is subscribed to the `hello` of its owner, and sees it.
    let said = project.on(&platform, "deploy -te t101").end();
    let created = format!("(id {})", platform.application_id());
    assert!(!said.stdout().contains(&created), "{said}");
    let requests = platform.requests();
    let uploads = requests
        .iter()
        .filter(|it| it.path.contains(&platform.application_id()));
    assert_eq!(uploads.count(), 0, "{requests:?}");
}

#[test]
fn nothing_is_sent_without_a_whole_package() {
    let (project, platform) = (Project::new(), platform());
    assert_says(
        &project.on(&platform, "deploy").fails(),
        &["hello.zip", "pack first"],
    );
    project.pack("1.0.0");
    let zip = project.path("hello.zip");
    let whole = fs::read(&zip).expect("a package");
    fs::write(&zip, &whole[..whole.len() / 2]).expect("half a package");
    assert_says(
        &project.on(&platform, "deploy").fails(),
        &["hello.zip", "pack again"],
    );
    assert_eq!(platform.requests(), []);
}

#[test]
fn an_upload_that_is_cut_leaves_nothing_and_the_next_one_succeeds() {
    let platform = platform_with(&manifest("1.0.0"));
    let project = Project::packed("1.0.0");
    let path = format!(
        "/application/applications/{}/binaries",
        platform.application_id()
    );
    for fault in [Fault::reset(), Fault::dropped()] {
        platform.inject(fault.at(&path).on("POST"));
        let said = project.on(&platform, "deploy").fails();
        assert_says(&said, &["cannot upload hello.zip", "run the goal again"]);
        platform.clear_faults();
    }
    assert!(applications(&platform)[0]["activeVersionId"].is_null());
    project.on(&platform, "deploy").ok();
    assert!(applications(&platform)[0]["activeVersionId"].is_string());
}

#[test]
fn name_application_and_folder_can_be_given() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    let elsewhere = Project::empty();
    fs::rename(project.path("hello.zip"), project.path("other.zip")).expect("a file");
    let folder = project.folder().to_str().expect("a path");
    let line = format!("deploy -dir {folder} -n other -a hello");
    assert_says(
        &elsewhere.on(&platform, &line).ok(),
        &["Created application hello", "Uploaded other.zip"],
    );
}

#[test]
fn a_package_without_its_project_is_deployed_by_name() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    fs::remove_file(project.path("cumulocity.json")).expect("a file");
    assert_says(
        &project.on(&platform, "deploy subscribe -n hello").ok(),
        &["Uploaded hello.zip", "t100 is subscribed"],
    );
}

#[test]
fn a_package_may_be_deployed_from_a_folder_below_its_project() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    let below = project.path("docker");
    assert_says(
        &project.on(&platform, "deploy").within(&below).ok(),
        &["Uploaded hello.zip"],
    );
}

#[test]
fn the_length_of_an_upload_is_said_beforehand() {
    let owner = json!({"tenant": {"id": "t100"}});
    let application = json!({"id": "1", "name": "hello", "type": "MICROSERVICE", "owner": owner});
    let body = json!({"applications": [application]}).to_string();
    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length";
    let (address, heads) = recording_server(format!("{head}: {}\r\n\r\n{body}", body.len()));
    let project = Project::packed("1.0.0");
    let call = project.on(&platform(), "deploy");
    call.env("C8Y_BASEURL", &address.to_string()).ok();
    let heads: Vec<String> = heads.try_iter().collect();
    let [_, upload] = &*heads else {
        panic!("{heads:?}")
    };
    assert_says(
        upload,
        &[
            "post /application/applications/1/binaries http/1.1",
            "\r\ncontent-length: ",
        ],
    );
    assert!(!upload.contains("transfer-encoding"), "{upload}");
}
