//! Connections of a service that is stopping.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;

use super::given;
use crate::deadline::Stop;

/// Closes each connection with its next answer, from the order to stop on. A connection that is kept
/// would be closed with the port, and a request that is on its way then would be lost.
pub(crate) async fn closing<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    given::<Stop>(request.request())?.arrive();
    let mut answer = next.call(request).await?;
    let stop: &Stop = given(answer.request())?;
    let is_kept = answer.status() != StatusCode::SWITCHING_PROTOCOLS;
    if is_kept && stop.is_ordered() {
        let head = answer.response_mut().head_mut();
        head.set_connection_type(ConnectionType::Close);
    }
    Ok(answer)
}
