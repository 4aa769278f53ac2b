//! What a test has counted, for `docs/reliability.md`.

use std::fs;
use std::sync::Mutex;

use crate::repository;

static PAGE: Mutex<()> = Mutex::new(());

/// Prints what a test has counted; with `UPDATE=1` it stands in the test's row of the page
/// afterwards. That is for the long forms: a short one has a row only where there is no long one.
///
/// # Panics
///
/// If the page cannot be read or written.
pub fn counted(test: &str, counts: &[(u64, &str)]) {
    let counts = counts
        .iter()
        .map(|(number, what)| format!("{} {what}", grouped(*number)));
    let counts = counts.collect::<Vec<_>>().join(", ");
    println!("{test}: {counts}");
    if std::env::var_os("UPDATE").is_none() {
        return;
    }
    let _guard = PAGE.lock();
    let path = repository().join("docs/reliability.md");
    let page = fs::read_to_string(&path).expect("the page");
    let name = format!("| `{test}` |");
    let lines = page.lines().map(|line| {
        if line.starts_with(&name) {
            format!("{name} {counts} |")
        } else {
            line.to_owned()
        }
    });
    let lines: Vec<_> = lines.collect();
    fs::write(path, lines.join("\n") + "\n").expect("the page can be written");
}

/// `12,345,678`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn numbers_are_grouped_by_thousands() {
    for (number, text) in [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (12_345_678, "12,345,678"),
    ] {
        assert_eq!(grouped(number), text);
    }
}
