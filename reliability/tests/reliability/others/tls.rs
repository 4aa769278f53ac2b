//! Others switch the check of certificates off, or let a variable do so, and hand their passwords to
//! whoever stands in between.

use super::tls_server::{Certificate, TlsServer};
use crate::support::login::basic_of;
use crate::support::{Plan, Stage, answer, eventually};

/// What switches the check off elsewhere.
const SWITCHES: [(&str, &str); 12] = [
    ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
    ("PYTHONHTTPSVERIFY", "0"),
    ("GIT_SSL_NO_VERIFY", "true"),
    ("SSL_VERIFY", "false"),
    ("SSL_NO_VERIFY", "1"),
    ("SSL_VERIFY_NONE", "1"),
    ("TLS_INSECURE", "true"),
    ("INSECURE", "true"),
    ("CURL_INSECURE", "1"),
    ("C8Y_SSL_VERIFY", "false"),
    ("C8Y_HTTPCLIENT_TRUSTALL", "true"),
    ("C8Y_HTTPCLIENT_HOSTNAMEVERIFICATION", "false"),
];

/// The service with this as its platform, whose authority it has been told to trust.
fn service_of(platform: &TlsServer) -> Stage {
    let authority = platform.authority.to_str().expect("a path in UTF-8");
    let mut plan = Plan::tenants(2)
        .env("C8Y_BASEURL", &platform.url)
        .env("SSL_CERT_FILE", authority);
    for (name, value) in SWITCHES {
        plan = plan.env(name, value);
    }
    plan.launch()
}

#[tokio::test]
async fn a_platform_whose_certificate_is_wrong_gets_no_request_and_no_password() {
    for certificate in [
        Certificate::Expired,
        Certificate::NotYet,
        Certificate::WrongHost,
        Certificate::Unknown,
    ] {
        let platform = TlsServer::start(certificate);
        let stage = service_of(&platform);
        eventually(
            "the reason in the log",
            async || stage.service.log(),
            |lines| lines.iter().any(|line| line.contains("certificate")),
        )
        .await;
        let readiness = format!("{}/health/readiness", stage.service.url());
        let ready = answer(stage.http.get(readiness)).await;
        assert_eq!(ready.status, 503, "{certificate:?}: {ready:?}");
        let request = stage.http.get(format!("{}/greeting", stage.service.url()));
        let seen = answer(request.header("authorization", basic_of("t101"))).await;
        assert_eq!(seen.status, 503, "{certificate:?}: {seen:?}");
        assert_eq!(platform.requests(), [""; 0], "{certificate:?}");
    }
}

/// The test above would be as content with a service that trusts nobody.
#[tokio::test]
async fn a_platform_whose_certificate_is_right_gets_requests() {
    let platform = TlsServer::start(Certificate::Right);
    let stage = service_of(&platform);
    let seen = eventually(
        "a request",
        async || platform.requests(),
        |requests| !requests.is_empty(),
    )
    .await;
    assert!(seen[0].starts_with("GET "), "{seen:?}");
    drop(stage);
}
