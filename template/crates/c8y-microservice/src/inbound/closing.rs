//! Connections of a service that is stopping.

use std::fmt;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, ResponseError};

use super::given;
use crate::deadline::Stop;

/// Closes each connection with its next answer, from the order to stop on. A connection that is kept
/// would be closed with the port, and a request that is on its way then would be lost.
pub(crate) async fn closing<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let stop = given::<Stop>(request.request())?.clone();
    stop.arrive();
    let mut answer = match next.call(request).await {
        Ok(answer) => answer,
        Err(error) if stop.is_ordered() => return Err(Last(error).into()),
        Err(error) => return Err(error),
    };
    let is_kept = answer.status() != StatusCode::SWITCHING_PROTOCOLS;
    if is_kept && stop.is_ordered() {
        let head = answer.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(answer)
}

/// An error that is answered with the end of its connection.
#[derive(Debug)]
struct Last(Error);

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Last {
    fn status_code(&self) -> StatusCode {
        self.0.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self.0.error_response();
        let head = answer.head_mut();
        head.set_connection_type(ConnectionType::Close);
        answer
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::App;
    use actix_web::body::BoxBody;
    use actix_web::error::ErrorInternalServerError;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service, try_call_service};

    use super::*;

    #[actix_web::test]
    async fn an_error_ends_its_connection_as_well_once_there_is_the_order_to_stop() {
        let stop = Stop::default();
        let fails = async |_: ServiceRequest, _: Next<BoxBody>| {
            Err::<ServiceResponse<BoxBody>, _>(ErrorInternalServerError("a failure"))
        };
        let app = App::new().app_data(stop.clone());
        let app = app.wrap(from_fn(fails)).wrap(from_fn(closing));
        let app = init_service(app).await;
        let ends = async || {
            let answer = try_call_service(&app, TestRequest::get().to_request()).await;
            let answer = answer.expect_err("a failure").error_response();
            answer.head().connection_type() == ConnectionType::Close
        };
        assert!(!ends().await);
        stop.within(Duration::from_mins(1));
        assert!(ends().await);
    }
}
