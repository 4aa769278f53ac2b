//! The values of labels: each from a list that no caller can make longer.

use actix_web::http::Method;

/// Methods and paths that are on no list.
pub(super) const UNKNOWN: &str = "unknown";

const APIS: [&str; 9] = [
    "alarm",
    "application",
    "event",
    "identity",
    "inventory",
    "measurement",
    "service",
    "tenant",
    "user",
];

pub(super) fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => UNKNOWN,
    }
}

pub(super) fn status_class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

/// The platform's API that a path belongs to, with the platform's own path before it.
pub(super) fn api(base: &str, path: &str) -> &'static str {
    let below = path.strip_prefix(base).unwrap_or_default();
    let first = below.split('/').next();
    APIS.into_iter()
        .find(|api| Some(*api) == first)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_statuses_are_of_a_fixed_set() {
        assert_eq!(method(&Method::GET), "GET");
        let own = Method::from_bytes(b"BREW").unwrap();
        assert_eq!(method(&own), UNKNOWN);
        let classes = [101, 204, 301, 404, 503].map(status_class);
        assert_eq!(classes, ["1xx", "2xx", "3xx", "4xx", "5xx"]);
    }

    #[test]
    fn a_path_is_of_the_api_that_it_begins_with() {
        let of = |path| api("/base/", path);
        assert_eq!(of("/base/alarm/alarms"), "alarm");
        assert_eq!(of("/base/service/other/path"), "service");
        assert_eq!(of("/base/alarms"), "other");
        assert_eq!(of("/base/"), "other");
        assert_eq!(of("/alarm/alarms"), "other", "it is outside of the base");
    }
}
