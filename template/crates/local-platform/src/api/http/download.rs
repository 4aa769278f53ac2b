//! Contents of files as answers: whole, or the part that the request's `Range` names.

use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_TYPE, Charset, ContentDisposition,
    DispositionParam, DispositionType, ExtendedValue, HeaderValue, RANGE,
};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use http_range::{HttpRange, HttpRangeParseError};

use super::Answer;
use super::authentication::header_text;
use crate::refusal::Refusal;

/// A file's content.
pub(in crate::api) struct Content {
    pub(in crate::api) name: String,
    pub(in crate::api) media: String,
    pub(in crate::api) bytes: Bytes,
}

/// What is to be sent of a content.
enum Part {
    Whole,
    From { start: usize, length: usize },
    Nothing,
}

impl Content {
    pub(in crate::api) fn answer(self, request: &HttpRequest) -> Answer {
        let size = self.bytes.len();
        let (mut response, bytes) = match part(request, size) {
            Part::Whole => (HttpResponse::Ok(), self.bytes),
            Part::From { start, length } => {
                let range = format!("bytes {start}-{}/{size}", start + length - 1);
                let mut response = HttpResponse::PartialContent();
                response.insert_header((CONTENT_RANGE, range));
                (response, self.bytes.slice(start..start + length))
            }
            Part::Nothing => {
                let message = format!("Range is not within the file's {size} bytes");
                return Err(Refusal::new(416, "general/Range Not Satisfiable", message));
            }
        };
        let media = HeaderValue::from_str(&self.media).ok();
        let media = media
            .filter(|media| !media.is_empty())
            .unwrap_or(HeaderValue::from_static("application/octet-stream"));
        Ok(response
            .insert_header((CONTENT_TYPE, media))
            .insert_header((CONTENT_DISPOSITION, disposition(&self.name)))
            .insert_header((ACCEPT_RANGES, "bytes"))
            .body(bytes))
    }
}

/// A file to be kept under its name; other letters than those of ASCII come encoded as well.
fn disposition(name: &str) -> ContentDisposition {
    let visible = |character: char| {
        if character.is_control() {
            '_'
        } else {
            character
        }
    };
    let name: String = name.chars().map(visible).collect();
    let encoded = (!name.is_ascii()).then(|| {
        DispositionParam::FilenameExt(ExtendedValue {
            charset: Charset::Ext("UTF-8".to_owned()),
            language_tag: None,
            value: name.clone().into_bytes(),
        })
    });
    let parameters = [Some(DispositionParam::Filename(name)), encoded];
    ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: parameters.into_iter().flatten().collect(),
    }
}

/// Of several ranges none is sent alone, and the end of an empty file is all of it: HTTP allows to
/// answer with the whole.
fn part(request: &HttpRequest, size: usize) -> Part {
    let Some(range) = header_text(request.headers(), &RANGE) else {
        return Part::Whole;
    };
    let position = |number: u64| usize::try_from(number).unwrap_or(size);
    match HttpRange::parse(range, size as u64).as_deref() {
        Ok([range]) if range.length > 0 => Part::From {
            start: position(range.start),
            length: position(range.length),
        },
        Err(HttpRangeParseError::NoOverlap) => Part::Nothing,
        Ok(_) | Err(HttpRangeParseError::InvalidRange) => Part::Whole,
    }
}
