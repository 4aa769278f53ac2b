//! Bodies that are no good, one at a time.

use local_platform::OWNER;
use reqwest::{Body, Method, RequestBuilder};

use crate::support::{Plan, Stage, answer};

const DEEP: usize = 100_000;

/// What is sent, how, and the status of the refusal, with a part of its message.
struct Case {
    headers: &'static [(&'static str, &'static str)],
    body: Body,
    status: u16,
    part: &'static str,
}

fn json(body: impl Into<Body>, part: &'static str) -> Case {
    Case {
        headers: &[("content-type", "application/json")],
        body: body.into(),
        status: 422,
        part,
    }
}

fn cases() -> Vec<Case> {
    let (open, close) = ("[".repeat(DEEP), "]".repeat(DEEP));
    let objects = r#"{"a":"#.repeat(DEEP / 4);
    let no_utf8 = b"{\"text\":\"\xff\xfe\"}".to_vec();
    let part = "--x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n{}\r\n--x--\r\n";
    let limit = " ".repeat(256 * 1024 + 1);
    let mut cases = vec![
        json(format!(r#"{{"type":{open}{close}}}"#), "type: invalid type"),
        json(format!(r#"{{"type":{open}"#), "type: invalid type"),
        json(format!(r#"{{"no":{open}{close}}}"#), "unknown field"),
        json(format!("{open}{close}"), "not a JSON object"),
        json(objects, "unknown field"),
        json(
            format!(r#"{{"{}":1}}"#, "x".repeat(200_000)),
            "unknown field",
        ),
        json(
            format!(r#"{{"time":"{}"}}"#, "1".repeat(200_000)),
            "time: must be an ISO 8601",
        ),
        json(
            format!(r#"{{"severity":{}}}"#, "9".repeat(200_000)),
            "severity: ",
        ),
        json(r#"{"type":1e999999}"#, "type: "),
        json(r#"{"type":"a","type":"b"}"#, "duplicate field"),
        json(no_utf8, "invalid unicode code point"),
        json(r#"{"text":"\ud800"}"#, "text: "),
        json("{}{}", "not a JSON object"),
    ];
    cases.push(Case {
        headers: &[("content-type", "multipart/form-data; boundary=x")],
        ..json(part, "not a JSON object")
    });
    for encoding in ["gzip", "br", "zstd", "deflate", "no-such-thing"] {
        cases.push(Case {
            headers: Box::leak(Box::new([("content-encoding", encoding)])),
            status: 400,
            ..json(vec![0x1f, 0x8b, 8, 0], "Content-Encoding")
        });
    }
    cases.push(Case {
        status: 413,
        ..json(limit, "larger than 262144 bytes")
    });
    cases
}

fn post(stage: &Stage) -> RequestBuilder {
    stage.direct(OWNER, Method::POST, "/createAlarms")
}

/// Each in the platform's form, in few words, and the service goes on.
#[tokio::test]
async fn bodies_are_refused_in_the_platforms_form() {
    let stage = Plan::tenants(1).start();
    for Case {
        headers,
        body,
        status,
        part,
    } in cases()
    {
        let mut request = post(&stage).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let seen = answer(request).await;
        assert_eq!(seen.status, status, "{part}: {seen:?}");
        let message = seen.body["message"].as_str().unwrap_or_default();
        assert!(message.contains(part), "{part}: {seen:?}");
        assert!(message.len() < 1_000, "{part}: {} bytes", message.len());
        assert!(seen.body["error"].is_string(), "{seen:?}");
    }
    let seen = answer(post(&stage).body(format!("{{}}{}", " ".repeat(256 * 1024 - 2)))).await;
    assert_eq!(seen.status, 200, "a body of just the limit: {seen:?}");
    let longest = stage.service.log().iter().map(String::len).max();
    assert!(longest < Some(4_000), "a line of {longest:?} bytes");
}
