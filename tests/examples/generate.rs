//! `cargo-generate`'s own library behind its own command line, without git: so the tests need no
//! installed binary, and each generation is a process with an environment of its own.
use std::process::ExitCode;

use cargo_generate::{Cli, generate};
use clap::Parser;

fn main() -> ExitCode {
    let Cli::Generate(args) = Cli::parse();
    // The library has printed the error.
    if generate(args).is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
