//! The README says which tests show what; they have to be there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const CRATE: &str = env!("CARGO_MANIFEST_DIR");
const HEADING: &str = "## What is kept, and what shows it";

#[test]
fn every_test_that_the_readme_names_is_there() {
    let readme = fs::read_to_string(Path::new(CRATE).join("README.md")).unwrap();
    let (_, table) = readme.split_once(HEADING).expect(HEADING);
    let table = table.split("\n## ").next().unwrap_or_default();
    let mut tests = BTreeSet::new();
    for folder in ["src", "tests"] {
        collect(&Path::new(CRATE).join(folder), &mut tests);
    }
    let named: BTreeSet<_> = rows(table).flat_map(tests_of).collect();
    assert!(named.len() > 50, "only these are named: {named:#?}");
    let missing: Vec<_> = named
        .iter()
        .filter(|name| !tests.contains(**name))
        .collect();
    assert!(missing.is_empty(), "named, but not there: {missing:#?}");
}

#[test]
fn every_row_of_the_readmes_table_names_a_test() {
    let readme = fs::read_to_string(Path::new(CRATE).join("README.md")).unwrap();
    let (_, table) = readme.split_once(HEADING).expect(HEADING);
    let table = table.split("\n## ").next().unwrap_or_default();
    let without: Vec<_> = rows(table)
        .filter(|row| tests_of(row).next().is_none())
        .collect();
    assert!(without.is_empty(), "{without:#?}");
}

/// The rows below the head of the table.
fn rows(table: &str) -> impl Iterator<Item = &str> {
    table.lines().filter(|line| line.starts_with('|')).skip(2)
}

/// What stands in backticks in the last column.
fn tests_of(row: &str) -> impl Iterator<Item = &str> {
    let column = row.trim_end_matches('|').rsplit('|').next();
    column.unwrap_or_default().split('`').skip(1).step_by(2)
}

/// The names of all tests in a folder's sources.
fn collect(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, tests);
        } else {
            let source = fs::read_to_string(&path).unwrap();
            // A test's name comes after its attributes.
            let tests_begin = source.split("test]\n").skip(1);
            tests.extend(tests_begin.filter_map(name_of));
        }
    }
}

fn name_of(after_attribute: &str) -> Option<String> {
    let (_, name) = after_attribute.split_once("fn ")?;
    Some(name.split('(').next()?.to_owned())
}
