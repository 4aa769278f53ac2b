//! What is open to everyone, and nothing else.

use super::*;

#[tokio::test]
async fn health_and_metrics_are_open_to_everyone() {
    let (_platform, service) = start().await;
    for path in [
        "/health",
        "/health/liveness",
        "/health/readiness",
        "/metrics",
        "/health?a=b",
        "http://elsewhere/health",
    ] {
        let answer = raw(&service, path, b"").await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{path}: {answer}");
    }
}

#[tokio::test]
async fn no_other_way_to_write_an_open_path_is_open() {
    let (_platform, service) = start().await;
    for path in [
        "/healthx",
        "/health/",
        "/health//",
        "//health",
        "/health/../whoami",
        "/health/../health",
        "/./health",
        "/health/liveness/..",
        "/health/liveness/",
        "/health/liveness/x",
        "/health/readiness;a=b",
        "/health;a=b",
        "/Health",
        "/HEALTH/LIVENESS",
        "/%68ealth",
        "/health%2Fliveness",
        "/health%2fliveness",
        "/health/%6Civeness",
        "/%2Fhealth",
        "/health%00",
        "/health%20",
        "/health%3Fa=b",
        "/health/%2e%2e/whoami",
        "/metrics/",
        "/%6Detrics",
        "//metrics",
        "/metrics/x",
        "http://elsewhere//health",
    ] {
        let answer = raw(&service, path, b"").await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{path}: {answer}");
    }
}

#[tokio::test]
async fn an_open_path_leads_nowhere_else() {
    let (_platform, service) = start().await;
    let admin = User::admin_of("t100");
    for path in ["/health/", "/%68ealth", "//health", "/metrics/"] {
        let header = format!("{}\r\n", admin.authorization());
        let answer = raw(&service, path, header.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
    }
}
