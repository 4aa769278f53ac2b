//! Requests that two servers could read in two ways, and requests hidden in others.

use std::net::SocketAddr;

use local_platform::OWNER;
use reqwest::Method;
use serde_json::json;

use crate::support::wire::{admin_of, converse, shown, statuses};
use crate::support::{Plan, Stage, answer, eventually, secrets};

/// What becomes of a request, with whatever follows it on its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Nobody gets it.
    Refused,
    /// It is one request: what follows is its body, or nothing.
    One,
    /// It breaks off in its body. Whoever passes it on may not even have begun.
    BrokenOff,
    /// It has ended before the other one, which is one of its own.
    Both,
}

struct Case {
    reading: Reading,
    /// After `POST /carrier`, or a `GET` of what asks for an upgrade: further headers with the ends of their lines.
    headers: Vec<u8>,
    /// Between the head and the hidden request.
    body: Vec<u8>,
}

#[tokio::test]
async fn no_request_is_read_in_two_ways_by_the_service() {
    let stage = start();
    let address = stage.service.address();
    let answers = sent(&stage, address, "").await;
    assert_read_as_expected(&stage, &answers).await;
}

#[tokio::test]
async fn no_request_is_read_in_two_ways_by_gateway_and_service() {
    let stage = start();
    let url = stage.platform.url();
    let address = url.strip_prefix("http://").expect("plain HTTP");
    let address = address.parse().expect("an address");
    let service = stage.platform.service_url();
    let prefix = service.strip_prefix(&url).expect("a path of the platform");
    let answers = sent(&stage, address, prefix).await;
    assert_read_as_expected(&stage, &answers).await;
    // What the service has served is what the platform has passed on.
    let path = format!("{prefix}/");
    let passed_on = stage.platform.requests().into_iter();
    let passed_on = passed_on.filter(|it| it.path.starts_with(&path) && it.status != 400);
    for request in passed_on {
        let path = &request.path[prefix.len()..];
        assert!(!path.starts_with("/hidden") || is_both(path), "{request:?}");
    }
}

#[tokio::test]
async fn no_line_that_is_not_http_is_a_request() {
    let stage = start();
    let host = [b"host: service\r\n".to_vec(), admin_of("t101")].concat();
    let lines: [&[u8]; 18] = [
        b"GET /hidden-0\r\n",
        b"GET /hidden-0 HTTP/0.9\r\n",
        b"GET /hidden-0 HTTP/1.2\r\n",
        b"GET /hidden-0 HTTP/2.0\r\n",
        b"GET /hidden-0 HTTP/1\r\n",
        b"GET /hidden-0 http/1.1\r\n",
        b"GET /hidden-0 HTTP/1.1 HTTP/1.1\r\n",
        b"GET  /hidden-0 HTTP/1.1\r\n",
        b"GET\t/hidden-0\tHTTP/1.1\r\n",
        b"GET /hidden-0\0 HTTP/1.1\r\n",
        b"GET /hidden 0 HTTP/1.1\r\n",
        b"G\0T /hidden-0 HTTP/1.1\r\n",
        b"G\xc3\x84T /hidden-0 HTTP/1.1\r\n",
        b"GET: /hidden-0 HTTP/1.1\r\n",
        b"(GET) /hidden-0 HTTP/1.1\r\n",
        b"GET /hidden-0 HTTP/1.1\r",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n",
    ];
    for line in lines {
        let bytes = [line, &host, b"\r\n"].concat();
        let seen = converse(stage.service.address(), &bytes).await;
        let refused = statuses(&seen).iter().all(|status| *status == 400);
        assert!(refused, "{seen:?} to {}", shown(&bytes));
    }
    assert_not_served(&stage, "/hidden").await;
}

fn start() -> Stage {
    let plan = Plan::tenants(2);
    plan.env("SERVER_KEEP_ALIVE", "1000").start()
}

/// Sends all of them, each with a hidden request behind it, and answers what came back. After each
/// one somebody else is served, also over connections that others have used before.
async fn sent(stage: &Stage, address: SocketAddr, prefix: &str) -> Vec<(Case, String)> {
    let mut answers = Vec::new();
    for (number, case) in cases().into_iter().enumerate() {
        let bytes = case.bytes(prefix, number);
        let seen = converse(address, &bytes).await;
        let honest = stage.through_gateway("t101", Method::GET, "/greeting");
        let honest = answer(honest).await;
        let greeting = format!("Hello, {}!", secrets::USER);
        assert_eq!(honest.body, greeting, "after {}", shown(&bytes));
        answers.push((case, seen));
    }
    answers
}

async fn assert_read_as_expected(stage: &Stage, answers: &[(Case, String)]) {
    let log = settled_log(stage).await;
    let served = |path: &str| log.iter().filter(|line| line.contains(path)).count();
    for (number, (case, seen)) in answers.iter().enumerate() {
        let of_carrier = served(&format!("/carrier-{number}-"));
        let of_hidden = served(&format!("/hidden-{number}-"));
        let expected = match case.reading {
            Reading::Refused => (0, 0),
            Reading::One => (1, 0),
            Reading::BrokenOff => (of_carrier.min(1), 0),
            Reading::Both => (1, 1),
        };
        let is_refused = case.reading == Reading::Refused;
        let headers = case.headers.escape_ascii();
        let case = format!("{number}: {headers} {}: {seen:?}", case.body.escape_ascii());
        assert_eq!((of_carrier, of_hidden), expected, "{case}");
        if is_refused {
            let refused = statuses(seen).iter().all(|status| *status == 400);
            assert!(refused, "{case}");
        }
    }
}

