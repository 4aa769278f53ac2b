//! Forms with files, `multipart/form-data`: the parts in the order in which they were sent.

use std::convert::Infallible;
use std::pin::Pin;

use actix_web::body::{BodyStream, to_bytes_limited};
use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use futures_util::stream;

use super::authentication::header_text;
use crate::refusal::Refusal;

/// What the platform accepts of a microservice's archive, the largest thing that is uploaded.
const LIMIT: usize = 500 * 1024 * 1024;

/// One part of a form.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

/// A form. Every part has a name; the media type of the request has to be `multipart/form-data`.
#[derive(Debug)]
pub(crate) struct Form(Vec<Part>);

impl Form {
    /// Takes out the first part that has one of these names.
    pub(crate) fn take(&mut self, names: &[&str]) -> Result<Part, Refusal> {
        let found = self.0.iter().position(|part| names.contains(&&*part.name));
        found.map(|at| self.0.remove(at)).ok_or_else(|| {
            let given: Vec<&str> = self.0.iter().map(|part| &*part.name).collect();
            let (names, given) = (names.join(" or "), given.join(", "));
            malformed(format!("A part named {names} is needed; given: {given}"))
        })
    }

    async fn parse(media: &str, body: Bytes) -> Result<Self, Refusal> {
        let boundary = multer::parse_boundary(media)
            .map_err(|error| malformed(format!("Not multipart/form-data: {error}: {media}")))?;
        let body = stream::iter([Ok::<_, Infallible>(body)]);
        let mut form = multer::Multipart::new(body, boundary);
        let unreadable = |error| malformed(format!("Not a form: {error}"));
        let mut parts = Vec::new();
        while let Some(field) = form.next_field().await.map_err(unreadable)? {
            let name = field.name().map(str::to_owned);
            let number = parts.len() + 1;
            parts.push(Part {
                name: name.ok_or_else(|| malformed(format!("Part {number} has no name")))?,
                file_name: field.file_name().map(str::to_owned),
                content_type: field.content_type().map(ToString::to_string),
                bytes: field.bytes().await.map_err(unreadable)?,
            });
        }
        Ok(Self(parts))
    }
}

impl FromRequest for Form {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = header_text(request.headers(), &CONTENT_TYPE).unwrap_or_default();
        let media = media.to_owned();
        let content = Content::from_request(request, payload);
        Box::pin(async move { Self::parse(&media, content.await?.0).await })
    }
}

/// A body that is a file, up to the same size as in a form.
pub(crate) struct Content(pub(crate) Bytes);

impl FromRequest for Content {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = BodyStream::new(payload.take());
        Box::pin(async move {
            let too_large = |_| {
                let message = format!("The body is larger than {LIMIT} bytes");
                Refusal::new(413, "general/Payload Too Large", message)
            };
            let bytes = to_bytes_limited(payload, LIMIT).await.map_err(too_large)?;
            let unreadable = |error: PayloadError| malformed(format!("Not readable: {error}"));
            bytes.map(Self).map_err(unreadable)
        })
    }
}

/// A file as a request's body: by itself, or as the part `file` of a form.
pub(crate) struct File {
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl FromRequest for File {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let media = header_text(request.headers(), &CONTENT_TYPE).map(str::to_owned);
        let content = Content::from_request(request, payload);
        Box::pin(async move {
            let Content(bytes) = content.await?;
            match media {
                Some(media) if media.starts_with("multipart/form-data") => {
                    let file = Form::parse(&media, bytes).await?.take(&["file"])?;
                    Ok(Self {
                        content_type: file.content_type,
                        bytes: file.bytes,
                    })
                }
                content_type => Ok(Self {
                    content_type,
                    bytes,
                }),
            }
        })
    }
}

fn malformed(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "general/Invalid Form", message)
}
