use actix_web::ResponseError;
use actix_web::http::header::{self as inbound, HeaderMap};
use actix_web::test::TestRequest;
use ring::hmac;

use super::*;

fn shown(headers: &[(&str, &str)]) -> Result<Shown, ApiError> {
    let mut request = TestRequest::default();
    for header in headers {
        request = request.append_header(*header);
    }
    Shown::in_request(request.to_http_request().headers())
}

fn login(headers: &[(&str, &str)]) -> Result<Login, ApiError> {
    Login::of(&shown(headers)?)
}

fn login_by(header: &str) -> Result<Login, ApiError> {
    login(&[("Authorization", header)])
}

/// The headers that go on, as text.
fn copied_of(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    let login = login(headers).unwrap_or_else(|error| panic!("{headers:?}: {error}"));
    let copied = login.headers.iter();
    copied
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect()
}

fn basic(login: &str) -> String {
    format!("Basic {}", STANDARD.encode(login))
}

fn token(claims: &str) -> String {
    format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims))
}

fn owned(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn a_header_is_copied_as_it_is() {
    for header in [
        &basic("t100/admin:p"),
        "basic dDEwMC9hZG1pbjpw",
        "Bearer a.b.c",
    ] {
        let copied = copied_of(&[("Authorization", header)]);
        assert_eq!(copied, [owned("authorization", header)]);
    }
}

#[test]
fn the_cookie_wins_over_the_phony_header_and_goes_on_alone_with_its_xsrf_token() {
    let copied = copied_of(&[
        ("Authorization", &basic("t100/admin:<fake password>")),
        (
            "Cookie",
            "theme=dark; authorization=a.b.c; XSRF-TOKEN=other",
        ),
        ("X-XSRF-TOKEN", "the-token"),
    ]);
    let expected = [
        owned("cookie", "authorization=a.b.c"),
        owned("x-xsrf-token", "the-token"),
    ];
    assert_eq!(copied, expected);
}

#[test]
fn an_xsrf_token_without_its_cookie_stays_behind() {
    let header = basic("t100/admin:p");
    let copied = copied_of(&[("Authorization", &header), ("X-XSRF-TOKEN", "the-token")]);
    assert_eq!(copied, [owned("authorization", &header)]);
}

#[test]
fn the_second_factor_goes_along_with_any_login() {
    let header = basic("t100/admin:p");
    for main in [
        ("Authorization", &*header),
        ("Cookie", "authorization=a.b.c"),
    ] {
        let copied = copied_of(&[main, ("tfatoken", "123456")]);
        assert_eq!(
            copied.last(),
            Some(&owned("tfatoken", "123456")),
            "{main:?}"
        );
        assert_eq!(copied.len(), 2, "{copied:?}");
    }
}

#[test]
fn a_cookie_of_a_logout_and_those_of_similar_names_count_for_nothing() {
    let header = basic("t100/admin:p");
    for cookie in [
        "authorization=",
        "xauthorization=a.b.c",
        "Authorization=a.b.c",
        "authorization",
    ] {
        let copied = copied_of(&[("Authorization", &header), ("Cookie", cookie)]);
        assert_eq!(copied, [owned("authorization", &header)], "{cookie}");
    }
}

#[test]
fn credentials_that_can_be_read_in_two_ways_are_malformed() {
    let header = basic("t100/admin:p");
    for headers in [
        [("Authorization", &*header), ("Authorization", &*header)],
        [
            ("Cookie", "authorization=a.b.c"),
            ("Cookie", "authorization=d.e.f"),
        ],
        [
            ("Cookie", "authorization=a; authorization=b"),
            ("tfatoken", "1"),
        ],
        [("Authorization", &*header), ("tfatoken", "1")],
    ] {
        let doubled = [&headers[..], &[("tfatoken", "2")], &[("tfatoken", "3")]].concat();
        let error = login(&doubled).err().expect("malformed");
        assert_eq!(error.status_code().as_u16(), 401, "{headers:?}");
    }
}

#[test]
fn no_credentials_and_unknown_schemes_are_unauthorized() {
    for headers in [
        &[][..],
        &[("Authorization", "")],
        &[("Authorization", "Basic")],
        &[("Authorization", "Basic %%%")],
        &[("Authorization", "Basic /w==")],
        &[("Authorization", "Basic dDEwMC9hZG1pbg==")],
        &[("Authorization", "Digest username=\"admin\"")],
        &[("Authorization", "dDEwMC9hZG1pbjpw")],
        &[("tfatoken", "123456")],
        &[("X-XSRF-TOKEN", "the-token")],
    ] {
        let error = login(headers)
            .err()
            .unwrap_or_else(|| panic!("{headers:?}"));
        assert_eq!(error.status_code().as_u16(), 401, "{headers:?}");
    }
}

#[test]
fn only_a_basic_header_with_both_claims_tenant_and_user() {
    let claimed = |header: &str| login(&[("Authorization", header)]).unwrap().claimed;
    let expected = Some(("t100".into(), "admin".to_owned()));
    assert_eq!(claimed(&basic("t100/admin:pass:with/everything")), expected);
    assert_eq!(claimed(&basic("t100/admin:")), expected);
    for login in [
        "admin:password",
        "/admin:p",
        "t100/:p",
        "admin:t100/x",
        "t100/t101/admin:p",
        "t100//admin:p",
    ] {
        assert_eq!(claimed(&basic(login)), None, "{login}");
    }
    assert_eq!(
        claimed(&format!("Bearer {}", token(r#"{"ten":"t100","sub":"x"}"#))),
        None
    );
}

#[test]
fn a_token_says_when_it_ends_or_nothing_at_all() {
    let end = |token: &str| {
        let by_header = login(&[("Authorization", &format!("Bearer {token}"))]).unwrap();
        let by_cookie = login(&[("Cookie", &format!("authorization={token}"))]).unwrap();
        assert_eq!(by_header.token_end, by_cookie.token_end, "{token}");
        by_header.token_end
    };
    assert_eq!(end(&token(r#"{"exp":1646928813}"#)), Some(1_646_928_813.0));
    assert_eq!(end(&token(r#"{"exp":-1.5}"#)), Some(-1.5));
    for claims in ["{}", "[]", "no JSON", r#"{"exp":null}"#] {
        assert_eq!(end(&token(claims)), None, "{claims}");
    }
    for claims in [r#"{"exp":"soon"}"#, r#"{"exp":[1]}"#, r#"{"exp":true}"#] {
        assert_eq!(end(&token(claims)), Some(0.0), "{claims}");
    }
    for token in ["a", "a.b", "a.%%%.c", "a..c", "...."] {
        assert_eq!(end(token), None, "{token}");
    }
}

#[test]
fn a_password_may_be_in_any_encoding_and_a_name_in_utf_8() {
    let claimed = |login: &[u8]| {
        let header = format!("Basic {}", STANDARD.encode(login));
        login_by(&header).map(|login| login.claimed)
    };
    let expected = Some(("t100".into(), "admin".to_owned()));
    assert_eq!(claimed(b"t100/admin:p\xe4ss").unwrap(), expected);
    assert!(claimed(b"t100/\xe4dmin:p").is_err());
}

/// Parts of what a login is made of, put together in any way.
#[test]
fn nothing_that_is_sent_causes_a_panic() {
    const PARTS: [&[u8]; 22] = [
        b"authorization",
        b"=",
        b";",
        b" ",
        b",",
        b"\"",
        b".",
        b"..",
        b"Basic",
        b"bearer ",
        b"Basic dDEwMC9hZG1pbjpw",
        b"Og==",
        b"e30",
        b"eyJleHAiOjF9",
        b"eyJleHAiOjFlMzA4fQ",
        b"%",
        b"\t",
        b"\xc3",
        b"\xa4",
        b"\xff",
        b"a",
        b"",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let names = ["authorization", "cookie", "x-xsrf-token", "tfatoken"];
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key");
    let mut accepted = 0;
    for _ in 0..50_000 {
        let mut headers = HeaderMap::new();
        for _ in 0..random.usize(..4) {
            let name = inbound::HeaderName::from_static(random.choice(names).unwrap());
            let parts = (0..random.usize(..7)).map(|_| random.choice(PARTS).unwrap());
            let value: Vec<u8> = parts.flatten().copied().collect();
            headers.append(name, inbound::HeaderValue::from_bytes(&value).unwrap());
        }
        let Ok(shown) = Shown::in_request(&headers) else {
            continue;
        };
        shown.digest(&key);
        if let Ok(login) = Login::of(&shown) {
            accepted += 1;
            assert!(login.headers.iter().all(|(_, value)| value.is_sensitive()));
        }
    }
    assert!(accepted > 100, "hardly anything is a login: {accepted}");
}

#[test]
fn every_part_of_a_login_counts_for_its_digest() {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"a key");
    let logins = [
        &[("Authorization", "Bearer a")][..],
        &[("Authorization", "Bearer b")],
        &[("Authorization", "Bearer a"), ("tfatoken", "1")],
        &[("Authorization", "Bearer a"), ("tfatoken", "2")],
        &[("Cookie", "authorization=a")],
        &[("Cookie", "authorization=a"), ("X-XSRF-TOKEN", "1")],
        &[("Cookie", "authorization=a"), ("tfatoken", "1")],
    ];
    let digests = logins.map(|headers| {
        shown(headers)
            .unwrap_or_else(|error| panic!("{error}"))
            .digest(&key)
    });
    for (index, digest) in digests.iter().enumerate() {
        assert!(!digests[..index].contains(digest), "{:?}", logins[index]);
    }
    let again = shown(logins[0]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(again.digest(&key), digests[0]);
    let other = hmac::Key::new(hmac::HMAC_SHA256, b"another key");
    assert_ne!(again.digest(&other), digests[0]);
}

#[test]
fn a_tenant_and_a_user_are_named_by_a_token_and_by_any_basic_header() {
    let named = |header: String| {
        let login = login_by(&header).unwrap_or_else(|error| panic!("{header}: {error}"));
        let tenant = login.named_tenant().map(ToString::to_string);
        let user = login.named_user().map(ToOwned::to_owned);
        (tenant, user)
    };
    let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
    let bearer = |claims| format!("Bearer {}", token(claims));
    for (header, tenant, user) in [
        (basic("t100/admin:p"), Some("t100"), Some("admin")),
        (basic("admin:p"), None, Some("admin")),
        (basic("t100/t101/admin:p"), None, Some("t100/t101/admin")),
        (
            bearer(r#"{"ten":"t100","sub":"x"}"#),
            Some("t100"),
            Some("x"),
        ),
        (bearer(r#"{"ten":7,"sub":["x"],"exp":"y"}"#), None, None),
        (bearer("no JSON"), None, None),
        ("Bearer opaque".to_owned(), None, None),
    ] {
        assert_eq!(
            named(header.clone()),
            (owned(tenant), owned(user)),
            "{header}"
        );
    }
}
