//! Images and packages: read from archives as engines write them, and written without an engine.

mod engine;
mod package;
mod read;
mod support;
mod write;
