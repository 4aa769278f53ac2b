//! WebSocket through the gateway: the upgrade goes on to the service, and once it has agreed, bytes
//! pass in both directions until either side closes.

use actix_web::HttpRequest;
use actix_web::HttpResponse;
use actix_web::body::{BodyStream, BoxBody};
use actix_web::http::header::{self as actix_header, HeaderMap as ActixHeaders};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::web::{Bytes, BytesMut, Payload};
use futures_util::{StreamExt, stream};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderMap, HeaderValue, UPGRADE};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::task::JoinSet;

use super::headers;

const WEBSOCKET: &str = "websocket";

/// Whether a request asks for an upgrade to WebSocket. Others are not passed on: they may go on as
/// plain HTTP.
pub(super) fn is_asked_for(request: &HttpRequest) -> bool {
    let headers = request.headers();
    request.method() == Method::GET
        && has(headers, &actix_header::UPGRADE, WEBSOCKET)
        && has(headers, &actix_header::CONNECTION, "upgrade")
}

fn has(headers: &ActixHeaders, name: &actix_header::HeaderName, wanted: &str) -> bool {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|value| value.trim().eq_ignore_ascii_case(wanted))
}

/// Asks the service for it: headers of one hop, which are made anew for each.
pub(super) fn ask_for(headers: &mut HeaderMap) {
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static(WEBSOCKET));
}

/// Passes on that the service has agreed, and then what both sides send.
pub(super) async fn agreed(
    answer: hyper::Response<Incoming>,
    from_caller: Payload,
) -> hyper::Result<HttpResponse> {
    let mut from_service = answer.headers().clone();
    let upgraded = hyper::upgrade::on(answer).await?;
    let body = Tunnel::begin(upgraded, from_caller).into_body();
    let mut response = HttpResponse::with_body(StatusCode::SWITCHING_PROTOCOLS, body);
    response
        .head_mut()
        .set_connection_type(ConnectionType::Upgrade);
    headers::drop_hop_by_hop(&mut from_service);
    headers::to_caller(&from_service, response.headers_mut());
    let websocket = actix_header::HeaderValue::from_static(WEBSOCKET);
    response
        .headers_mut()
        .insert(actix_header::UPGRADE, websocket);
    Ok(response)
}

struct Tunnel {
    from_service: ReadHalf<TokioIo<Upgraded>>,
    buffer: BytesMut,
    /// The other direction, which ends with this one.
    to_service: JoinSet<()>,
}

impl Tunnel {
    fn begin(upgraded: Upgraded, from_caller: Payload) -> Self {
        let (from_service, to_service) = tokio::io::split(TokioIo::new(upgraded));
        let mut tasks = JoinSet::new();
        tasks.spawn_local(pass_on(from_caller, to_service));
        Self {
            from_service,
            buffer: BytesMut::new(),
            to_service: tasks,
        }
    }

    fn into_body(self) -> BoxBody {
        let pieces = stream::unfold(self, |mut tunnel| async move {
            let piece = tunnel.next().await?;
            Some((Ok::<_, std::io::Error>(piece), tunnel))
        });
        BoxBody::new(BodyStream::new(Box::pin(pieces)))
    }

    /// What the service sends next; nothing once either side has closed.
    async fn next(&mut self) -> Option<Bytes> {
        tokio::select! {
            read = self.from_service.read_buf(&mut self.buffer) => match read {
                Ok(0) | Err(_) => None,
                Ok(_) => Some(self.buffer.split().freeze()),
            },
            _ = self.to_service.join_next() => None,
        }
    }
}

/// Until the caller closes, or the service takes no more.
async fn pass_on(mut from_caller: Payload, mut to_service: WriteHalf<TokioIo<Upgraded>>) {
    while let Some(Ok(piece)) = from_caller.next().await {
        if to_service.write_all(&piece).await.is_err() {
            break;
        }
    }
    // A service that is gone needs no farewell.
    let _ = to_service.shutdown().await;
}
