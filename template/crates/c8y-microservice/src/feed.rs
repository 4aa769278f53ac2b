//! An endpoint that pushes to users what this instance has for their tenant.

mod connection;
mod hub;

use std::fmt;
use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::Payload;
use actix_web::web;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use tracing::{Instrument, error_span};

use crate::config::{Config, TenantSource};
use crate::http::Method;
use crate::id::TenantId;
use crate::inbound::{ApiError, AsService, AsUser, Held, given};
use crate::microservice::Microservice;
use crate::platform::{PlatformError, TenantClient};
use crate::subscriptions::{ChangeKind, Follower};
use connection::Connection;
use hub::{Hub, Limits};

/// The longest message, so that what waits for slow readers stays small.
const LONGEST_MESSAGE: usize = 8 * 1024;
/// The part of `MEMORY_LIMIT` that one connection may come to count for.
const BYTES_PER_CONNECTION: u64 = 256 * 1024;
/// Connections that a tenant may have at least, if there are as many.
const FEWEST_CONNECTIONS: u64 = 16;
/// The part of all connections that one tenant may have.
const SHARE_OF_A_TENANT: u64 = 10;

/// What this instance of the service has to tell the users of its tenants. Needs the feature
/// `websocket`.
///
/// An endpoint asks for it in its signature; handlers and jobs get it from
/// [`Microservice::feed`]. Clones are cheap and the same.
///
/// ```no_run
/// use actix_web::web::{self, Payload, ServiceConfig};
/// use actix_web::{HttpRequest, HttpResponse};
/// use c8y_microservice::{ApiError, Feed, User};
///
/// fn routes(app: &mut ServiceConfig) {
///     app.route("/news", web::get().to(connect))
///         .route("/news", web::post().to(tell));
/// }
///
/// async fn connect(
///     feed: Feed,
///     request: HttpRequest,
///     body: Payload,
/// ) -> Result<HttpResponse, ApiError> {
///     feed.connect(&request, body).await
/// }
///
/// async fn tell(feed: Feed, user: User) -> Result<HttpResponse, ApiError> {
///     let told = feed.publish(user.tenant(), &serde_json::json!({ "by": user.name() }));
///     told.map_err(|error| ApiError::internal(error.to_string()))?;
///     Ok(HttpResponse::NoContent().finish())
/// }
/// ```
///
/// A message reaches those users of its tenant who are connected to this instance at that moment.
/// It is kept nowhere, and other instances know nothing of it: who must not miss anything reads it
/// from the platform.
#[derive(Clone)]
pub struct Feed(Arc<Hub>);

/// Why a message cannot be sent to anyone.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The value has no form in JSON.
    #[error("the message cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// The value is longer than 8 KiB as JSON.
    #[error("the message has {0} bytes, more than {LONGEST_MESSAGE}")]
    TooLong(usize),
}

impl Feed {
    /// As many connections as the memory is good for, `MEMORY_LIMIT` in units of 256 KiB, and never
    /// more than half of those that the server takes: the others are for requests, the platform's
    /// probes among them. A tenth of them for one tenant, unless it has the instance for itself.
    pub(crate) fn new(config: &Config) -> Self {
        let of_the_server = config.server.max_connections as u64 / 2;
        let in_all = of_the_server.min(config.memory_limit / BYTES_PER_CONNECTION);
        let of_tenant = match config.bootstrap.tenants {
            TenantSource::Single(_) => in_all,
            _ => (in_all / SHARE_OF_A_TENANT)
                .max(FEWEST_CONNECTIONS)
                .min(in_all),
        };
        Self(Hub::new(Limits { in_all, of_tenant }))
    }

    /// Sends a message, as JSON in a text frame, to the users of one tenant who are connected now,
    /// and answers how many connections that is. Does not wait for them: who has not read the last
    /// 16 messages of the tenant loses the oldest, and gets `{"lost":n}` in their place.
    pub fn publish(
        &self,
        tenant: &TenantId,
        message: &(impl Serialize + ?Sized),
    ) -> Result<usize, PublishError> {
        let text = serde_json::to_string(message)?;
        if text.len() > LONGEST_MESSAGE {
            return Err(PublishError::TooLong(text.len()));
        }
        Ok(self.0.publish(tenant, text.into()))
    }

