//! The body of a request.

use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;

use super::ApiError;

/// Within which the whole body has to arrive.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The JSON object in the body of a request, read as `T`. No body is an object without properties.
///
/// What does not fit is answered with 422 and a message that names the property, more than 256 KiB
/// with 413, and what takes longer than half a minute with 408.
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
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = timeout(TIME_LIMIT, bytes).await.map_err(|_| {
                let limit = TIME_LIMIT.as_secs();
                ApiError::request_timeout(format!("The body did not arrive within {limit} s"))
            })?;
            Ok(Self(Self::parse(&bytes?)?))
        })
    }
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
