//! The bodies of the fuzz targets, which are those of the property tests.

#[path = "../../tests/parsers/bodies/mod.rs"]
pub mod bodies;

/// Runs a body with one input.
///
/// # Panics
///
/// Where a promise is broken.
pub fn run(name: &str, data: &[u8]) {
    let body = bodies::ALL.iter().find(|body| body.name == name);
    body.expect("a body of this name").run(data);
}
