//! One tenant, reached through its service user.

use std::sync::Arc;

use reqwest::Method;

use super::transport::Transport;
use super::{Alarms, Identity, Inventory, Request};
use crate::credentials::Credentials;
use crate::id::TenantId;

/// The data of one subscribed tenant, reached through the service user that the platform made
/// there.
///
/// A tenant's data is reached through its client only. The service user holds the manifest's
/// `requiredRoles`; a call that needs another role fails with
/// [`PlatformError::Forbidden`](super::PlatformError::Forbidden). Clones are cheap and share one
/// pool of connections.
///
/// A client is good for as long as its tenant's credentials: take it from
/// [`Subscriptions`](crate::Subscriptions) where it is needed rather than keep it.
#[derive(Debug, Clone)]
pub struct TenantClient {
    transport: Arc<Transport>,
    credentials: Credentials,
}

impl TenantClient {
    pub(crate) fn new(transport: Arc<Transport>, credentials: Credentials) -> Self {
        Self {
            transport,
            credentials,
        }
    }

    /// The tenant that all requests of this client go to.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        self.credentials.tenant()
    }

    /// Managed objects: `/inventory/managedObjects`.
    #[must_use]
    pub fn inventory(&self) -> Inventory<'_> {
        Inventory::new(self)
    }

    /// External IDs of managed objects: `/identity`.
    #[must_use]
    pub fn identity(&self) -> Identity<'_> {
        Identity::new(self)
    }

    /// Alarms: `/alarm/alarms`.
    #[must_use]
    pub fn alarms(&self) -> Alarms<'_> {
        Alarms::new(self)
    }

    /// Any other request. `path` begins with `/`, may have a query, and is written as it goes over
    /// the wire; a path that would leave the platform is refused when the request is sent.
    ///
    /// ```no_run
    /// # use c8y_microservice::http::Method;
    /// # use c8y_microservice::{PlatformError, TenantClient};
    /// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
    /// let events: serde_json::Value = client
    ///     .request(Method::GET, "/event/events")
    ///     .query("type", "c8y_Position")
    ///     .send()
    ///     .await?
    ///     .json()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> Request<'_> {
        Request::new(self, method, self.transport.raw_url(path))
    }

    /// A request to a path of segments, which are encoded.
    pub(super) fn call(&self, method: Method, segments: &[&str]) -> Request<'_> {
        Request::new(self, method, self.transport.url(segments))
    }

    pub(super) fn transport(&self) -> &Arc<Transport> {
        &self.transport
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }
}
