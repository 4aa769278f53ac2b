//! Files.

use local_platform::PASSWORD;
use serde_json::json;

use crate::helpers::{Answer, Call, TestPlatform};

const PATH: &str = "/inventory/binaries";
const BOUNDARY: &str = "----a-boundary";

/// A part of a form: its headers after `form-data; `, and its content.
type Part<'a> = (&'a str, &'a str);

const OBJECT: Part<'static> = (
    "name=\"object\"",
    r#"{"name": "notes.txt", "type": "text/plain"}"#,
);
const FILE: Part<'static> = (
    "name=\"file\"; filename=\"file.bin\"\r\nContent-Type: text/x-notes",
    "0123456789",
);

fn form(call: Call, parts: &[Part<'_>]) -> Call {
    let part = |(head, content): &Part<'_>| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    let parts: String = parts.iter().map(part).collect();
    let body = format!("{parts}--{BOUNDARY}--\r\n");
    let media = format!("multipart/form-data; boundary={BOUNDARY}");
    call.header("content-type", &media).body(body)
}

async fn upload(platform: &TestPlatform, parts: &[Part<'_>]) -> Answer {
    let call = platform.request("t101", "POST", PATH);
    form(call, parts).send().await
}

#[tokio::test]
async fn a_file_is_kept_with_what_describes_it() {
    let platform = TestPlatform::start();
    for parts in [[OBJECT, FILE], [FILE, OBJECT]] {
        let made = upload(&platform, &parts).await.expect(201);
        let object = made.json();
        for (field, expected) in [
            ("name", json!("notes.txt")),
            ("type", json!("text/plain")),
            ("contentType", json!("text/x-notes")),
            ("length", json!(10)),
            ("c8y_IsBinary", json!({})),
        ] {
            assert_eq!(object[field], expected, "{field}");
        }
        let id = made.id();
        let seen = platform.get("t101", &format!("{PATH}/{id}")).await;
        let seen = seen.expect(200);
        assert_eq!(seen.text, "0123456789");
        assert_eq!(seen.header("content-type"), "text/x-notes");
        let disposition = seen.header("content-disposition");
        assert_eq!(disposition, "attachment; filename=\"notes.txt\"");
        let object_path = format!("/inventory/managedObjects/{id}");
        let seen = platform.get("t101", &object_path).await.expect(200);
        assert_eq!(seen.json(), object);
    }
}

#[tokio::test]
async fn what_the_form_does_not_say_the_file_says() {
    let platform = TestPlatform::start();
    let object = ("name=\"object\"", "{}");
    let seen = upload(&platform, &[object, FILE]).await.expect(201).json();
    assert_eq!(seen["name"], "file.bin");
    assert_eq!(seen["type"], "text/x-notes");
}

#[tokio::test]
async fn a_file_may_have_any_name_and_type() {
    let platform = TestPlatform::start();
    for media in ["a\nb", ""] {
        let fields = json!({"name": "Plän\n\".txt", "contentType": media}).to_string();
        let object = ("name=\"object\"", fields.as_str());
        let id = upload(&platform, &[object, FILE]).await.expect(201).id();
        let seen = platform.get("t101", &format!("{PATH}/{id}")).await;
        let seen = seen.expect(200);
        assert_eq!(seen.header("content-type"), "application/octet-stream");
        let disposition = seen.headers["content-disposition"].as_bytes();
        let disposition = String::from_utf8_lossy(disposition).into_owned();
        let encoded = "filename*=UTF-8''Pl%C3%A4n_%22.txt";
        assert!(disposition.contains(encoded), "{disposition}");
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_sent_where_asked() {
    let platform = TestPlatform::start();
    let id = upload(&platform, &[OBJECT, FILE]).await.expect(201).id();
    let read = async |range: &str| {
        let call = platform.request("t101", "GET", &format!("{PATH}/{id}"));
        call.header("range", range).send().await
    };
    for (range, content, place) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let seen = read(range).await.expect(206);
        assert_eq!(seen.text, content, "{range}");
        assert_eq!(seen.header("content-range"), place, "{range}");
    }
    for whole in ["bytes=0-1,4-5", "lines=1-2", "bytes=a-b"] {
        assert_eq!(read(whole).await.expect(200).text, "0123456789", "{whole}");
    }
    read("bytes=10-").await.refused(416);
}

#[tokio::test]
async fn the_end_of_an_empty_file_is_the_whole_file() {
    let platform = TestPlatform::start();
    let empty = ("name=\"file\"; filename=\"empty\"", "");
    let id = upload(&platform, &[OBJECT, empty]).await.expect(201).id();
    let call = platform.request("t101", "GET", &format!("{PATH}/{id}"));
    let seen = call.header("range", "bytes=-5").send().await;
    assert_eq!(seen.expect(200).text, "");
}

#[tokio::test]
async fn a_file_gets_another_content() {
    let platform = TestPlatform::start();
    let id = upload(&platform, &[OBJECT, FILE]).await.expect(201).id();
    let path = format!("{PATH}/{id}");
    let put = || platform.request("t101", "PUT", &path);
    let by_itself = put().header("content-type", "image/png").body("abc");
    let as_form = form(
        put(),
        &[("name=\"file\"\r\nContent-Type: image/png", "abc")],
    );
    for call in [by_itself, as_form] {
        let made = call.send().await.expect(201).json();
        assert_eq!(made["length"], 3);
        assert_eq!(made["contentType"], "image/png");
        assert_eq!(made["name"], "notes.txt");
        let seen = platform.get("t101", &path).await.expect(200);
        assert_eq!(seen.text, "abc");
        assert_eq!(seen.header("content-type"), "image/png");
    }
}

#[tokio::test]
async fn a_file_goes_with_its_object_and_an_object_with_its_file() {
    let platform = TestPlatform::start();
    for path in [PATH, "/inventory/managedObjects"] {
        let id = upload(&platform, &[OBJECT, FILE]).await.expect(201).id();
        let gone = platform.delete("t101", &format!("{path}/{id}")).await;
        gone.expect(204);
        for path in [PATH, "/inventory/managedObjects"] {
            let seen = platform.get("t101", &format!("{path}/{id}")).await;
            seen.refused(404);
        }
    }
}

#[tokio::test]
async fn files_are_listed_without_other_objects() {
    let platform = TestPlatform::start();
    let no_file = platform.object("t101").await;
    let id = upload(&platform, &[OBJECT, FILE]).await.expect(201).id();
    for (query, expected) in [
        ("", vec![&id]),
        ("type=text/plain&owner=admin", vec![&id]),
        ("type=other", vec![]),
        (&format!("ids={no_file},{id}"), vec![&id]),
    ] {
        let seen = platform.get("t101", &format!("{PATH}?{query}")).await;
        let seen = seen.expect(200).json();
        let files = seen["managedObjects"].as_array().expect("a list");
        let ids: Vec<&str> = files
            .iter()
            .filter_map(|file| file["id"].as_str())
            .collect();
        assert_eq!(ids, expected, "{query}");
    }
    platform
        .get("t101", &format!("{PATH}/{no_file}"))
        .await
        .refused(404);
}

#[tokio::test]
async fn an_upload_that_is_no_form_with_both_parts_is_refused() {
    let platform = TestPlatform::start();
    for (parts, expected) in [
        (vec![OBJECT], "file"),
        (vec![FILE], "object"),
        (vec![("filename=\"a\"", "b")], "Part 1"),
    ] {
        let answer = upload(&platform, &parts).await;
        assert!(answer.text.contains(expected), "{}", answer.text);
        answer.refused(400);
    }
    let answer = platform.post("t101", PATH, json!({})).await;
    assert!(
        answer.text.contains("multipart/form-data"),
        "{}",
        answer.text
    );
    answer.refused(400);
    let no_json = [("name=\"object\"", "{"), FILE];
    upload(&platform, &no_json).await.refused(422);
    let seen = platform.get("t101", PATH).await.expect(200).json();
    assert_eq!(seen["managedObjects"], json!([]));
}

#[tokio::test]
async fn files_are_reached_with_their_roles_or_by_their_owner() {
    let platform = TestPlatform::start();
    for (user, role) in [
        ("creator", "ROLE_BINARY_CREATE"),
        ("reader", "ROLE_BINARY_READ"),
        ("admin2", "ROLE_BINARY_ADMIN"),
        ("nobody", "ROLE_ALARM_READ"),
    ] {
        platform.user("t101", user, &[role]).await;
    }
    let call = |user: &str, method, path: &str| {
        let call = platform.anonymous(method, path);
        call.user(&format!("t101/{user}"), PASSWORD)
    };
    let foreign = upload(&platform, &[OBJECT, FILE]).await.expect(201).id();
    let own = form(call("creator", "POST", PATH), &[OBJECT, FILE]);
    let own = own.send().await.expect(201).id();
    for (user, method, id, status) in [
        ("creator", "GET", &own, 200),
        ("creator", "GET", &foreign, 403),
        ("creator", "PUT", &own, 201),
        ("creator", "PUT", &foreign, 403),
        ("reader", "GET", &foreign, 200),
        ("reader", "PUT", &foreign, 403),
        ("admin2", "PUT", &foreign, 201),
        ("nobody", "GET", &foreign, 403),
        ("nobody", "DELETE", &foreign, 403),
        ("creator", "DELETE", &own, 204),
        ("admin2", "DELETE", &foreign, 204),
    ] {
        let answer = call(user, method, &format!("{PATH}/{id}")).send().await;
        assert_eq!(answer.status, status, "{user} {method}: {}", answer.text);
    }
    let refused = form(call("nobody", "POST", PATH), &[OBJECT, FILE]);
    refused.send().await.refused(403);
}
