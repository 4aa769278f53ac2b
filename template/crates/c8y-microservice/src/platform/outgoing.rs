//! A request before it is signed: it can be sent any number of times.

use std::fmt;

use actix_web::web::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};

use super::Address;

/// All of a request but who makes it.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) address: Address,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// Whether the application key goes along. Without it, the platform takes the request for a
    /// device's.
    pub(crate) by_application: bool,
    /// Whether sending it twice does what sending it once does.
    pub(crate) repeatable: bool,
}

impl Outgoing {
    pub(crate) fn new(method: Method, address: Address) -> Self {
        let mut headers = HeaderMap::with_capacity(3);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            repeatable: method != Method::POST && method != Method::PATCH,
            method,
            address,
            headers,
            body: None,
            by_application: true,
        }
    }

    pub(crate) fn without_key(mut self) -> Self {
        self.by_application = false;
        self
    }
}

/// Without headers, query and body, which may hold secrets.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} {})", self.method, self.address.path())
    }
}
