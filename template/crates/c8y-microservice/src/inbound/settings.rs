//! The settings of the caller's tenant.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::ApiError;
use super::clients::{Found, as_service};
use crate::platform::{Settings, TenantClient};

/// Nothing is read before an endpoint wants a value.
impl FromRequest for Settings {
    type Error = ApiError;
    type Future = Found<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        as_service(request, |client: TenantClient| client.settings())
    }
}
