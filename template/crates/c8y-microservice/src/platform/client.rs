//! One tenant, reached through its service user.

use std::sync::Arc;

use reqwest::Method;

use super::{
    Alarms, Binaries, Events, Identity, Inventory, KnownObjects, Measurements, OtherService,
    Outgoing, PlatformError, Request, Response, Signer, TenantOptions,
};
use crate::application::Application;
use crate::id::TenantId;

/// The data of one tenant, reached as one of its users.
///
/// A tenant's data is reached through its client only. Where a client comes from says which user
/// that is:
///
/// | from | user |
/// |---|---|
/// | [`AsService`](crate::AsService) in an endpoint's signature | the service user of the caller's tenant |
/// | [`AsUser`](crate::AsUser) in an endpoint's signature | the caller |
/// | [`Subscriptions`](crate::Subscriptions), a handler, a fan-out | the service user of the tenant |
///
/// A service user holds the manifest's `requiredRoles`; a call that needs another role fails with
/// [`PlatformError::Forbidden`](super::PlatformError::Forbidden). Its password changes when the
/// tenant subscribes anew, which a client notices by itself. A tenant that the service has seen
/// leaving has another client when it comes back: the former one stays without a valid user.
///
/// Clones are cheap and share one pool of connections.
#[derive(Debug, Clone)]
pub struct TenantClient {
    application: Arc<Application>,
    signer: Signer,
    for_a_device: bool,
}

impl TenantClient {
    pub(crate) fn new(application: Arc<Application>, signer: Signer) -> Self {
        Self {
            application,
            signer,
            for_a_device: false,
        }
    }

    /// The tenant that all requests of this client go to.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        self.signer.tenant()
    }

    /// The same client, for passing on what a device sends: without the application key the
    /// platform takes the requests for the device's own, which counts for its availability and for
    /// billing.
    #[must_use]
    pub fn on_behalf_of_a_device(mut self) -> Self {
        self.for_a_device = true;
        self
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

    /// Files: `/inventory/binaries`.
    #[must_use]
    pub fn binaries(&self) -> Binaries<'_> {
        Binaries::new(self)
    }

    /// Alarms: `/alarm/alarms`.
    #[must_use]
    pub fn alarms(&self) -> Alarms<'_> {
        Alarms::new(self)
    }

    /// Events: `/event/events`.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events::new(self)
    }

    /// Measurements: `/measurement/measurements`.
    #[must_use]
    pub fn measurements(&self) -> Measurements<'_> {
        Measurements::new(self)
    }

    /// What the tenant has configured: `/tenant/options`.
    #[must_use]
    pub fn tenant_options(&self) -> TenantOptions<'_> {
        TenantOptions::new(self)
    }

    /// Another microservice, by its context path, which is its name unless its manifest says
    /// otherwise: `/service/{name}`.
    #[must_use]
    pub fn service(&self, name: &str) -> OtherService<'_> {
        OtherService::new(self, name)
    }

    /// Any other request. `path` begins with `/`, may have a query, and is written as it goes over
    /// the wire; a path that would leave the platform is refused when the request is sent.
    ///
    /// ```no_run
    /// # use c8y_microservice::http::Method;
    /// # use c8y_microservice::{PlatformError, TenantClient};
    /// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
    /// let audits: serde_json::Value = client
    ///     .request(Method::GET, "/audit/auditRecords")
    ///     .query("type", "Alarm")
    ///     .send()
    ///     .await?
    ///     .json()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: &str) -> Request<'_> {
        Request::new(self, method, self.application.raw_address(path))
    }

    /// A request to a path of segments, which are encoded.
    pub(super) fn call(&self, method: Method, segments: &[&str]) -> Request<'_> {
        Request::new(self, method, self.application.address(segments))
    }

    /// What was found in this tenant before, by the only user that all of it is for.
    pub(super) fn known_objects(&self) -> Option<&KnownObjects> {
        self.is_of_a_service_user()
            .then(|| self.application.known_objects())
    }

    pub(super) fn is_of_a_service_user(&self) -> bool {
        matches!(self.signer, Signer::Service(_))
    }

    pub(super) fn application(&self) -> &Arc<Application> {
        &self.application
    }

    pub(super) fn is_for_a_device(&self) -> bool {
        self.for_a_device
    }

    pub(super) fn send(
        &self,
        outgoing: Outgoing,
    ) -> impl Future<Output = Result<Response, PlatformError>> {
        self.application.send(outgoing, &self.signer)
    }
}
