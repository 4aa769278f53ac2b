//! A request to the platform on its way, and its answer.

use std::fmt;
use std::marker::PhantomData;

use actix_web::web::Bytes;
use reqwest::header::{
    AUTHORIZATION, CONTENT_TYPE, COOKIE, HOST, HeaderMap, HeaderName, HeaderValue,
};
use reqwest::{Method, StatusCode};
use serde::Serialize;
use serde::de::{DeserializeOwned, DeserializeSeed};

use super::signer::{TFA_TOKEN, XSRF_TOKEN};
use super::transport::APPLICATION_KEY;
use super::{Address, Outgoing, PlatformError, TenantClient, media_type};

/// Headers that say who sends a request, and where to.
const OF_THE_CLIENT: [HeaderName; 6] = [
    AUTHORIZATION,
    COOKIE,
    HOST,
    APPLICATION_KEY,
    TFA_TOKEN,
    XSRF_TOKEN,
];

/// A request as the user of a client. Nothing happens before [`send`](Self::send).
#[derive(Debug)]
#[must_use = "a request does nothing before it is sent"]
pub struct Request<'a> {
    client: &'a TenantClient,
    // What cannot be sent is kept until it is, so that building a request needs no error handling.
    outgoing: Result<Outgoing, PlatformError>,
}

impl<'a> Request<'a> {
    pub(super) fn new(
        client: &'a TenantClient,
        method: Method,
        address: Result<Address, PlatformError>,
    ) -> Self {
        let outgoing = address.map(|address| {
            let outgoing = Outgoing::new(method, address);
            if client.is_for_a_device() {
                outgoing.without_key()
            } else {
                outgoing
            }
        });
        Self { client, outgoing }
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        if let Ok(outgoing) = &mut self.outgoing {
            outgoing.address.add(name, value);
        }
        self
    }

    /// Adds parameters to the query.
    pub(super) fn parameters(self, parameters: &[(String, String)]) -> Self {
        let add = |request: Self, (name, value): &(String, String)| request.query(name, value);
        parameters.iter().fold(self, add)
    }

    /// Says that the request may be sent again, which a `POST` may not unless its resource bears
    /// it.
    pub(super) fn repeatable(mut self) -> Self {
        if let Ok(outgoing) = &mut self.outgoing {
            outgoing.repeatable = true;
        }
        self
    }

    /// Sets a header. Those that say who sends the request, and where, are the client's: they make
    /// the request [`PlatformError::Invalid`].
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.outgoing = self.outgoing.and_then(|mut outgoing| {
            if OF_THE_CLIENT.contains(&name) {
                return Err(PlatformError::Invalid(format!(
                    "{name} is the client's to set"
                )));
            }
            outgoing.headers.insert(name, value);
            Ok(outgoing)
        });
        self
    }

    /// Sets a JSON body, as `application/json`.
    pub fn json(mut self, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.with_body(HeaderValue::from_static("application/json"), body.into()),
            Err(error) => {
                let reason = format!("its body is not JSON: {error}");
                self.outgoing = self.outgoing.and(Err(PlatformError::Invalid(reason)));
                self
            }
        }
    }

    /// Sets a body of any media type, such as `text/csv`.
    pub fn body(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        match media_type::header(media_type) {
            Ok(media_type) => self.with_body(media_type, body.into()),
            Err(refusal) => {
                self.outgoing = self.outgoing.and(Err(refusal));
                self
            }
        }
    }

    fn with_body(mut self, media_type: HeaderValue, body: Bytes) -> Self {
        if let Ok(outgoing) = &mut self.outgoing {
            outgoing.headers.insert(CONTENT_TYPE, media_type);
            outgoing.body = Some(body);
        }
        self
    }

    /// Sends the request and reads the whole answer. Any status but a success is an error; an answer
    /// whose head is larger than 16 KiB is none.
    ///
    /// After a failure that may pass the request is sent again, five times in all at most, with
    /// growing pauses or as long as the platform asks for (`Retry-After`): always when there was no
    /// connection, on 408 and 429, and on 503 with `Retry-After`; on 502, 503, 504, or when the answer
    /// does not come or breaks off, unless it is a `POST` or `PATCH`, which the platform might then
    /// have done already (an alarm may be sent twice: the platform counts it up). All of it takes at
    /// most a minute, or `C8Y_HTTPCLIENT_HTTPREADTIMEOUT` where that is longer, and no longer than the
    /// endpoint that waits for it has.
    pub async fn send(self) -> Result<Response, PlatformError> {
        self.client.send(self.outgoing?).await
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
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
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
        self.json_as(PhantomData)
    }

    /// The body, read as JSON of a form that is known at run time only.
    pub(crate) fn json_as<'de, S: DeserializeSeed<'de>>(
        &'de self,
        form: S,
    ) -> Result<S::Value, PlatformError> {
        // Checked once, and not again for each text in it.
        let text = str::from_utf8(&self.body);
        let text = text.map_err(|error| self.unexpected(format!("no text: {error}")))?;
        let mut json = serde_json::Deserializer::from_str(text);
        let value = form.deserialize(&mut json);
        let whole = value.and_then(|value| json.end().map(|()| value));
        whole.map_err(|error| {
            // The position alone: serde quotes values, and a body may hold passwords.
            let (line, column) = (error.line(), error.column());
            self.unexpected(format!(
                "not the expected JSON at line {line} column {column}"
            ))
        })
    }

    fn unexpected(&self, reason: String) -> PlatformError {
        PlatformError::UnexpectedBody {
            status: self.status,
            reason,
        }
    }
}
