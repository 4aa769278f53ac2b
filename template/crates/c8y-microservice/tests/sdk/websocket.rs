//! A WebSocket that a user opens, and what it brings.

use std::sync::{Arc, Mutex};

use c8y_microservice::http::Method;
use c8y_microservice::{Feed, PublishError};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;

use crate::support::{
    Kind, Setup, Socket, TestPlatform, TestService, User, assert_error_form, eventually, soon,
};

/// A service on a platform, with its feed as handlers and jobs get it.
async fn start(platform: &TestPlatform, setup: Setup) -> (TestService, Feed) {
    let feed = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&feed);
    let setup = setup.handlers(move |microservice| {
        *kept.lock().unwrap() = Some(microservice.feed());
        microservice
    });
    let service = setup.ready().await;
    let address = service.url("").replace("http://", "").parse().unwrap();
    platform.set_target(platform.context_path(), address);
    let feed = feed.lock().unwrap().take().expect("a feed");
    (service, feed)
}

async fn open(service: &TestService, tenant: &str) -> Socket {
    Socket::open(&service.url("/feed"), &User::admin_of(tenant)).await
}

fn through_gateway(platform: &TestPlatform) -> String {
    let (url, path) = (platform.url(), platform.context_path());
    format!("{url}/service/{path}/feed")
}

#[tokio::test]
async fn a_caller_without_valid_credentials_is_refused_before_the_upgrade() {
    let platform = TestPlatform::start();
    let (service, _) = start(&platform, Setup::at(&platform)).await;
    let wrong = User::new("t101/admin", "wrong");
    for user in [None, Some(&wrong)] {
        let refusal = Socket::try_open(&service.url("/feed"), user).await;
        let (status, body) = refusal.expect_err("no WebSocket");
        assert_eq!(
            (status, &body["error"]),
            (401, &json!("security/Unauthorized"))
        );
    }
}

#[tokio::test]
async fn a_request_that_is_not_for_a_websocket_is_refused_in_the_platforms_form() {
    let platform = TestPlatform::start();
    let (service, _) = start(&platform, Setup::at(&platform)).await;
    let reply = service
        .call(&User::admin_of("t101"), Method::GET, "/feed")
        .await;
    assert_error_form(&reply, 400, "microservice/Bad Request");
}

#[tokio::test]
async fn a_user_of_a_tenant_that_is_not_subscribed_is_refused() {
    let platform = TestPlatform::start();
    platform.unsubscribe("t102").await;
    let (service, _) = start(&platform, Setup::at(&platform)).await;
    let user = User::admin_of("t102");
    let refusal = Socket::try_open(&service.url("/feed"), Some(&user)).await;
    let (status, body) = refusal.expect_err("no WebSocket");
    assert_eq!(
        (status, &body["error"]),
        (403, &json!("security/Forbidden"))
    );
}

#[tokio::test]
async fn users_get_what_is_published_for_their_tenant_and_nothing_else() {
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform)).await;
    let mut direct = open(&service, "t101").await;
    let gateway = through_gateway(&platform);
    let mut behind_gateway = Socket::open(&gateway, &User::admin_of("t101")).await;
    let mut other = open(&service, "t102").await;
    for number in 1..=3 {
        for tenant in ["t100", "t101", "t102", "t103"] {
            let message = json!({ "for": tenant, "number": number });
            let connections = feed.publish(&tenant.into(), &message).unwrap();
            let expected = [("t101", 2), ("t102", 1)];
            let expected = expected.iter().find(|(id, _)| *id == tenant);
            assert_eq!(connections, expected.map_or(0, |(_, number)| *number));
        }
    }
    for number in 1..=3 {
        let of = |tenant| json!({ "for": tenant, "number": number });
        assert_eq!(direct.json().await, of("t101"));
        assert_eq!(behind_gateway.json().await, of("t101"));
        assert_eq!(other.json().await, of("t102"));
    }
}

