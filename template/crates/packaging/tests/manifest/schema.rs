//! The JSON Schema says what the validator says, and the file holds it.

use std::path::Path;
use std::sync::LazyLock;

use boon::{Compiler, SchemaIndex, Schemas};
use packaging::{Manifest, Severity};
use serde_json::{Value, json};

use crate::accepted::manifests;
use crate::broken::cases;
use crate::complete::{complete, pointers, with};

static SCHEMA: LazyLock<(Schemas, SchemaIndex)> = LazyLock::new(|| {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    let name = "manifest.json";
    compiler
        .add_resource(name, packaging::manifest_schema())
        .expect("a name");
    let index = compiler.compile(name, &mut schemas);
    (schemas, index.expect("a JSON Schema"))
});

fn fits_schema(manifest: &Value) -> bool {
    let (schemas, index) = &*SCHEMA;
    schemas.validate(manifest, *index).is_ok()
}

#[test]
fn the_file_is_up_to_date() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../cumulocity.schema.json");
    let text = format!("{:#}\n", packaging::manifest_schema());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &text).expect("the file can be written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        written == text,
        "cumulocity.schema.json is out of date; to rebuild it: UPDATE=1 cargo test -p packaging \
         up_to_date"
    );
}

#[test]
fn what_is_accepted_fits_the_schema() {
    for manifest in manifests().into_iter().chain([complete()]) {
        assert!(fits_schema(&manifest), "{manifest:#}");
    }
}

#[test]
fn what_is_wrong_by_itself_does_not_fit_the_schema() {
    for (pointer, value, finding) in cases() {
        // It knows nothing about several fields at once, and editors would show what is no error
        // as one.
        let is_known = finding.starts_with("error ") && !finding.ends_with("each key once")
            || finding.starts_with("warning $.apiVersion");
        let fits = fits_schema(&with(&pointer, value.clone()));
        assert_eq!(fits, !is_known, "{pointer} = {value}, for {finding}");
    }
}

#[test]
fn a_field_that_is_null_is_absent_to_both() {
    for pointer in pointers(&complete(), "") {
        let manifest = with(&pointer, Value::Null);
        let is_accepted = Manifest::from_value(manifest.clone()).is_ok();
        assert_eq!(fits_schema(&manifest), is_accepted, "{pointer}");
    }
}

#[test]
fn a_value_of_another_kind_is_refused_by_both() {
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(7),
        json!(0.5),
        json!(""),
        json!("1"),
        json!("a"),
        json!([]),
        json!([""]),
        json!([null]),
        json!({}),
    ];
    for pointer in pointers(&complete(), "") {
        for value in &values {
            let manifest = with(&pointer, value.clone());
            let findings = Manifest::review(&manifest.to_string());
            let is_accepted = !findings.has_errors() && findings.warnings().next().is_none();
            assert_eq!(
                fits_schema(&manifest),
                is_accepted,
                "{pointer} = {value}: {findings}"
            );
        }
    }
}

#[test]
fn texts_have_the_same_form_for_both() {
    for (pointer, texts) in [
        (
            "/apiVersion",
            "1 2 v2 v10 007 0 v0 v 2.0 V2 -1 v2.1 x 99999999999999999999",
        ),
        (
            "/name",
            "a a-b 7 -a A a_b ü a.b a-name-of-23-characters a-name-of-24-characters-",
        ),
        ("/contextPath", "a A a-b a.b ü a/b / a?b a\u{a0}b"),
        (
            "/version",
            "1.0.0 0.0.0 10.20.30 1.0 1 1.0.0.0 01.0.0 1.00.0 1.0.0- 1.0.0-SNAPSHOT 1.0.0-a.b.1 \
             1.0.0-a..b 1.0.0-01 1.0.0-0 1.0.0-0a 1.0.0-a_b 1.0.0-- 1.0.0-a. 1.0.0+1 1.0.0-a+1 v1.0.0",
        ),
        (
            "/provider/support",
            "a@b a.b@c.d a @ a@ @b a@b@c a@b, a@\u{a0}",
        ),
        (
            "/resources/cpu",
            "0.1 0.10 0.01 0.09 0.0 0 1 1. .5 1.5 00.5 01 10 100m 99m 0100m 1000m 0.5m m 1M -1 +1 1e3 \
             0.1m 1m 1k 1,5",
        ),
        (
            "/resources/memory",
            "10000000 9999999 010000000 0 10M 9M 010M 10Mi 9Mi 1G 1Gi 0G 1T 1Ti 1P 1Pi 1E 1Ei 9999K \
             10000K 9765Ki 9766Ki 9769Ki 9770Ki 9799Ki 9800Ki 9999Ki 10000Ki 9699Ki 1.5G 10m 10k 10MB \
             10B M Mi -10M +10M 100e6",
        ),
    ] {
        for text in texts.split(' ') {
            let manifest = with(pointer, text.into());
            let findings = Manifest::review(&manifest.to_string());
            let path = pointer.replace('/', ".");
            let is_accepted = !findings
                .iter()
                .any(|it| it.severity != Severity::Advice && it.path.ends_with(&path));
            assert_eq!(
                fits_schema(&manifest),
                is_accepted,
                "{pointer} = {text}: {findings}"
            );
        }
    }
}
