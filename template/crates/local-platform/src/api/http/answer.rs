//! Answers: refusals in the platform's error form, and objects as the request wants them.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Call, media};
use crate::refusal::Refusal;

const INFO: &str = "https://www.cumulocity.com/guides/reference-guide/#error_reporting";

pub(crate) type Answer = Result<HttpResponse, Refusal>;

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        refused(self)
    }
}

/// A refusal in the platform's error form.
pub(crate) fn refused(refusal: &Refusal) -> HttpResponse {
    let body = json!({"error": refusal.error, "message": refusal.message, "info": INFO});
    let mut response = HttpResponse::build(refusal.status_code());
    if refusal.status == StatusCode::UNAUTHORIZED.as_u16() {
        response.insert_header(("WWW-Authenticate", "Basic realm=\"Cumulocity\""));
    }
    response
        .insert_header((CONTENT_TYPE, media::ERROR))
        .body(body.to_string())
}

/// An object as answers show it.
pub(crate) trait Resource: Serialize {
    /// Its `self`.
    fn link(&self) -> &str;
}

impl Resource for Value {
    fn link(&self) -> &str {
        self.get("self").and_then(Self::as_str).unwrap_or_default()
    }
}

/// Half the time that formatting a [`Value`] takes.
fn encoded(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("keys are texts, and nothing here fails to serialize")
}

impl Call {
    pub(crate) fn found(media: &str, body: &impl Serialize) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, media))
            .body(encoded(body))
    }

    /// What was made: where it is, and itself where the request says what it accepts.
    pub(crate) fn created(&self, media: &str, body: &impl Resource) -> HttpResponse {
        let mut response = HttpResponse::Created();
        response.insert_header((LOCATION, body.link()));
        self.with_body(response, media, body)
    }

    pub(crate) fn updated(&self, media: &str, body: &impl Serialize) -> HttpResponse {
        self.with_body(HttpResponse::Ok(), media, body)
    }

    fn with_body(
        &self,
        mut response: actix_web::HttpResponseBuilder,
        media: &str,
        body: &impl Serialize,
    ) -> HttpResponse {
        if self.wants_body {
            response
                .insert_header((CONTENT_TYPE, media))
                .body(encoded(body))
        } else {
            response.finish()
        }
    }
}