#[tokio::test]
async fn a_message_is_the_json_of_any_value_up_to_8_kib() {
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform)).await;
    let mut socket = open(&service, "t101").await;
    let longest = "x".repeat(8 * 1024 - 2);
    assert_eq!(feed.publish(&"t101".into(), &longest).unwrap(), 1);
    assert_eq!(socket.json().await, json!(longest));
    let refused = feed.publish(&"t101".into(), &format!("{longest}x"));
    assert!(
        matches!(refused, Err(PublishError::TooLong(8_193))),
        "{refused:?}"
    );
    let no_json = std::collections::HashMap::from([((1, 2), 3)]);
    let refused = feed.publish(&"t101".into(), &no_json);
    assert!(matches!(refused, Err(PublishError::Json(_))), "{refused:?}");
}

#[tokio::test]
async fn a_tenant_that_leaves_takes_its_connections_along_and_no_other() {
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform).polling()).await;
    let leaving = open(&service, "t102").await;
    let gateway = through_gateway(&platform);
    let also_leaving = Socket::open(&gateway, &User::admin_of("t102")).await;
    let mut staying = open(&service, "t101").await;
    platform.unsubscribe("t102").await;
    let gone = (1008, "the tenant is not subscribed any more".to_owned());
    assert_eq!(leaving.closed().await, gone);
    assert_eq!(also_leaving.closed().await, gone);
    assert_eq!(feed.publish(&"t101".into(), "hello").unwrap(), 1);
    assert_eq!(staying.json().await, "hello");
}

#[tokio::test]
async fn a_tenant_that_comes_back_can_connect_again() {
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform).polling()).await;
    let leaving = open(&service, "t102").await;
    platform.unsubscribe("t102").await;
    leaving.closed().await;
    platform.subscribe("t102").await;
    let listed = async || service.tenants().await;
    let there = |tenants: &Value| tenants.as_array().unwrap().contains(&json!("t102"));
    eventually("t102 is back", listed, there).await;
    let mut socket = open(&service, "t102").await;
    feed.publish(&"t102".into(), "welcome").unwrap();
    assert_eq!(socket.json().await, "welcome");
}

#[tokio::test]
async fn who_reads_too_slowly_loses_the_oldest_messages_and_is_told_how_many() {
    const MESSAGES: u64 = 8000;
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform)).await;
    let mut slow = open(&service, "t101").await;
    // More than all buffers on the way hold.
    let filling = "x".repeat(8_000);
    for number in 0..MESSAGES {
        let message = json!({ "number": number, "filling": filling });
        assert_eq!(feed.publish(&"t101".into(), &message).unwrap(), 1);
    }
    let (mut next, mut all_lost) = (0, 0);
    while next < MESSAGES {
        let message = slow.json().await;
        if let Some(lost) = message["lost"].as_u64() {
            all_lost += lost;
            next += lost;
        } else {
            assert_eq!(message["number"], next);
            next += 1;
        }
    }
    assert!(all_lost > 0, "everything fits into the buffers");
    feed.publish(&"t101".into(), "go on").unwrap();
    assert_eq!(slow.json().await, "go on");
}

