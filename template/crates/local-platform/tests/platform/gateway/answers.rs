//! Answers that pass the gateway, to the byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use local_platform::LocalPlatform;

use crate::helpers::CREDENTIALS;

/// A service with one answer to everything: it runs until the test process ends.
fn service(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("its address");
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).expect("a request") > 0 {
                head.push(byte[0]);
            }
            stream.write_all(answer.as_bytes()).expect("an answer");
        }
    });
    address
}

/// What the gateway makes of a service's answer: its head in small letters, and its body.
fn through_the_gateway(method: &str, answer: &'static str) -> (String, String) {
    let platform = LocalPlatform::start().expect("a platform");
    platform.set_target("example", service(answer));
    let mut stream = TcpStream::connect(platform.address()).expect("a connection");
    let timeout = Some(Duration::from_secs(20));
    stream.set_read_timeout(timeout).expect("a time limit");
    let request = format!(
        "{method} /service/example/ HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: {CREDENTIALS}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut seen = String::new();
    stream.read_to_string(&mut seen).expect("an answer");
    let (head, body) = seen.split_once("\r\n\r\n").expect("an end of the head");
    (head.to_ascii_lowercase(), body.to_owned())
}

#[test]
fn an_answer_without_a_body_gets_none() {
    for (method, answer, status) in [
        ("GET", "HTTP/1.1 204 No Content\r\n\r\n", "204"),
        ("DELETE", "HTTP/1.1 204 No Content\r\n\r\n", "204"),
        (
            "GET",
            "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n",
            "304",
        ),
        (
            "HEAD",
            "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n",
            "200",
        ),
    ] {
        let (head, body) = through_the_gateway(method, answer);
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{head}");
        assert_eq!(body, "", "{method}: {head}");
        for invented in ["transfer-encoding", "content-length", "content-type"] {
            assert!(!head.contains(invented), "{method}: {invented} in {head}");
        }
    }
}

#[test]
fn an_answer_without_a_body_keeps_the_length_that_its_body_would_have() {
    for (method, answer) in [
        (
            "HEAD",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\n",
        ),
        (
            "GET",
            "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\n",
        ),
    ] {
        let (head, body) = through_the_gateway(method, answer);
        assert!(head.contains("content-length: 5"), "{head}");
        assert!(head.contains("content-type: text/plain"), "{head}");
        assert_eq!(body, "");
    }
}

#[test]
fn no_content_type_is_invented() {
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"),
        ("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", ""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
    ] {
        let (head, body) = through_the_gateway("GET", answer);
        assert!(!head.contains("content-type"), "{head}");
        assert_eq!(body, expected, "{head}");
    }
}
