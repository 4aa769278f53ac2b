//! Media types of what is sent.

use actix_web::mime::Mime;
use reqwest::header::HeaderValue;

use super::PlatformError;

/// A media type as the value of a header.
pub(super) fn header(text: &str) -> Result<HeaderValue, PlatformError> {
    let parsed = text.parse::<Mime>().ok();
    let header = parsed.and_then(|_| HeaderValue::from_str(text).ok());
    header.ok_or_else(|| {
        PlatformError::Invalid(format!("{text:?} is no media type such as text/plain"))
    })
}
