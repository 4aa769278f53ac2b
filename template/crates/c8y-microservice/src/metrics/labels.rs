//! The values of labels: each from a list that no caller can make longer.

use actix_web::http::Method;
use reqwest::Url;

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

/// The platform's API that an address belongs to.
pub(super) fn api(base: &Url, url: &Url) -> &'static str {
    let path = url.path().strip_prefix(base.path()).unwrap_or_default();
    let first = path.split('/').next();
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
    fn an_address_is_of_the_api_that_its_path_begins_with() {
        let base: Url = "http://platform/base/".parse().unwrap();
        let of = |path: &str| api(&base, &base.join(path).unwrap());
        assert_eq!(of("alarm/alarms?source=7"), "alarm");
        assert_eq!(of("service/other/path"), "service");
        assert_eq!(of("alarms"), "other");
        assert_eq!(of(""), "other");
        assert_eq!(of("/alarm/alarms"), "other", "it is outside of the base");
    }
}
