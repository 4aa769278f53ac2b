//! Numbers about the service, for Prometheus: `GET /metrics`, with the feature `metrics`.
//!
//! Without the feature there are no numbers, and nothing of this costs anything: what is called here
//! does nothing.

#[cfg(feature = "metrics")]
mod bootstrap;
#[cfg(feature = "metrics")]
mod labels;
#[cfg(feature = "metrics")]
mod registry;
#[cfg(feature = "metrics")]
mod requests;
#[cfg(not(feature = "metrics"))]
mod silent;
#[cfg(feature = "metrics")]
mod upstream;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

#[cfg(feature = "metrics")]
pub use registry::Metrics;
#[cfg(not(feature = "metrics"))]
pub(crate) use silent::Metrics;

const PATH: &str = "/metrics";

/// Whether the path is that of the open endpoint.
pub(crate) fn is_open(path: &str) -> bool {
    cfg!(feature = "metrics") && path == PATH
}

/// Counts a request, and how long it takes.
pub(crate) async fn measure<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let served = Metrics::served(&request);
    let answer = next.call(request).await;
    let status = match &answer {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    if let Some(served) = served {
        served.answered(status);
    }
    answer
}
