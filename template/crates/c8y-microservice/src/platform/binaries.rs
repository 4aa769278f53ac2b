//! Files, each the content of a managed object.

use std::fmt;

use actix_web::web::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderValue};
use serde::Serialize;
use serde_json::{Map, Value};

use super::filter::Parameters;
use super::fragments::refuse_names;
use super::multipart::Form;
use super::{Items, ManagedObject, PlatformError, Request, TenantClient, media_type};
use crate::id::ManagedObjectId;

const PATH: [&str; 2] = ["inventory", "binaries"];

/// The files of a client's tenant.
///
/// A file is the content of a managed object: that has the file's name, and the fragments
/// `c8y_IsBinary`, `contentType` and `length`. It is read and changed through the
/// [inventory](TenantClient::inventory).
///
/// ```no_run
/// # use c8y_microservice::{NewBinary, PlatformError, TenantClient};
/// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
/// let report = NewBinary::new("pumps.csv", "text/csv", "pump,bar\n7,0.2\n");
/// let file = client.binaries().create(&report).await?;
/// let content = client.binaries().get(&file.id).await?;
/// assert_eq!(content, "pump,bar\n7,0.2\n");
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Binaries<'a>(&'a TenantClient);

/// A file to be stored, with the fragments that its managed object is to have.
#[derive(Clone, Serialize)]
pub struct NewBinary {
    name: String,
    #[serde(rename = "type")]
    media_type: String,
    #[serde(flatten)]
    fragments: Map<String, Value>,
    #[serde(skip)]
    content: Bytes,
}

/// Which files to list. Everything that is set has to fit.
#[derive(Debug, Clone, Default)]
#[must_use = "a filter lists nothing by itself"]
pub struct BinaryFilter(Parameters);

impl NewBinary {
    /// A file with a name, for people, and a media type, such as `text/csv`.
    #[must_use]
    pub fn new(name: &str, media_type: &str, content: impl Into<Bytes>) -> Self {
        Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            fragments: Map::new(),
            content: content.into(),
        }
    }

    /// Adds a custom fragment. `type` and `name` are no fragments: with one of these the file is
    /// [`PlatformError::Invalid`].
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }
}

/// Without the content, which may be large.
impl fmt::Debug for NewBinary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.content.len();
        write!(
            f,
            "NewBinary({:?}, {}, {length} bytes)",
            self.name, self.media_type
        )
    }
}

impl BinaryFilter {
    /// All files that the client's user may read.
    pub fn new() -> Self {
        Self::default()
    }

    /// Those of a type, which is the media type that they were stored with.
    pub fn kind(self, kind: &str) -> Self {
        self.query("type", kind)
    }

    /// Those of an owner, a user's name.
    pub fn owner(self, user: &str) -> Self {
        self.query("owner", user)
    }

    /// Sets any other parameter of `GET /inventory/binaries`, such as `ids` or `childAdditionId`.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.0.set(name, value);
        self
    }
}

impl<'a> Binaries<'a> {
    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// Stores a file, owned by the client's user, and answers its managed object: `POST
    /// /inventory/binaries`. Needs `ROLE_INVENTORY_CREATE`, `ROLE_BINARY_CREATE`, or one of these
    /// that ends in `ADMIN`.
    ///
    /// A media type that is none is [`PlatformError::Invalid`].
    pub async fn create(&self, file: &NewBinary) -> Result<ManagedObject, PlatformError> {
        refuse_names(&file.fragments, &["type", "name"])?;
        let media_type = media_type::header(&file.media_type)?;
        let object = serde_json::to_vec(file).map_err(|error| {
            PlatformError::Invalid(format!("its fragments are not JSON: {error}"))
        })?;
        let (form, body) = Form::new()
            .json("object", &object)
            .file("file", &file.name, &media_type, &file.content)
            .finish();
        let create = self.0.call(Method::POST, &PATH).body(&form, body);
        create.send().await?.json()
    }

    /// The content of a file, up to 32 MiB: `GET /inventory/binaries/{id}`. Needs
    /// `ROLE_INVENTORY_READ` or `ROLE_BINARY_READ`, unless the client's user owns it.
    ///
    /// A managed object without a content is a [`PlatformError::NotFound`]. A larger file comes in
    /// parts with [`TenantClient::request`] and the header `Range`.
    pub async fn get(&self, id: &ManagedObjectId) -> Result<Bytes, PlatformError> {
        let request = self.file(Method::GET, id);
        let anything = HeaderValue::from_static("*/*");
        let answer = request.header(ACCEPT, anything).send().await?;
        Ok(answer.body().clone())
    }

    /// The managed objects of the files that a filter admits: `GET /inventory/binaries`. Without
    /// `ROLE_INVENTORY_READ` or `ROLE_BINARY_READ`, those of them that the client's user owns.
    pub fn list(&self, filter: &BinaryFilter) -> Items<ManagedObject> {
        Items::new(self.0, &PATH, filter.0.pairs(), "managedObjects")
    }

    /// Gives a file another content, and answers its managed object, which is otherwise as before:
    /// `PUT /inventory/binaries/{id}`. Needs `ROLE_INVENTORY_ADMIN` or `ROLE_BINARY_ADMIN`, unless
    /// the client's user owns it.
    pub async fn update(
        &self,
        id: &ManagedObjectId,
        media_type: &str,
        content: impl Into<Bytes>,
    ) -> Result<ManagedObject, PlatformError> {
        let update = self.file(Method::PUT, id).body(media_type, content);
        update.send().await?.json()
    }

    /// Deletes a file with its managed object: `DELETE /inventory/binaries/{id}`. Needs the same
    /// roles as [`update`](Self::update).
    pub async fn delete(&self, id: &ManagedObjectId) -> Result<(), PlatformError> {
        self.file(Method::DELETE, id).send().await.map(drop)
    }

    fn file(&self, method: Method, id: &ManagedObjectId) -> Request<'a> {
        let [api, collection] = PATH;
        self.0.call(method, &[api, collection, id.as_str()])
    }
}
