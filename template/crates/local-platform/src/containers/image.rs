//! Images of packages, in the engine for as long as they are needed.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use packaging::{Engine, EngineError, Image, Package, PackageError};

/// Images by the engine's program and their IDs.
type Loaded = BTreeMap<(String, String), Weak<LoadedImage>>;

/// What this process has loaded: several platforms, and versions of one service, may run the same
/// image.
static LOADED: Mutex<Loaded> = Mutex::new(BTreeMap::new());

/// An image that the engine has. One that it did not have before is removed with the last handle.
#[derive(Debug)]
pub(crate) struct LoadedImage {
    engine: Engine,
    /// Containers are made by it, so that a name which moves on to another image changes nothing.
    pub(crate) id: String,
    /// The user that the image names.
    pub(crate) user: Option<String>,
}

impl LoadedImage {
    /// Loads the image of a package, which has been checked.
    pub(crate) fn load(
        engine: &Engine,
        zip: impl Read + Seek + Send,
        image: &Image,
    ) -> Result<Arc<Self>, LoadError> {
        let mut all = lock();
        let there = engine.output(["images", "--all", "--quiet", "--no-trunc"])?;
        let names = names(engine, &image.tags);
        let name = send(engine, zip)?;
        // Most engines know an image by the digest of its configuration; a name may have moved on.
        let (id, user) = inspect(engine, &image.id).or_else(|_| inspect(engine, &name))?;
        give_back(engine, names, &id)?;
        let key = (engine.program().to_owned(), id.clone());
        let before = all.get(&key);
        if let Some(image) = before.and_then(Weak::upgrade) {
            return Ok(image);
        }
        // Known, and without a handle: the last one is just being dropped.
        let is_ours = before.is_some() || !there.lines().any(|it| bare(it) == bare(&id));
        let engine = engine.clone();
        let user = Some(user).filter(|user| !user.is_empty());
        let loaded = Arc::new(Self { engine, id, user });
        if is_ours {
            all.insert(key, Arc::downgrade(&loaded));
        }
        Ok(loaded)
    }
}

impl Drop for LoadedImage {
    fn drop(&mut self) {
        let mut all = lock();
        let key = (self.engine.program().to_owned(), self.id.clone());
        let is_last = all.get(&key).is_some_and(|it| it.strong_count() == 0);
        if is_last {
            all.remove(&key);
            // One that somebody else has come to use stays.
            let _ = self.engine.output(["rmi", &self.id]);
        }
    }
}

fn lock() -> MutexGuard<'static, Loaded> {
    LOADED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Passes the image from the zip to the engine, and says how the engine calls it.
fn send(engine: &Engine, zip: impl Read + Seek + Send) -> Result<String, LoadError> {
    let (read, mut write) = io::pipe()?;
    let (loaded, copied) = std::thread::scope(|scope| {
        let copy = scope.spawn(move || Package::copy_image(zip, &mut write));
        (engine.load(read), copy.join())
    });
    // What the engine says about a broken image comes first: it may have stopped reading.
    let loaded = loaded?;
    copied.map_err(|_| io::Error::other("the copy of the image was broken off"))??;
    Ok(loaded)
}

/// The image's ID and its user, which may be empty.
fn inspect(engine: &Engine, image: &str) -> Result<(String, String), EngineError> {
    let format = "{{.Id}} {{.Config.User}}";
    let inspect = ["image", "inspect", "--format", format, image];
    let seen = engine.output(inspect)?;
    let (id, user) = seen.split_once(' ').unwrap_or((&seen, ""));
    Ok((id.to_owned(), user.to_owned()))
}

/// Which of these names are there, and what they stand for.
fn names<'a>(engine: &Engine, names: &'a [String]) -> Vec<(&'a str, String)> {
    let names = names.iter();
    names
        .filter_map(|name| Some((name.as_str(), inspect(engine, name).ok()?.0)))
        .collect()
}

/// Loading moves an image's names: those that stood for another one stand for it again.
fn give_back(engine: &Engine, names: Vec<(&str, String)>, loaded: &str) -> Result<(), EngineError> {
    for (name, before) in names {
        if before != loaded {
            engine.output(["tag", &before, name])?;
        }
    }
    Ok(())
}

/// Docker shows an ID with its hash's name, Podman in some places without.
fn bare(id: &str) -> &str {
    id.trim().trim_start_matches("sha256:")
}

/// Why an image is not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The engine does not take it.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It is no package that the platform accepts.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// It cannot be read or passed on.
    #[error(transparent)]
    System(#[from] io::Error),
}
