//! Archives as engines write them, and what is in them.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

/// An archive whose entries can be changed before it is put together.
#[derive(Clone)]
pub(crate) struct Tar(Vec<(String, EntryType, Vec<u8>)>);

impl Tar {
    pub(crate) fn of<const N: usize>(files: [(&str, &[u8]); N]) -> Self {
        let empty = Self(Vec::new());
        let add = |tar: Self, (name, content)| tar.with(name, content);
        files.into_iter().fold(empty, add)
    }

    pub(crate) fn with(mut self, name: &str, content: &[u8]) -> Self {
        let entry = (name.to_owned(), EntryType::Regular, content.to_owned());
        self.0.push(entry);
        self
    }

    pub(crate) fn with_link(mut self, name: &str, target: &str) -> Self {
        let entry = (name.to_owned(), EntryType::Symlink, target.into());
        self.0.push(entry);
        self
    }

    fn with_folder(mut self, name: &str) -> Self {
        let entry = (name.to_owned(), EntryType::Directory, Vec::new());
        self.0.push(entry);
        self
    }

    #[track_caller]
    pub(crate) fn without(mut self, name: &str) -> Self {
        let before = self.0.len();
        self.0.retain(|(other, ..)| other != name);
        assert_eq!(self.0.len() + 1, before, "{name}");
        self
    }

    #[track_caller]
    pub(crate) fn replaced(self, name: &str, content: &[u8]) -> Self {
        self.without(name).with(name, content)
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, kind, content) in &self.0 {
            let mut header = header(name, *kind);
            let content = if *kind == EntryType::Symlink {
                header.set_link_name_literal(content).expect("a target");
                &[]
            } else {
                &content[..]
            };
            header.set_size(content.len() as u64);
            header.set_cksum();
            tar.append(&header, content).expect("into memory");
        }
        tar.into_inner().expect("into memory")
    }
}

/// A header with any name, even one that no writer of archives lets through.
pub(crate) fn header(name: &str, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let digits = digest.iter().map(|byte| format!("{byte:02x}"));
    digits.collect()
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::read::GzEncoder::new(bytes, flate2::Compression::fast());
    let mut packed = Vec::new();
    gzip.read_to_end(&mut packed).expect("from memory");
    packed
}

/// A layer with one file.
pub(crate) fn layer(content: &str) -> Vec<u8> {
    Tar::of([("file", content.as_bytes())]).bytes()
}

/// A configuration that the platform takes, for these layers.
pub(crate) fn config(layers: &[&[u8]]) -> Value {
    let ids = layers
        .iter()
        .map(|it| format!("sha256:{}", hexadecimal(it)));
    json!({
        "architecture": "amd64",
        "os": "linux",
        "config": {"Env": null, "Entrypoint": ["/service"], "Cmd": null, "Labels": null},
        "rootfs": {"type": "layers", "diff_ids": ids.collect::<Vec<_>>()},
    })
}

/// An image with two layers, as Docker saves it up to version 24.
pub(crate) fn docker_save(config: &Value) -> Tar {
    let config = config.to_string();
    let name = format!("{}.json", hexadecimal(config.as_bytes()));
    let manifest = json!([{
        "Config": name, "RepoTags": ["hello:1.0.0"], "Layers": ["a/layer.tar", "b/layer.tar"]
    }]);
    Tar::of([(&name, config.as_bytes())])
        .with_folder("a/")
        .with("a/VERSION", b"1.0")
        .with("a/json", b"{}")
        .with("a/layer.tar", &layer("a"))
        .with_folder("b/")
        .with("b/layer.tar", &layer("b"))
        .with("manifest.json", manifest.to_string().as_bytes())
        .with("repositories", br#"{"hello":{"1.0.0":"b"}}"#)
}

/// The same as newer versions save it: in the OCI's layout, with layers as they are stored.
pub(crate) fn newer_docker_save(config: &Value, layers: [&[u8]; 2]) -> Tar {
    let config = config.to_string();
    let blob = |content: &[u8]| format!("blobs/sha256/{}", hexadecimal(content));
    let manifest = json!([{
        "Config": blob(config.as_bytes()), "RepoTags": ["hello:1.0.0"],
        "Layers": layers.map(blob), "LayerSources": {}
    }]);
    let blobs = Tar(Vec::new())
        .with_folder("blobs/")
        .with_folder("blobs/sha256/")
        .with(&blob(config.as_bytes()), config.as_bytes());
    let add = |tar: Tar, layer: &[u8]| tar.with(&blob(layer), layer);
    layers
        .into_iter()
        .fold(blobs, add)
        .with("index.json", br#"{"schemaVersion":2}"#)
        .with("manifest.json", manifest.to_string().as_bytes())
        .with("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)
}

/// The same as Podman saves it.
pub(crate) fn podman_save(config: &Value) -> Tar {
    let config = config.to_string();
    let name = format!("{}.json", hexadecimal(config.as_bytes()));
    let layers = [layer("a"), layer("b")];
    let names = layers
        .each_ref()
        .map(|it| format!("{}.tar", hexadecimal(it)));
    let manifest =
        json!([{"Config": name, "RepoTags": ["localhost/hello:1.0.0"], "Layers": names}]);
    Tar::of([(&names[0], &layers[0])])
        .with_link("a/layer.tar", &format!("../{}", names[0]))
        .with("a/json", b"{}")
        .with(&names[1], &layers[1])
        .with_link("b/layer.tar", &format!("../{}", names[1]))
        .with(&name, config.as_bytes())
        .with("repositories", b"{}")
        .with("manifest.json", manifest.to_string().as_bytes())
}

/// Files, folders and links of an archive, with what an image keeps of them.
pub(crate) fn listing(tar: impl Read) -> BTreeMap<String, String> {
    let mut tar = tar::Archive::new(tar);
    let entries = tar.entries().expect("an archive");
    entries
        .map(|entry| {
            let mut entry = entry.expect("an entry");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("its content");
            let header = entry.header();
            let path = entry.path().expect("a path").display().to_string();
            let link = entry.link_name().expect("a target");
            let description = format!(
                "{:?} {:o} {}:{} {} {:?}",
                header.entry_type(),
                header.mode().expect("a mode") & 0o7777,
                header.uid().expect("a user"),
                header.gid().expect("a group"),
                hexadecimal(&content),
                link,
            );
            (path.trim_end_matches('/').to_owned(), description)
        })
        .collect()
}

/// The content of an archive's files.
pub(crate) fn contents(tar: impl Read) -> BTreeMap<String, Vec<u8>> {
    let mut tar = tar::Archive::new(tar);
    let entries = tar.entries().expect("an archive");
    entries
        .map(|entry| {
            let mut entry = entry.expect("an entry");
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("its content");
            let path = entry.path().expect("a path").display().to_string();
            (path, content)
        })
        .collect()
}

/// The configuration in an `image.tar`, and its layers laid over each other.
pub(crate) fn unpacked(tar: &[u8]) -> (Value, BTreeMap<String, String>) {
    let files = contents(tar);
    let json = |name: &str| serde_json::from_slice::<Value>(&files[name]).expect("JSON");
    let manifest = json("manifest.json");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let layers = manifest[0]["Layers"].as_array().expect("layers");
    let all = layers
        .iter()
        .flat_map(|layer| listing(&files[&text(layer)][..]));
    (json(&text(&manifest[0]["Config"])), all.collect())
}
