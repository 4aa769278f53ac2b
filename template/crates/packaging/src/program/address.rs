//! The platform's address, as people write it.

use std::fmt;
use std::net::IpAddr;

use ureq::http::Uri;
use ureq::http::uri::Authority;

/// The address of a platform: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    scheme: &'static str,
    authority: String,
    is_local: bool,
}

impl Address {
    /// Reads an address with or without a scheme. Without one it is `https`, and `http` where it is
    /// on this machine: there stands a local platform.
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        // Nothing of it is repeated: it may hold a password.
        if text.contains('@') {
            return Err(AddressError::Credentials);
        }
        let invalid = || AddressError::Invalid(text.to_owned());
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(known(scheme).ok_or_else(invalid)?), rest),
            None => (None, text),
        };
        let uri: Uri = format!("https://{rest}").parse().map_err(|_| invalid())?;
        let authority = uri.authority().filter(|it| is_complete(it));
        let authority = authority.ok_or_else(invalid)?;
        if uri.path() != "/" || uri.query().is_some() || text.contains('#') {
            return Err(AddressError::Path(text.to_owned()));
        }
        let is_local = is_local(authority.host());
        Ok(Self {
            scheme: scheme.unwrap_or(if is_local { "http" } else { "https" }),
            authority: authority.to_string(),
            is_local,
        })
    }

    /// Whether it is on this machine.
    pub(super) fn is_local(&self) -> bool {
        self.is_local
    }

    /// Whether others between here and there can read what is sent.
    pub(super) fn is_unencrypted(&self) -> bool {
        self.scheme == "http" && !self.is_local
    }
}

/// Whether there is a host, and a number where there is a port.
fn is_complete(authority: &Authority) -> bool {
    let host = authority.host();
    let is_alone = host.len() == authority.as_str().len();
    !host.is_empty() && (is_alone || authority.port_u16().is_some())
}

fn known(scheme: &str) -> Option<&'static str> {
    let mut all = ["http", "https"].into_iter();
    all.find(|it| it.eq_ignore_ascii_case(scheme))
}

fn is_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let address: Result<IpAddr, _> = host.parse();
    address.map_or_else(
        |_| host == "localhost" || host.ends_with(".localhost"),
        |address| address.is_loopback(),
    )
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.authority)
    }
}

/// Why a text is no address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum AddressError {
    #[error(
        "the address holds a user or a password; give the user with -u or C8Y_USER, and the password in C8Y_PASSWORD or when asked for it"
    )]
    Credentials,
    #[error(
        "the address {0} has a path; only scheme, host and port are allowed, such as https://acme.cumulocity.com"
    )]
    Path(String),
    #[error("{0:?} is no address of a platform; allowed: one such as https://acme.cumulocity.com")]
    Invalid(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_and_without_its_scheme() {
        for (text, expected) in [
            ("acme.cumulocity.com", "https://acme.cumulocity.com"),
            (
                "https://acme.cumulocity.com/",
                "https://acme.cumulocity.com",
            ),
            ("HTTP://acme.com:8111", "http://acme.com:8111"),
            ("127.0.0.1:8111", "http://127.0.0.1:8111"),
            ("localhost", "http://localhost"),
            ("https://[::1]:8443/", "https://[::1]:8443"),
            ("t101.localhost:8111", "http://t101.localhost:8111"),
        ] {
            let address = Address::parse(text).map(|it| it.to_string());
            assert_eq!(address, Ok(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_more_or_less_than_an_address_is_refused() {
        for text in [
            "",
            "https://",
            "ftp://acme.com",
            "a b",
            "acme.com:port",
            "acme.com:",
            ":80",
        ] {
            let refused = Address::parse(text);
            assert_eq!(refused, Err(AddressError::Invalid(text.to_owned())));
        }
        for text in ["acme.com/apps", "https://acme.com?a=b", "acme.com/#/apps"] {
            let refused = Address::parse(text);
            assert_eq!(refused, Err(AddressError::Path(text.to_owned())));
        }
    }

    #[test]
    fn a_password_in_an_address_is_refused_and_not_repeated() {
        let refused = Address::parse("https://jane:secret@acme.com").map_err(|it| it.to_string());
        assert!(refused.is_err_and(|it| !it.contains("secret") && it.contains("C8Y_PASSWORD")));
    }

    #[test]
    fn only_http_to_another_machine_can_be_read_by_others() {
        for (text, expected) in [
            ("http://acme.com", true),
            ("https://acme.com", false),
            ("http://localhost:8111", false),
            ("http://127.0.0.2", false),
            ("http://localhost.acme.com", true),
        ] {
            let address = Address::parse(text).map(|it| it.is_unencrypted());
            assert_eq!(address, Ok(expected), "{text}");
        }
    }
}
