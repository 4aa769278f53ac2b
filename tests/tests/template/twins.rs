//! A file with placeholders has a twin, NAME.liquid. Rendered with the reference's own values it is
//! the plain file.

use std::collections::BTreeSet;

use crate::support::{Generation, Template, Way, assert_same_text, read, reference_name};

/// The twins, by their paths in the repository without the suffix.
fn twins() -> Vec<&'static str> {
    let files = Template::tracked().files();
    files
        .iter()
        .filter_map(|file| file.strip_suffix(".liquid"))
        .collect()
}

fn in_project(file: &str) -> &str {
    file.strip_prefix("template/").unwrap_or(file)
}

#[test]
fn every_twin_renders_to_its_plain_file() {
    let template = Template::tracked();
    for way in Way::all() {
        let name = reference_name();
        let outcome = Generation::new(&way, template)
            .named(&name)
            .define("reference", "true")
            .run();
        let project = outcome.project(&name);
        for file in twins() {
            if file == "template/Cargo.lock" {
                continue; // The reference is built with the lock file at the root: see `lock`.
            }
            assert_same_text(
                &format!("{way}: {file}.liquid, rendered, against {file}"),
                &read(template.path().join(file)),
                &read(project.join(in_project(file))),
            );
        }
    }
}

#[test]
fn the_files_rendered_are_those_that_have_a_twin() {
    let config: toml::Table = toml::from_str(&read(
        Template::tracked().path().join("cargo-generate.toml"),
    ))
    .expect("cargo-generate.toml is TOML");
    let included: BTreeSet<_> = config["template"]["include"]
        .as_array()
        .expect("`include` is a list")
        .iter()
        .map(|path| path.as_str().expect("`include` lists paths").to_owned())
        .collect();
    let twins: BTreeSet<_> = twins()
        .into_iter()
        .map(|file| format!("/{}", in_project(file)))
        .collect();
    assert_eq!(
        included, twins,
        "`include` of cargo-generate.toml against the twins"
    );
}