/// Opens a WebSocket and leaves it at that: reads nothing more, and answers nothing.
async fn deaf(service: &TestService, tenant: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    let address = service.url("").replace("http://", "").parse().unwrap();
    let mut connection = socket.connect(address).await.unwrap();
    let head = format!(
        "GET /feed HTTP/1.1\r\nhost: service\r\n{}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        User::admin_of(tenant).authorization()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    soon("an answer", connection.read_exact(&mut answer))
        .await
        .unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    connection
}

#[tokio::test]
async fn who_reads_nothing_at_all_loses_the_connection_and_nobody_else_does() {
    let platform = TestPlatform::start();
    let setup = Setup::at(&platform).env("REQUEST_TIMEOUT", "2000");
    let (service, feed) = start(&platform, setup).await;
    let _deaf = deaf(&service, "t101").await;
    let mut other = open(&service, "t102").await;
    let filling = "x".repeat(8_000);
    let publish = async || {
        for _ in 0..20 {
            feed.publish(&"t101".into(), &filling).unwrap();
        }
        feed.publish(&"t101".into(), &filling).unwrap()
    };
    eventually("nobody is there", publish, |number| *number == 0).await;
    feed.publish(&"t102".into(), "still here").unwrap();
    assert_eq!(other.json().await, "still here");
}

#[tokio::test]
async fn what_a_client_sends_is_dropped_up_to_64_kib_a_frame() {
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform)).await;
    let mut socket = open(&service, "t101").await;
    socket.send(Message::text("hello")).await;
    socket.send(Message::binary(vec![0; 64 * 1024])).await;
    socket.send(Message::Ping("there?".into())).await;
    assert_eq!(socket.next().await, Some(Message::Pong("there?".into())));
    feed.publish(&"t101".into(), "still here").unwrap();
    assert_eq!(socket.json().await, "still here");
    socket.send(Message::binary(vec![0; 64 * 1024 + 1])).await;
    let (code, reason) = socket.closed().await;
    assert_eq!(
        (code, reason.as_str()),
        (1009, "a frame has more than 64 KiB")
    );
}

#[tokio::test]
async fn a_client_that_closes_is_answered_and_makes_room() {
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform)).await;
    let mut socket = open(&service, "t101").await;
    assert_eq!(feed.publish(&"t101".into(), &1).unwrap(), 1);
    assert_eq!(socket.json().await, 1);
    socket.send(Message::Close(None)).await;
    assert_eq!(socket.closed().await.0, 1000);
    let connections = async || feed.publish(&"t101".into(), &2).unwrap();
    eventually("nobody is there", connections, |number| *number == 0).await;
}

#[tokio::test]
async fn a_tenant_has_its_share_of_the_connections_that_the_memory_is_good_for() {
    let platform = TestPlatform::start();
    // 38 connections, and the fewest that a tenant may have.
    let setup = Setup::at(&platform).env("MEMORY_LIMIT", "10M");
    let setup = setup.env("SERVER_MAX_CONNECTIONS", "100");
    let (service, _) = start(&platform, setup).await;
    let mut open_ones = Vec::new();
    for (tenant, number) in [("t101", 16), ("t102", 16), ("t103", 6)] {
        for _ in 0..number {
            open_ones.push(open(&service, tenant).await);
        }
    }
    let refusal = async |tenant| {
        let user = User::admin_of(tenant);
        let refusal = Socket::try_open(&service.url("/feed"), Some(&user)).await;
        let (status, body) = refusal.expect_err("no WebSocket");
        assert_eq!(status, 503, "{body}");
        body["message"].as_str().unwrap().to_owned()
    };
    let too_many = "There are too many WebSockets; try again later";
    assert_eq!(refusal("t103").await, too_many);
    assert_eq!(refusal("t101").await, too_many);
    open_ones.pop();
    let user = User::admin_of("t101");
    let url = service.url("/feed");
    let attempt = async || Socket::try_open(&url, Some(&user)).await.err();
    let told = |refusal: &Option<(u16, Value)>| {
        let message = refusal.as_ref().map(|(_, body)| &body["message"]);
        message
            == Some(&json!(
                "The tenant has 16 WebSockets already, as many as it may"
            ))
    };
    eventually("there is room, and not for t101", attempt, told).await;
    open(&service, "t103").await;
}

#[tokio::test]
async fn the_one_tenant_of_an_instance_has_all_connections() {
    let platform = TestPlatform::with_manifest(json!({ "isolation": "PER_TENANT" }));
    let setup = Setup::at(&platform).env("MEMORY_LIMIT", "10M");
    let setup = setup.env("SERVER_MAX_CONNECTIONS", "100");
    let (service, _) = start(&platform, setup).await;
    let mut open_ones = Vec::new();
    for _ in 0..38 {
        open_ones.push(open(&service, "t101").await);
    }
    let user = User::admin_of("t101");
    let refusal = Socket::try_open(&service.url("/feed"), Some(&user)).await;
    assert_eq!(refusal.expect_err("no WebSocket").0, 503);
}

