//! The body of a request.

use std::future::ready;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING, UPGRADE};
use actix_web::web::{Bytes, FormConfig, JsonConfig, PayloadConfig, ServiceConfig};
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::timeout;

use super::room::Taken;
use super::{ApiError, given};
use crate::deadline;

/// Within which the whole body has to arrive, unless the request has less time.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Characters of what a message may quote of a body.
const LONGEST_QUOTE: usize = 200;

/// The bytes of the largest [`Body`]: `REQUEST_BODY_LIMIT`, unless a scope or resource has its own,
/// as in `resource("/reports").app_data(BodyLimit(8 * 1024 * 1024))`. The HTTP server's own
/// extractors have their own types for it, such as `PayloadConfig`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyLimit(pub usize);

/// The JSON object in the body of a request, read as `T`. No body is an object without properties.
///
/// What does not fit is answered with 422 and a message that names the property, more than
/// the [`BodyLimit`] with 413, and what takes longer than half a minute, or than the request may
/// take in all, with 408. A body with a `Content-Encoding`, which nothing here decodes, is a 400.
///
/// Properties that `T` does not have take no memory. One that is a [`serde_json::Value`] may take a
/// hundred times its bytes: its endpoint needs a smaller [`BodyLimit`].
#[derive(Debug, Clone)]
pub struct Body<T>(pub T);

impl<T: DeserializeOwned> Body<T> {
    /// Straight into `T`: as a [`serde_json::Value`] in between, a body might take a hundred times
    /// its size.
    fn parse(body: &[u8]) -> Result<T, ApiError> {
        let body = if body.is_empty() { b"{}" } else { body };
        // An object first: serde would take an array for a struct, too.
        let first = body.trim_ascii_start().first();
        if first.is_some_and(|first| b"[\"-0123456789tfn".contains(first)) {
            return Err(ApiError::unprocessable("the body is not a JSON object"));
        }
        let mut json = serde_json::Deserializer::from_slice(body);
        let object = serde_path_to_error::deserialize(&mut json);
        let object = object.map_err(|error| refusal(error, body))?;
        json.end().map_err(|error| no_object(&error))?;
        Ok(object)
    }
}

/// What does not fit, and where. It may quote what the caller sent, of which the beginning will do.
fn refusal(error: serde_path_to_error::Error<serde_json::Error>, body: &[u8]) -> ApiError {
    let path = error.path().to_string();
    let problem = error.into_inner();
    // A number in the place of a variant is an error of syntax to serde_json, too.
    if !problem.is_data() && serde_json::from_slice::<IgnoredAny>(body).is_err() {
        return no_object(&problem);
    }
    let text = problem.to_string();
    let position = format!(" at line {} column {}", problem.line(), problem.column());
    let text = match text.strip_suffix(&position).unwrap_or(&text) {
        "expected value" => "invalid type".to_owned(),
        text => beginning(text),
    };
    let at_its_place = |text: &str| match path.as_str() {
        "." => text.to_owned(),
        path => format!("{}: {text}", beginning(path)),
    };
    let logged = match kind(&text) {
        // Its place is a name that was sent.
        unknown @ "unknown field" => unknown.to_owned(),
        kind => at_its_place(kind),
    };
    ApiError::unprocessable(at_its_place(&text)).logged_as(logged)
}

/// What is wrong, without what was sent.
fn kind(text: &str) -> &str {
    const KINDS: [&str; 5] = [
        "invalid type",
        "invalid value",
        "invalid length",
        "unknown variant",
        "unknown field",
    ];
    // Those name the property, as the service has it.
    if text.starts_with("missing field") || text.starts_with("duplicate field") {
        return text;
    }
    let kind = KINDS.into_iter().find(|kind| text.starts_with(kind));
    kind.unwrap_or("not acceptable")
}

fn beginning(text: &str) -> String {
    text.chars().take(LONGEST_QUOTE).collect()
}

