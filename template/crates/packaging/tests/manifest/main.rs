//! The validator of the manifest, and the JSON Schema that agrees with it.

mod accepted;
mod broken;
mod complete;
mod json;
mod rules;
mod schema;
