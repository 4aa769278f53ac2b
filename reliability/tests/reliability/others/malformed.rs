//! An `Authorization` that is none: others index into it, and die.

use super::raw::{head, status};
use crate::support::login::basic_of;
use crate::support::wire::exchange;
use crate::support::{Plan, answer};

/// After `Authorization:`.
const MALFORMED: [&[u8]; 27] = [
    b"",
    b" ",
    b"Basic",
    b"Basic ",
    b"Basic  ",
    b"Basic =",
    b"Basic ====",
    b"Basic Og==",
    b"Basic Lw==",
    b"Basic Lzo=",
    b"Basic Ojo6",
    b"Basic dDEwMQ==",
    b"Basic dDEwMS8=",
    b"Basic dDEwMS86",
    b"Basic //79",
    b"Basic \xff\xfe",
    b"\xff\xfe\xfd",
    b"Basic dDEwMS9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ",
    b"Basic dDEwMS9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ== x",
    b"Basic\tdDEwMS9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==",
    b"Bearer",
    b"Bearer ",
    b"Bearer .",
    b"Bearer ..",
    b"Bearer a.b.c",
    b"Bearer e30.e30.e30",
    b"Digest username=\"admin\"",
];

#[tokio::test]
async fn malformed_credentials_are_refused_and_end_nothing() {
    let stage = Plan::tenants(2).start();
    let pid = stage.service.pid();
    for value in MALFORMED {
        for name in [
            "Authorization: ",
            "Cookie: authorization=",
            "X-XSRF-TOKEN: ",
        ] {
            let mut head = head("GET", "/greeting", "");
            head.truncate(head.len() - 2);
            head.extend([name.as_bytes(), value, b"\r\n\r\n"].concat());
            let seen = exchange(stage.service.address(), &head).await;
            let shown = String::from_utf8_lossy(value);
            assert_eq!(status(&seen), 401, "{name}{shown}: {seen}");
        }
    }
    let request = stage.http.get(format!("{}/greeting", stage.service.url()));
    let seen = answer(request.header("authorization", basic_of("t101"))).await;
    assert_eq!(seen.status, 200, "{seen:?}");
    assert_eq!(stage.service.pid(), pid);
    let log = stage.service.log();
    let panics: Vec<_> = log.iter().filter(|it| it.contains("panicked")).collect();
    assert!(panics.is_empty(), "{panics:#?}");
}
