//! Faults as JSON, as people inject them.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::fault::{Failure, Fault, Kind, STATUSES, is_share};
use super::list::Entry;
use crate::refusal::Refusal;

const ALLOWED: &str = "A fault has exactly one of latencyMs (a number of milliseconds), status (400 \
    to 599; 429 also with retryAfter, in seconds), connection (drop, reset or resetWhenDone) and \
    body (half, oversized, garbled, or slow with pauseMs, a number of milliseconds); and any of path \
    (which begins with /), tenant, method, times (a number from 1) and share (above 0 and at most 1)";
const KINDS: [&str; 4] = ["latencyMs", "status", "connection", "body"];
const FIELDS: [&str; 11] = [
    "latencyMs",
    "status",
    "retryAfter",
    "connection",
    "body",
    "pauseMs",
    "path",
    "tenant",
    "method",
    "times",
    "share",
];

impl Entry {
    pub(super) fn to_json(&self) -> Value {
        let fault = &self.fault;
        let mut json = match &fault.kind {
            Kind::Latency(latency) => json!({"latencyMs": latency.as_millis()}),
            Kind::Failure(failure) => failure.to_json(),
        };
        for (name, value) in [
            ("id", Some(json!(self.id))),
            ("path", fault.path.as_ref().map(|path| json!(path))),
            ("tenant", fault.tenant.as_ref().map(|tenant| json!(tenant))),
            ("method", fault.method.as_ref().map(|method| json!(method))),
            ("times", fault.times.map(|times| json!(times))),
            ("share", fault.share.map(|share| json!(share))),
            ("hits", Some(json!(self.hits()))),
        ] {
            if let Some(value) = value {
                json[name] = value;
            }
        }
        json
    }
}

impl Failure {
    fn to_json(&self) -> Value {
        match self {
            Self::Status(status) => json!({"status": status}),
            Self::TooManyRequests { retry_after_s } => {
                json!({"status": 429, "retryAfter": retry_after_s})
            }
            Self::Dropped => json!({"connection": "drop"}),
            Self::Reset => json!({"connection": "reset"}),
            Self::ResetWhenDone => json!({"connection": "resetWhenDone"}),
            Self::HalfBody => json!({"body": "half"}),
            Self::OversizedBody => json!({"body": "oversized"}),
            Self::GarbledBody => json!({"body": "garbled"}),
            Self::SlowBody { pause } => json!({"body": "slow", "pauseMs": pause.as_millis()}),
        }
    }
}

/// A fault as it is asked for, or what is wrong with it.
pub(super) fn parse(body: &[u8]) -> Result<Fault, Refusal> {
    let fields: Map<String, Value> = serde_json::from_slice(body)
        .map_err(|error| wrong(format!("Not a JSON object: {error}")))?;
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        return Err(wrong(format!("No field of a fault: {unknown}")));
    }
    let mut fault = Fault::new(kind(&fields)?);
    fault.path = text(&fields, "path")?;
    fault.tenant = text(&fields, "tenant")?;
    fault.method = text(&fields, "method")?.map(|method| method.to_ascii_uppercase());
    fault.times = number(&fields, "times")?;
    fault.share = read(&fields, "share", Value::as_f64)?;
    if fault.path.as_deref().is_some_and(|it| !it.starts_with('/')) {
        return Err(bad("path"));
    }
    if fault.times == Some(0) {
        return Err(bad("times"));
    }
    if fault.share.is_some_and(|share| !is_share(share)) {
        return Err(bad("share"));
    }
    Ok(fault)
}

fn kind(fields: &Map<String, Value>) -> Result<Kind, Refusal> {
    let given: Vec<&str> = KINDS
        .into_iter()
        .filter(|name| fields.contains_key(*name))
        .collect();
    let retry_after = number(fields, "retryAfter")?;
    let status = number(fields, "status")?.map(u16::try_from);
    if fields.contains_key("pauseMs") && given != ["body"] {
        return Err(bad("pauseMs"));
    }
    let failure = match (given.as_slice(), retry_after) {
        (["status"], Some(retry_after_s)) if status == Some(Ok(429)) => {
            Failure::TooManyRequests { retry_after_s }
        }
        (_, Some(_)) => return Err(bad("retryAfter")),
        (["status"], None) => match status {
            Some(Ok(status)) if STATUSES.contains(&status) => Failure::Status(status),
            _ => return Err(bad("status")),
        },
        (["latencyMs"], None) => {
            let latency = number(fields, "latencyMs")?.unwrap_or_default();
            return Ok(Kind::Latency(Duration::from_millis(latency)));
        }
        (["connection"], None) => match text(fields, "connection")?.as_deref() {
            Some("drop") => Failure::Dropped,
            Some("reset") => Failure::Reset,
            Some("resetWhenDone") => Failure::ResetWhenDone,
            _ => return Err(bad("connection")),
        },
        (["body"], None) => body(fields)?,
        ([], None) => return Err(wrong("Nothing that goes wrong")),
        (several, None) => {
            return Err(wrong(format!("More than one: {}", several.join(", "))));
        }
    };
    Ok(Kind::Failure(failure))
}

