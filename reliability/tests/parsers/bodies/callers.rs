//! Credentials of requests that arrive.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use c8y_microservice::__internals::fuzzing::{Credentials, credentials};
use serde_json::json;

use super::{Body, lines};

/// The longest that a caller is known.
const KNOWN_FOR: Duration = Duration::from_mins(10);

/// Headers, a line each.
pub(super) const CREDENTIALS: Body = Body {
    name: "credentials",
    check: in_headers,
    samples: &[
        "authorization: Basic dDEwMC9hZG1pbjpwYXNzd29yZA==",
        "authorization: Basic YWRtaW46cGFzc3dvcmQ=\ntfatoken: 123456",
        "authorization: Bearer eyJhbGciOiJub25lIn0.eyJleHAiOjQxMDI0NDQ4MDB9.c2ln",
        "cookie: a=b; authorization=eyJhbGciOiJub25lIn0.e30.c2ln; XSRF-TOKEN=x\nx-xsrf-token: x",
        "cookie: authorization=\nauthorization: basic dDEwMC9hL2I6cA==",
        "authorization: Digest username=\"admin\"\nauthorization: Basic eDp5",
        "AUTHORIZATION: BEARER \tx\ncookie: authorization = a ;authorization=b",
    ],
};

/// The headers `Cookie`, a line each.
pub(super) const COOKIES: Body = Body {
    name: "cookies",
    check: in_cookies,
    samples: &[
        "authorization=abc",
        "a=b; authorization=\"abc\"; c=d",
        "authorization=; authorization=abc",
        "Authorization=abc;=;;authorization\nauthorization=def",
    ],
};

/// The claims of a token.
pub(super) const CLAIMS: Body = Body {
    name: "claims",
    check: in_claims,
    samples: &[
        r#"{"sub":"admin","iss":"t100.example.com","ten":"t100","exp":4102444800}"#,
        r#"{"exp":1.7e9}"#,
        r#"{"exp":"soon"}"#,
        r#"{"exp":null,"exp":[]}"#,
        "..e30.",
    ],
};

fn in_headers(data: &[u8]) {
    let lines = data.split(|byte| *byte == b'\n');
    let headers: Vec<_> = lines.filter_map(header).collect();
    match credentials(&headers) {
        Ok(found) => is_of(&found, &headers),
        Err(refusal) => tells_nothing(&refusal),
    }
}

fn header(line: &[u8]) -> Option<(&str, &[u8])> {
    let end = line.iter().position(|byte| *byte == b':')?;
    let name = str::from_utf8(&line[..end]).ok()?;
    Some((name, line[end + 1..].trim_ascii()))
}

/// What goes on to the platform was in the request, and is kept from being printed.
fn is_of(found: &Credentials, headers: &[(&str, &[u8])]) {
    let mut names = Vec::new();
    for (name, value) in &found.headers {
        assert!(value.is_sensitive(), "{name} can be printed: {found:?}");
        let value = value.as_bytes();
        let was_sent = |(other, sent): &&(&str, &[u8])| {
            name.as_str().eq_ignore_ascii_case(other)
                && match value.strip_prefix(b"authorization=") {
                    Some(token) if name == "cookie" => {
                        !token.is_empty() && sent.windows(token.len()).any(|it| it == token)
                    }
                    _ => *sent == value,
                }
        };
        assert!(headers.iter().any(|it| was_sent(&it)), "{name}: {found:?}");
        names.push(name.as_str());
    }
    let expected: &[&[&str]] = &[
        &["authorization"],
        &["authorization", "tfatoken"],
        &["cookie"],
        &["cookie", "tfatoken"],
        &["cookie", "x-xsrf-token"],
        &["cookie", "x-xsrf-token", "tfatoken"],
    ];
    assert!(expected.contains(&&*names), "{names:?}");
    if let Some((tenant, user)) = &found.claimed {
        assert!(!tenant.as_str().is_empty() && !tenant.as_str().contains('/'));
        assert!(!user.is_empty() && !user.contains(['/', ':']));
    }
    assert!(found.lasts <= KNOWN_FOR, "{found:?}");
}

/// Whatever was sent, it is one of these.
fn tells_nothing((status, line): &(u16, String)) {
    let malformed = line.strip_prefix("The header ").and_then(|it| {
        let name = it.strip_suffix(" is malformed")?;
        ["authorization", "cookie", "tfatoken", "x-xsrf-token"]
            .iter()
            .find(|it| **it == name)
    });
    let is_known = malformed.is_some()
        || line == "Full authentication is required"
        || line == "The Authorization header has to be Basic or Bearer";
    assert!(is_known && *status == 401, "{status} {line}");
}

fn in_cookies(data: &[u8]) {
    let headers: Vec<_> = data
        .split(|byte| *byte == b'\n')
        .map(|it| ("cookie", it))
        .collect();
    let alone = credentials(&headers);
    match &alone {
        Ok(found) => is_of(found, &headers),
        Err(refusal) => tells_nothing(refusal),
    }
    // A token is found among any other cookies.
    if data.windows(13).any(|it| it == b"authorization") {
        return;
    }
    let others = [headers[0].1, b"; authorization=tok.en; ", headers[0].1].concat();
    match credentials(&[("cookie", &others)]) {
        Ok(found) => assert_eq!(found.headers[0].1.as_bytes(), b"authorization=tok.en"),
        // No header may have these bytes.
        Err((_, line)) => assert_eq!(line, "Full authentication is required", "{others:?}"),
    }
}

fn in_claims(data: &[u8]) {
    lasts(data);
    let [raw] = lines(data);
    let _ = credentials(&[("authorization", &[b"Bearer ", raw].concat())]);
    if let Ok(text) = str::from_utf8(data) {
        let soon = json!({"exp": text}).to_string();
        assert_eq!(lasts(soon.as_bytes()), Duration::ZERO, "{soon}");
    }
    let Some(first) = data.first_chunk() else {
        return;
    };
    #[expect(clippy::cast_precision_loss, reason = "any number will do")]
    let numbers = [
        f64::from_le_bytes(*first),
        i64::from_le_bytes(*first) as f64,
    ];
    for end in numbers.into_iter().filter(|it| it.is_finite()) {
        let claims = json!({"exp": end}).to_string();
        let seen = lasts(claims.as_bytes()).as_secs_f64();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("after 1970");
        let expected = (end - now.as_secs_f64()).clamp(0.0, KNOWN_FOR.as_secs_f64());
        assert!(
            (seen - expected).abs() < 60.0,
            "{claims}: {seen}, not {expected}"
        );
    }
}

/// How long the user is known of a token with these claims.
fn lasts(claims: &[u8]) -> Duration {
    let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims));
    let header = format!("Bearer {token}");
    let by_header = credentials(&[("authorization", header.as_bytes())]).expect("a token");
    let cookie = format!("authorization={token}");
    let by_cookie = credentials(&[("cookie", cookie.as_bytes())]).expect("a token");
    for found in [&by_header, &by_cookie] {
        assert!(found.lasts <= KNOWN_FOR, "{found:?}");
        assert_eq!(found.claimed, None, "what a token claims is not believed");
    }
    by_header.lasts
}
