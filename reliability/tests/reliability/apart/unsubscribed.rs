//! A tenant that has left.

use reqwest::{Method, StatusCode};

use super::marked::{Marked, OWN, TENANTS, is_of, shows_none_but};
use super::service_users::service_users;
use crate::support::login::basic;
use crate::support::secrets::USER;
use crate::support::{Plan, answer, eventually};

/// From the next read of the subscriptions on (`C8Y_BOOTSTRAP_DELAY`), although the platform's word
/// on its user is remembered for ten minutes. As itself the user may do there what it may do
/// without the service, where it gets past the gateway.
#[tokio::test]
async fn a_user_of_a_tenant_that_has_left_gets_nothing_through_the_service() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let former = service_users(&marked)
        .await
        .remove("t101")
        .expect("a service user");
    for path in OWN {
        is_of(
            "t101",
            USER,
            path,
            &answer(marked.direct("t101", Method::GET, path)).await,
        );
    }
    marked.unsubscribe("t101").await;
    for path in ["/alarms", "/greeting"] {
        let seen = eventually(
            "the tenant is known to have left",
            async || answer(marked.direct("t101", Method::GET, path)).await,
            // Until the subscriptions are read, its service user is tried, and refused.
            |seen| seen.status == StatusCode::FORBIDDEN,
        )
        .await;
        shows_none_but("", &seen);
    }
    let seen = answer(marked.direct("t101", Method::GET, "/devices")).await;
    is_of("t101", USER, "/devices", &seen);
    for path in OWN {
        let seen = answer(marked.through_gateway("t101", Method::GET, path)).await;
        assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}: {seen:?}");
    }
    // Its service user is no user any more, and nothing is asked as it.
    let before = marked.platform.requests().len();
    let seen = answer(marked.create_alarms("c8y_Without")).await;
    let tenants: Vec<_> = seen
        .reports()
        .iter()
        .map(|it| it["tenant"].clone())
        .collect();
    assert_eq!(tenants, ["t100", "t102"], "{seen:?}");
    let requests = marked.platform.requests().split_off(before);
    let own = format!("t101/{}", former.0);
    let as_former = requests
        .iter()
        .filter(|it| it.user.as_deref() == Some(&*own));
    assert_eq!(as_former.count(), 0, "{requests:#?}");
    assert_eq!(marked.alarms("t101", "c8y_Without").await.len(), 0);
    for path in OWN {
        for request in marked.both_ways(&Method::GET, path) {
            let request = request.header("authorization", basic(&own, &former.1));
            let seen = answer(request).await;
            assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{path}: {seen:?}");
        }
    }
}

/// The settings and the object that were remembered of it are those of its own, and found anew.
#[tokio::test]
async fn a_tenant_that_comes_back_has_its_own_again() {
    let marked = Marked::start(Plan::tenants(3)).await;
    answer(marked.create_alarms("c8y_Before")).await;
    for tenant in ["t101", "t102"] {
        marked.unsubscribe(tenant).await;
    }
    for tenant in ["t102", "t101"] {
        marked.subscribe(tenant).await;
    }
    let seen = answer(marked.create_alarms("c8y_After")).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    for tenant in TENANTS {
        let alarms = marked.alarms(tenant, "c8y_After").await;
        assert_eq!(alarms.len(), 1, "{tenant}: {alarms:?}");
        for path in ["/devices", "/greeting"] {
            let seen = answer(marked.direct(tenant, Method::GET, path)).await;
            is_of(tenant, USER, path, &seen);
        }
    }
}
