//! The settings of the caller's tenant.

use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::{ApiError, AsService};
use crate::platform::Settings;

/// Nothing is read before an endpoint wants a value.
impl FromRequest for Settings {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = AsService::from_request(request, payload);
        Box::pin(async move { found.await.map(|AsService(client)| client.settings()) })
    }
}
