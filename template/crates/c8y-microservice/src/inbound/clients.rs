//! The two ways to reach the caller's tenant.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::user::Caller;
use super::{ApiError, Context};
use crate::platform::{Signer, TenantClient};

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
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let found = Context::of(request).cloned();
        let caller = Caller::of(request);
        Box::pin(async move {
            let client = found?.client_of(caller?.user.tenant()).await?;
            Ok(Self(client))
        })
    }
}

impl FromRequest for AsUser {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let client = || {
            let application = Context::of(request)?.application.clone();
            let signer = Signer::Caller(Caller::of(request)?.credentials);
            Ok(Self(TenantClient::new(application, signer)))
        };
        ready(client())
    }
}
