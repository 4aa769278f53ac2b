//! A request to the platform on its way, and its answer.

use std::fmt;

use actix_web::web::Bytes;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Method, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::transport::APPLICATION_KEY;
use super::{PlatformError, TenantClient};

/// A request as the user of a client. Nothing happens before [`send`](Self::send).
#[derive(Debug)]
#[must_use = "a request does nothing before it is sent"]
pub struct Request<'a> {
    client: &'a TenantClient,
    // What cannot be sent is kept until it is, so that building a request needs no error handling.
    request: Result<reqwest::Request, PlatformError>,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        client: &'a TenantClient,
        method: Method,
        url: Result<Url, PlatformError>,
    ) -> Self {
        let transport = client.transport();
        let authorization = client.credentials().authorization();
        let request = url.map(|url| transport.request(method, url, authorization));
        Self { client, request }
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        if let Ok(request) = &mut self.request {
            request.url_mut().query_pairs_mut().append_pair(name, value);
        }
        self
    }

    /// Sets a header. Those that say who sends the request, and where, are the client's: they make
    /// the request [`PlatformError::Invalid`].
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.request = self.request.and_then(|mut request| {
            if [AUTHORIZATION, COOKIE, HOST, APPLICATION_KEY].contains(&name) {
                return Err(PlatformError::Invalid(format!(
                    "{name} is the client's to set"
                )));
            }
            request.headers_mut().insert(name, value);
            Ok(request)
        });
        self
    }

    /// Sets a JSON body.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.request = self.request.and_then(|mut request| {
            let body = serde_json::to_vec(body).map_err(|error| {
                PlatformError::Invalid(format!("its body is not JSON: {error}"))
            })?;
            let json = HeaderValue::from_static("application/json");
            request.headers_mut().insert(CONTENT_TYPE, json);
            *request.body_mut() = Some(body.into());
            Ok(request)
        });
        self
    }

    /// Sends the request, and waits at most a minute for the whole answer. Any status but a success
    /// is an error.
    pub async fn send(self) -> Result<Response, PlatformError> {
        self.client.transport().send(self.request?).await
    }
}

/// An answer of the platform with a status of success.
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Without headers and body, which may hold secrets.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Response({}, {} bytes)", self.status, self.body.len())
    }
}

impl Response {
    pub(super) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        Self {
            status,
            headers,
            body,
        }
    }

    /// The HTTP status, 200 to 299.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body, read as JSON.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, PlatformError> {
        serde_json::from_slice(&self.body).map_err(|error| PlatformError::UnexpectedBody {
            status: self.status,
            // The position alone: serde quotes values, and a body may hold passwords.
            reason: format!(
                "not the expected JSON at line {} column {}",
                error.line(),
                error.column()
            ),
        })
    }
}
