//! One authenticated request: who sends it, and what an answer to it needs.

use std::future::{Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT;
use actix_web::{FromRequest, HttpRequest, web};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Query;
use super::authentication::{authenticate, header_text, host};
use crate::refusal::Refusal;
use crate::state::{Caller, Fields, Platform, Store};

/// What cannot stand for itself in a URL.
const RESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A request of a user. Bootstrap users are refused: [`OpenCall`] is for what is open to them.
pub(crate) struct Call {
    pub(crate) caller: Caller,
    pub(crate) store: Store,
    pub(crate) query: Query,
    /// The request's path.
    pub(crate) path: String,
    /// Whether a create or update is answered with the object.
    pub(crate) wants_body: bool,
    /// The value of the `Accept` header.
    pub(crate) accept: String,
    base: String,
}

/// As [`Call`], also by a bootstrap user.
pub(crate) struct OpenCall(pub(crate) Call);

impl Call {
    fn of_anyone(request: &HttpRequest) -> Result<Self, Refusal> {
        let store = store(request);
        let caller = authenticate(request, &store)?;
        let accept = header_text(request.headers(), &ACCEPT)
            .unwrap_or_default()
            .to_owned();
        Ok(Self {
            caller,
            store,
            query: Query::parse(request.query_string())?,
            path: request.path().to_owned(),
            wants_body: request.headers().contains_key(ACCEPT),
            accept,
            base: format!("http://{}", host(request)),
        })
    }

    fn of_user(request: &HttpRequest) -> Result<Self, Refusal> {
        let call = Self::of_anyone(request)?;
        match call.caller.bootstraps() {
            None => Ok(call),
            Some(_) => Err(Refusal::forbidden(
                "Access is denied: not open to bootstrap users",
            )),
        }
    }

    /// A link to a path of the platform, by the address that the caller used.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Works on the platform's state.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut Platform) -> R) -> R {
        self.store.with(work)
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.caller.tenant
    }
}

impl FromRequest for Call {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of_user(request))
    }
}

impl FromRequest for OpenCall {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Call::of_anyone(request).map(Self))
    }
}

fn store(request: &HttpRequest) -> Store {
    let store = request.app_data::<web::Data<Store>>();
    store
        .expect("the server gives every request the store")
        .get_ref()
        .clone()
}

/// A JSON object as a request's body, whatever its media type.
pub(crate) struct Body(pub(crate) Fields);

impl FromRequest for Body {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = web::Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|error| {
                let status = error.as_response_error().status_code().as_u16();
                Refusal::new(status, "general/Unreadable Body", error.to_string())
            })?;
            let fields = serde_json::from_slice(&bytes);
            Ok(Self(fields.map_err(|e| {
                Refusal::invalid(format!("Not a JSON object: {e}"))
            })?))
        })
    }
}

/// Encodes a segment of a path, or a name or value of a query.
pub(crate) fn encode(text: &str) -> impl std::fmt::Display {
    utf8_percent_encode(text, &RESERVED)
}
