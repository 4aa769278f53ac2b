//! Answers of the platform, and what is written for it.

use std::time::Duration;

use actix_web::web::Bytes;
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;

use super::address::{Address, Base};
use super::identity::{Binding, Bindings};
use super::list::page::PageForm;
use super::multipart::Form;
use super::services::{check_name, check_path};
use super::{ExternalId, PlatformError, Response, media_type, retry};

/// An answer with a status of success.
#[must_use]
pub fn answer(body: &[u8]) -> Response {
    let body = Bytes::copy_from_slice(body);
    Response::new(StatusCode::OK, HeaderMap::new(), body)
}

/// A page of a list: its items, and whether there is another one.
pub fn page<T: DeserializeOwned>(
    property: &'static str,
    body: &[u8],
) -> Result<(Vec<T>, bool), PlatformError> {
    answer(body).json_as(PageForm::new(property))
}

/// The external IDs of a managed object.
pub fn external_ids(body: &[u8]) -> Result<Vec<ExternalId>, PlatformError> {
    let bindings: Bindings = answer(body).json()?;
    Ok(bindings.external_ids)
}

/// The ID of the managed object that an external ID names.
pub fn managed_object_of(body: &[u8]) -> Result<String, PlatformError> {
    let binding: Binding = answer(body).json()?;
    Ok(binding.managed_object.id.as_str().to_owned())
}

/// What is made of an answer that is no success.
#[must_use]
pub fn error(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> PlatformError {
    PlatformError::from_answer(status, headers, body)
}

/// How long to wait before a request is sent again.
#[must_use]
pub fn pause(error: &PlatformError, left: Duration) -> Option<Duration> {
    retry::pause(error, true, 1, left, 1.0)
}

/// The address of a path that is made of segments, with a query.
pub fn uri(base: &Url, segments: &[&str], query: &[(&str, &str)]) -> Result<String, PlatformError> {
    let base = self::base(base)?;
    let mut address = base.address(segments)?;
    for (name, value) in query {
        address.add(name, value);
    }
    whole(&base, address)
}

/// The address of a path as written.
pub fn raw_uri(base: &Url, path: &str) -> Result<String, PlatformError> {
    let base = self::base(base)?;
    let address = base.raw_address(path)?;
    whole(&base, address)
}

/// The path of a request to another microservice.
pub fn service_path(name: &str, path: &str) -> Result<String, PlatformError> {
    check_name(name)?;
    check_path(path)?;
    Ok(format!("/service/{name}{path}"))
}

/// The media type of a form with a file, and the form.
pub fn form(
    object: &[u8],
    file_name: &str,
    media: &str,
    content: &[u8],
) -> Result<(String, Bytes), PlatformError> {
    let media = media_type::header(media)?;
    let form = Form::new().json("object", object);
    Ok(form.file("file", file_name, &media, content).finish())
}

fn base(url: &Url) -> Result<Base, PlatformError> {
    Base::new(url.clone()).map_err(|error| PlatformError::Invalid(error.to_string()))
}

fn whole(base: &Base, address: Address) -> Result<String, PlatformError> {
    base.uri(address).map(|uri| uri.to_string())
}
