//! Answers of the platform.

use std::collections::BTreeMap;
use std::time::Duration;

use c8y_microservice::__internals::fuzzing;
use c8y_microservice::http::StatusCode;
use c8y_microservice::http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use c8y_microservice::{
    Alarm, Child, CurrentTenant, CurrentUser, Event, ExposeSecret, ManagedObject, Measurement,
    PlatformError, SecretString, TenantOption,
};
use chrono::{DateTime, FixedOffset};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::{Body, SECRET, lines, texts};

/// The list of subscriptions.
pub(super) const SUBSCRIPTIONS: Body = Body {
    name: "subscriptions",
    check: in_subscriptions,
    samples: &[
        r#"{"self":"http://p/application/currentApplication/subscriptions","users":[
            {"tenant":"t100","name":"service_hello","password":"p\u00e4ss\"word"},{"name":"n","password":"","tenant":"t101"}]}"#,
        r#"{"users":[]}"#,
        r#"{"users":[{"tenant":null,"name":1,"password":["a"]}]}"#,
    ],
};

/// Applications.
pub(super) const APPLICATIONS: Body = Body {
    name: "applications",
    check: in_applications,
    samples: &[
        r#"{"id":"4711","key":"hello-key","name":"hello","type":"MICROSERVICE","contextPath":"hello","owner":{"tenant":{"id":"t100"}},
            "manifest":{"settingsCategory":"hello"},"requiredRoles":["ROLE_ALARM_READ"],"roles":[]}"#,
        r#"{"applications":[{"id":"1","type":"MICROSERVICE","owner":{"tenant":{"id":"t100"}}},{"id":"2","type":"HOSTED"}]}"#,
        r#"{"key":"a\nb","name":null,"manifest":[]}"#,
    ],
};

/// Who calls, and who a client is.
pub(super) const CALLERS: Body = Body {
    name: "callers",
    check: in_callers,
    samples: &[
        r#"{"id":"jane","userName":"jane","email":"jane@example.com","effectiveRoles":[{"id":"ROLE_ALARM_READ","name":"ROLE_ALARM_READ"}],
            "customProperties":{}}"#,
        r#"{"name":"t100","domainName":"t100.example.com","allowCreateTenants":true,"customProperties":{"a":1}}"#,
    ],
};

/// A status, the header `Retry-After`, and a body: a line each, the last one to the end.
pub(super) const ERRORS: Body = Body {
    name: "errors",
    check: in_error,
    samples: &[
        "503\n120\n{\"error\":\"general/internalError\",\"message\":\"Not now\",\"info\":\"https://example.com\"}",
        "429\nWed, 21 Oct 2065 07:28:00 GMT\n<html><body>Too many</body></html>",
        "401\n18446744073709551616\n{\"error\":\"security/Unauthorized\",\"message\":\"Invalid credentials!\"}",
        "301\n-1\n",
        "503\nSun, 06-Nov-94 08:49:37 GMT\n[[",
    ],
};

/// Alarms, events and measurements, alone and in pages.
pub(super) const RECORDS: Body = Body {
    name: "records",
    check: in_records,
    samples: &[
        r#"{"id":"1","source":{"id":"2","name":"Pump"},"type":"c8y_TooHot","text":"Hot","severity":"MAJOR","status":"ACTIVE",
            "time":"2026-01-31T12:00:00.123+01:00","creationTime":"2026-01-31T11:00:00Z","count":3,"c8y_Heat":{"T":{"value":1.5,"unit":"C"}}}"#,
        r#"{"alarms":[{"id":"1","source":{"id":"2"},"type":"t","text":"x","severity":"MINOR","status":"CLEARED","time":"2026-01-01T00:00:00Z"}],
            "next":"http://p/alarm/alarms?currentPage=2","statistics":{"pageSize":1}}"#,
        r#"{"events":[{"id":"1","source":{"id":"2"},"type":"t","text":"x","time":"2016-12-31T23:59:60Z"}],"next":null}"#,
        r#"{"measurements":[{"id":"1","source":{"id":"2"},"type":"t","time":"0000-01-01T00:00:00+23:59","a":[[[[[[]]]]]]}]}"#,
        "42",
    ],
};

