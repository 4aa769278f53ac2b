//! A request as all its attempts have it.

use std::fmt;

use actix_web::web::Bytes;
use http::{Request, Uri};
use http_body_util::Full;
use reqwest::Method;
use reqwest::header::HeaderMap;

/// All of a request but who makes it, and what all requests have.
pub(crate) struct Prepared {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(super) body: Bytes,
    /// Whether the application key is still to be added.
    pub(crate) by_application: bool,
    /// Whether sending it twice does what sending it once does.
    pub(crate) repeatable: bool,
}

impl Prepared {
    /// Those of all requests, the user's login, and the length of the body.
    const MORE_HEADERS: usize = 5;

    /// The request of one attempt. It costs a copy of the few headers; their values, the address and
    /// the body are shared.
    pub(super) fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.reserve(self.headers.len() + Self::MORE_HEADERS);
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        request
    }
}

/// Without headers, query and body, which may hold secrets.
impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.uri.path())
    }
}