async fn assert_not_served(stage: &Stage, path: &str) {
    let log = settled_log(stage).await;
    let served: Vec<_> = log.iter().filter(|line| line.contains(path)).collect();
    assert!(served.is_empty(), "{served:#?}");
}

/// What the service has logged, with all that came before this.
async fn settled_log(stage: &Stage) -> Vec<String> {
    let last = stage.direct(OWNER, Method::GET, "/last-of-all");
    answer(last.json(&json!({}))).await;
    let log = async || stage.service.log();
    let has_last = |log: &Vec<String>| log.iter().any(|line| line.contains("/last-of-all"));
    eventually("the last request", log, has_last).await
}

impl Case {
    fn bytes(&self, prefix: &str, number: usize) -> Vec<u8> {
        let asks_for_upgrade = self.headers.starts_with(b"connection: upgrade");
        let method = if asks_for_upgrade { "GET" } else { "POST" };
        let carrier = format!("{method} {prefix}/carrier-{number}- HTTP/1.1\r\nhost: service\r\n");
        let is_both = u8::from(self.reading == Reading::Both);
        let hidden =
            format!("GET {prefix}/hidden-{number}-{is_both} HTTP/1.1\r\nhost: service\r\n");
        let login = admin_of("t101");
        [
            carrier.as_bytes(),
            &login,
            &self.headers,
            b"\r\n",
            &self.body,
            hidden.as_bytes(),
            &login,
            b"connection: close\r\n\r\n",
        ]
        .concat()
    }
}

fn is_both(path: &str) -> bool {
    path.ends_with("-1")
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut add = |reading, headers: &[u8], body: &[u8]| {
        let (headers, body) = (headers.to_vec(), body.to_vec());
        cases.push(Case {
            reading,
            headers,
            body,
        });
    };
    // Two requests, by any reading.
    add(Reading::Both, b"content-length: 0\r\n", b"");
    add(Reading::Both, b"content-length: 5\r\n", b"12345");
    add(Reading::Both, b"", b"");
    for chunked in ["chunked", "CHUNKED", "  Chunked ", "chunked\t"] {
        let header = format!("transfer-encoding: {chunked}\r\n");
        add(Reading::Both, header.as_bytes(), b"2\r\nab\r\n0\r\n\r\n");
    }
    // One that has the other in its body.
    let hidden = "content-length: 400\r\n";
    add(Reading::One, hidden.as_bytes(), b"");
    add(Reading::One, b"transfer-encoding: chunked\r\n", b"190\r\n");
    // Two lengths, or one that is none.
    for lengths in [
        "content-length: 0\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "content-length: 0\r\ncontent-length: 400\r\n",
        "content-length: 400\r\ncontent-length: 0\r\n",
        "content-length: 0\r\nContent-Length: 0\r\n",
        "content-length: 0, 400\r\n",
        "content-length: 0 400\r\n",
        "content-length: -1\r\n",
        "content-length: +0\r\n",
        "content-length: 0x0\r\n",
        "content-length: 0.0\r\n",
        "content-length: \r\n",
        "content-length: 99999999999999999999\r\n",
        "content-length: \u{0660}\r\n",
    ] {
        add(Reading::Refused, lengths.as_bytes(), b"0\r\n\r\n");
    }
    // Encodings that one server may take for chunked, and another not.
    for encoding in [
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunkedx\r\n",
        "transfer-encoding: identity\r\n",
        "transfer-encoding: gzip, chunked\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: chunked, chunked\r\n",
        "transfer-encoding: \"chunked\"\r\n",
        "transfer-encoding: chunked;q=1\r\n",
        "transfer-encoding: \r\n",
        "transfer-encoding:\r\n chunked\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        "transfer-encoding: identity\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding : chunked\r\n",
        " transfer-encoding: chunked\r\n",
        "transfer-encoding\0: chunked\r\n",
        "transfer-encoding: chunked\0\r\n",
        "transfer-encoding: \u{b}chunked\r\n",
        "x: y\rtransfer-encoding: chunked\r\n",
        "x: y\r\n\ttransfer-encoding: chunked\r\n",
        "host: other\r\n",
        "no header\r\n",
    ] {
        add(Reading::Refused, encoding.as_bytes(), b"0\r\n\r\n");
    }
    // A chunk that is none ends the connection: nothing behind it is a request.
    for chunk in [
        "-1\r\n",
        "+0\r\n\r\n",
        "0x0\r\n\r\n",
        " 0\r\n\r\n",
        "\r\n\r\n",
        "0\n\r\n",
        "0;\n\r\n",
        "FFFFFFFFFFFFFFFF0\r\n",
        "10000000000000000\r\n",
        "2\r\nabc\r\n0\r\n\r\n",
        "2\r\nab\n0\r\n\r\n",
        "2\r\nab0\r\n\r\n",
    ] {
        let chunked = b"transfer-encoding: chunked\r\n";
        add(Reading::BrokenOff, chunked, chunk.as_bytes());
    }
    // What asks for another protocol has no second request.
    let upgrade = b"connection: upgrade\r\nupgrade: websocket\r\n";
    add(Reading::One, upgrade, b"");
    add(Reading::One, &[upgrade, hidden.as_bytes()].concat(), b"");
    cases
}
