//! What is no JSON, or not quite.

use packaging::{Manifest, Severity};

#[test]
fn what_is_no_json_has_one_finding_with_line_and_column() {
    for (json, expected) in [
        (
            "",
            "ends too early: EOF while parsing a value at line 1 column 0",
        ),
        (
            "{\n  \"name\": ",
            "ends too early: EOF while parsing a value at line 2 column 10",
        ),
        (
            "{\"a\": [1, 2",
            "ends too early: EOF while parsing a list at line 1 column 11",
        ),
        ("{\n  \"name\" \"a\"\n}", "expected `:` at line 2 column 10"),
        ("{} {}", "trailing characters at line 1 column 4"),
        ("\u{feff}{}", "byte order mark at line 1 column 1"),
        (
            "{\n \"a\": 1,\n \"a\": 2}",
            "the key \"a\" is there twice at line 3 column 4",
        ),
        (
            "{\"a\": {\"b\": 1, \"b\": 1}}",
            "the key \"b\" is there twice at line 1 column 18",
        ),
    ] {
        let findings = Manifest::review(json);
        let [finding] = &findings[..] else {
            panic!("{json}: {findings}")
        };
        assert_eq!((finding.severity, &*finding.path), (Severity::Error, "$"));
        assert!(finding.problem.ends_with(expected), "{json}: {finding}");
        let error = Manifest::parse(json).expect_err("no JSON").to_string();
        let place = expected.rsplit_once(" at ").expect("a place").1;
        assert!(error.ends_with(place), "{json}: {error}");
    }
}
