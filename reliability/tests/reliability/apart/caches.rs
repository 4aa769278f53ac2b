//! What is remembered of one tenant, or of one caller, serves no other one.

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::marked::{Marked, OWN, TENANTS, is_of, mark, with};
use crate::support::login::{basic, basic_of, log_in};
use crate::support::secrets::{self, USER};
use crate::support::{Plan, answer, eventually};

/// A caller is known by all that was sent: with one byte more, less or different it is another one,
/// also in the moment after.
#[tokio::test]
async fn a_caller_that_is_known_opens_nothing_for_one_that_differs_in_a_byte() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let user = format!("t101/{USER}");
    let password = secrets::PASSWORD.as_str();
    let known = [("authorization", basic_of("t101"))];
    marked.shows(Some("t101"), USER, &known).await;
    let mut others = vec![
        basic(&user, &format!("{password} ")),
        basic(&user, &password[..password.len() - 1]),
        basic(&user, &password.to_uppercase()),
        basic(&user, &password.replacen(' ', "", 1)),
        basic(&format!("t101/{USER}:"), password),
        basic("t101/stag", &format!("e:{password}")),
        basic("t101/stag", &format!("e{password}")),
        basic("t10", &format!("1/{USER}:{password}")),
        basic("t101", &format!("{USER}:{password}")),
    ];
    for position in [0, 7, password.len() - 1] {
        let mut bytes = password.as_bytes().to_vec();
        bytes[position] ^= 1;
        others.push(basic(&user, &String::from_utf8_lossy(&bytes)));
    }
    for other in others {
        for header in [other.clone(), other.replacen("Basic", "Bearer", 1)] {
            marked.shows(None, USER, &[("authorization", header)]).await;
        }
    }
    marked.shows(Some("t101"), USER, &known).await;
}

/// The same string as another kind of credentials, and two parts that make the same bytes together.
#[tokio::test]
async fn a_token_that_is_known_in_one_place_opens_nothing_in_another() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let session = log_in(&marked, "t101").await;
    let (token, xsrf) = (session.token.clone(), session.xsrf.clone());
    let bearer = [("authorization", format!("Bearer {token}"))];
    let cookie = [("cookie", session.cookie()), ("x-xsrf-token", xsrf.clone())];
    marked.shows(Some("t101"), USER, &bearer).await;
    marked.shows(Some("t101"), USER, &cookie).await;
    let own = |value: String| ("cookie", format!("authorization={value}"));
    for login in [
        vec![own(token.clone())],
        vec![own(token.clone()), ("x-xsrf-token", token.clone())],
        vec![own(format!("{token}{xsrf}"))],
        vec![
            own(token[..token.len() - 1].to_owned()),
            (
                "x-xsrf-token",
                format!("{}{xsrf}", &token[token.len() - 1..]),
            ),
        ],
        vec![
            own(format!("{token}{}", &xsrf[..1])),
            ("x-xsrf-token", xsrf[1..].to_owned()),
        ],
        vec![own(token.clone()), ("tfatoken", xsrf.clone())],
        vec![own(basic_of("t101")), ("x-xsrf-token", xsrf.clone())],
        vec![("authorization", token.clone())],
        vec![("authorization", format!("Basic {token}"))],
        vec![("authorization", format!("Bearer {token}{xsrf}"))],
        vec![("authorization", format!("Bearer {xsrf}"))],
        vec![("x-xsrf-token", xsrf.clone())],
        vec![("tfatoken", token.clone())],
    ] {
        for path in OWN {
            let [request, _] = marked.both_ways(&Method::GET, path);
            let seen = answer(with(request, &login)).await;
            assert_eq!(
                seen.status,
                StatusCode::UNAUTHORIZED,
                "{path} with {login:?}: {seen:?}"
            );
        }
    }
}

/// Many at once, over few connections, each of them again and again.
#[tokio::test]
async fn callers_of_all_tenants_at_once_get_their_own() {
    let marked = Marked::start(Plan::tenants(3).quiet()).await;
    let mut sessions = Vec::new();
    for tenant in TENANTS {
        sessions.push(log_in(&marked, tenant).await.token);
    }
    let requests = (0..300).map(|number: usize| {
        let tenant = number % TENANTS.len();
        let path = OWN[(number / 3) % 3];
        let authorization = if number.is_multiple_of(2) {
            basic_of(TENANTS[tenant])
        } else {
            format!("Bearer {}", sessions[tenant])
        };
        let [direct, through] = marked.both_ways(&Method::GET, path);
        let request = if number % 5 < 3 { direct } else { through };
        let request = request.header("authorization", authorization);
        async move { is_of(TENANTS[tenant], USER, path, &answer(request).await) }
    });
    futures_util::future::join_all(requests).await;
}

/// Settings are kept for ten minutes, those of each tenant for itself: what changes in one tenant is
/// seen by no other one.
#[tokio::test]
async fn the_settings_of_a_tenant_are_kept_for_it_alone() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let greeting = async |tenant: &str| {
        let request = marked.direct(tenant, Method::GET, "/greeting");
        answer(request).await.body
    };
    // t102 asks first, when nothing is kept yet for the others.
    assert_eq!(greeting("t102").await, format!("{}, {USER}!", mark("t102")));
    let category = marked.platform.context_path();
    let path = format!("/tenant/options/{category}/greeting");
    let option = json!({ "value": "changed" });
    let request = marked.of_platform("t101", Method::PUT, &path).json(&option);
    marked.done(request).await;
    assert_eq!(greeting("t101").await, format!("changed, {USER}!"));
    assert_eq!(greeting("t102").await, format!("{}, {USER}!", mark("t102")));
    assert_eq!(greeting("t100").await, format!("{}, {USER}!", mark("t100")));
}

/// The ID of an object that was found or made in one tenant is used in that tenant alone, also where
/// one has to be made again.
#[tokio::test]
async fn the_object_that_alarms_come_from_is_each_tenants_own() {
    let marked = Marked::start(Plan::tenants(3)).await;
    let mut sources = BTreeSet::new();
    for round in 0..2 {
        let kind = format!("c8y_Round{round}");
        eventually(
            "an alarm in each tenant",
            async || answer(marked.create_alarms(&kind)).await.status,
            |status| *status == StatusCode::OK,
        )
        .await;
        for tenant in TENANTS {
            let alarms = marked.alarms(tenant, &kind).await;
            assert_eq!(alarms.len(), 1, "{tenant}: {alarms:?}");
            let source = alarms[0]["source"]["id"]
                .as_str()
                .expect("a source")
                .to_owned();
            let path = format!("/inventory/managedObjects/{source}");
            for other in TENANTS {
                let request = marked.of_platform(other, Method::GET, &path);
                let seen = answer(request).await;
                let expected = if other == tenant { 200 } else { 404 };
                assert_eq!(seen.status, expected, "{source} in {other}: {seen:?}");
            }
            // In one tenant it is gone, and made again there.
            if round == 0 && tenant == "t101" {
                let request = marked.of_platform(tenant, Method::DELETE, &path);
                marked.done(request).await;
            }
            sources.insert(source);
        }
    }
    assert_eq!(
        sources.len(),
        4,
        "one each, and a second one in t101: {sources:?}"
    );
}