fn body(fields: &Map<String, Value>) -> Result<Failure, Refusal> {
    let body = text(fields, "body")?;
    match (body.as_deref(), number(fields, "pauseMs")?) {
        (Some("slow"), Some(pause)) => Ok(Failure::SlowBody {
            pause: Duration::from_millis(pause),
        }),
        (_, Some(_)) => Err(bad("pauseMs")),
        (Some("half"), None) => Ok(Failure::HalfBody),
        (Some("oversized"), None) => Ok(Failure::OversizedBody),
        (Some("garbled"), None) => Ok(Failure::GarbledBody),
        _ => Err(bad("body")),
    }
}

fn text(fields: &Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    read(fields, name, |value| value.as_str().map(str::to_owned))
}

fn number(fields: &Map<String, Value>, name: &str) -> Result<Option<u64>, Refusal> {
    read(fields, name, Value::as_u64)
}

fn read<T>(
    fields: &Map<String, Value>,
    name: &str,
    read: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let value = fields.get(name);
    value
        .map(|value| read(value).ok_or_else(|| bad(name)))
        .transpose()
}

fn bad(name: &str) -> Refusal {
    wrong(format!("Not allowed here: this {name}"))
}

fn wrong(what: impl std::fmt::Display) -> Refusal {
    Refusal::new(
        422,
        "local-platform/Invalid Fault",
        format!("{what}. {ALLOWED}"),
    )
}

#[cfg(test)]
mod tests {
    use super::super::list::Faults;
    use super::*;

    #[test]
    fn a_fault_shows_as_it_was_asked_for() {
        for asked in [
            json!({"latencyMs": 250}),
            json!({"status": 503, "path": "/alarm", "tenant": "t101", "method": "POST", "times": 2}),
            json!({"status": 429, "retryAfter": 3}),
            json!({"connection": "drop", "share": 0.5}),
            json!({"connection": "reset"}),
            json!({"connection": "resetWhenDone"}),
            json!({"body": "half"}),
            json!({"body": "oversized"}),
            json!({"body": "garbled"}),
            json!({"body": "slow", "pauseMs": 20}),
        ] {
            let fault = parse(asked.to_string().as_bytes()).expect("a fault");
            let mut shown = Faults::default().add(fault).to_json();
            let added = shown.as_object_mut().expect("an object");
            assert_eq!(added.remove("id"), Some(json!(1)));
            assert_eq!(added.remove("hits"), Some(json!(0)));
            assert_eq!(shown, asked);
        }
    }

    #[test]
    fn what_is_no_fault_is_refused_with_what_is_allowed() {
        for (asked, named) in [
            ("", "JSON"),
            ("[]", "JSON"),
            ("{}", "Nothing"),
            (r#"{"status":503,"body":"half"}"#, "status, body"),
            (r#"{"status":503,"paht":"/alarm"}"#, "paht"),
            (r#"{"status":200}"#, "this status"),
            (r#"{"status":"503"}"#, "this status"),
            (r#"{"status":70000}"#, "this status"),
            (r#"{"status":503,"retryAfter":1}"#, "this retryAfter"),
            (r#"{"latencyMs":-1}"#, "this latencyMs"),
            (r#"{"connection":"cut"}"#, "this connection"),
            (r#"{"body":"none"}"#, "this body"),
            (r#"{"body":"slow"}"#, "this body"),
            (r#"{"body":"half","pauseMs":1}"#, "this pauseMs"),
            (r#"{"body":"slow","pauseMs":-1}"#, "this pauseMs"),
            (r#"{"status":503,"path":"alarm"}"#, "this path"),
            (r#"{"status":503,"tenant":7}"#, "this tenant"),
            (r#"{"status":503,"times":0}"#, "this times"),
            (r#"{"status":503,"share":0}"#, "this share"),
            (r#"{"status":503,"share":1.5}"#, "this share"),
        ] {
            let refusal = parse(asked.as_bytes()).expect_err(asked);
            assert_eq!(refusal.status, 422);
            for expected in [named, ALLOWED] {
                assert!(refusal.message.contains(expected), "{asked}: {refusal}");
            }
        }
    }
}
