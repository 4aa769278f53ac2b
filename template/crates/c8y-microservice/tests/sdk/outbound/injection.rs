//! What identifiers, names and values of any kind look like on the wire: one request each, of the
//! service's own making.

use std::pin::Pin;

use c8y_microservice::http::Method;
use c8y_microservice::{
    AlarmId, EventId, ExternalId, ManagedObjectId, MeasurementId, PlatformError, TenantClient,
};
use percent_encoding::percent_decode_str;

use crate::support::{RawStandIn, client_at};

const HOSTILE: [&str; 18] = [
    "1/../2",
    "../2",
    "/etc",
    "//elsewhere/x",
    "\\\\elsewhere\\x",
    "a?b=c",
    "a#b",
    "a;b=c",
    "%2e%2e",
    "%2f..%2f2",
    "%0d%0ainjected: 1",
    "1 HTTP/1.1",
    "1\0",
    "\u{7f}\u{1b}[31m",
    "\u{2028}injected: 1",
    "1\r\ninjected: 1",
    "1\ninjected: 1",
    "1 HTTP/1.1\r\nhost: x\r\n\r\nGET /hidden",
];

type Outcome<'a> = Pin<Box<dyn Future<Output = Result<(), PlatformError>> + 'a>>;
/// A call with a value, and what is before and behind that in the path.
type Call = for<'a> fn(&'a TenantClient, &'a str) -> Outcome<'a>;

const CALLS: [(&str, Call); 7] = [
    ("/inventory/managedObjects/", |client, id| {
        Box::pin(async move {
            let object = ManagedObjectId::from(id);
            client.inventory().get(&object).await.map(drop)
        })
    }),
    ("/alarm/alarms/", |client, id| {
        Box::pin(async move { client.alarms().get(&AlarmId::from(id)).await.map(drop) })
    }),
    ("/event/events/", |client, id| {
        Box::pin(async move { client.events().get(&EventId::from(id)).await.map(drop) })
    }),
    ("/measurement/measurements/", |client, id| {
        Box::pin(async move {
            let id = MeasurementId::from(id);
            client.measurements().get(&id).await.map(drop)
        })
    }),
    ("/identity/externalIds/type/", |client, id| {
        Box::pin(async move {
            let id = ExternalId::new("type", id);
            client.identity().find(&id).await.map(drop)
        })
    }),
    ("/tenant/options/category/", |client, key| {
        Box::pin(async move {
            let options = client.tenant_options();
            options.get("category", key).await.map(drop)
        })
    }),
    ("/inventory/binaries/", |client, id| {
        Box::pin(async move {
            let object = ManagedObjectId::from(id);
            client.binaries().get(&object).await.map(drop)
        })
    }),
];

fn platform() -> RawStandIn {
    RawStandIn::start("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
}

/// The target of a request that consists of one line and headers, none of which anybody else has
/// written.
#[track_caller]
fn target<'a>(request: &'a str, context: &str) -> &'a str {
    let context = format!("{context}: {request:?}");
    assert_eq!(
        request.find("\r\n\r\n"),
        Some(request.len() - 4),
        "{context}"
    );
    assert_eq!(
        request.matches('\n').count(),
        request.matches("\r\n").count(),
        "{context}"
    );
    assert!(!request.to_lowercase().contains("\ninjected"), "{context}");
    let hosts = request.to_lowercase().matches("\r\nhost: ").count();
    assert_eq!(hosts, 1, "{context}");
    let line = request.lines().next().unwrap();
    let parts: Vec<_> = line.split(' ').collect();
    assert_eq!(
        (parts.len(), parts[0], parts[2]),
        (3, "GET", "HTTP/1.1"),
        "{context}"
    );
    parts[1]
}

#[tokio::test]
async fn an_identifier_is_one_segment_of_a_path_or_nothing_is_sent() {
    let platform = platform();
    let (_service, client) = client_at(&platform.url()).await;
    for (path, call) in CALLS {
        for value in HOSTILE {
            let context = format!("{path} {value:?}");
            let before = platform.requests().len();
            let outcome = call(&client, value).await;
            let sent = platform.requests().split_off(before);
            if matches!(outcome, Err(PlatformError::Invalid(_))) {
                assert_eq!(sent, [""; 0], "{context}");
                continue;
            }
            assert_eq!(sent.len(), 1, "{context}: {outcome:?}");
            let segment = target(&sent[0], &context).strip_prefix(path);
            let segment = segment.unwrap_or_else(|| panic!("{context}: {sent:?}"));
            assert!(
                !segment.contains(['/', '?', '#', '\\']),
                "{context}: {segment}"
            );
            let decoded = percent_decode_str(segment).decode_utf8().unwrap();
            assert_eq!(decoded, value, "{context}");
        }
    }
}

#[tokio::test]
async fn a_parameter_is_one_parameter_whatever_its_name_and_value() {
    let platform = platform();
    let (_service, client) = client_at(&platform.url()).await;
    for value in HOSTILE {
        let before = platform.requests().len();
        let request = client.request(Method::GET, "/x").query(value, value);
        let outcome = request.query("last", "1").send().await;
        let sent = platform.requests().split_off(before);
        assert_eq!(sent.len(), 1, "{value:?}: {outcome:?}");
        let query = target(&sent[0], value).strip_prefix("/x?").unwrap();
        let parameters: Vec<_> = form_urlencoded::parse(query.as_bytes()).collect();
        let expected = [(value.into(), value.into()), ("last".into(), "1".into())];
        assert_eq!(parameters, expected, "{query}");
    }
}

#[tokio::test]
async fn a_path_as_it_is_written_is_one_target_or_nothing_is_sent() {
    let platform = platform();
    let (_service, client) = client_at(&platform.url()).await;
    for value in HOSTILE {
        let before = platform.requests().len();
        let path = format!("/x/{value}");
        let outcome = client.request(Method::GET, &path).send().await;
        let sent = platform.requests().split_off(before);
        let invalid = matches!(outcome, Err(PlatformError::Invalid(_)));
        assert_eq!(sent.len(), usize::from(!invalid), "{value:?}: {outcome:?}");
        for request in sent {
            let target = target(&request, value);
            assert!(target.starts_with('/'), "{value:?}: {target}");
        }
    }
}
