//! Each endpoint, asked by a user of one tenant that names another one in every place there is.

use reqwest::header::HOST;
use reqwest::{Method, StatusCode};
use serde_json::json;

use super::marked::{Marked, OWN, TENANTS, is_of, shows_none_but, with};
use crate::support::login::basic_of;
use crate::support::secrets::USER;
use crate::support::{Plan, answer};

/// Where services elsewhere look for the tenant, and proxies for what was asked.
const HEADERS: [&str; 14] = [
    "x-cumulocity-tenant",
    "x-cumulocity-application-key",
    "x-tenant",
    "x-tenant-id",
    "tenant",
    "tenant-id",
    "tenantid",
    "x-user",
    "x-forwarded-user",
    "x-forwarded-host",
    "x-forwarded-prefix",
    "x-original-url",
    "x-rewrite-url",
    "forwarded",
];

#[tokio::test]
async fn a_tenant_that_is_named_in_a_header_makes_no_difference() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let (own, other) = ("t101", "t102");
    let authorization = ("authorization", basic_of(own));
    for name in HEADERS {
        for value in [
            other.to_owned(),
            format!("{other}/{USER}"),
            format!("/{other}/devices"),
        ] {
            let login = [authorization.clone(), (name, value)];
            for path in OWN {
                for request in marked.both_ways(&Method::GET, path) {
                    is_of(own, USER, path, &answer(with(request, &login)).await);
                }
            }
        }
    }
    // The domain of a tenant, by which the platform finds the one of a user that names none.
    let login = [authorization, (HOST.as_str(), format!("{other}.localhost"))];
    for path in OWN {
        let [request, _] = marked.both_ways(&Method::GET, path);
        is_of(own, USER, path, &answer(with(request, &login)).await);
    }
}

#[tokio::test]
async fn a_tenant_that_is_named_in_the_query_or_the_body_makes_no_difference() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let other = "t102";
    let query = format!("?tenant={other}&tenantId={other}&tenant_id={other}&user={other}/{USER}");
    for own in ["t100", "t101"] {
        for path in OWN {
            let named = format!("{path}{query}");
            for request in marked.both_ways(&Method::GET, &named) {
                let request = request.header("authorization", basic_of(own));
                let body = json!({ "tenant": other, "user": format!("{other}/{USER}") });
                is_of(own, USER, path, &answer(request.json(&body)).await);
            }
        }
    }
}

#[tokio::test]
async fn no_path_leads_into_another_tenant() {
    let marked = Marked::start(Plan::tenants(3)).await;
    for path in [
        "/t102/devices",
        "/devices/t102",
        "/devices;tenant=t102",
        "/tenants/t102/devices",
        "/service/t102/devices",
        "/devices/../t102/devices",
        "/devices%2f..%2ft102",
        "/inventory/managedObjects",
        "/tenant/options/c8y-starter",
    ] {
        for request in marked.both_ways(&Method::GET, path) {
            let seen = answer(request.header("authorization", basic_of("t101"))).await;
            assert_eq!(seen.status, StatusCode::NOT_FOUND, "{path}: {seen:?}");
            let marks = format!("{:?}", seen.body).contains("mark-of-");
            assert!(!marks, "{path}: {seen:?}");
        }
    }
}

/// What reaches into all tenants is for the owner's users; the others learn not even their names.
#[tokio::test]
async fn only_users_of_the_owner_reach_into_all_tenants() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let kind = "c8y_Crossing";
    for tenant in ["t101", "t102"] {
        for request in marked.both_ways(&Method::POST, "/createAlarms?tenant=t100") {
            let request = request.header("x-cumulocity-tenant", "t100");
            let request = request.header("authorization", basic_of(tenant));
            let seen = answer(request.json(&json!({ "type": kind }))).await;
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{seen:?}");
            shows_none_but("", &seen);
        }
    }
    for tenant in TENANTS {
        assert_eq!(marked.alarms(tenant, kind).await.len(), 0, "{tenant}");
    }
    let seen = answer(marked.create_alarms(kind)).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
    for tenant in TENANTS {
        let alarms = marked.alarms(tenant, kind).await;
        assert_eq!(alarms.len(), 1, "{tenant}: {alarms:?}");
    }
}

/// What fails in one tenant is told to nobody of another one.
#[tokio::test]
async fn an_error_of_one_tenant_shows_nothing_of_another_one() {
    let marked = Marked::start(Plan::tenants(3)).await;
    for status in [400, 403, 404, 422, 500] {
        marked.platform.inject(
            local_platform::Fault::status(status)
                .at("/inventory")
                .of("t101"),
        );
        let login = [("authorization", basic_of("t101"))];
        let [request, _] = marked.both_ways(&Method::GET, "/devices");
        let seen = answer(with(request, &login)).await;
        assert_ne!(seen.status, StatusCode::OK, "{status}: {seen:?}");
        shows_none_but("t101", &seen);
        let login = [("authorization", basic_of("t102"))];
        for request in marked.both_ways(&Method::GET, "/devices") {
            is_of(
                "t102",
                USER,
                "/devices",
                &answer(with(request, &login)).await,
            );
        }
        marked.platform.clear_faults();
    }
}
