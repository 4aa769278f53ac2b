//! What the platform answers.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use ureq::Body;
use ureq::http::{Response, header};

use super::{CallError, Platform, Step};

/// No answer is this long, save a log.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The answer to a request that was done.
pub(super) struct Answer {
    step: Step,
    address: String,
    body: Vec<u8>,
}

/// Whatever the platform says when it refuses a request. What is no JSON, such as a proxy's page,
/// says nothing that helps.
#[derive(Default, Deserialize)]
pub(super) struct Refusal {
    #[serde(skip)]
    pub(super) status: u16,
    #[serde(skip)]
    pub(super) location: Option<String>,
    #[serde(default)]
    pub(super) error: Option<String>,
    #[serde(default)]
    pub(super) message: Option<String>,
}

/// The tenant of a user.
#[derive(Deserialize)]
pub(super) struct Tenant {
    pub(super) name: String,
}

impl Answer {
    pub(super) fn new(
        platform: &Platform,
        step: Step,
        answered: Result<Response<Body>, ureq::Error>,
    ) -> Result<Self, CallError> {
        let read = answered.and_then(|mut answer| {
            let body = answer.body_mut().with_config().limit(LIMIT).read_to_vec()?;
            Ok((answer, body))
        });
        match read {
            Err(error) => Err(CallError::unreached(platform, &step, &error)),
            Ok((answer, body)) if answer.status().is_success() => Ok(Self {
                step,
                address: platform.address().to_string(),
                body,
            }),
            Ok((answer, body)) => Err(CallError::refused(platform, &step, refusal(&answer, &body))),
        }
    }

    /// The answer's JSON.
    pub(super) fn read<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        let read = serde_json::from_slice(&self.body);
        read.map_err(|error| CallError::unexpected(&self.address, &self.step, &error))
    }
}

fn refusal(answer: &Response<Body>, body: &[u8]) -> Refusal {
    let location = answer.headers().get(header::LOCATION);
    Refusal {
        status: answer.status().as_u16(),
        location: location.and_then(|it| it.to_str().ok()).map(str::to_owned),
        ..serde_json::from_slice(body).unwrap_or_default()
    }
}
