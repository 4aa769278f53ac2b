//! What the placeholders accept, and where their values go.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Generation, Template, Way, read};

fn manifest(project: &Path) -> Value {
    let text = read(project.join("cumulocity.json"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("cumulocity.json: {error}\n{text}"))
}

fn package(project: &Path) -> toml::Table {
    let text = read(project.join("Cargo.toml"));
    let manifest: toml::Table =
        toml::from_str(&text).unwrap_or_else(|error| panic!("Cargo.toml: {error}\n{text}"));
    manifest["package"]
        .as_table()
        .expect("[package] is a table")
        .clone()
}

#[test]
fn a_name_alone_is_enough() {
    for way in Way::all() {
        let outcome = Generation::new(&way, Template::tracked())
            .named("hello-c8y")
            .run();
        let project = outcome.project("hello-c8y");
        let manifest = manifest(&project);
        let package = package(&project);
        assert_eq!(package["name"].as_str(), Some("hello-c8y"), "{way}");
        assert_eq!(manifest["name"], "hello-c8y", "{way}");
        assert_eq!(manifest["isolation"], "MULTI_TENANT", "{way}");
        assert_eq!(
            manifest["version"].as_str(),
            package["version"].as_str(),
            "{way}: the versions of cumulocity.json and Cargo.toml"
        );
    }
}

#[test]
fn every_value_arrives_where_it_belongs() {
    for way in Way::all() {
        let outcome = Generation::new(&way, Template::tracked())
            .named("hello-c8y")
            .define("description", "Grüße & 'more', 100 % <safe>")
            .define("provider_name", "O'Neill & Søn (R&D), Ltd.")
            .define("provider_domain", "http://iot.example.com/about-us")
            .define("provider_support", "first.last+iot@mail.example.com")
            .define("isolation", "PER_TENANT")
            .run();
        let project = outcome.project("hello-c8y");
        let manifest = manifest(&project);
        assert_eq!(
            package(&project)["description"].as_str(),
            Some("Grüße & 'more', 100 % <safe>"),
            "{way}"
        );
        assert_eq!(
            manifest["provider"],
            json!({
                "name": "O'Neill & Søn (R&D), Ltd.",
                "domain": "http://iot.example.com/about-us",
                "support": "first.last+iot@mail.example.com",
            }),
            "{way}"
        );
        assert_eq!(manifest["isolation"], "PER_TENANT", "{way}");
    }
}

#[test]
fn the_manifest_asks_for_what_the_example_needs_and_is_probed() {
    let outcome = Generation::new(&Way::library(), Template::tracked())
        .named("hello-c8y")
        .run();
    let manifest = manifest(&outcome.project("hello-c8y"));
    assert_eq!(
        manifest["requiredRoles"],
        json!([
            "ROLE_INVENTORY_CREATE",
            "ROLE_IDENTITY_READ",
            "ROLE_IDENTITY_ADMIN",
            "ROLE_ALARM_READ",
            "ROLE_ALARM_ADMIN",
        ])
    );
    assert_eq!(manifest["roles"], json!(["ROLE_HELLO_C8Y_ADMIN"]));
    for (probe, path) in [
        ("livenessProbe", "/health/liveness"),
        ("readinessProbe", "/health/readiness"),
    ] {
        assert_eq!(
            manifest[probe]["httpGet"],
            json!({ "path": path, "port": 80 }),
            "{probe}"
        );
    }
}

#[test]
fn a_wrong_value_is_refused_by_its_placeholders_name() {
    let refused = [
        ("description", r#"say "hello""#),
        ("description", r"back\slash"),
        ("description", "two\nlines"),
        ("description", "a\ttab"),
        ("description", "{{authors}}"),
        ("description", "{% raw %}"),
        ("description", "trailing space "),
        ("description", ""),
        ("provider_name", r#"The "Company""#),
        ("provider_name", "{Company}"),
        ("provider_name", ""),
        ("provider_domain", "example com"),
        ("provider_domain", "ftp://example.com"),
        ("provider_domain", r#"https://example.com/""#),
        ("provider_support", "support"),
        ("provider_support", "support at example.com"),
        ("provider_support", "support@example"),
        ("isolation", "multi_tenant"),
        ("isolation", "SHARED"),
    ];
    for way in Way::from_folder() {
        for (placeholder, value) in refused {
            let outcome = Generation::new(&way, Template::tracked())
                .named("hello-c8y")
                .define(placeholder, value)
                .run();
            // A value of two lines does not even get through the command line.
            let reason = if value.contains('\n') {
                "value"
            } else {
                placeholder
            };
            outcome.assert_refused(&format!("{placeholder}={value:?}"), &[reason]);
        }
    }
}
