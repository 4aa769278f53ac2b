//! The body of a request.

use std::pin::Pin;
use std::time::Duration;

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, FormConfig, JsonConfig, PayloadConfig, ServiceConfig};
use actix_web::{Error, FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::{ApiError, given};
use crate::deadline;

/// Within which the whole body has to arrive, unless the request has less time.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The bytes of the largest [`Body`]: `REQUEST_BODY_LIMIT`, unless a scope or resource has its own,
/// as in `resource("/reports").app_data(BodyLimit(8 * 1024 * 1024))`. The HTTP server's own
/// extractors have their own types for it, such as `PayloadConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

/// The JSON object in the body of a request, read as `T`. No body is an object without properties.
///
/// What does not fit is answered with 422 and a message that names the property, more than
/// the [`BodyLimit`] with 413, and what takes longer than half a minute, or than the request may
/// take in all, with 408.
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> Body<T> {
    fn parse(body: &[u8]) -> Result<T, ApiError> {
        let object: Map<String, Value> = match body {
            [] => Map::new(),
            // An object first: serde would take an array for a struct, too.
            body => serde_json::from_slice(body).map_err(|error| {
                ApiError::unprocessable(format!("the body is not a JSON object: {error}"))
            })?,
        };
        serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
            let path = error.path().to_string();
            let problem = error.into_inner();
            ApiError::unprocessable(match path.as_str() {
                "." => problem.to_string(),
                path => format!("{path}: {problem}"),
            })
        })
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = BodyLimit::of(request);
        let length = stated_length(request);
        let payload = payload.take();
        Box::pin(async move {
            let time = deadline::remaining().map_or(TIME_LIMIT, |time| time.min(TIME_LIMIT));
            let bytes = timeout(time, limit?.read(length, payload))
                .await
                .map_err(|_| {
                    let time = time.as_millis();
                    ApiError::request_timeout(format!("The body did not arrive within {time} ms"))
                })?;
            Ok(Self(Self::parse(&bytes?)?))
        })
    }
}

impl BodyLimit {
    /// Limits the bodies of a whole app, also for the HTTP server's own extractors.
    pub(crate) fn of_all(self, app: &mut ServiceConfig) {
        let Self(bytes) = self;
        app.app_data(self)
            .app_data(PayloadConfig::new(bytes))
            .app_data(JsonConfig::default().limit(bytes))
            .app_data(FormConfig::default().limit(bytes));
    }

    /// What the nearest part of the app says.
    fn of(request: &HttpRequest) -> Result<Self, ApiError> {
        given(request).copied()
    }

    /// Reads a body. One that says itself that it is too large is not read at all.
    async fn read(self, length: Option<u64>, payload: Payload) -> Result<Bytes, Error> {
        if length.is_some_and(|length| length > self.0 as u64) {
            return Err(self.refusal().into());
        }
        let read = to_bytes_limited(BodyStream::new(payload), self.0).await;
        Ok(read.map_err(|_exceeded| self.refusal())??)
    }

    fn refusal(self) -> ApiError {
        ApiError::too_large(format!("The body is larger than {} bytes", self.0))
    }
}

/// The length of the body as the request states it.
fn stated_length(request: &HttpRequest) -> Option<u64> {
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Example {
        #[serde(default)]
        count: u8,
    }

    fn refused(body: &str) -> String {
        let error = Body::<Example>::parse(body.as_bytes()).expect_err(body);
        assert_eq!(error.status_code().as_u16(), 422);
        error.to_string()
    }

    #[test]
    fn no_body_is_an_object_without_properties() {
        assert_eq!(Body::<Example>::parse(b"").unwrap().count, 0);
        assert_eq!(Body::<Example>::parse(br#"{"count":7}"#).unwrap().count, 7);
    }

    #[test]
    fn a_wrong_property_is_named() {
        assert!(refused(r#"{"count":"x"}"#).starts_with("count: invalid type"));
        assert!(refused(r#"{"count":999}"#).starts_with("count: "));
        assert!(refused(r#"{"cuont":1}"#).contains("unknown field `cuont`, expected `count`"));
    }

    #[test]
    fn only_an_object_is_an_object() {
        for body in ["[1]", "1", "null", "{", "\u{0}"] {
            assert!(
                refused(body).starts_with("the body is not a JSON object"),
                "{body}"
            );
        }
    }
}
