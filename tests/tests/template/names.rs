//! Which names a project can have.

use std::fs;

use crate::support::{Generation, Template, Way, read, repository};

const REFUSED: [(&str, &[&str]); 26] = [
    (
        "my_service",
        &[r#""_" is not allowed"#, r#"Try "my-service"."#],
    ),
    (
        "MyService",
        &[r#""M" is not allowed"#, r#"Try "my-service"."#],
    ),
    (
        "hello c8y",
        &[r#"" " is not allowed"#, r#"Try "hello-c8y"."#],
    ),
    (
        "hello.c8y",
        &[r#""." is not allowed"#, r#"Try "hello-c8y"."#],
    ),
    ("../hello", &[r#""." is not allowed"#]),
    ("größe", &[r#""ö" is not allowed"#]),
    ("{{hello}}", &[r#""{" is not allowed"#]),
    ("", &["it is empty"]),
    (
        "2nd",
        &["does not begin with a letter", "Choose another one."],
    ),
    (
        "-hello",
        &["does not begin with a letter", r#"Try "hello"."#],
    ),
    ("hello-", &["ends with a hyphen", r#"Try "hello"."#]),
    (
        "hello--c8y",
        &["two hyphens in a row", r#"Try "hello-c8y"."#],
    ),
    ("a-name-of-24-characters-", &["ends with a hyphen"]),
    (
        "abcdefghijklmnopqrstuvwx",
        &["it has 24 characters", "Choose a shorter one"],
    ),
    ("type", &["keyword", r#"such as "my-type""#]),
    ("gen", &["keyword", r#"such as "my-gen""#]),
    ("async", &["keyword", r#"such as "my-async""#]),
    ("std", &["crate of Rust's own"]),
    ("core", &["crate of Rust's own"]),
    ("alloc", &["crate of Rust's own"]),
    ("test", &["crate of Rust's own"]),
    ("proc-macro", &["crate of Rust's own"]),
    ("service", &["of the project itself"]),
    ("bytes", &["Cargo.lock cannot hold both"]),
    ("serde", &["Cargo.lock cannot hold both"]),
    ("actix-web", &["Cargo.lock cannot hold both"]),
];

const RULE: &str =
    "a-z, 0-9 and single hyphens between them, first a letter, at most 23 characters";

#[test]
fn a_refused_name_is_told_the_rule_and_leaves_nothing_behind() {
    for way in Way::from_folder() {
        for (name, reasons) in REFUSED {
            let outcome = Generation::new(&way, Template::tracked()).named(name).run();
            outcome.assert_refused(&format!("the name {name:?}"), reasons);
            outcome.assert_refused(&format!("the name {name:?}"), &[RULE]);
            assert_eq!(outcome.left_behind(), [""; 0], "{way}: after {name:?}");
        }
    }
}

#[test]
fn the_names_of_the_projects_own_crates_are_refused() {
    for entry in fs::read_dir(repository().join("template/crates")).expect("the crates") {
        let name = entry.expect("a crate").file_name();
        let name = name.to_string_lossy();
        Generation::new(&Way::library(), Template::tracked())
            .named(&name)
            .run()
            .assert_refused(&format!("the name {name:?}"), &["of the project itself"]);
    }
}

#[test]
fn names_at_the_edges_of_the_rule_are_accepted() {
    for name in ["a", "x1-2y-z3", "hello-c8y", "abcdefghijklmnopqrstuvw"] {
        Generation::new(&Way::library(), Template::tracked())
            .named(name)
            .run()
            .project(name);
    }
}

#[test]
fn a_name_from_the_environment_is_checked_too() {
    for way in Way::all() {
        let from_environment = |name| {
            Generation::new(&way, Template::tracked())
                .env("CARGO_GENERATE_VALUE_PROJECT_NAME", name)
                .define("description", "Named by the environment")
                .define("provider_name", "New Company Ltd.")
                .define("provider_domain", "example.com")
                .define("provider_support", "support@example.com")
                .define("isolation", "PER_TENANT")
                .run()
        };
        from_environment("hello-c8y").project("hello-c8y");
        from_environment("my_service").assert_refused(
            "my_service from the environment",
            &[r#"Try "my-service"."#, RULE, "empty and can be deleted"],
        );
    }
}

#[test]
fn a_second_name_among_the_values_counts_for_nothing() {
    for way in Way::all() {
        let outcome = Generation::new(&way, Template::tracked())
            .named("hello-c8y")
            .define("project-name", "My_Service")
            .run();
        let manifest = read(outcome.project("hello-c8y").join("Cargo.toml"));
        assert!(
            manifest.contains(r#"name = "hello-c8y""#),
            "{way}:\n{manifest}"
        );
    }
}
