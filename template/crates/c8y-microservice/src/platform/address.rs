//! Where requests to the platform go.

use http::Uri;
use http::uri::InvalidUri;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use reqwest::Url;

use super::PlatformError;

/// What a segment of a path encodes, as the URL standard has it.
const SEGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'/')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'`')
    .add(b'{')
    .add(b'}');

/// A path below the platform's address, and its query if there is one, as they go over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    text: String,
    /// Where the query begins.
    query: Option<usize>,
}

/// The platform's address, taken apart once for all requests.
#[derive(Debug)]
pub(super) struct Base {
    url: Url,
    /// Its root.
    uri: Uri,
}

impl Base {
    pub(super) fn new(url: Url) -> Result<Self, InvalidUri> {
        let uri: Uri = url.as_str().parse()?;
        Ok(Self { url, uri })
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// The address of a path that is made of segments, each of which is encoded.
    pub(super) fn address(&self, segments: &[&str]) -> Result<Address, PlatformError> {
        // A path loses these on its way: the request would go to another one, such as that of the
        // whole collection.
        let lost = |s: &&&str| matches!(**s, "" | "." | "..") || s.contains(['\t', '\n', '\r']);
        if let Some(segment) = segments.iter().find(lost) {
            return Err(PlatformError::Invalid(format!(
                "{segment:?} cannot be part of a path"
            )));
        }
        let base = self.url.path();
        let length: usize = segments.iter().map(|segment| segment.len() + 1).sum();
        let mut text = String::with_capacity(base.len() + length);
        text.push_str(base);
        for (index, segment) in segments.iter().enumerate() {
            if index > 0 {
                text.push('/');
            }
            text.extend(utf8_percent_encode(segment, SEGMENT));
        }
        Ok(Address { text, query: None })
    }

    /// The address of a path as written, possibly with a query. It never leaves the platform.
    pub(super) fn raw_address(&self, path: &str) -> Result<Address, PlatformError> {
        let inside = |url: &Url| {
            url.origin() == self.url.origin() && url.path().starts_with(self.url.path())
        };
        let url = path
            .strip_prefix('/')
            .and_then(|relative| self.url.join(&format!("./{relative}")).ok())
            .filter(inside)
            .ok_or_else(|| {
                PlatformError::Invalid(format!("`{path}` is not a path that begins with one `/`"))
            })?;
        let mut address = Address {
            text: url.path().to_owned(),
            query: None,
        };
        if let Some(query) = url.query() {
            address.begin_query();
            address.text.push_str(query);
        }
        Ok(address)
    }

    /// All of an address.
    pub(super) fn uri(&self, address: Address) -> Result<Uri, PlatformError> {
        let mut parts = self.uri.clone().into_parts();
        let path = address.text.try_into();
        let path = path.map_err(|error: InvalidUri| PlatformError::Invalid(error.to_string()))?;
        parts.path_and_query = Some(path);
        Uri::from_parts(parts).map_err(|error| PlatformError::Invalid(error.to_string()))
    }
}

impl Address {
    /// Adds a parameter to the query.
    pub(crate) fn add(&mut self, name: &str, value: &str) {
        let query = self.begin_query();
        let text = std::mem::take(&mut self.text);
        let mut parameters = form_urlencoded::Serializer::for_suffix(text, query);
        self.text = parameters.append_pair(name, value).finish();
    }

    /// Without the query, which may hold secrets.
    pub(crate) fn path(&self) -> &str {
        let end = self.query.map_or(self.text.len(), |query| query - 1);
        &self.text[..end]
    }

    fn begin_query(&mut self) -> usize {
        *self.query.get_or_insert_with(|| {
            self.text.push('?');
            self.text.len()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(url: &str) -> Base {
        Base::new(url.parse().unwrap()).unwrap()
    }

    fn uri(base: &Base, address: Result<Address, PlatformError>) -> String {
        base.uri(address.unwrap()).unwrap().to_string()
    }

    #[test]
    fn segments_and_parameters_are_encoded_as_in_any_url() {
        let base = base("http://platform:8080/c8y/");
        let mut any: String = (' '..='~').chain("äß温\u{7f}".chars()).collect();
        any.push_str("100%2F");
        let mut url = base.url().clone();
        url.path_segments_mut()
            .unwrap()
            .pop_if_empty()
            .extend(["identity", &any]);
        url.query_pairs_mut()
            .append_pair(&any, "1 & 2")
            .append_pair("b", &any);
        let mut address = base.address(&["identity", &any]).unwrap();
        address.add(&any, "1 & 2");
        address.add("b", &any);
        assert_eq!(uri(&base, Ok(address)), url.as_str());
    }

    #[test]
    fn a_query_that_is_written_can_be_added_to() {
        let base = base("http://platform/");
        for (path, expected) in [
            ("/a", "http://platform/a?x=1"),
            ("/a?", "http://platform/a?x=1"),
            ("/a?b=c%20d#e", "http://platform/a?b=c%20d&x=1"),
        ] {
            let mut address = base.raw_address(path).unwrap();
            address.add("x", "1");
            assert_eq!(address.path(), "/a");
            assert_eq!(uri(&base, Ok(address)), expected, "{path}");
        }
    }
}
