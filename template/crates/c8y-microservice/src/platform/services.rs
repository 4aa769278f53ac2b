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
pub(super) fn check_name(name: &str) -> Result<(), PlatformError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if name.bytes().all(plain) && !["", ".", ".."].contains(&name) {
        return Ok(());
    }
    Err(PlatformError::Invalid(format!(
        "{name:?} is no context path of a service; allowed: letters, digits and -._~"
    )))
}

/// Nobody on the way of a path, whatever they decode, may take it for one outside the service.
pub(super) fn check_path(path: &str) -> Result<(), PlatformError> {
    let decoded = decoded(path.split(['?', '#']).next().unwrap_or_default());
    let segments = decoded.split(|byte| b"/\\".contains(byte)).skip(1);
    let segments: Vec<&[u8]> = segments.map(without_parameters).collect();
    let climbs = |segment: &[u8]| segment == b"." || segment == b"..";
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

/// A path as it is when it is decoded until nothing changes, however often and in whatever parts it
/// was encoded: what a byte is decoded to may complete the code of the next one.
fn decoded(path: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(path.len());
    for byte in path.bytes() {
        decoded.push(byte);
        while let [.., b'%', high, low] = *decoded
            && let Some(byte) = code(high, low)
        {
            decoded.truncate(decoded.len() - 3);
            decoded.push(byte);
        }
    }
    decoded
}

fn code(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// A segment as servers take it that know parameters in paths, where `..;a=b` climbs, too; or that
/// look for the query after decoding.
fn without_parameters(segment: &[u8]) -> &[u8] {
    let mut parts = segment.split(|byte| b";?#".contains(byte));
    parts.next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_decoded_to_its_end_in_one_pass() {
        for (path, expected) in [
            ("/a%2Fb%", "/a/b%"),
            ("/%%32e%2%35", "/.%"),
            ("/%252525252e", "/."),
            ("/%zz%4", "/%zz%4"),
            ("/%C3%A4", "/ä"),
        ] {
            assert_eq!(decoded(path), expected.as_bytes(), "{path}");
        }
        // As often as there are letters: a pass each would take minutes.
        let path = format!("/%{}2f", "25".repeat(1 << 20));
        assert_eq!(decoded(&path), b"//");
    }
}
