//! The managed objects below another one.

use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use serde::Deserialize;
use serde_json::json;

use super::{ManagedObject, NewManagedObject, PATH};
use crate::id::ManagedObjectId;
use crate::platform::{Items, PlatformError, Request, TenantClient};

const REFERENCE: &str = "application/vnd.com.nsn.cumulocity.managedobjectreference+json";
const OBJECT: &str = "application/vnd.com.nsn.cumulocity.managedobject+json";

/// The children of one kind that a managed object has.
///
/// ```no_run
/// # use c8y_microservice::{ChildKind, ManagedObjectId, PlatformError, TenantClient};
/// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
/// let (gateway, pump) = (ManagedObjectId::from("4711"), ManagedObjectId::from("4712"));
/// let devices = client.inventory().children(&gateway, ChildKind::Device);
/// devices.add(&pump).await?;
/// for device in devices.list().all().await? {
///     println!("{}", device.managed_object.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Children<'a> {
    client: &'a TenantClient,
    parent: ManagedObjectId,
    kind: ChildKind,
}

/// How a child belongs to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChildKind {
    /// A device that is connected through its parent, a gateway: `childDevices`.
    Device,
    /// What a group or an asset consists of: `childAssets`.
    Asset,
    /// What goes with its parent and ends with it, such as a file: `childAdditions`.
    Addition,
}

/// A child as a list shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Child {
    /// The child. Of all that it has, only its ID and its name are certain to be shown.
    pub managed_object: ManagedObject,
}

impl ChildKind {
    fn collection(self) -> &'static str {
        match self {
            Self::Device => "childDevices",
            Self::Asset => "childAssets",
            Self::Addition => "childAdditions",
        }
    }
}

impl<'a> Children<'a> {
    pub(super) fn new(client: &'a TenantClient, parent: &ManagedObjectId, kind: ChildKind) -> Self {
        Self {
            client,
            parent: parent.clone(),
            kind,
        }
    }

    /// Puts a managed object below the parent: `POST /inventory/managedObjects/{id}/childDevices`,
    /// or `childAssets`, or `childAdditions`. One that is there already stays. Needs
    /// `ROLE_INVENTORY_ADMIN`, unless the client's user owns both.
    pub async fn add(&self, child: &ManagedObjectId) -> Result<(), PlatformError> {
        let reference = json!({"managedObject": {"id": child}});
        let add = self.all(Method::POST).json(&reference);
        add.header(CONTENT_TYPE, HeaderValue::from_static(REFERENCE))
            .send()
            .await
            .map(drop)
    }

    /// Makes a managed object below the parent, owned by the client's user, with the same request
    /// as [`add`](Self::add). Needs `ROLE_INVENTORY_ADMIN`, or where the client's user owns the
    /// parent, `ROLE_INVENTORY_CREATE`.
    pub async fn create(&self, child: &NewManagedObject) -> Result<ManagedObject, PlatformError> {
        child.check()?;
        let create = self.all(Method::POST).json(child);
        create
            .header(CONTENT_TYPE, HeaderValue::from_static(OBJECT))
            .send()
            .await?
            .json()
    }

    /// The children: `GET /inventory/managedObjects/{id}/childDevices`, or `childAssets`, or
    /// `childAdditions`. Needs `ROLE_INVENTORY_READ`, unless the client's user owns the parent.
    pub fn list(&self) -> Items<Child> {
        Items::new(self.client, &self.path(), Vec::new(), "references")
    }

    /// Takes a child away from the parent, and leaves it in the inventory: `DELETE
    /// /inventory/managedObjects/{id}/childDevices/{childId}`, or `childAssets`, or
    /// `childAdditions`. Needs `ROLE_INVENTORY_ADMIN`, unless the client's user owns one of them.
    pub async fn remove(&self, child: &ManagedObjectId) -> Result<(), PlatformError> {
        let path = [&self.path()[..], &[child.as_str()]].concat();
        let remove = self.client.call(Method::DELETE, &path);
        remove.send().await.map(drop)
    }

    fn all(&self, method: Method) -> Request<'a> {
        self.client.call(method, &self.path())
    }

    fn path(&self) -> [&str; 4] {
        let [api, objects] = PATH;
        [api, objects, self.parent.as_str(), self.kind.collection()]
    }
}
