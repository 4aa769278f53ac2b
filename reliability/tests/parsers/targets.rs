//! Fuzzing knows all bodies.

use std::collections::BTreeSet;
use std::fs;

use super::bodies::ALL;
use reliability::repository;

#[test]
fn every_body_has_a_fuzz_target_and_every_target_a_body() {
    let fuzz = repository().join("reliability/fuzz");
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("its manifest");
    let bodies: BTreeSet<_> = ALL.iter().map(|body| body.name.to_owned()).collect();
    let entries = fs::read_dir(fuzz.join("fuzz_targets")).expect("targets");
    let targets = entries.map(|entry| entry.expect("a target").path());
    let targets: BTreeSet<_> = targets
        .map(|path| {
            path.file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    assert_eq!(targets, bodies);
    for name in bodies {
        let entry = format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"\n");
        assert!(manifest.contains(&entry), "{name} is not in {manifest}");
        let source = fs::read_to_string(fuzz.join(format!("fuzz_targets/{name}.rs")));
        let source = source.expect("a target");
        assert!(
            source.contains(&format!("run(\"{name}\", data)")),
            "{source}"
        );
    }
}
