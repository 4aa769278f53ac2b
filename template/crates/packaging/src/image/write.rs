//! An `image.tar` as it is written, in the layout of `docker save`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use tar::{Builder, EntryType};

use super::content::digest;
use super::copying::Owner;
use super::files::{Files, header};
use super::format::{Config, Entry, History, MANIFEST, Rootfs};
use super::recipe::{Recipe, Step};
use super::{Image, ImageError};

/// The same for every image, so that the same files give the same image.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// Layers by their digests.
type Layers = BTreeMap<String, Vec<u8>>;

pub(super) fn write(
    context: &Path,
    recipe: &Recipe,
    tag: &str,
    to: impl Write,
) -> Result<Image, ImageError> {
    if !recipe.run.has_command() {
        return Err(ImageError::NoCommand);
    }
    let (layers, config) = build(context, recipe)?;
    let size = |id: &String| layers.get(id).map_or(0, |layer| layer.len() as u64);
    let image = Image {
        id: digest(&json(&config)?),
        tags: vec![tag.to_owned()],
        size: config.rootfs.diff_ids.iter().map(size).sum(),
    };
    save(&image, &config, &layers, to)?;
    Ok(image)
}

fn build(context: &Path, recipe: &Recipe) -> Result<(Layers, Config), ImageError> {
    let mut files = Files::new(context);
    let mut layers = Layers::new();
    let (mut diff_ids, mut history) = (Vec::new(), Vec::new());
    for step in &recipe.steps {
        let layer = carry_out(step, &mut files, context)?;
        history.push(History {
            created: CREATED,
            created_by: step.text.clone(),
            empty_layer: layer.is_none(),
        });
        if let Some(layer) = layer {
            let id = digest(&layer);
            diff_ids.push(id.clone());
            layers.insert(id, layer);
        }
    }
    let config = Config {
        architecture: "amd64".to_owned(),
        run: Some(recipe.run.clone()),
        created: CREATED,
        history,
        os: "linux".to_owned(),
        rootfs: Rootfs {
            kind: "layers".to_owned(),
            diff_ids,
        },
    };
    Ok((layers, config))
}

fn carry_out(
    step: &Step,
    files: &mut Files<'_>,
    context: &Path,
) -> Result<Option<Vec<u8>>, ImageError> {
    let Some(change) = &step.change else {
        return Ok(None);
    };
    let layer = files.change(change);
    layer.map_err(|problem| ImageError::Dockerfile {
        path: context.join("Dockerfile"),
        line: step.line,
        problem,
    })
}

fn save(image: &Image, config: &Config, layers: &Layers, to: impl Write) -> Result<(), ImageError> {
    let ids = &config.rootfs.diff_ids;
    let entry = Entry {
        config: format!("{}.json", hexadecimal(&image.id)),
        repo_tags: Some(image.tags.clone()),
        layers: Some(ids.iter().map(|id| layer_name(id)).collect()),
    };
    let mut tar = Builder::new(to);
    let mut put = |name: &str, content: &[u8]| {
        let mut header = header(0o644, Owner::default());
        header.set_entry_type(EntryType::Regular);
        header.set_size(content.len() as u64);
        let done = tar.append_data(&mut header, name, content);
        done.map_err(ImageError::Unwritable)
    };
    put(MANIFEST, &json(&[&entry])?)?;
    put(&entry.config, &json(config)?)?;
    for (id, layer) in layers {
        put(&layer_name(id), layer)?;
    }
    let done = tar.into_inner().and_then(|mut to| to.flush());
    done.map_err(ImageError::Unwritable)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, ImageError> {
    let json = serde_json::to_vec(value).map_err(io::Error::from);
    json.map_err(ImageError::Unwritable)
}

fn layer_name(id: &str) -> String {
    format!("{}/layer.tar", hexadecimal(id))
}

fn hexadecimal(digest: &str) -> &str {
    digest.trim_start_matches("sha256:")
}
