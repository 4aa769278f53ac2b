//! The program, as its users call it: against a local platform, over HTTP.

#[test]
fn the_program_is_built() {
    assert!(std::path::Path::new(env!("CARGO_BIN_EXE_microservice")).is_file());
}
