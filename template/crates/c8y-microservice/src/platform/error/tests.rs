//! Answers and waits, as the platform and others write them.

use super::*;

fn from_answer(status: StatusCode, body: &[u8]) -> PlatformError {
    PlatformError::from_answer(status, &HeaderMap::new(), body)
}

#[test]
fn an_answer_in_the_platforms_form_keeps_its_kind_and_message() {
    let body = br#"{"error":"security/Forbidden","message":"Access is denied","info":"x"}"#;
    let error = from_answer(StatusCode::FORBIDDEN, body);
    let expected = "the platform answered 403 Forbidden: security/Forbidden: Access is denied";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_message_is_one_line_of_bounded_length() {
    let message = format!("first\nsecond {}", "x".repeat(500));
    let body = serde_json::json!({ "error": "a\nb", "message": message }).to_string();
    let error = from_answer(StatusCode::CONFLICT, body.as_bytes()).to_string();
    assert!(error.contains("a b: first second xxx"), "{error}");
    assert!(!error.contains('\n') && error.len() < 300, "{error}");
}

#[test]
fn a_body_in_another_form_hides_neither_the_status_nor_its_text() {
    let page = b"<html>\n  <h1>Bad Gateway</h1>\n</html>";
    let error = from_answer(StatusCode::BAD_GATEWAY, page);
    assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY));
    let expected = "the platform answered 502 Bad Gateway: <html> <h1>Bad Gateway</h1> </html>";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_long_body_is_cut_between_characters() {
    let error = from_answer(StatusCode::BAD_GATEWAY, "ä".repeat(500).as_bytes());
    assert_eq!(error.to_string().matches('ä').count(), Answer::EXCERPT);
}

#[test]
fn how_long_to_wait_is_said_in_seconds_or_as_a_date() {
    let read = |text: &str| retry_after(&HeaderValue::from_str(text).unwrap());
    assert_eq!(read("0"), Some(Duration::ZERO));
    assert_eq!(read(" 120 "), Some(Duration::from_mins(2)));
    assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
    let in_an_hour = HttpDate::from(SystemTime::now() + Duration::from_hours(1));
    let wait = read(&in_an_hour.to_string()).unwrap();
    let almost = Duration::from_mins(59)..=Duration::from_hours(1);
    assert!(almost.contains(&wait), "{wait:?}");
}

#[test]
fn a_wait_in_no_known_form_counts_as_absent() {
    for text in [
        "",
        "soon",
        "-1",
        "1.5",
        "Wed, 21 Oct 2015",
        "99999999999999999999",
    ] {
        let value = HeaderValue::from_str(text).unwrap();
        assert_eq!(retry_after(&value), None, "{text}");
    }
    assert_eq!(
        retry_after(&HeaderValue::from_bytes(b"\xff").unwrap()),
        None
    );
}