#[tokio::test]
async fn half_of_the_connections_are_kept_for_requests() {
    let platform = TestPlatform::with_manifest(json!({ "isolation": "PER_TENANT" }));
    let setup = Setup::at(&platform).env("SERVER_MAX_CONNECTIONS", "20");
    let (service, _) = start(&platform, setup).await;
    let mut open_ones = Vec::new();
    for _ in 0..10 {
        open_ones.push(open(&service, "t101").await);
    }
    let user = User::admin_of("t101");
    let refusal = Socket::try_open(&service.url("/feed"), Some(&user)).await;
    assert_eq!(refusal.expect_err("no WebSocket").0, 503);
    assert_eq!(service.get("/health/liveness").await.status, 200);
}

#[tokio::test]
async fn a_handler_can_publish_what_it_hears() {
    let platform = TestPlatform::start();
    let (service, feed) = start(&platform, Setup::at(&platform)).await;
    let client = service.event(Kind::Subscribed, "t101").await;
    let mut socket = open(&service, "t101").await;
    let told = tokio::task::spawn_blocking(move || feed.publish(client.tenant(), "news"));
    assert_eq!(told.await.unwrap().unwrap(), 1);
    assert_eq!(socket.json().await, "news");
}

/// The example, in a process of its own.
mod example {
    use std::time::Duration;

    use super::*;
    use local_platform::RunningService;

    use crate::support::deploy_example;

    fn start(platform: &TestPlatform) -> RunningService {
        deploy_example(platform, "websocket")
    }

    fn outcomes(platform: &TestPlatform) -> String {
        let (url, path) = (platform.url(), platform.context_path());
        format!("{url}/service/{path}/outcomes")
    }

    #[tokio::test]
    async fn a_fan_out_tells_each_tenant_its_own_outcome() {
        let platform = TestPlatform::start();
        let _service = start(&platform);
        let url = outcomes(&platform);
        let mut sockets = Vec::new();
        for (tenant, alarms) in [("t101", 2), ("t102", 0)] {
            let object = platform
                .create_object(tenant, &json!({ "name": "o" }))
                .await;
            for kind in 0..alarms {
                platform
                    .raise_alarm(tenant, &object, &kind.to_string())
                    .await;
            }
            sockets.push(Socket::open(&url, &User::admin_of(tenant)).await);
        }
        let before = async |tenant: &str| {
            let path = "/alarm/alarms/count?status=ACTIVE";
            platform.read(tenant, path).await.as_u64().unwrap()
        };
        let expected = [before("t101").await, before("t102").await];
        assert_ne!(expected[0], expected[1]);
        let reply = platform.post(&url, &User::admin_of("t100")).await;
        assert_eq!(reply.expect(200), json!({ "tenants": 4, "failed": 0 }));
        for (mut socket, alarms) in sockets.into_iter().zip(expected) {
            assert_eq!(socket.json().await, json!({ "alarms": alarms }));
        }
    }

    #[tokio::test]
    async fn a_stop_signal_closes_all_connections_and_the_service_ends_in_time() {
        let platform = TestPlatform::start();
        let mut service = start(&platform);
        let direct = format!("{}/outcomes", service.url());
        let one = Socket::open(&direct, &User::admin_of("t101")).await;
        let two = Socket::open(&outcomes(&platform), &User::admin_of("t102")).await;
        service.terminate().unwrap();
        let stopping = (1001, "the service is stopping".to_owned());
        assert_eq!(one.closed().await, stopping);
        assert_eq!(two.closed().await, stopping);
        let status = service.wait(Duration::from_secs(20)).unwrap();
        let code = status.and_then(|status| status.code());
        assert_eq!(code, Some(0), "{:#?}", service.log());
        let cut_off = |line: &String| line.contains("cut off");
        assert!(!service.log().iter().any(cut_off), "{:#?}", service.log());
    }
}
