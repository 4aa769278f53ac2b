//! Files.

use c8y_microservice::{BinaryFilter, ManagedObject, ManagedObjectId, NewBinary};
use serde_json::json;

use super::{Place, assert_forbidden, assert_invalid, assert_not_found};

const ROLES: [&str; 2] = ["ROLE_BINARY_READ", "ROLE_BINARY_CREATE"];
const ADMIN: [&str; 2] = ["ROLE_BINARY_READ", "ROLE_BINARY_ADMIN"];

fn csv(name: &str) -> NewBinary {
    NewBinary::new(name, "text/csv", "pump,bar\r\n7,0.2\r\n")
}

fn names(files: &[ManagedObject]) -> Vec<&str> {
    let names = files.iter().map(|file| file.name.as_deref());
    names.map(Option::unwrap_or_default).collect()
}

#[tokio::test]
async fn a_file_is_stored_with_custom_fragments_and_read_as_it_was() {
    let place = Place::with_roles(&ROLES).await;
    let binaries = place.client.binaries();
    let pressure = json!({"bar": [1.5, null], "ä": "\u{1f321}"});
    let report = csv("pumps.csv").fragment("example_Pressure", pressure.clone());
    let file = binaries.create(&report).await.unwrap();
    assert_eq!(file.name.as_deref(), Some("pumps.csv"));
    assert_eq!(file.kind.as_deref(), Some("text/csv"));
    let path = format!("/inventory/managedObjects/{}", file.id);
    let seen = place.platform.read("t101", &path).await;
    for fragments in [json!(file.fragments), seen] {
        assert_eq!(fragments["contentType"], "text/csv");
        assert_eq!(fragments["length"], 17);
        assert_eq!(fragments["c8y_IsBinary"], json!({}));
        assert_eq!(fragments["example_Pressure"], pressure);
    }
    let content = binaries.get(&file.id).await.unwrap();
    assert_eq!(content, "pump,bar\r\n7,0.2\r\n");
}

#[tokio::test]
async fn a_file_may_contain_anything() {
    let place = Place::with_roles(&ROLES).await;
    let binaries = place.client.binaries();
    let all_bytes: Vec<u8> = (0..=255).collect();
    let form_like = b"\r\n--boundary\r\nContent-Disposition: form-data; name=\"object\"\r\n\r\n{}\r\n--boundary--\r\n";
    let contents = [
        Vec::new(),
        all_bytes.repeat(5000),
        form_like.to_vec(),
        b"--\r\n--".to_vec(),
    ];
    for content in contents {
        let new = NewBinary::new("file", "application/octet-stream", content.clone());
        let file = binaries.create(&new).await.unwrap();
        assert_eq!(file.fragments["length"], content.len());
        let seen = binaries.get(&file.id).await.unwrap();
        assert!(seen == content, "{} of {} bytes", seen.len(), content.len());
    }
}

#[tokio::test]
async fn a_file_may_have_any_name() {
    let place = Place::with_roles(&ROLES).await;
    let binaries = place.client.binaries();
    for name in [
        "a\".csv",
        "a\"; name=\"object",
        "a\r\nContent-Type: text/html\r\n\r\n{}",
        "a\r\n--\r\nb",
        "a\\",
        "a\0b\u{7f}",
        "Plän 温度 \u{1f321}.csv",
        "../../etc/passwd",
        "%22",
        "",
    ] {
        let file = binaries.create(&csv(name)).await.unwrap();
        assert_eq!(file.name.as_deref(), Some(name));
        assert_eq!(file.fragments["contentType"], "text/csv", "{name:?}");
        assert_eq!(file.fragments["length"], 17, "{name:?}");
    }
}

#[tokio::test]
async fn files_are_listed_by_every_filter_and_nothing_else_is() {
    let place = Place::with_roles(&ROLES).await;
    let binaries = place.client.binaries();
    place.device().await;
    let first = binaries.create(&csv("first")).await.unwrap();
    binaries.create(&csv("second")).await.unwrap();
    let text = NewBinary::new("third", "text/plain", "text");
    binaries.create(&text).await.unwrap();
    let filter = BinaryFilter::new;
    let cases: [(_, &[&str]); 6] = [
        (filter(), &["first", "second", "third"]),
        (filter().kind("text/csv"), &["first", "second"]),
        (
            filter().owner("service_example").kind("text/plain"),
            &["third"],
        ),
        (filter().owner("admin"), &[]),
        (filter().kind("text/csv").kind("text/plain"), &["third"]),
        (filter().query("ids", first.id.as_str()), &["first"]),
    ];
    for (filter, expected) in cases {
        let files = binaries.list(&filter).page_size(1).all().await.unwrap();
        assert_eq!(names(&files), expected, "{filter:?}");
    }
}

