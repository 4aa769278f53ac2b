//! Managed objects: devices, groups, and whatever else has a place in the inventory.

mod children;
mod filter;
mod update;

use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fragments::refuse_names;
use super::{ExternalId, Items, KnownObjects, PlatformError, Request, TenantClient};
use crate::id::ManagedObjectId;

pub use children::{Child, ChildKind, Children};
pub use filter::ManagedObjectFilter;
pub use update::ManagedObjectUpdate;

const PATH: [&str; 2] = ["inventory", "managedObjects"];

/// The inventory of a client's tenant.
#[derive(Debug)]
pub struct Inventory<'a>(&'a TenantClient);

/// A managed object to be made. Its fragments are its custom properties.
///
/// ```
/// use c8y_microservice::NewManagedObject;
///
/// let device =
///     NewManagedObject::new("c8y_Pump", "Pump 7").fragment("c8y_IsDevice", serde_json::json!({}));
/// ```
#[derive(Debug, Clone, Serialize)]
pub struct NewManagedObject {
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(flatten)]
    fragments: Map<String, Value>,
}

/// A managed object of the inventory.
#[derive(Debug, Clone, Deserialize)]
#[non_exhaustive]
pub struct ManagedObject {
    /// Its ID in its tenant.
    pub id: ManagedObjectId,
    /// Its type, by which it is found.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Its name, for people.
    pub name: Option<String>,
    /// All other properties, custom fragments among them.
    #[serde(flatten)]
    pub fragments: Map<String, Value>,
}

impl NewManagedObject {
    /// A managed object with a type and a name.
    #[must_use]
    pub fn new(kind: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            name: name.to_owned(),
            fragments: Map::new(),
        }
    }

    /// Adds a custom fragment, or a standard one such as `c8y_IsDevice`. `type` and `name` are no
    /// fragments: with one of these the object is [`PlatformError::Invalid`].
    #[must_use]
    pub fn fragment(mut self, name: &str, value: Value) -> Self {
        self.fragments.insert(name.to_owned(), value);
        self
    }

    fn check(&self) -> Result<(), PlatformError> {
        refuse_names(&self.fragments, &["type", "name"])
    }
}

impl<'a> Inventory<'a> {
    /// Attempts of [`find_or_create`](Self::find_or_create), each of which another process can only
    /// spoil by making and deleting the same object between two of its requests.
    const ATTEMPTS: usize = 3;

    pub(super) fn new(client: &'a TenantClient) -> Self {
        Self(client)
    }

    /// Makes a managed object, owned by the client's user: `POST /inventory/managedObjects`. Needs
    /// `ROLE_INVENTORY_CREATE`.
    pub async fn create(&self, object: &NewManagedObject) -> Result<ManagedObject, PlatformError> {
        object.check()?;
        self.0
            .call(Method::POST, &PATH)
            .json(object)
            .send()
            .await?
            .json()
    }

    /// Reads a managed object: `GET /inventory/managedObjects/{id}`. Needs `ROLE_INVENTORY_READ`,
    /// unless the client's user owns it.
    pub async fn get(&self, id: &ManagedObjectId) -> Result<ManagedObject, PlatformError> {
        self.object(Method::GET, id).send().await?.json()
    }

