//! The end of requests that take too long.

use std::time::Duration;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use super::{ApiError, given};
use crate::deadline::{self, Deadline, Stop};

/// The longest life of a request. Part of every app.
#[derive(Debug, Clone)]
pub(crate) struct TimeLimit {
    limit: Duration,
    stop: Stop,
}

/// Ends a request whose time is over, and answers 503. All that runs for it knows its deadline.
///
/// Not 504: the service is nobody's gateway here, and does not know whose fault it is. As where
/// the platform does not answer, this may go better later.
pub(crate) async fn time_limit<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let limit: TimeLimit = given(request.request()).cloned()?;
    let deadline = Deadline::after(limit.limit, &limit.stop);
    let answer = deadline::scope(Some(deadline.clone()), next.call(request));
    tokio::select! {
        biased;
        answer = answer => answer,
        // Without its request, which went along with the work: an error, not an answer.
        () = deadline.over() => Err(limit.refusal(&deadline).into()),
    }
}

impl TimeLimit {
    pub(crate) fn new(limit: Duration, stop: Stop) -> Self {
        Self { limit, stop }
    }

    fn refusal(&self, deadline: &Deadline) -> ApiError {
        if deadline.is_cut_short() {
            return ApiError::unavailable(
                "The service is stopping and has ended the request; what it has begun may take effect",
            );
        }
        ApiError::unavailable(format!(
            "The request took longer than {} ms (REQUEST_TIMEOUT) and was ended; what it has begun \
             may take effect",
            self.limit.as_millis()
        ))
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};
    use actix_web::web::{self, Bytes};
    use actix_web::{App, HttpResponse, body::to_bytes};
    use tokio::time::timeout;

    use super::*;

    /// What a request is answered that hangs until the order to stop.
    async fn hang_until(stop: Stop, order: impl Future<Output = ()>) -> (u16, Bytes) {
        let limit = TimeLimit::new(Duration::from_hours(1), stop);
        let app = App::new()
            .app_data(limit)
            .route("/", web::get().to(pending::<HttpResponse>))
            .wrap(from_fn(time_limit));
        let app = init_service(app).await;
        let request = TestRequest::get().to_request();
        let answer = timeout(Duration::from_secs(20), try_call_service(&app, request));
        let (answer, ()) = tokio::join!(answer, order);
        let answer = answer.expect("the order ends the request");
        let Err(refusal) = answer else {
            panic!("an answer, not a refusal");
        };
        let answer = refusal.error_response();
        let status = answer.status().as_u16();
        (status, to_bytes(answer.into_body()).await.unwrap())
    }

    #[actix_web::test]
    async fn a_stop_ends_what_hangs_and_says_so() {
        let stop = Stop::default();
        let order = async { stop.within(Duration::ZERO) };
        let (status, body) = hang_until(stop.clone(), order).await;
        assert_eq!(status, 503);
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("The service is stopping"), "{body}");
    }
}
