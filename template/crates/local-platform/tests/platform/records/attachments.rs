//! Files that are attached to events.

use local_platform::PASSWORD;
use serde_json::json;

use crate::helpers::{Answer, TestPlatform};

const EVENTS: &str = "/event/events";

/// The path of an event's attachment.
async fn event(platform: &TestPlatform) -> String {
    let source = platform.object("t101").await;
    let new = json!({
        "source": {"id": source}, "type": "photo", "text": "A photo", "time": "2026-01-01T00:00:00Z",
    });
    let id = platform.post("t101", EVENTS, new).await.expect(201).id();
    format!("{EVENTS}/{id}/binaries")
}

async fn send(
    platform: &TestPlatform,
    method: &str,
    path: &str,
    media: &str,
    body: &str,
) -> Answer {
    let call = platform.request("t101", method, path);
    let call = call.header("content-type", media).body(body.to_owned());
    call.send().await
}

#[tokio::test]
async fn a_form_attaches_a_file_and_the_event_shows_it() {
    let platform = TestPlatform::start();
    let path = event(&platform).await;
    let form = "--b\r\n\
        Content-Disposition: form-data; name=\"object\"\r\n\r\n\
        {\"name\": \"hello.txt\", \"type\": \"text/plain\"}\r\n--b\r\n\
        Content-Disposition: form-data; name=\"file\"; filename=\"other.bin\"\r\n\
        Content-Type: application/octet-stream\r\n\r\n\
        Hello\r\n--b--\r\n";
    let media = "multipart/form-data; boundary=b";
    let made = send(&platform, "POST", &path, media, form)
        .await
        .expect(201);
    assert_eq!(made.header("content-type"), "application/json");
    let seen = made.json();
    let id = seen["source"].as_str().expect("the event's ID").to_owned();
    let link = format!("{}{path}", platform.platform.url());
    let expected = json!({"self": link, "name": "hello.txt", "type": "text/plain", "source": id});
    assert_eq!(seen, expected);

    let event = platform.get("t101", &format!("{EVENTS}/{id}")).await;
    let shown = json!({"name": "hello.txt", "length": 5, "type": "text/plain"});
    assert_eq!(event.expect(200).json()["c8y_IsBinary"], shown);
    let file = platform.get("t101", &path).await.expect(200);
    assert_eq!(file.text, "Hello");
    assert_eq!(file.header("content-type"), "text/plain");
    let again = send(&platform, "POST", &path, media, form).await;
    assert_eq!(again.refused(409), "event/Duplicate");
}

#[tokio::test]
async fn a_form_needs_no_more_than_the_file() {
    let platform = TestPlatform::start();
    let path = event(&platform).await;
    let form = "--b\r\n\
        Content-Disposition: form-data; name=\"file\"\r\n\
        Content-Type: image/png\r\n\r\n\
        png\r\n--b--\r\n";
    let media = "multipart/form-data; boundary=b";
    let seen = send(&platform, "POST", &path, media, form).await;
    let seen = seen.expect(201).json();
    assert_eq!(
        (&seen["type"], &seen["name"]),
        (&json!("image/png"), &seen["source"])
    );
}

#[tokio::test]
async fn a_file_is_replaced_and_deleted() {
    let platform = TestPlatform::start();
    let path = event(&platform).await;
    platform.get("t101", &path).await.refused(404);
    platform.delete("t101", &path).await.refused(404);
    let made = send(&platform, "POST", &path, "text/plain", "first").await;
    made.expect(201);
    let call = platform.request("t101", "PUT", &path);
    let call = call.header("content-type", "text/csv");
    let call = call.header("content-disposition", "attachment; filename=\"a.csv\"");
    let seen = call.body("1,2").send().await.expect(201).json();
    assert_eq!(
        (&seen["name"], &seen["type"]),
        (&json!("a.csv"), &json!("text/csv"))
    );
    assert_eq!(platform.get("t101", &path).await.expect(200).text, "1,2");

    platform.delete("t101", &path).await.expect(204);
    platform.get("t101", &path).await.refused(404);
    let event = path.strip_suffix("/binaries").expect("a path");
    let event = platform.get("t101", event).await.expect(200).json();
    assert_eq!(event.get("c8y_IsBinary"), None);
}

#[tokio::test]
async fn attachments_need_the_roles_of_events() {
    let platform = TestPlatform::start();
    let path = event(&platform).await;
    platform.user("t101", "reader", &["ROLE_EVENT_READ"]).await;
    platform.user("t101", "nobody", &["ROLE_ALARM_READ"]).await;
    let made = send(&platform, "POST", &path, "text/plain", "first").await;
    made.expect(201);
    for (user, method, status) in [
        ("reader", "GET", 200),
        ("reader", "PUT", 403),
        ("reader", "DELETE", 403),
        ("nobody", "GET", 403),
        ("nobody", "POST", 403),
    ] {
        let call = platform.anonymous(method, &path);
        let call = call.user(&format!("t101/{user}"), PASSWORD);
        call.body("x").send().await.expect(status);
    }
    let unknown = platform.get("t101", "/event/events/999/binaries").await;
    unknown.refused(404);
}
