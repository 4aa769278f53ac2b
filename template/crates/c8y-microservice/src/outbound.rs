//! HTTP that leaves the service: what holds for requests to the platform and to everybody else.

mod connect;
mod line;
mod platform;
mod tls;
mod way;

use std::error::Error;
use std::time::Duration;

use reqwest::Client;
use reqwest::redirect::{Action, Attempt, Policy};

use crate::config::Config;
use crate::microservice;
use connect::Connect;
pub(crate) use platform::PlatformHttp;

/// Between two parts of an answer from outside.
const READ_LIMIT: Duration = Duration::from_secs(30);
/// From connecting to the last byte of an answer from outside.
const TOTAL_LIMIT: Duration = Duration::from_mins(1);
const REDIRECTS: usize = 5;

const USER_AGENT: &str = concat!("c8y-microservice/", env!("CARGO_PKG_VERSION"));

/// Where a client's requests go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// Requests with credentials, to the one address of the platform.
    Platform,
    /// Requests that the service's author makes, to anywhere.
    Outside,
}

impl Config {
    /// A client for addresses outside the platform. Make one at the start and share it: clones use
    /// the same connections.
    ///
    /// - **Proxies** are those of [`proxies`](Self::proxies). An error of a connection through one
    ///   names it, and the variable that it comes from.
    /// - **Time**: 10 seconds to connect, 30 for each part of an answer to arrive, a minute for
    ///   all of a request; [`RequestBuilder::timeout`](crate::http::RequestBuilder::timeout)
    ///   chooses another limit than that.
    /// - **TLS** trusts [`certificates`](Self::certificates). That there are none is an error of
    ///   each https request, not of this call.
    /// - **Redirects** are followed within one scheme, host and port, at most five of them: an API
    ///   key in a header goes nowhere else. A redirect to another place is the answer, with its
    ///   status 3xx.
    ///
    /// An endpoint may answer the client's errors with `?`: they are 502 and 503, with what went
    /// wrong in the log.
    ///
    /// ```no_run
    /// # use actix_web::web::{Data, ServiceConfig};
    /// # use c8y_microservice::{Config, Error, Microservice};
    /// # async fn run() -> Result<(), Error> {
    /// let config = Config::from_env()?;
    /// let outside = Data::new(config.http_client()?);
    /// let routes = move |app: &mut ServiceConfig| {
    ///     app.app_data(outside.clone());
    /// };
    /// Microservice::new(config).serve(routes).await
    /// # }
    /// ```
    ///
    /// An example of a whole service is `examples/outside.rs`.
    pub fn http_client(&self) -> Result<Client, microservice::Error> {
        let connect = Connect::new(self);
        Client::builder()
            .tls_backend_preconfigured(tls::client_config(self, Target::Outside))
            .proxy(connect.proxy())
            .connector_layer(connect)
            .user_agent(USER_AGENT)
            .read_timeout(READ_LIMIT)
            .timeout(TOTAL_LIMIT)
            .redirect(Policy::custom(stay_within_the_origin))
            .build()
            .map_err(|error| microservice::Error::Client(explain(error)))
    }
}

fn stay_within_the_origin(attempt: Attempt<'_>) -> Action {
    let first = attempt.previous().first();
    let is_inside = first.is_some_and(|first| first.origin() == attempt.url().origin());
    if is_inside && attempt.previous().len() <= REDIRECTS {
        attempt.follow()
    } else {
        attempt.stop()
    }
}

/// An error with the whole chain of its causes, because the first link alone says little, and
/// without the URL, which may hold secrets.
pub(crate) fn explain(error: reqwest::Error) -> String {
    chain(&error.without_url())
}

/// An error with the whole chain of its causes.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
