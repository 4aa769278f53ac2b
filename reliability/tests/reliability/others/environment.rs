//! Endpoints that frameworks bring along, and that show the environment with its passwords.

use reqwest::{Method, StatusCode};

use crate::support::{Plan, answer};

const PATHS: [&str; 28] = [
    "/",
    "/env",
    "/environment",
    "/.env",
    "/config",
    "/configprops",
    "/info",
    "/debug",
    "/debug/vars",
    "/debug/pprof",
    "/actuator",
    "/actuator/env",
    "/actuator/configprops",
    "/actuator/heapdump",
    "/actuator/loggers",
    "/actuator/mappings",
    "/health/env",
    "/metrics/env",
    "/admin",
    "/console",
    "/status",
    "/trace",
    "/threads",
    "/heapdump",
    "/server-info",
    "/proc/self/environ",
    "/../../proc/self/environ",
    "/docs",
];

#[tokio::test]
async fn no_endpoint_shows_the_environment() {
    let stage = Plan::tenants(2).start();
    for path in PATHS {
        for method in [Method::GET, Method::POST, Method::OPTIONS, Method::TRACE] {
            let url = format!("{}{path}", stage.service.url());
            let anonymous = answer(stage.http.request(method.clone(), url)).await;
            let expected = StatusCode::UNAUTHORIZED;
            assert_eq!(anonymous.status, expected, "{method} {path}: {anonymous:?}");
            for tenant in ["t100", "t101"] {
                let known = answer(stage.direct(tenant, method.clone(), path)).await;
                let expected = StatusCode::NOT_FOUND;
                assert_eq!(known.status, expected, "{method} {path}: {known:?}");
                let text = format!("{:?} {}", known.headers, known.body);
                assert!(!text.contains("C8Y_"), "{method} {path}: {text}");
            }
        }
    }
}
