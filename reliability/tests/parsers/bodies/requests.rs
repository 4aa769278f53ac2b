//! What is written into requests to the platform.

use c8y_microservice::__internals::fuzzing;
use c8y_microservice::http::Url;
use futures_util::{FutureExt, stream};
use percent_encoding::percent_decode_str;

use super::{Body, lines, texts};

const PLATFORM: &str = "http://platform.invalid:8111/c8y/";

/// Three segments of a path, two parameters and a path as written, a line each.
pub(super) const ADDRESSES: Body = Body {
    name: "addresses",
    check: in_address,
    samples: &[
        "identity\nexternalIds\nc8y_Serial\na=b&c\nd\n/alarm/alarms?severity=MAJOR#x",
        "..\n.\na/b%2Fc?d#e\n\n\n//other.invalid/",
        "\u{e9} \u{1f600}\n\t\n \n+\n%\n/a/%2e%2e/../../b\\c",
    ],
};

/// A service's name and a path, a line each.
pub(super) const OTHER_SERVICES: Body = Body {
    name: "other_services",
    check: in_other_service,
    samples: &[
        "weather\n/forecasts/today?place=D%C3%BCsseldorf",
        "hello\n/a/%2e%2e/%252e%252e/b;c=d",
        "..\n/",
        "a\n/a//b/.%2E;x/\\..",
        "hello\n/%25252525252525252f",
        "hello\n/a/%25%32%65%25%32%65/b",
        "hello\n/%%32e%%32e/x%3f/..%3f/y",
    ],
};

/// A file's name and its content, a line each.
pub(super) const FORMS: Body = Body {
    name: "forms",
    check: in_form,
    samples: &[
        "data.csv\na,b\r\n1,2\r\n",
        "a\\\"; name=\"b\r\n--boundary--\r\n",
        "Pl\u{e4}n%22.csv\n",
    ],
};

fn platform() -> Url {
    PLATFORM.parse().expect("an address")
}

fn in_address(data: &[u8]) {
    let Some([first, second, third, name, value, raw]) = texts::<6>(data) else {
        return;
    };
    let segments = [first, second, third];
    if let Ok(uri) = fuzzing::uri(&platform(), &segments, &[(name, value), (value, name)]) {
        let url: Url = uri.parse().expect("an address");
        assert_eq!(url.origin(), platform().origin(), "{uri}");
        let path = url.path_segments().expect("a path").map(decoded);
        let expected = ["c8y", first, second, third].map(str::to_owned);
        assert_eq!(path.collect::<Vec<_>>(), expected, "{uri}");
        let query: Vec<_> = url.query_pairs().collect();
        assert_eq!(
            query,
            [(name.into(), value.into()), (value.into(), name.into())]
        );
    } else {
        let lost = |it: &&str| ["", ".", ".."].contains(it) || it.contains(['\t', '\r']);
        assert!(
            segments.iter().any(lost) || data.len() > 5_000,
            "{segments:?} is refused"
        );
    }
    if let Ok(uri) = fuzzing::raw_uri(&platform(), raw) {
        is_inside(&uri, "/c8y/");
    }
}

fn decoded(segment: &str) -> String {
    percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

#[track_caller]
fn is_inside(uri: &str, area: &str) -> Url {
    let url: Url = uri.parse().expect("an address");
    assert_eq!(url.origin(), platform().origin(), "{uri}");
    assert!(url.path().starts_with(area), "{uri} is not in {area}");
    url
}

fn in_other_service(data: &[u8]) {
    let Some([name, path]) = texts(data) else {
        return;
    };
    let Ok(path) = fuzzing::service_path(name, path) else {
        return;
    };
    let Ok(uri) = fuzzing::raw_uri(&platform(), &path) else {
        return;
    };
    let area = format!("/c8y/service/{name}/");
    let mut path = is_inside(&uri, &area).path().to_owned();
    // However often somebody on the way decodes it.
    for _ in 0..5 {
        path = decoded(&path).replace('\\', "/");
        let climbed = Url::parse(PLATFORM).and_then(|it| it.join(&path.replace(['?', '#'], "_")));
        if let Ok(url) = climbed {
            assert!(url.path().starts_with(&area), "{uri} is {url} for some");
        }
    }
}

fn in_form(data: &[u8]) {
    let [file_name, content] = lines(data);
    let file_name = String::from_utf8_lossy(file_name);
    let made = fuzzing::form(b"{\"a\":1}", &file_name, "text/csv", content);
    let (media_type, form) = made.expect("a form");
    let boundary = media_type
        .strip_prefix("multipart/form-data; boundary=")
        .expect("a boundary");
    let body = stream::iter([Ok::<_, std::convert::Infallible>(form)]);
    let mut parts = multer::Multipart::new(body, boundary);
    let read = async {
        let object = parts
            .next_field()
            .await
            .expect("a form")
            .expect("an object");
        assert_eq!(object.name(), Some("object"));
        assert_eq!(object.bytes().await.expect("JSON"), "{\"a\":1}");
        let file = parts.next_field().await.expect("a form").expect("a file");
        assert_eq!(file.name(), Some("file"), "{file_name:?}");
        assert_eq!(
            file.content_type().map(ToString::to_string).as_deref(),
            Some("text/csv")
        );
        assert_eq!(file.headers().len(), 2, "{:?}", file.headers());
        let seen = file.file_name().expect("a name").to_owned();
        let plain =
            !file_name.contains(|it: char| it == '"' || it == '\\' || it.is_ascii_control());
        assert!(
            !plain || seen == file_name,
            "{seen:?} instead of {file_name:?}"
        );
        assert_eq!(file.bytes().await.expect("the content"), content);
        assert!(parts.next_field().await.expect("a form").is_none());
    };
    read.now_or_never().expect("all of it is there");
}
