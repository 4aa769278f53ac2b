//! Credentials of two tenants at once, and names that might mean two. The platform says whose they
//! are: the service shows that tenant and no other one.

use reqwest::Method;

use super::marked::{Marked, OWN, TENANTS, with};
use crate::support::login::{basic, basic_of, log_in};
use crate::support::secrets::{self, USER, random};
use crate::support::{Plan, answer};

/// Each tenant has a user of the same name with the same password.
#[tokio::test]
async fn the_same_user_with_the_same_password_is_somebody_else_in_each_tenant() {
    let marked = Marked::start(Plan::tenants(3)).await;
    for tenant in TENANTS {
        let login = [("authorization", basic_of(tenant))];
        assert_eq!(marked.tenant_of(&login).await.as_deref(), Some(tenant));
        marked.shows(Some(tenant), USER, &login).await;
        let session = log_in(&marked, tenant).await;
        let login = [("authorization", format!("Bearer {}", session.token))];
        marked.shows(Some(tenant), USER, &login).await;
        let cookie = ("cookie", session.cookie());
        let login = [cookie, ("x-xsrf-token", session.xsrf.clone())];
        marked.shows(Some(tenant), USER, &login).await;
    }
}

#[tokio::test]
async fn a_name_that_plays_with_the_tenant_is_nobodys_or_whose_the_platform_says() {
    let marked = Marked::start(Plan::tenants(3)).await;
    for user in [
        "t102/../t101/stage",
        "t101/../t102/stage",
        "t101/t102/stage",
        "t102//stage",
        "/t102/stage",
        "/stage",
        "./stage",
        "t102/./stage",
        "t102%2Fstage",
        "t102\\stage",
        " t102/stage",
        "t102 /stage",
        "t102/ stage",
        "T102/stage",
        "t102\u{0}/stage",
        "t102/stage\u{0}",
        "t101,t102/stage",
        "t101;t102/stage",
        "*/stage",
        "t10*/stage",
        "stage@t102",
        "t102.localhost/stage",
        "stage",
    ] {
        let login = [("authorization", basic(user, &secrets::PASSWORD))];
        let tenant = marked.tenant_of(&login).await;
        marked.shows(tenant.as_deref(), USER, &login).await;
    }
}

/// The cookie wins, whoever the header is of; and it counts with the token that belongs to it alone.
#[tokio::test]
async fn a_cookie_of_one_tenant_beside_a_header_of_another_is_of_the_cookies_tenant_alone() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let (own, other) = (log_in(&marked, "t101").await, log_in(&marked, "t102").await);
    let headers = [
        basic_of("t102"),
        basic("t102/stage", &random(20)),
        format!("Bearer {}", other.token),
    ];
    for header in headers {
        let header = ("authorization", header);
        let cookie = ("cookie", own.cookie());
        let xsrf = ("x-xsrf-token", own.xsrf.clone());
        let login = [header.clone(), cookie.clone(), xsrf];
        marked.shows(Some("t101"), USER, &login).await;
        let xsrf = ("x-xsrf-token", other.xsrf.clone());
        marked
            .shows(None, USER, &[header.clone(), cookie.clone(), xsrf])
            .await;
        marked.shows(None, USER, &[header, cookie]).await;
    }
}

#[tokio::test]
async fn two_logins_of_two_tenants_in_one_request_are_nobodys() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let (own, other) = (log_in(&marked, "t101").await, log_in(&marked, "t102").await);
    let two_headers = [
        ("authorization", basic_of("t101")),
        ("authorization", basic_of("t102")),
    ];
    let two_cookies = format!("authorization={}; authorization={}", own.token, other.token);
    let two_cookies = [("cookie", two_cookies), ("x-xsrf-token", own.xsrf.clone())];
    let two_cookie_headers = [
        ("cookie", own.cookie()),
        ("cookie", other.cookie()),
        ("x-xsrf-token", own.xsrf),
    ];
    for login in [&two_headers[..], &two_cookies, &two_cookie_headers] {
        for path in OWN {
            // The gateway believes the first, and passes on what it believed.
            let [request, _] = marked.both_ways(&Method::GET, path);
            let seen = answer(with(request, login)).await;
            assert_eq!(seen.status, 401, "{path}: {seen:?}");
        }
    }
}

/// Of another tenant's user, or of none: the password alone is good for nothing.
#[tokio::test]
async fn a_password_of_one_tenant_opens_no_other_one() {
    let marked = Marked::start(Plan::tenants(3)).await;
    marked
        .add_user("t101", "only-here", &["ROLE_ALARM_READ"])
        .await;
    for tenant in ["t100", "t102", "t999", ""] {
        let user = format!("{tenant}/only-here");
        let login = [("authorization", basic(&user, &secrets::PASSWORD))];
        marked.shows(None, "only-here", &login).await;
    }
}
