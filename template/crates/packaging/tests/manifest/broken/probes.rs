//! What is wrong with a probe. `PROBE` stands for the field's name.

use serde_json::{Value, json};

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    [
        actions(),
        exec(),
        tcp_socket(),
        http_get(),
        headers(),
        counters(),
    ]
    .concat()
}

fn actions() -> Vec<Case> {
    vec![
        (
            "",
            json!("/health"),
            "error $.PROBE: is \"/health\"; allowed: an object",
        ),
        (
            "",
            json!({"periodSeconds": 10}),
            "error $.PROBE: has none of them; allowed: exactly one of exec, tcpSocket, httpGet",
        ),
        (
            "/exec",
            json!({"command": ["true"]}),
            "error $.PROBE: has exec and httpGet; allowed: exactly one of exec, tcpSocket, httpGet",
        ),
        (
            "/timeout",
            json!(3),
            "warning $.PROBE.timeout: is not a field that the platform knows; allowed: \
             timeoutSeconds",
        ),
    ]
}

fn exec() -> Vec<Case> {
    vec![
        (
            "",
            json!({"exec": ["true"]}),
            "error $.PROBE.exec: is a list; allowed: an object",
        ),
        (
            "",
            json!({"exec": {}}),
            "error $.PROBE.exec.command: is missing; allowed: a list, not empty",
        ),
        (
            "",
            json!({"exec": {"command": []}}),
            "error $.PROBE.exec.command: is empty; allowed: a list, not empty",
        ),
        (
            "",
            json!({"exec": {"command": "true"}}),
            "error $.PROBE.exec.command: is \"true\"; allowed: a list, not empty",
        ),
        (
            "",
            json!({"exec": {"command": ["sleep", 1]}}),
            "error $.PROBE.exec.command[1]: is 1; allowed: a text, not empty",
        ),
        (
            "",
            json!({"exec": {"command": ["true"], "args": []}}),
            "warning $.PROBE.exec.args: is not a field that the platform knows; allowed: command",
        ),
    ]
}

fn tcp_socket() -> Vec<Case> {
    vec![
        (
            "",
            json!({"tcpSocket": 80}),
            "error $.PROBE.tcpSocket: is 80; allowed: an object",
        ),
        (
            "",
            json!({"tcpSocket": {"port": 80}}),
            "error $.PROBE.tcpSocket.host: is missing; allowed: a text, not empty",
        ),
        (
            "",
            json!({"tcpSocket": {"host": ""}}),
            "error $.PROBE.tcpSocket.host: is \"\"; allowed: a text, not empty",
        ),
        (
            "",
            json!({"tcpSocket": {"host": "localhost", "port": 0}}),
            "error $.PROBE.tcpSocket.port: is 0; allowed: a whole number from 1 to 65535",
        ),
        (
            "",
            json!({"tcpSocket": {"host": "localhost", "ports": 80}}),
            "warning $.PROBE.tcpSocket.ports: is not a field that the platform knows; allowed: port",
        ),
    ]
}

fn http_get() -> Vec<Case> {
    vec![
        (
            "/httpGet",
            json!("/health"),
            "error $.PROBE.httpGet: is \"/health\"; allowed: an object",
        ),
        (
            "/httpGet/host",
            json!(""),
            "error $.PROBE.httpGet.host: is \"\"; allowed: a text, not empty",
        ),
        (
            "/httpGet/path",
            Value::Null,
            "error $.PROBE.httpGet.path: is missing; allowed: a text, not empty",
        ),
        (
            "/httpGet/path",
            json!(""),
            "error $.PROBE.httpGet.path: is \"\"; allowed: a text, not empty",
        ),
        (
            "/httpGet/port",
            json!(65536),
            "error $.PROBE.httpGet.port: is 65536; allowed: a whole number from 1 to 65535",
        ),
        (
            "/httpGet/scheme",
            json!("http"),
            "error $.PROBE.httpGet.scheme: is \"http\"; allowed: HTTP, HTTPS",
        ),
        (
            "/httpGet/url",
            json!("/health"),
            "warning $.PROBE.httpGet.url: is not a field that the platform knows; allowed: host, \
             path, port, scheme, headers",
        ),
    ]
}

fn headers() -> Vec<Case> {
    vec![
        (
            "/httpGet/headers",
            json!({"Accept": "*/*"}),
            "error $.PROBE.httpGet.headers: is an object; allowed: a list",
        ),
        (
            "/httpGet/headers/0",
            json!("Accept: */*"),
            "error $.PROBE.httpGet.headers[0]: is \"Accept: */*\"; allowed: an object",
        ),
        (
            "/httpGet/headers/0/name",
            Value::Null,
            "error $.PROBE.httpGet.headers[0].name: is missing; allowed: a text, not empty",
        ),
        (
            "/httpGet/headers/0/name",
            json!(""),
            "error $.PROBE.httpGet.headers[0].name: is \"\"; allowed: a text, not empty",
        ),
        (
            "/httpGet/headers/0/value",
            Value::Null,
            "error $.PROBE.httpGet.headers[0].value: is missing; allowed: a text",
        ),
        (
            "/httpGet/headers/0/value",
            json!(1),
            "error $.PROBE.httpGet.headers[0].value: is 1; allowed: a text",
        ),
        (
            "/httpGet/headers/0/values",
            json!([]),
            "warning $.PROBE.httpGet.headers[0].values: is not a field that the platform knows; \
             allowed: value",
        ),
    ]
}

fn counters() -> Vec<Case> {
    vec![
        (
            "/initialDelaySeconds",
            json!(-1),
            "error $.PROBE.initialDelaySeconds: is -1; allowed: a whole number, at least 0",
        ),
        (
            "/periodSeconds",
            json!(0),
            "error $.PROBE.periodSeconds: is 0; allowed: a whole number, at least 1",
        ),
        (
            "/successThreshold",
            json!("1"),
            "error $.PROBE.successThreshold: is \"1\"; allowed: a whole number, at least 1",
        ),
        (
            "/timeoutSeconds",
            json!(0.5),
            "error $.PROBE.timeoutSeconds: is 0.5; allowed: a whole number, at least 1",
        ),
        (
            "/failureThreshold",
            json!(0),
            "error $.PROBE.failureThreshold: is 0; allowed: a whole number, at least 1",
        ),
    ]
}
