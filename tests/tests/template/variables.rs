//! The README of a project lists every variable that the service reads.

use std::collections::BTreeSet;

use crate::support::{Template, read, repository};

const SDK: &str = "template/crates/c8y-microservice/src";
/// Set by whoever runs a CGI program, and only looked at for being there.
const NOT_CONFIGURATION: [&str; 1] = ["REQUEST_METHOD"];

/// The names of variables among the strings of a source.
fn names(source: &str) -> impl Iterator<Item = &str> {
    let is_name = |text: &&str| {
        text.len() > 1
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text
                .chars()
                .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    // In a source of ours, every second part between quotes is a string.
    source.split('"').skip(1).step_by(2).filter(is_name)
}

#[test]
fn every_variable_that_is_read_is_in_the_table() {
    let readme = read(repository().join("template/README.md"));
    let files = Template::tracked().files();
    let read_here = |file: &&String| {
        file.starts_with(&format!("{SDK}/config"))
            || [format!("{SDK}/clock.rs"), format!("{SDK}/logging.rs")].contains(file)
    };
    let sources = files.iter().filter(read_here);
    let sources = sources.filter(|file| !file.ends_with("tests.rs"));
    let texts: Vec<String> = sources.map(|file| read(repository().join(file))).collect();
    let variables: BTreeSet<&str> = texts
        .iter()
        .flat_map(|text| names(text))
        .filter(|name| !NOT_CONFIGURATION.contains(name))
        .collect();
    assert!(variables.contains("C8Y_BASEURL"), "{variables:?}");
    let missing: Vec<_> = variables
        .iter()
        .filter(|name| !readme.contains(&format!("`{name}`")))
        .collect();
    assert!(
        missing.is_empty(),
        "read, but not in the README: {missing:?}"
    );
}
