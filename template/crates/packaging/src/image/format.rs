//! The JSON in an `image.tar`: `manifest.json` and the image's configuration.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The list of images in an archive.
pub(super) const MANIFEST: &str = "manifest.json";

/// One image of `manifest.json`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Entry {
    /// Where its configuration is.
    pub(super) config: String,
    /// Its names with their tags.
    pub(super) repo_tags: Option<Vec<String>>,
    /// Where its layers are, the lowest first.
    pub(super) layers: Option<Vec<String>>,
}

/// An image's configuration.
#[derive(Serialize, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    pub(super) architecture: String,
    #[serde(default, rename = "config")]
    pub(super) run: Option<Run>,
    #[serde(default, skip_deserializing)]
    pub(super) created: &'static str,
    #[serde(default, skip_deserializing)]
    pub(super) history: Vec<History>,
    #[serde(default)]
    pub(super) os: String,
    pub(super) rootfs: Rootfs,
}

/// How a container of the image runs. Only the command is read.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(super) struct Run {
    #[serde(skip_deserializing, skip_serializing_if = "String::is_empty")]
    pub(super) user: String,
    /// Each port with an empty object.
    #[serde(skip_deserializing, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) exposed_ports: BTreeMap<String, Value>,
    #[serde(skip_deserializing)]
    pub(super) env: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cmd: Option<Vec<String>>,
    #[serde(skip_deserializing)]
    pub(super) working_dir: String,
    #[serde(skip_deserializing, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
}

impl Run {
    /// Whether it says what to run.
    pub(super) fn has_command(&self) -> bool {
        let lists = [&self.entrypoint, &self.cmd];
        lists.into_iter().flatten().any(|list| !list.is_empty())
    }
}

/// One step of how an image was made.
#[derive(Clone, Default, Serialize)]
pub(super) struct History {
    pub(super) created: &'static str,
    pub(super) created_by: String,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) empty_layer: bool,
}

/// What an image's file system is made of.
#[derive(Serialize, Deserialize)]
pub(super) struct Rootfs {
    #[serde(rename = "type", default)]
    pub(super) kind: String,
    /// Digests of the uncompressed layers, the lowest first.
    #[serde(default)]
    pub(super) diff_ids: Vec<String>,
}