#[tokio::test]
async fn a_file_gets_another_content_and_is_deleted() {
    let place = Place::with_roles(&ADMIN).await;
    let binaries = place.client.binaries();
    let new = csv("pumps.csv").fragment("example_Fragment", json!(7));
    let id = binaries.create(&new).await.unwrap().id;
    let updated = binaries.update(&id, "text/plain;charset=UTF-8", "Ü").await;
    let updated = updated.unwrap();
    assert_eq!(updated.id, id);
    assert_eq!(updated.name.as_deref(), Some("pumps.csv"));
    assert_eq!(updated.fragments["contentType"], "text/plain;charset=UTF-8");
    assert_eq!(updated.fragments["length"], 2);
    assert_eq!(updated.fragments["example_Fragment"], 7);
    assert_eq!(binaries.get(&id).await.unwrap(), "Ü");
    binaries.delete(&id).await.unwrap();
    assert_not_found(binaries.get(&id).await);
    assert_not_found(binaries.delete(&id).await);
    assert_not_found(binaries.update(&id, "text/plain", "").await);
}

#[tokio::test]
async fn a_file_is_sent_whole_a_second_time_where_the_password_has_changed() {
    let place = Place::with_roles(&ROLES).await;
    let binaries = place.client.binaries();
    place.platform.resubscribe("t101").await;
    let content = "0123456789".repeat(100_000);
    let new = NewBinary::new("large", "text/plain", content.clone());
    let file = binaries.create(&new).await.unwrap();
    let attempts = place.platform.requests().into_iter();
    let attempts = attempts.filter(|request| request.path == "/inventory/binaries");
    let statuses: Vec<_> = attempts.map(|request| request.status).collect();
    assert_eq!(statuses, [401, 201]);
    assert!(binaries.get(&file.id).await.unwrap() == content);
}

#[tokio::test]
async fn an_object_without_a_content_and_another_tenants_file_are_not_found() {
    let place = Place::with_roles(&ADMIN).await;
    let device = place.device().await;
    assert_not_found(place.client.binaries().get(&device).await);
    let id = place
        .client
        .binaries()
        .create(&csv("mine"))
        .await
        .unwrap()
        .id;
    let theirs = place.service.client("t102").await;
    let theirs = theirs.binaries();
    assert_not_found(theirs.get(&id).await);
    assert_not_found(theirs.update(&id, "text/plain", "theirs").await);
    assert_not_found(theirs.delete(&id).await);
    let seen = theirs.list(&BinaryFilter::new()).all().await.unwrap();
    assert_eq!(names(&seen), [""; 0]);
    place.client.binaries().get(&id).await.unwrap();
}

#[tokio::test]
async fn without_their_roles_files_are_neither_stored_nor_read_nor_changed() {
    let place = Place::with_roles(&["ROLE_ALARM_READ"]).await;
    let binaries = place.client.binaries();
    assert_forbidden(binaries.create(&csv("a")).await, "ROLE_BINARY_CREATE");
    let id = place.platform.upload("t101", "theirs").await;
    let id = ManagedObjectId::from(id);
    assert_forbidden(binaries.get(&id).await, "ROLE_BINARY_READ");
    let update = binaries.update(&id, "text/plain", "").await;
    assert_forbidden(update, "ROLE_BINARY_ADMIN");
    assert_forbidden(binaries.delete(&id).await, "ROLE_BINARY_ADMIN");
    let seen = binaries.list(&BinaryFilter::new()).all().await.unwrap();
    assert_eq!(names(&seen), [""; 0]);
}

#[tokio::test]
async fn what_is_no_media_type_no_fragment_and_no_id_is_refused_without_a_request() {
    let place = Place::with_roles(&ADMIN).await;
    let binaries = place.client.binaries();
    let id = ManagedObjectId::from("7");
    for media in ["", "text", "text/plain\r\nX-Evil: 1", "text/plän", "a b/c"] {
        let new = NewBinary::new("file", media, "content");
        assert_invalid(binaries.create(&new).await, "no media type");
        let update = binaries.update(&id, media, "content").await;
        assert_invalid(update, "no media type");
    }
    for name in ["name", "type"] {
        let new = csv("file").fragment(name, json!("twice"));
        let refused = binaries.create(&new).await;
        assert_invalid(refused, "no name for a fragment");
    }
    for segment in ["", "..", "7\n"] {
        let id = ManagedObjectId::from(segment);
        let reason = "cannot be part of a path";
        assert_invalid(binaries.get(&id).await, reason);
        assert_invalid(binaries.delete(&id).await, reason);
        assert_invalid(binaries.update(&id, "a/b", "").await, reason);
    }
    assert_eq!(place.requests(), [""; 0]);
}

#[test]
fn a_file_is_printed_without_its_content() {
    let printed = format!("{:?}", csv("pumps.csv"));
    assert_eq!(printed, r#"NewBinary("pumps.csv", text/csv, 17 bytes)"#);
}
