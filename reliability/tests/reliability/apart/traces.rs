//! What is left of a request: lines of the log, and metrics.

use reqwest::{Method, StatusCode};

use super::marked::{Marked, OWN, TENANTS, mark};
use crate::support::login::basic_of;
use crate::support::secrets::USER;
use crate::support::{Plan, answer, eventually};

/// At level trace, while users of all tenants call at once.
#[tokio::test]
async fn the_lines_of_a_request_name_its_own_tenant_alone() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let requests = (0..90).map(|number: usize| {
        let tenant = TENANTS[number % 3];
        let request = marked.direct(tenant, Method::GET, OWN[(number / 3) % 3]);
        answer(request.header("X-Request-ID", format!("{number}-of-{tenant}.")))
    });
    for seen in futures_util::future::join_all(requests).await {
        assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    }
    // A failure has more to say.
    marked
        .platform
        .inject(local_platform::Fault::status(500).of("t101"));
    let failing = marked.direct("t101", Method::GET, "/devices");
    let failing = failing.header("X-Request-ID", "last-of-t101.");
    assert_ne!(answer(failing).await.status, StatusCode::OK);
    let lines = eventually(
        "the line of the last request",
        async || marked.service.log(),
        |lines| {
            lines
                .iter()
                .any(|it| it.contains("last-of-t101.") && it.contains("status="))
        },
    )
    .await;
    for tenant in TENANTS {
        let own = format!("-of-{tenant}.");
        let lines: Vec<_> = lines.iter().filter(|line| line.contains(&own)).collect();
        assert!(lines.len() >= 30, "{tenant} has {} lines", lines.len());
        for line in lines {
            let others = TENANTS.iter().filter(|it| **it != tenant);
            let named = others.filter(|other| line.contains(**other));
            assert_eq!(named.count(), 0, "of {tenant}: {line}");
        }
    }
}

/// They are open to everyone: no tenant, no user, nothing of their data.
#[tokio::test]
async fn metrics_and_health_name_no_tenant_and_no_user() {
    let marked = Marked::start(Plan::tenants(3)).await;
    for tenant in TENANTS {
        for path in [OWN[0], OWN[1], OWN[2], "/mark-of-t101", "/devices/t102"] {
            answer(marked.direct(tenant, Method::GET, path)).await;
        }
    }
    answer(marked.create_alarms("c8y_Metrics")).await;
    marked
        .platform
        .inject(local_platform::Fault::status(500).of("t101"));
    answer(marked.direct("t101", Method::GET, "/devices")).await;
    for path in [
        "/metrics",
        "/health",
        "/health/readiness",
        "/health/liveness",
    ] {
        let [request, _] = marked.both_ways(&Method::GET, path);
        let anonymous = answer(request).await;
        let request = marked.direct("t101", Method::GET, path);
        let known = answer(request.header("cookie", basic_of("t101"))).await;
        for seen in [anonymous, known] {
            assert_eq!(seen.status, StatusCode::OK, "{path}: {seen:?}");
            let text = format!("{:?} {}", seen.headers, seen.body);
            let names = TENANTS.map(str::to_owned).into_iter();
            for name in names.chain([mark("t"), USER.to_owned()]) {
                let found: Vec<_> = text.lines().filter(|it| it.contains(&name)).collect();
                assert!(found.is_empty(), "{path} has {name}: {found:#?}");
            }
        }
    }
}
