//! Images and packages: read from archives as engines write them, and written without an engine.

mod engine;
mod goals;
mod package;
mod read;
mod support;
mod write;
