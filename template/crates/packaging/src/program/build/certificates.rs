//! The CA certificates that the image gets: Mozilla's, as the tool was built with them, so that it
//! does not matter which ones this machine trusts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const LINE: usize = 64;

/// The certificates as PEM.
pub(super) fn mozilla() -> String {
    let certificates = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
    certificates.iter().map(|it| pem(it)).collect()
}

fn pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    let mut pem = String::from("-----BEGIN CERTIFICATE-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(LINE.min(rest.len()));
        pem.push_str(line);
        pem.push('\n');
        rest = after;
    }
    pem + "-----END CERTIFICATE-----\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_written_in_lines_of_64_letters() {
        let expected = format!(
            "-----BEGIN CERTIFICATE-----\n{}\nAAAA\n-----END CERTIFICATE-----\n",
            "A".repeat(64)
        );
        assert_eq!(pem(&[0; 51]), expected);
    }

    #[test]
    fn there_are_as_many_as_mozilla_has() {
        let found = mozilla().matches("BEGIN CERTIFICATE").count();
        assert_eq!(found, webpki_root_certs::TLS_SERVER_ROOT_CERTS.len());
        assert!(found > 100, "{found}");
    }
}