    /// The managed objects that a filter admits: `GET /inventory/managedObjects`. Without
    /// `ROLE_INVENTORY_READ`, those of them that the client's user owns.
    ///
    /// ```no_run
    /// # use c8y_microservice::{ManagedObjectFilter, PlatformError, TenantClient};
    /// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
    /// let pumps = ManagedObjectFilter::new().kind("c8y_Pump");
    /// let mut pumps = client.inventory().list(&pumps);
    /// while let Some(pump) = pumps.next().await {
    ///     println!("{}", pump?.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list(&self, filter: &ManagedObjectFilter) -> Items<ManagedObject> {
        Items::new(self.0, &PATH, filter.parameters(), "managedObjects")
    }

    /// Changes a managed object, and answers what has become of it: `PUT
    /// /inventory/managedObjects/{id}`. Needs `ROLE_INVENTORY_ADMIN`, unless the client's user owns
    /// it.
    pub async fn update(
        &self,
        id: &ManagedObjectId,
        update: &ManagedObjectUpdate,
    ) -> Result<ManagedObject, PlatformError> {
        let request = self.object(Method::PUT, id).json(update);
        request.send().await?.json()
    }

    /// The children of one kind that a managed object has.
    #[must_use]
    pub fn children(&self, parent: &ManagedObjectId, kind: ChildKind) -> Children<'a> {
        Children::new(self.0, parent, kind)
    }

    /// Deletes a managed object and its external IDs: `DELETE /inventory/managedObjects/{id}`.
    /// Needs `ROLE_INVENTORY_ADMIN`, unless the client's user owns it.
    ///
    /// [`find_or_create`](Self::find_or_create) may remember it: then [`forget`](Self::forget) it,
    /// too.
    pub async fn delete(&self, id: &ManagedObjectId) -> Result<(), PlatformError> {
        self.object(Method::DELETE, id).send().await.map(drop)
    }

    /// The managed object that `external_id` names, made from `object` where there is none yet.
    ///
    /// Any number of replicas may do this at once: one external ID remains, all get the object that
    /// it names, and what the others made is deleted again. Where the platform's answer to a step is
    /// lost, an object without external ID may stay behind. A service user's client remembers the
    /// object for ten minutes, or until [`forget`](Self::forget). Otherwise it takes one request
    /// where the object exists, three where it does not, however many ask at the same time, and
    /// what has begun is finished also when nobody waits for it any more. Needs the roles of
    /// [`create`](Self::create), [`Identity::find`](super::Identity::find) and
    /// [`Identity::bind`](super::Identity::bind).
    pub async fn find_or_create(
        &self,
        external_id: &ExternalId,
        object: &NewManagedObject,
    ) -> Result<ManagedObjectId, PlatformError> {
        let Some(known) = self.0.known_objects() else {
            return Box::pin(self.find_or_create_anew(external_id, object)).await;
        };
        if let Some(id) = known.get(self.0.tenant(), external_id) {
            return Ok(id);
        }
        // In a box: it is large, and most find the object.
        Box::pin(self.find_or_create_for_all(known, external_id, object)).await
    }

    /// The search that a caller begins for all. One that was cut off would leave an object without
    /// its external ID behind.
    async fn find_or_create_for_all(
        &self,
        known: &KnownObjects,
        external_id: &ExternalId,
        object: &NewManagedObject,
    ) -> Result<ManagedObjectId, PlatformError> {
        let client = self.0.clone();
        let (external_id, object) = (external_id.clone(), object.clone());
        let known = known.clone();
        let search = async move {
            let inventory = Inventory::new(&client);
            let search = Box::pin(inventory.find_or_create_anew(&external_id, &object));
            known.get_or(client.tenant(), &external_id, search).await
        };
        self.0.application().share(search).await?
    }

    /// Makes the next [`find_or_create`](Self::find_or_create) ask the platform: the object turned
    /// out to be gone.
    pub fn forget(&self, external_id: &ExternalId) {
        if let Some(known) = self.0.known_objects() {
            known.forget(self.0.tenant(), external_id);
        }
    }

    async fn find_or_create_anew(
        &self,
        external_id: &ExternalId,
        object: &NewManagedObject,
    ) -> Result<ManagedObjectId, PlatformError> {
        let mut attempts = 1..Self::ATTEMPTS;
        loop {
            match self.find_or_create_once(external_id, object).await {
                // Another process was faster, or deleted what was made here: look again.
                Err(PlatformError::Conflict(_) | PlatformError::NotFound(_))
                    if attempts.next().is_some() => {}
                result => return result,
            }
        }
    }

    async fn find_or_create_once(
        &self,
        external_id: &ExternalId,
        object: &NewManagedObject,
    ) -> Result<ManagedObjectId, PlatformError> {
        if let Some(id) = self.0.identity().find(external_id).await? {
            return Ok(id);
        }
        let id = self.create(object).await?.id;
        match self.0.identity().bind(external_id, &id).await {
            Ok(()) => Ok(id),
            Err(doubt) if may_be_done(&doubt) => self.bound_after_all(external_id, id, doubt).await,
            Err(error) => {
                self.discard(&id).await;
                Err(error)
            }
        }
    }

    /// The object that an external ID names, where nobody knows whether `made` got it. If it did,
    /// others may have found it, and raised alarms from it, which would be deleted with it.
    async fn bound_after_all(
        &self,
        external_id: &ExternalId,
        made: ManagedObjectId,
        doubt: PlatformError,
    ) -> Result<ManagedObjectId, PlatformError> {
        let Ok(Some(named)) = self.0.identity().find(external_id).await else {
            // It may get the external ID yet.
            tracing::warn!(managed_object = %made, error = %doubt, "an object may stay behind");
            return Err(doubt);
        };
        if named != made {
            self.discard(&made).await;
        }
        Ok(named)
    }

    /// Deletes what this client made for nothing. An object that stays behind does no harm, so this
    /// cannot fail.
    async fn discard(&self, id: &ManagedObjectId) {
        if let Err(error) = self.delete(id).await {
            tracing::warn!(managed_object = %id, %error, "an unused managed object stays behind");
        }
    }

    fn object(&self, method: Method, id: &ManagedObjectId) -> Request<'a> {
        let [api, collection] = PATH;
        self.0.call(method, &[api, collection, id.as_str()])
    }
}

/// Whether the platform may have done what it was asked for, although there is no answer that says
/// so.
fn may_be_done(error: &PlatformError) -> bool {
    match error {
        PlatformError::NoAnswer(_) | PlatformError::UnexpectedBody { .. } => true,
        PlatformError::Other(answer) => answer.status.is_server_error(),
        _ => false,
    }
}
