//! `docs/reliability.md` names tests, which have to be there.

use reliability::repository;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A test stands in the page as `` `module::name` ``, by its last two parts.
#[test]
fn every_test_that_the_page_names_is_there() {
    let page = fs::read_to_string(repository().join("docs/reliability.md")).expect("the page");
    let mut tests = BTreeSet::new();
    for folder in ["reliability", "template", "tests"] {
        collect(&repository().join(folder), &mut tests);
    }
    let named: BTreeSet<_> = named(&page).collect();
    assert!(!named.is_empty(), "no test is named in {page}");
    let missing: Vec<_> = named.iter().filter(|it| !tests.contains(**it)).collect();
    assert!(missing.is_empty(), "named, but not there: {missing:#?}");
}

/// What stands in backticks as `file::name`.
fn named(page: &str) -> impl Iterator<Item = &str> {
    let quoted = page.split('`').skip(1).step_by(2);
    quoted.filter(|it| {
        it.split_once("::")
            .is_some_and(|(file, name)| is_name(file) && is_name(name))
    })
}

fn is_name(text: &str) -> bool {
    let fits = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '_';
    text.chars().all(fits)
}

/// The names of all tests in a folder's sources, as `file::name`.
fn collect(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            collect(&path, tests);
        } else if path.extension().is_some_and(|it| it == "rs") {
            let module = module(&path);
            let source = fs::read_to_string(&path).expect("a source");
            // A test's name comes after its attributes, such as `#[test]` and `#[tokio::test(…)]`.
            let source = source.replace("::test(", "::test]\n");
            let names = source.split("test]\n").skip(1).filter_map(name_of);
            tests.extend(names.map(|name| format!("{module}::{name}")));
        }
    }
}

fn module(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default();
    let stem = stem.to_string_lossy();
    if stem == "mod" || stem == "main" || stem == "tests" {
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        return folder.to_string_lossy().into_owned();
    }
    stem.into_owned()
}

fn name_of(after_attribute: &str) -> Option<String> {
    let (_, name) = after_attribute.split_once("fn ")?;
    Some(name.split('(').next()?.to_owned())
}