/// Managed objects, children, external IDs, alone and in lists.
pub(super) const INVENTORY: Body = Body {
    name: "inventory",
    check: in_inventory,
    samples: &[
        r#"{"id":"1","name":"Pump","type":"c8y_Pump","owner":"jane","creationTime":"2026-01-31T12:00:00.123Z","c8y_IsDevice":{}}"#,
        r#"{"managedObjects":[{"id":"1","c8y_IsBinary":{},"contentType":"text/csv","length":3}],"next":"x"}"#,
        r#"{"references":[{"managedObject":{"id":"1","name":"a"},"self":"x"}],"self":"x"}"#,
        r#"{"externalIds":[{"externalId":"s-1","type":"c8y_Serial","managedObject":{"id":"1"}}]}"#,
        r#"{"externalId":"s-1","type":"c8y_Serial","managedObject":{"id":"1"}}"#,
    ],
};

/// Tenant options and settings, and the types that their texts are read as.
pub(super) const OPTIONS: Body = Body {
    name: "options",
    check: in_options,
    samples: &[
        r#"{"options":[{"category":"hello","key":"credentials.key","value":"v"}],"next":"x"}"#,
        r#"{"key":"5","credentials.key":"<<Encrypted>>","limits":"{\"warning\":70}","n":5,"no":null}"#,
        "true",
        "-17",
        "2026-01-31T12:00:00Z",
        r#""MAJOR""#,
    ],
};

/// An answer that is not what it should be. Where, and nothing of what stands there.
fn tells_nothing(error: &PlatformError) {
    let PlatformError::UnexpectedBody { reason, .. } = error else {
        panic!("{error:?} of a success");
    };
    let place = reason.strip_prefix("not the expected JSON at line ");
    let place = place.is_some_and(|it| it.replace("column ", "").split(' ').all(is_number));
    let is_known = place
        || reason == "its key cannot be sent in a header"
        || reason.starts_with("no text: ") && reason.len() < 100;
    assert!(is_known, "{reason}");
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// What is read, or nothing.
fn read<T>(result: Result<T, PlatformError>) -> Option<T> {
    result.inspect_err(tells_nothing).ok()
}

fn json<T: DeserializeOwned>(data: &[u8]) -> Option<T> {
    read(fuzzing::answer(data).json())
}

fn page<T: DeserializeOwned>(property: &'static str, data: &[u8]) -> Vec<T> {
    let (items, _) = read(fuzzing::page(property, data)).unwrap_or_default();
    assert!(
        items.len() <= data.len(),
        "{} items of {} bytes",
        items.len(),
        data.len()
    );
    items
}

fn in_subscriptions(data: &[u8]) {
    read(fuzzing::subscriptions(data));
    let Some([tenant, name, password]) = texts(data) else {
        return;
    };
    let password = format!("{password}{SECRET}");
    let list = json!({"users": [{"tenant": tenant, "name": name, "password": password}]});
    let users = fuzzing::subscriptions(list.to_string().as_bytes()).expect("a list");
    let [user] = users.try_into().expect("one user");
    assert_eq!((user.tenant().as_str(), user.user()), (tenant, name));
    let shown = format!("{user:?}");
    assert!(!shown.contains(SECRET), "{shown}");
}

fn in_applications(data: &[u8]) {
    read(fuzzing::current_application(data));
    let own = read(fuzzing::own_application(data, "hello")).flatten();
    // What is skipped need not be a value: half a character, as `\ud800`.
    let list = serde_json::from_slice::<Value>(data).ok();
    if let Some((id, list)) = own.zip(list) {
        let mut all = list["applications"].as_array().into_iter().flatten();
        let found = all.any(|it| it["id"] == id.as_str() && it["type"] == "MICROSERVICE");
        assert!(found, "{id} of {list}");
    }
}

fn in_callers(data: &[u8]) {
    let checked = read(fuzzing::current_user(data)).is_some();
    if let Some(user) = json::<CurrentUser>(data) {
        assert!(
            checked,
            "a client reads {user:?}, and a check of callers does not"
        );
        assert!(user.roles.iter().all(|role| user.has_role(role)));
    }
    let checked = read(fuzzing::current_tenant(data)).is_some();
    assert!(checked || json::<CurrentTenant>(data).is_none());
}

fn in_error(data: &[u8]) {
    let [status, retry_after, body] = lines(data);
    let status = StatusCode::from_bytes(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
    let mut headers = HeaderMap::new();
    let value = HeaderValue::from_bytes(retry_after).ok();
    headers.extend(value.map(|value| (RETRY_AFTER, value)));
    let error = fuzzing::error(status, &headers, body);
    let answer = error.answer().expect("an answer");
    assert_eq!(answer.status, status);
    for text in answer.error.iter().chain([&answer.message]) {
        assert!(text.chars().count() <= 200, "{text}");
        assert!(!text.contains(['\r', '\n']), "{text:?}");
    }
    assert_eq!(error.summary(), format!("the platform answered {status}"));
    if let Ok(seconds) = String::from_utf8_lossy(retry_after).parse() {
        assert_eq!(answer.retry_after, Some(Duration::from_secs(seconds)));
    }
    for seconds in [0, 1, 60, u64::MAX] {
        let left = Duration::from_secs(seconds);
        let pause = fuzzing::pause(&error, left);
        assert!(pause.is_none_or(|it| it < left), "{pause:?} of {left:?}");
        let asked = answer.retry_after.unwrap_or_default();
        assert!(
            pause.is_none_or(|it| it >= asked),
            "{pause:?} before {asked:?}"
        );
    }
}

fn in_records(data: &[u8]) {
    json::<u64>(data);
    for alarm in json(data).into_iter().chain(page::<Alarm>("alarms", data)) {
        let again: Alarm = written(&alarm);
        assert_eq!(again.fragments.len(), alarm.fragments.len());
        assert_eq!(milliseconds(again.time), milliseconds(alarm.time));
        let without = |it: Alarm| {
            (
                it.id,
                it.source,
                it.kind,
                it.text,
                it.severity,
                it.status,
                it.count,
            )
        };
        assert_eq!(without(again), without(alarm));
    }
    for event in json(data).into_iter().chain(page::<Event>("events", data)) {
        let again: Event = written(&event);
        assert_eq!(again.fragments.len(), event.fragments.len());
        assert_eq!(milliseconds(again.time), milliseconds(event.time));
        let without = |it: Event| (it.id, it.source, it.kind, it.text);
        assert_eq!(without(again), without(event));
    }
    for measurement in json(data)
        .into_iter()
        .chain(page::<Measurement>("measurements", data))
    {
        let again: Measurement = written(&measurement);
        assert_eq!(again.fragments.len(), measurement.fragments.len());
        assert_eq!(milliseconds(again.time), milliseconds(measurement.time));
    }
}

/// What the platform answers is what it takes, too.
fn written<T: DeserializeOwned + serde::Serialize>(record: &T) -> T {
    let text = serde_json::to_vec(record).expect("what was read can be written");
    serde_json::from_slice(&text)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&text)))
}

