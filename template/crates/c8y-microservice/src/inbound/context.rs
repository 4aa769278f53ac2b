//! What the extractors of an endpoint's signature take their values from.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::{ApiError, Authenticator};
use crate::application::Application;
use crate::id::TenantId;
use crate::platform::TenantClient;
use crate::subscriptions::Subscriptions;

/// Part of every request of an app that [`Microservice::serve`](crate::Microservice::serve) runs.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) application: Arc<Application>,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) subscriptions: Subscriptions,
}

impl Context {
    pub(super) fn of(request: &HttpRequest) -> Result<&Self, ApiError> {
        given(request)
    }

    /// The client of a subscribed tenant.
    pub(super) async fn client_of(&self, tenant: &TenantId) -> Result<TenantClient, ApiError> {
        let client = self.subscriptions.client(tenant).await?;
        let refusal = "Access is denied: the tenant is not subscribed to this service";
        client.ok_or_else(|| ApiError::forbidden(refusal))
    }
}

/// What [`Microservice::serve`](crate::Microservice::serve) gives to every request.
pub(crate) fn given<T: 'static>(request: &HttpRequest) -> Result<&T, ApiError> {
    let missing = || ApiError::internal("the endpoint is not served by Microservice::serve");
    request.app_data::<T>().ok_or_else(missing)
}

impl FromRequest for Subscriptions {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Context::of(request).map(|context| context.subscriptions.clone()))
    }
}
