//! What the program says when a step fails: which one, what the platform answered, what to do.

use std::net::TcpListener;

use local_platform::{Fault, LocalPlatform, PASSWORD};
use serde_json::json;

use crate::support::{Project, assert_says, manifest, platform, platform_with, server};

/// Makes the user `reader` of the owner, who may do no more than read applications.
fn add_reader(platform: &LocalPlatform) {
    let roles = [
        json!({"role": {"id": "ROLE_APPLICATION_MANAGEMENT_READ"}}),
        json!({"role": {"id": "ROLE_INVENTORY_READ"}}),
    ];
    let user = json!({
        "userName": "reader", "email": "reader@example.com", "password": PASSWORD,
        "roles": {"references": roles},
    });
    let request = ureq::post(format!("{}/user/t100/users", platform.url()));
    let request = request.header(
        "authorization",
        "Basic dDEwMC9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==",
    );
    request.send_json(user).expect("a new user");
}

#[test]
fn a_wrong_password_a_wrong_user_and_no_such_tenant() {
    let (project, platform) = (Project::packed("1.0.0"), platform_with(&manifest("1.0.0")));
    for (variable, wrong) in [
        ("C8Y_PASSWORD", "wrong-one"),
        ("C8Y_USER", "nobody"),
        ("C8Y_TENANT", "t999"),
    ] {
        let said = project.on(&platform, "deploy").env(variable, wrong).fails();
        assert_says(
            &said,
            &[
                "cannot look up the application hello",
                "401",
                "C8Y_PASSWORD",
                "-te",
            ],
        );
        assert!(!said.contains("wrong-one"), "{said}");
    }
    let said = project
        .on(&platform, "subscribe -te t999 -u t100/admin")
        .fails();
    assert_says(
        &said,
        &[
            "cannot subscribe the tenant t999",
            "404",
            "check the tenant (-te t999)",
        ],
    );
}

#[test]
fn a_missing_role_is_named() {
    let (project, platform) = (Project::packed("1.0.0"), platform_with(&manifest("1.0.0")));
    add_reader(&platform);
    for line in [
        "deploy",
        "subscribe",
        "unsubscribe",
        "undeploy",
        "bootstrap",
    ] {
        let said = project
            .on(&platform, line)
            .env("C8Y_USER", "reader")
            .fails();
        assert_says(
            &said,
            &["403", "the user needs ROLE_APPLICATION_MANAGEMENT_ADMIN"],
        );
    }
    let said = project
        .on(&platform, "status")
        .env("C8Y_USER", "reader")
        .ok();
    assert_says(&said, &["not for this user to see"]);
}

#[test]
fn a_name_that_is_taken_by_another_application() {
    let platform = platform();
    let taken = json!({"name": "hello", "key": "hello-microservice-key", "type": "EXTERNAL", "externalUrl": "http://localhost"});
    let request = ureq::post(format!("{}/application/applications", platform.url()));
    let request = request.header(
        "authorization",
        "Basic dDEwMC9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==",
    );
    request.send_json(taken).expect("a new application");
    let said = Project::packed("1.0.0").on(&platform, "deploy").fails();
    assert_says(
        &said,
        &["cannot create the application hello", "409", "taken"],
    );
}

#[test]
fn every_status_has_an_advice() {
    let (project, platform) = (Project::packed("1.0.0"), platform_with(&manifest("1.0.0")));
    for (status, expected) in [
        (400, "correct what the answer names"),
        (413, "make the image smaller"),
        (422, "validate"),
        (429, "wait a little"),
        (500, "later"),
        (503, "later"),
    ] {
        platform.inject(Fault::status(status).on("POST"));
        let said = project.on(&platform, "deploy").fails();
        assert_says(
            &said,
            &[
                "cannot upload hello.zip",
                &status.to_string(),
                "This error was asked for",
                expected,
            ],
        );
        platform.clear_faults();
    }
}

#[test]
fn half_an_answer_is_none() {
    let (project, platform) = (Project::new(), platform_with(&manifest("1.0.0")));
    platform.inject(Fault::half_body());
    assert_says(
        &project.on(&platform, "status").fails(),
        &["cannot look up", "run the goal again"],
    );
}

#[test]
fn a_page_of_something_else_is_not_printed() {
    let project = Project::new();
    let page = "<html>Bad gateway of a proxy</html>";
    for (status, expected) in [
        ("502 Bad Gateway", "502 Bad Gateway"),
        ("200 OK", "what no platform does"),
    ] {
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{page}",
            page.len()
        );
        let call = project
            .on(&platform(), "status")
            .env("C8Y_BASEURL", &server(answer).to_string());
        let said = call.fails();
        assert_says(&said, &[expected]);
        assert!(!said.contains("html"), "{said}");
    }
}

#[test]
fn a_platform_that_is_not_there() {
    let free = TcpListener::bind("127.0.0.1:0")
        .expect("a free port")
        .local_addr()
        .expect("an address");
    let platform = platform();
    let tls = format!("https://{}", platform.address());
    for (address, expected) in [
        (free.to_string(), "refuses connections"),
        (
            "https://no-such-host.invalid".to_owned(),
            "check the address (-d)",
        ),
        (tls, "TLS"),
    ] {
        let said = Project::new()
            .on(&platform, "status")
            .env("C8Y_BASEURL", &address)
            .fails();
        assert_says(&said, &["cannot look up the application hello", expected]);
    }
    assert_eq!(platform.requests(), []);
}