    /// Answers a request to open a WebSocket, and sends it what is published for the tenant of the
    /// verified caller: there is no way to name another one. The request is over with the answer, so
    /// that what limits requests in time does not limit the connection.
    ///
    /// What a client sends is read and dropped. The connection is closed with
    ///
    /// | code | when |
    /// |---|---|
    /// | 1001 | the service is stopping |
    /// | 1002 | the client does not keep to the protocol |
    /// | 1008 | the tenant is not subscribed any more, or the platform, which is asked every ten minutes (`GET /user/currentUser`), does not accept the caller's credentials any more |
    /// | 1009 | a frame of the client has more than 64 KiB |
    /// | 1011 | a ping, sent every 30 seconds, was not answered before the next |
    ///
    /// and without a word where the client takes nothing for as long as `REQUEST_TIMEOUT`.
    ///
    /// A request that is not for a WebSocket gets 400, and the caller of a tenant that is not
    /// subscribed 403. Where there are too many connections it is 503: in all, one for each 256 KiB
    /// of `MEMORY_LIMIT`, but at most half of `SERVER_MAX_CONNECTIONS`; a tenth of them for one
    /// tenant, but never less than 16. With `PER_TENANT` isolation the tenant has all of them.
    pub async fn connect(
        &self,
        request: &HttpRequest,
        body: web::Payload,
    ) -> Result<HttpResponse, ApiError> {
        let AsUser(caller) = AsUser::extract(request).await?;
        let (answer, session, incoming) = actix_ws::handle(request, body)
            .map_err(|error| ApiError::bad_request(format!("Not a WebSocket: {error}")))?;
        let place = self.0.join(caller.tenant())?;
        // Asked with the place taken: a tenant that leaves from now on finds it.
        AsService::extract(request).await?;
        let span = error_span!("websocket", tenant = %caller.tenant());
        let connection = Connection::new(place.listen(), session, incoming);
        let pumping = connection.pump(move || is_accepted(caller.clone()));
        actix_web::rt::spawn(pumping.instrument(span));
        // The place is free again after the last byte.
        Ok(answer.map_body(|_, body| Held::new(body, place).boxed()))
    }

    /// No connection begins from now on, and those that there are are closed.
    pub(crate) fn close(&self) {
        self.0.close();
    }

    /// Routes whose endpoints get this feed.
    pub(crate) fn beside<R>(
        &self,
        routes: R,
    ) -> impl Fn(&mut web::ServiceConfig) + Clone + Send + 'static
    where
        R: Fn(&mut web::ServiceConfig) + Clone + Send + 'static,
    {
        let feed = self.clone();
        move |app| {
            app.app_data(feed.clone());
            routes(app);
        }
    }
}

impl Microservice {
    /// What endpoints get as [`Feed`], for handlers and jobs. Needs the feature `websocket`.
    ///
    /// ```no_run
    /// # use c8y_microservice::{Config, Error, Microservice};
    /// # async fn example(config: Config) -> Result<(), Error> {
    /// let microservice = Microservice::new(config);
    /// let feed = microservice.feed();
    /// microservice
    ///     .on_renewed(move |client| {
    ///         let told = feed.publish(client.tenant(), "new credentials");
    ///         async move { tracing::info!(?told) }
    ///     })
    /// #   .serve(|_| {})
    /// #   .await
    /// # }
    /// ```
    #[must_use]
    pub fn feed(&self) -> Feed {
        self.feed.clone()
    }
}

/// Whether the platform still accepts the credentials of whoever opened a connection. Not knowing
/// is not a refusal.
async fn is_accepted(caller: TenantClient) -> bool {
    let asked = caller
        .request(Method::GET, "/user/currentUser")
        .send()
        .await;
    !matches!(asked, Err(PlatformError::Unauthorized(_)))
}

impl Follower for Feed {
    fn changed(&self, kind: ChangeKind, client: &TenantClient) {
        if kind == ChangeKind::Unsubscribed {
            self.0.end(client.tenant());
        }
    }
}

impl FromRequest for Feed {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(given(request).cloned())
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Feed")
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;
    use crate::background::BackgroundRuntime;
    use crate::testing::client_at;

    /// Whether a caller is accepted whose next request is answered with this, on a connection that
    /// ends then.
    async fn is_accepted_after(answer: &'static str) -> bool {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let platform = std::thread::spawn(move || {
            let (mut connection, _) = listener.accept().unwrap();
            let length = connection.read(&mut [0; 4096]).unwrap();
            connection.write_all(answer.as_bytes()).unwrap();
            length
        });
        let background = BackgroundRuntime::start().unwrap();
        let accepted = is_accepted(client_at(&url, &background)).await;
        assert!(platform.join().unwrap() > 0);
        accepted
    }

    #[tokio::test]
    async fn only_a_401_says_that_a_caller_is_not_accepted_any_more() {
        for (status, expected) in [
            ("200 OK", true),
            ("401 Unauthorized", false),
            ("403 Forbidden", true),
            ("404 Not Found", true),
        ] {
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
            assert_eq!(is_accepted_after(answer.leak()).await, expected, "{status}");
        }
        assert!(is_accepted_after("").await, "no answer");
    }
}
