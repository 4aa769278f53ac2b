//! The manifest, against the service that it describes.

use std::path::{Path, PathBuf};

use local_platform::{Manifest, nearest_manifest};
use reqwest::Method;

use crate::app::App;

fn file() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    nearest_manifest(folder).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn nothing_is_wrong_with_the_manifest() {
    let json = std::fs::read_to_string(file()).expect("a text");
    let findings = Manifest::review(&json);
    let wrong: Vec<_> = findings.errors().chain(findings.warnings()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_manifest_has_the_version_of_the_service() {
    let manifest = Manifest::read(&file()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(manifest.version, env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn the_service_answers_the_probes_of_the_manifest() {
    let app = App::start();
    let manifest = serde_json::to_value(app.platform.manifest()).expect("JSON");
    for probe in ["livenessProbe", "readinessProbe"] {
        let path = manifest[probe]["httpGet"]["path"].as_str();
        let path = path.unwrap_or_else(|| panic!("{probe} asks for no path: {manifest:#}"));
        let answer = app.service(Method::GET, path).await;
        assert!(answer.status.is_success(), "{probe}: {answer:?}");
    }
}
