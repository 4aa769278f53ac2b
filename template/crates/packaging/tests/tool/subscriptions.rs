//! The goals `subscribe`, `unsubscribe` and `undeploy`.

use local_platform::LocalPlatform;

use crate::support::{Project, applications, assert_says, get, manifest, platform, platform_with};

fn is_subscribed(platform: &LocalPlatform, tenant: &str) -> bool {
    let path = format!("/tenant/tenants/{tenant}/applications?pageSize=100");
    let references = get(platform, &path)["references"].clone();
    let references = references.as_array().expect("a list").clone();
    references
        .iter()
        .any(|it| it["application"]["name"] == "hello")
}

#[test]
fn a_tenant_is_subscribed_and_unsubscribed_as_often_as_one_likes() {
    let (project, platform) = (Project::packed("1.0.0"), platform());
    // In the platform's order, whatever the order here.
    let said = project.on(&platform, "subscribe deploy").ok();
    assert_says(&said, &["Created", "Tenant t100 is subscribed\n"]);
    assert!(is_subscribed(&platform, "t100"));
    assert_eq!(
        project.on(&platform, "subscribe").ok(),
        "Tenant t100 is subscribed already\n"
    );

    assert_eq!(
        project.on(&platform, "unsubscribe").ok(),
        "Tenant t100 is not subscribed any more\n"
    );
    assert!(!is_subscribed(&platform, "t100"));
    assert_eq!(
        project.on(&platform, "unsubscribe").ok(),
        "Tenant t100 is not subscribed anyway\n"
    );
}

#[test]
fn another_tenant_is_subscribed_by_the_owner_and_by_id() {
    let (project, platform) = (Project::empty(), platform_with(&manifest("1.0.0")));
    let id = platform.application_id();
    let line = format!("unsubscribe -te t101 -u t100/admin -id {id}");
    assert_says(
        &project.on(&platform, &line).ok(),
        &["t101 is not subscribed any more"],
    );
    assert!(!is_subscribed(&platform, "t101") && is_subscribed(&platform, "t100"));
    project
        .on(&platform, &line.replace("unsubscribe", "subscribe"))
        .ok();
    assert!(is_subscribed(&platform, "t101"));
}

#[test]
fn an_application_that_is_not_deployed_cannot_be_subscribed() {
    let (project, platform) = (Project::new(), platform());
    assert_says(
        &project.on(&platform, "subscribe").fails(),
        &["no application hello", "deploy it first"],
    );
    assert_says(
        &project.on(&platform, "subscribe -id 999999").fails(),
        &["404", "999999"],
    );
}

#[test]
fn an_application_is_deleted_when_no_other_tenant_is_subscribed() {
    let (project, platform) = (Project::new(), platform_with(&manifest("1.0.0")));
    assert_says(
        &project.on(&platform, "undeploy").fails(),
        &["409", "unsubscribe"],
    );
    for tenant in ["t101", "t102", "t103"] {
        project
            .on(
                &platform,
                &format!("unsubscribe -u t100/admin -te {tenant}"),
            )
            .ok();
    }
    assert_eq!(
        project.on(&platform, "undeploy").ok(),
        "Deleted application hello\n"
    );
    assert!(applications(&platform).is_empty());
    project.on(&platform, "unsubscribe").ok();
    assert_eq!(
        project.on(&platform, "undeploy").ok(),
        "There is no application hello\n"
    );
}