fn no_object(problem: &serde_json::Error) -> ApiError {
    ApiError::unprocessable(format!("the body is not a JSON object: {problem}"))
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if let Some(encoding) = encoding(request) {
            return Box::pin(ready(Err(encoding.into())));
        }
        let limit = BodyLimit::of(request);
        let length = stated_length(request);
        let room = request.extensions().get::<Rc<Taken>>().cloned();
        let payload = payload.take();
        Box::pin(async move {
            let limit = limit?;
            if let (None, Some(room)) = (length, room) {
                // This endpoint's own limit may be more than that of all.
                room.grow_to(limit.0 as u64).await?;
            }
            let time = deadline::remaining().map_or(TIME_LIMIT, |time| time.min(TIME_LIMIT));
            let bytes = timeout(time, limit.read(length, payload))
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

/// The refusal of a body that would have to be decoded.
fn encoding(request: &HttpRequest) -> Option<ApiError> {
    let encoding = request.headers().get(CONTENT_ENCODING)?;
    let is_plain = encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    let message = "The body has a Content-Encoding, which this service does not decode";
    (!is_plain).then(|| ApiError::bad_request(message))
}

/// The length of the body as the request states it.
pub(super) fn stated_length(request: &HttpRequest) -> Option<u64> {
    if is_endless(request) {
        return None;
    }
    let length = request.headers().get(CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}

/// Whether a body comes with the request, which says so itself.
pub(super) fn has_body(request: &HttpRequest) -> bool {
    is_endless(request)
        || request.headers().contains_key(TRANSFER_ENCODING)
        || stated_length(request).is_some_and(|length| length > 0)
}

/// Whether the HTTP server may take all that follows for the body, whatever length is stated.
fn is_endless(request: &HttpRequest) -> bool {
    let mut upgrades = request.headers().get_all(UPGRADE);
    let is_websocket = |value: &[u8]| value.trim_ascii().eq_ignore_ascii_case(b"websocket");
    request.method() == Method::CONNECT || upgrades.any(|it| is_websocket(it.as_bytes()))
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
        #[serde(default)]
        kind: Option<Kind>,
    }

    #[derive(Debug, Deserialize)]
    enum Kind {
        A,
    }

    fn refusal_of(body: &str) -> ApiError {
        let error = Body::<Example>::parse(body.as_bytes()).expect_err(body);
        assert_eq!(error.status_code().as_u16(), 422);
        error
    }

    /// What the caller is told.
    fn refused(body: &str) -> String {
        refusal_of(body).message().to_owned()
    }

    #[test]
    fn the_log_has_the_property_and_nothing_that_was_sent() {
        for (body, logged) in [
            (r#"{"count":"hunter2"}"#, "count: invalid type"),
            (r#"{"count":31337}"#, "count: invalid value"),
            (r#"{"kind":"hunter2"}"#, "kind: unknown variant"),
            (r#"{"hunter2":1}"#, "unknown field"),
            (r#"{"count":1,"count":2}"#, "duplicate field `count`"),
        ] {
            assert_eq!(refusal_of(body).to_string(), logged);
        }
    }

    #[test]
    fn no_body_is_an_object_without_properties() {
        assert_eq!(Body::<Example>::parse(b"").unwrap().count, 0);
        let parsed = Body::<Example>::parse(br#"{"count":7,"kind":"A"}"#).unwrap();
        assert_eq!(parsed.count, 7);
        assert!(matches!(parsed.kind, Some(Kind::A)));
    }

    #[test]
    fn a_wrong_property_is_named() {
        assert!(refused(r#"{"count":"x"}"#).starts_with("count: invalid type"));
        assert!(refused(r#"{"count":999}"#).starts_with("count: "));
        assert_eq!(refused(r#"{"kind":1}"#), "kind: invalid type");
        assert!(refused(r#"{"kind":"B"}"#).starts_with("kind: unknown variant `B`"));
        assert!(refused(r#"{"cuont":1}"#).contains("unknown field `cuont`, expected `count`"));
    }

    #[test]
    fn a_property_that_comes_twice_is_refused() {
        assert!(refused(r#"{"count":1,"count":2}"#).contains("duplicate field"));
    }

    #[test]
    fn a_message_has_the_beginning_of_what_is_wrong() {
        let name = "x".repeat(100_000);
        let message = refused(&format!(r#"{{"{name}":1}}"#));
        assert!(message.contains(": unknown field `xxx"), "{message}");
        assert!(message.len() < 1_000, "{message}");
    }

    #[test]
    fn nothing_comes_after_an_object() {
        assert!(refused(r#"{"count":1}{}"#).contains("trailing characters"));
    }

    #[test]
    fn only_an_object_is_an_object() {
        for body in [
            "[1]", "1", "null", "{", "\u{0}", "true", "-1", "\"x\"", " [", " ",
        ] {
            assert!(
                refused(body).starts_with("the body is not a JSON object"),
                "{body}"
            );
        }
    }
}
