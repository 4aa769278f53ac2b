//! The record of requests that the platform answered.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};

use crate::api::AuthenticatedAs;
use crate::faults::{Unanswered, is_control};
use crate::state::Store;

/// How many requests are remembered; older ones go.
const CAPACITY: usize = 10_000;

/// A request that the platform answered, through the gateway or to its own API.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The method, such as `GET`.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The query without its `?`.
    pub query: String,
    /// `tenant/user`, where the request was authenticated.
    pub user: Option<String>,
    /// The application key that the request carried.
    pub application_key: Option<String>,
    /// The status of the answer; 0 where a [`Fault`](crate::Fault) has closed the connection without
    /// one.
    pub status: u16,
}

/// A handle on the record.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<VecDeque<RecordedRequest>>>);

impl Recorder {
    pub(crate) fn requests(&self) -> Vec<RecordedRequest> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .cloned()
            .collect()
    }

    fn add(&self, request: RecordedRequest) {
        let mut requests = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if requests.len() == CAPACITY {
            requests.pop_front();
        }
        requests.push_back(request);
    }
}

/// Middleware: notes a request once it is answered, and counts it for its tenant.
pub(crate) async fn record<B: MessageBody>(
    recorder: Data<Recorder>,
    store: Data<Store>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    if is_control(request.path()) {
        return next.call(request).await;
    }
    let key = request.headers().get("X-Cumulocity-Application-Key");
    let key = key.and_then(|key| key.to_str().ok()).map(str::to_owned);
    let response = next.call(request).await?;
    let answered = answered(response.request(), response.status().as_u16(), key);
    let user = answered.user.as_deref();
    if let Some((tenant, _)) = user.and_then(|user| user.split_once('/')) {
        let key = answered.application_key.as_deref();
        store.with(|platform| platform.count_request(tenant, &answered.path, key));
    }
    recorder.add(answered);
    Ok(response)
}

fn answered(
    request: &HttpRequest,
    status: u16,
    application_key: Option<String>,
) -> RecordedRequest {
    let extensions = request.extensions();
    let user = extensions.get::<AuthenticatedAs>();
    let unanswered = extensions.get::<Unanswered>().is_some();
    RecordedRequest {
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        user: user.map(|user| user.0.clone()),
        application_key,
        status: if unanswered { 0 } else { status },
    }
}
