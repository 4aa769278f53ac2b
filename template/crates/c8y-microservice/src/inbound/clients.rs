//! The two ways to reach the caller's tenant.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::user::Caller;
use super::{ApiError, Context};
use crate::platform::{Signer, TenantClient};

/// What an endpoint has asked for.
pub(super) type Found<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// The caller's tenant, reached through its service user: with the manifest's `requiredRoles`,
/// whatever the caller itself may do.
///
/// What it does, a caller may do through the endpoint who could not do it alone:
/// [`Require`](super::Require) says who may. A caller whose tenant is not subscribed gets 403;
/// before the subscriptions are known it is 503. With `MICROSERVICE_SUBSCRIPTION_ENABLED=false`
/// there is no such client: 500, and the log says why.
#[derive(Debug, Clone)]
pub struct AsService(pub TenantClient);

/// The caller's tenant, reached as the caller: with the caller's own roles and its own credentials,
/// copied from the request as the platform asks for. The tenant need not be subscribed.
#[derive(Debug, Clone)]
pub struct AsUser(pub TenantClient);

impl FromRequest for AsService {
    type Error = ApiError;
    type Future = Found<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        as_service(request, Self)
    }
}

impl FromRequest for AsUser {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let client = || {
            let application = Context::of(request)?.application.clone();
            let signer = Signer::Caller(Caller::of(request)?.credentials()?);
            Ok(Self(TenantClient::new(application, signer)))
        };
        ready(client())
    }
}

/// What is made of the client of the caller's tenant. Only an unknown tenant takes a while.
pub(super) fn as_service<T, F>(request: &HttpRequest, make: F) -> Found<T>
where
    T: 'static,
    F: FnOnce(TenantClient) -> T + 'static,
{
    match known_client(request) {
        Ok(Some(client)) => Box::pin(ready(Ok(make(client)))),
        Ok(None) => {
            let context = Context::of(request).cloned();
            let user = Caller::of(request).map(|caller| caller.user.clone());
            Box::pin(async move { context?.client_of(user?.tenant()).await.map(make) })
        }
        Err(error) => Box::pin(ready(Err(error))),
    }
}

fn known_client(request: &HttpRequest) -> Result<Option<TenantClient>, ApiError> {
    let caller = Caller::of(request)?;
    let tenants = Context::of(request)?.subscriptions.tenants()?;
    Ok(tenants.get(caller.user.tenant()).cloned())
}
