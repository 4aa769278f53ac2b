//! What the program's gateway can be asked for on the command line, and while it runs.

use actix_web::{HttpRequest, web};
use local_platform::PASSWORD;
use serde_json::json;

use crate::helpers::{Call, Folder, service_with};
use crate::program::Program;

#[tokio::test]
async fn serve_sends_settings_as_headers_where_asked_and_fails_on_demand() {
    let service = service_with(|request: HttpRequest| async move {
        let threshold = request.headers().get("threshold").cloned();
        web::Bytes::from(format!("{threshold:?}"))
    });
    let manifest = json!({
        "apiVersion": "2", "name": "hello", "version": "1.0.0", "provider": "c8y",
        "settings": [{"key": "threshold", "defaultValue": "7"}],
    });
    let folder = Folder::new();
    folder.write("cumulocity.json", &manifest.to_string());
    let service = service.to_string();
    let arguments = ["serve", "--port", "0", "--service", &service];
    let arguments = [&arguments[..], &["--settings-as-headers"]].concat();
    let program = Program::start(&folder, &arguments, &[]);
    let printed = program.wait_for("Ctrl-C");

    let behind = |label: &str| {
        let line = printed.lines().find(|line| line.starts_with(label));
        let line = line.unwrap_or_else(|| panic!("no {label} in {printed}"));
        let url = &line[line.find("http://").expect("a URL")..];
        url.split(',').next().expect("a URL").to_owned()
    };
    let call = || Call::new("GET", &behind("Service")).user("t101/admin", PASSWORD);
    let answer = call().send().await.expect(200);
    assert_eq!(answer.text, r#"Some("7")"#);

    let fault = Call::new("POST", &behind("Faults"));
    let fault = fault.json(&json!({"status": 503, "path": "/service", "times": 1}));
    fault.send().await.expect(201);
    call().send().await.expect(503);
    call().send().await.expect(200);
}
