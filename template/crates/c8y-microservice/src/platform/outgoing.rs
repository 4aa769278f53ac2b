//! A request before it is signed: it can be sent any number of times.

use std::fmt;

use actix_web::web::Bytes;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Method, Url};

/// All of a request but who makes it.
#[derive(Clone)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    /// Whether the application key goes along. Without it, the platform takes the request for a
    /// device's.
    pub(crate) by_application: bool,
    /// Whether sending it twice does what sending it once does.
    pub(crate) repeatable: bool,
}

impl Outgoing {
    pub(crate) fn new(method: Method, url: Url) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        Self {
            repeatable: method != Method::POST && method != Method::PATCH,
            method,
            url,
            headers,
            body: None,
            by_application: true,
        }
    }

    pub(crate) fn without_key(mut self) -> Self {
        self.by_application = false;
        self
    }

    /// The request of one attempt, to be signed. It costs a copy of the address and of the few
    /// headers, which another attempt needs anew; their values and the body are shared.
    pub(crate) fn request(&self) -> reqwest::Request {
        let mut request = reqwest::Request::new(self.method.clone(), self.url.clone());
        *request.headers_mut() = self.headers.clone();
        *request.body_mut() = self.body.clone().map(Into::into);
        request
    }
}

/// Without headers, query and body, which may hold secrets.
impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} {})", self.method, self.url.path())
    }
}
