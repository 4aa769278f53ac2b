//! Verifying the caller, before anything else of a request is looked at.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};

use super::user::Caller;
use super::{ApiError, Context};
use crate::id::TenantId;

/// Lets a request through that the platform has verified the caller of, and leaves the [`Caller`]
/// with it.
pub(crate) async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    match verified(request.request()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        // An answer like any other: as an `Err` it would pass by the log.
        Err(error) => Ok(request.error_response(error)),
    }
}

async fn verified(request: &HttpRequest) -> Result<Caller, ApiError> {
    let context = Context::of(request)?;
    let is_subscribed = |tenant: &TenantId| {
        let tenants = context.subscriptions.tenants();
        // Where none is known, any may be.
        tenants.map_or(true, |tenants| tenants.get(tenant).is_some())
    };
    let headers = request.headers();
    context.authenticator.verify(headers, is_subscribed).await
}
