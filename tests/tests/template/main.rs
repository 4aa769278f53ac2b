//! Generates projects from this template and looks at them, builds them and runs them.
//!
//! Where `CARGO_GENERATE_BINARIES` names installed versions of cargo-generate (paths, with colons
//! between them), the projects are generated with each of those too, from a folder and from git.

mod containers;
mod files;
mod lock;
mod names;
mod running;
mod supply_chain;
mod support;
mod twins;
mod values;
mod variables;
mod workspace;
