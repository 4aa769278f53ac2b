//! What stands between a service and the platform answers with pages. Others take one for an answer,
//! or lose its status over it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::thread;

use reqwest::StatusCode;

use crate::support::login::basic_of;
use crate::support::{Plan, eventually, try_answer};

/// A platform that answers everything with a page, and its address.
fn pages(status: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("an address");
    // Ends with the process: it waits for a connection then.
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let page = "<html><h1>Welcome to the proxy</h1></html>";
            let length = page.len();
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\n");
            let fixed = format!("Content-Length: {length}\r\nConnection: close\r\n\r\n");
            // Whoever goes away early does not want it.
            let _ = connection.read(&mut [0; 8192]);
            let _ = connection.write_all(format!("{head}{fixed}{page}").as_bytes());
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_page_in_place_of_the_platforms_answer_lets_nobody_in_and_is_told_with_its_status() {
    for (status, told) in [
        ("502 Bad Gateway", "502 Bad Gateway"),
        ("503 Service Unavailable", "503 Service Unavailable"),
        ("403 Forbidden", "403 Forbidden"),
        // That is no answer, whatever its status.
        ("200 OK", ""),
    ] {
        let stage = Plan::tenants(2).env("C8Y_BASEURL", &pages(status)).launch();
        let seen = eventually(
            "an answer",
            async || {
                let request = stage.http.get(format!("{}/greeting", stage.service.url()));
                try_answer(request.header("authorization", basic_of("t101"))).await
            },
            Result::is_ok,
        )
        .await
        .expect("an answer");
        assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE, "{seen:?}");
        assert!(seen.body["error"].is_string(), "{seen:?}");
        let message = seen.body["message"].as_str().unwrap_or_default();
        assert!(message.contains(told), "{status}: {seen:?}");
        assert!(!message.contains("Welcome"), "{seen:?}");
        let readiness = format!("{}/health/readiness", stage.service.url());
        let ready = eventually(
            "the reason",
            async || try_answer(stage.http.get(&readiness)).await,
            |seen| {
                let reason = seen.as_ref().map(|it| it.body.to_string());
                reason.is_ok_and(|it| it.contains(told) && !it.contains("is being asked"))
            },
        )
        .await
        .expect("an answer");
        assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{ready:?}");
        assert!(!ready.body.to_string().contains("Welcome"), "{ready:?}");
    }
}
