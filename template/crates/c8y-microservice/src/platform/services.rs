//! Other microservices, through the platform's gateway.

use reqwest::Method;

use super::{PlatformError, Request, TenantClient};

/// Another microservice that the client's tenant has subscribed to.
///
/// Requests go to `C8Y_BASEURL/service/{name}/…`, with the client's user and headers: what that
/// user may do there, the other service decides.
///
/// ```no_run
/// # use c8y_microservice::{PlatformError, TenantClient};
/// # async fn example(client: TenantClient) -> Result<(), PlatformError> {
/// let weather: serde_json::Value = client
///     .service("weather")
///     .get("/forecasts/today")
///     .query("place", "Düsseldorf")
///     .send()
///     .await?
///     .json()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct OtherService<'a> {
    client: &'a TenantClient,
    name: String,
}

impl<'a> OtherService<'a> {
    pub(super) fn new(client: &'a TenantClient, name: &str) -> Self {
        Self {
            client,
            name: name.to_owned(),
        }
    }

    /// A request to the service. `path` begins with `/`, may have a query, and is written as it
    /// goes over the wire.
    ///
    /// A name or path that could lead to anything but this service makes the request
    /// [`PlatformError::Invalid`]: a path with `//`, or with a segment `.` or `..`, encoded or not.
    /// A service that the tenant has not subscribed to, or that does not run, is an error when the
    /// request is sent.
    pub fn request(&self, method: Method, path: &str) -> Request<'a> {
        match check_name(&self.name).and_then(|()| check_path(path)) {
            Ok(()) => {
                let path = format!("/service/{}{path}", self.name);
                self.client.request(method, &path)
            }
            Err(refusal) => Request::new(self.client, method, Err(refusal)),
        }
    }

    /// A `GET`: see [`request`](Self::request).
    pub fn get(&self, path: &str) -> Request<'a> {
        self.request(Method::GET, path)
    }

    /// A `POST`: see [`request`](Self::request).
    pub fn post(&self, path: &str) -> Request<'a> {
        self.request(Method::POST, path)
    }

    /// A `PUT`: see [`request`](Self::request).
    pub fn put(&self, path: &str) -> Request<'a> {
        self.request(Method::PUT, path)
    }

    /// A `DELETE`: see [`request`](Self::request).
    pub fn delete(&self, path: &str) -> Request<'a> {
        self.request(Method::DELETE, path)
    }
}

/// A context path is one segment, and needs no encoding.
fn check_name(name: &str) -> Result<(), PlatformError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if name.bytes().all(plain) && !["", ".", ".."].contains(&name) {
        return Ok(());
    }
    Err(PlatformError::Invalid(format!(
        "{name:?} is no context path of a service; allowed: letters, digits and -._~"
    )))
}

/// Nobody on the way of a path, whatever they decode, may take it for one outside the service.
fn check_path(path: &str) -> Result<(), PlatformError> {
    let decoded = decoded(path.split(['?', '#']).next().unwrap_or_default());
    let segments = decoded.split(['/', '\\']).skip(1).map(without_parameters);
    let segments: Vec<&str> = segments.collect();
    let climbs = |segment: &str| [".", ".."].contains(&segment);
    // The last one may be empty: `/` and `/a/` are paths.
    let stays = segments.split_last().is_some_and(|(last, others)| {
        !climbs(last) && others.iter().all(|it| !it.is_empty() && !climbs(it))
    });
    if path.starts_with('/') && stays && !path.contains(char::is_control) {
        return Ok(());
    }
    Err(PlatformError::Invalid(format!(
        "{path:?} is no path of a service; it begins with one /, and has no //, . and .."
    )))
}

/// A path in which all that separates or climbs stands plain, however often it was encoded.
fn decoded(path: &str) -> String {
    let mut path = path.to_ascii_lowercase();
    while path.contains("%25") {
        path = path.replace("%25", "%");
    }
    path.replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "\\")
        .replace("%3b", ";")
}

/// A segment as servers take it that know parameters in paths: `..;a=b` climbs, too.
fn without_parameters(segment: &str) -> &str {
    segment.split(';').next().unwrap_or_default()
}
