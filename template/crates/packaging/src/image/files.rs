//! The files of an image that is made without an engine, layer by layer.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use tar::{Builder, EntryType, Header};

use super::DockerfileProblem;
use super::copying::{Copying, Owner};
use super::recipe::Change;

const FOLDER_MODE: u32 = 0o755;

/// What the layers so far have made.
pub(super) struct Files<'a> {
    context: &'a Path,
    /// Paths in the image, without a leading `/`, and whether they are folders.
    known: BTreeMap<String, bool>,
}

struct Node {
    kind: Kind,
    mode: u32,
    owner: Owner,
}

enum Kind {
    Folder,
    File(PathBuf),
    Link(PathBuf),
}

type Layer = BTreeMap<String, Node>;
type Outcome<T> = Result<T, DockerfileProblem>;

impl<'a> Files<'a> {
    pub(super) fn new(context: &'a Path) -> Self {
        let known = BTreeMap::from([(String::new(), true)]);
        Self { context, known }
    }

    /// Makes a change; the layer with it, where there is any.
    pub(super) fn change(&mut self, change: &Change) -> Outcome<Option<Vec<u8>>> {
        let mut layer = Layer::new();
        match change {
            Change::Folder(path) => self.folders(&mut layer, &path[1..], Owner::default())?,
            Change::Copy(copying) => {
                for source in &copying.sources {
                    self.copy(&mut layer, copying, source)?;
                }
            }
        }
        if layer.is_empty() {
            return Ok(None);
        }
        archive(&layer).map(Some)
    }

    fn copy(&mut self, layer: &mut Layer, copying: &Copying, source: &str) -> Outcome<()> {
        let path = self.context.join(source);
        let metadata = fs::symlink_metadata(&path).map_err(unreadable(&path))?;
        let to = &copying.to[1..];
        if metadata.is_dir() {
            self.folders(layer, to, copying.owner)?;
            return self.copy_folder(layer, copying, &path, to);
        }
        if metadata.is_symlink() {
            let problem = format!("{source} is a link; copy what it leads to");
            return Err(DockerfileProblem::Wrong(problem));
        }
        let is_folder = copying.into_folder || self.known.get(to) == Some(&true);
        let name = source.rsplit('/').next().unwrap_or(source);
        let to = if is_folder {
            join(to, name)
        } else {
            to.to_owned()
        };
        if let Some((folder, _)) = to.rsplit_once('/') {
            self.folders(layer, folder, copying.owner)?;
        }
        self.copy_one(layer, copying, &path, &metadata, to)
    }

    fn copy_folder(
        &mut self,
        layer: &mut Layer,
        copying: &Copying,
        folder: &Path,
        to: &str,
    ) -> Outcome<()> {
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.ok_or_else(|| {
                DockerfileProblem::Wrong(format!("{} is not named in UTF-8", path.display()))
            })?;
            let to = join(to, name);
            let metadata = fs::symlink_metadata(&path).map_err(unreadable(&path))?;
            self.copy_one(layer, copying, &path, &metadata, to.clone())?;
            if metadata.is_dir() {
                self.copy_folder(layer, copying, &path, &to)?;
            }
        }
        Ok(())
    }

    fn copy_one(
        &mut self,
        layer: &mut Layer,
        copying: &Copying,
        path: &Path,
        metadata: &Metadata,
        to: String,
    ) -> Outcome<()> {
        let kind = if metadata.is_dir() {
            Kind::Folder
        } else if metadata.is_symlink() {
            Kind::Link(fs::read_link(path).map_err(unreadable(path))?)
        } else if metadata.is_file() {
            Kind::File(path.to_owned())
        } else {
            let problem = format!("{} is neither file nor folder", path.display());
            return Err(DockerfileProblem::Wrong(problem));
        };
        let node = Node {
            mode: copying.mode.unwrap_or_else(|| mode(metadata)),
            owner: copying.owner,
            kind,
        };
        self.put(layer, to, node)
    }

    /// Makes a folder and those around it, as far as they are not there. Builders differ in whom
    /// those around a copied folder belong to; here they belong to its owner, as in the newer.
    fn folders(&mut self, layer: &mut Layer, path: &str, owner: Owner) -> Outcome<()> {
        let ends = path.match_indices('/').map(|(end, _)| end);
        for end in ends.chain([path.len()]) {
            let folder = &path[..end];
            if self.known.get(folder) != Some(&true) {
                let node = Node {
                    kind: Kind::Folder,
                    mode: FOLDER_MODE,
                    owner,
                };
                self.put(layer, folder.to_owned(), node)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, layer: &mut Layer, path: String, node: Node) -> Outcome<()> {
        let is_folder = matches!(node.kind, Kind::Folder);
        if self.known.get(&path).is_some_and(|was| *was != is_folder) {
            let problem = format!("/{path} is both a file and a folder in the image");
            return Err(DockerfileProblem::Wrong(problem));
        }
        self.known.insert(path.clone(), is_folder);
        layer.insert(path, node);
        Ok(())
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        return name.to_owned();
    }
    format!("{folder}/{name}")
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> DockerfileProblem {
    move |reason| DockerfileProblem::Unreadable {
        path: path.to_owned(),
        reason,
    }
}

#[cfg(unix)]
fn mode(metadata: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o7777
}

/// Where files have no modes, Docker takes all for programs.
#[cfg(not(unix))]
fn mode(_: &Metadata) -> u32 {
    FOLDER_MODE
}

/// The layer as an archive. Its order is that of the paths, so folders come before what they have.
fn archive(layer: &Layer) -> Outcome<Vec<u8>> {
    let mut tar = Builder::new(Vec::new());
    for (path, node) in layer {
        append(&mut tar, path, node)?;
    }
    tar.into_inner().map_err(unreadable("the layer".as_ref()))
}

fn append(tar: &mut Builder<Vec<u8>>, path: &str, node: &Node) -> Outcome<()> {
    let mut header = header(node.mode, node.owner);
    match &node.kind {
        Kind::Folder => {
            header.set_entry_type(EntryType::Directory);
            let path = format!("{path}/");
            let done = tar.append_data(&mut header, &path, io::empty());
            done.map_err(unreadable(path.as_ref()))
        }
        Kind::Link(target) => {
            header.set_entry_type(EntryType::Symlink);
            let done = tar.append_link(&mut header, path, target);
            done.map_err(unreadable(path.as_ref()))
        }
        Kind::File(source) => {
            let content = File::open(source).and_then(|file| {
                header.set_size(file.metadata()?.len());
                tar.append_data(&mut header, path, file)
            });
            content.map_err(unreadable(source))
        }
    }
}

/// Nothing of this machine and of this moment.
pub(super) fn header(mode: u32, owner: Owner) -> Header {
    let mut header = Header::new_gnu();
    header.set_mode(mode);
    header.set_uid(owner.user);
    header.set_gid(owner.group);
    header.set_mtime(0);
    header.set_size(0);
    header
}
