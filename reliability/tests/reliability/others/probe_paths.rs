//! Four paths are open to everyone, for the platform's probes. A rule that looks at how a path
//! begins, or at a path before it is tidied up, opens others with them.

use super::raw::{head, status};
use crate::support::Plan;
use crate::support::login::basic_of;
use crate::support::wire::exchange;

const OPEN: [&str; 4] = [
    "/health",
    "/health/liveness",
    "/health/readiness",
    "/metrics",
];

/// After each of the open paths.
const BEHIND: [&str; 16] = [
    "x",
    "/",
    "//",
    "/.",
    ";x",
    "%20",
    "%00",
    "%3f",
    "/../createAlarms",
    "/../../createAlarms",
    "/..;/createAlarms",
    "%2f..%2fcreateAlarms",
    "/%2e%2e/createAlarms",
    "/../devices",
    "/..%2fgreeting",
    "\\..\\createAlarms",
];

const OTHERS: [&str; 12] = [
    "//health",
    "//createAlarms",
    "/./health",
    "/x/../health",
    "/HEALTH",
    "/Health",
    "/%68ealth",
    "/health%2fliveness",
    "/createAlarms/../health",
    "/createAlarms;/health",
    "/createAlarms?/health",
    "/createAlarms%3f/health",
];

#[tokio::test]
async fn no_path_is_open_because_it_looks_like_one_that_is() {
    let stage = Plan::tenants(2).start();
    let behind = OPEN
        .iter()
        .flat_map(|open| BEHIND.map(|it| format!("{open}{it}")));
    let paths: Vec<_> = behind.chain(OTHERS.map(str::to_owned)).collect();
    let authorization = format!("Authorization: {}\r\n", basic_of("t101"));
    for path in &paths {
        for method in ["GET", "POST"] {
            let anonymous = exchange(stage.service.address(), &head(method, path, "")).await;
            let refused = matches!(status(&anonymous), 400 | 401);
            assert!(refused, "{method} {path} without credentials: {anonymous}");
            // Nor is it another way to what it looks like.
            let head = head(method, path, &authorization);
            let known = exchange(stage.service.address(), &head).await;
            let refused = matches!(status(&known), 400 | 403 | 404 | 405);
            assert!(refused, "{method} {path} with credentials: {known}");
        }
    }
    for path in OPEN {
        let answer = exchange(stage.service.address(), &head("GET", path, "")).await;
        assert_eq!(status(&answer), 200, "{path}: {answer}");
    }
    for tenant in stage.platform.tenants() {
        let alarms = stage.alarms(&tenant, "c8y_CreateAlarms").await;
        assert_eq!(alarms.len(), 0, "{tenant}: {alarms:?}");
    }
}