fn milliseconds(time: DateTime<FixedOffset>) -> i64 {
    time.timestamp_millis()
}

fn in_inventory(data: &[u8]) {
    json::<ManagedObject>(data);
    page::<ManagedObject>("managedObjects", data);
    page::<Child>("references", data);
    read(fuzzing::managed_object_of(data));
    let ids = read(fuzzing::external_ids(data)).unwrap_or_default();
    assert!(ids.len() <= data.len());
}

fn in_options(data: &[u8]) {
    let hidden =
        |text: &str, shown: &str| assert!(text.len() < 20 || !shown.contains(text), "{shown}");
    for option in page::<TenantOption>("options", data) {
        let TenantOption {
            category,
            key,
            value,
            ..
        } = &option;
        let value = value.expose_secret();
        if !category.contains(value) && !key.contains(value) {
            hidden(value, &format!("{option:?}"));
        }
    }
    json::<BTreeMap<String, SecretString>>(data);
    read(fuzzing::setting(data, "key"));
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    assert_eq!(
        fuzzing::parse_setting::<String>(text).as_deref(),
        Some(text)
    );
    same_again::<u64>(text);
    same_again::<i8>(text);
    same_again::<bool>(text);
    same_again::<Vec<String>>(text);
    same_again::<Option<DateTime<FixedOffset>>>(text);
    let _ = fuzzing::parse_setting::<f64>(text);
    let _ = fuzzing::parse_setting::<Value>(text);
    let _ = fuzzing::parse_setting::<c8y_microservice::Severity>(text);
    // Stored as it is, an option is read as it was.
    let options = json!({"credentials.key": text, "other": 1}).to_string();
    let read = fuzzing::setting(options.as_bytes(), "key").expect("settings");
    assert_eq!(
        read.ok().as_ref().map(ExposeSecret::expose_secret),
        Some(text).filter(|it| *it != "<<Encrypted>>")
    );
}

fn same_again<T: DeserializeOwned + serde::Serialize + PartialEq>(text: &str) {
    if let Some(value) = fuzzing::parse_setting::<T>(text)
        && let Some(written) = fuzzing::write_setting(&value)
    {
        let again = fuzzing::parse_setting::<T>(&written);
        assert!(again == Some(value), "{text} is written as {written}");
    }
}
