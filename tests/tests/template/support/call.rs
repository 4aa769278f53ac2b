//! A call as it is printed for people, made without curl, which not every machine has.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};

/// A `curl` with the options that this project prints.
pub(crate) struct Call {
    method: String,
    address: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Call {
    #[track_caller]
    pub(crate) fn parse(line: &str) -> Self {
        let words = shlex::split(line).unwrap_or_else(|| panic!("no command: {line}"));
        let mut call = Self {
            method: "GET".to_owned(),
            address: String::new(),
            headers: Vec::new(),
            body: String::new(),
        };
        let mut words = words.into_iter().skip(1);
        while let Some(word) = words.next() {
            let mut value = || {
                words
                    .next()
                    .unwrap_or_else(|| panic!("{word} lacks its value: {line}"))
            };
            match word.as_str() {
                "-X" | "--request" => call.method = value(),
                "-u" | "--user" => {
                    let credentials = format!("Basic {}", BASE64_STANDARD.encode(value()));
                    call.headers.push(("Authorization".to_owned(), credentials));
                }
                "-H" | "--header" => {
                    let header = value();
                    let (name, value) = header
                        .split_once(':')
                        .unwrap_or_else(|| panic!("{header} is no header: {line}"));
                    call.headers
                        .push((name.to_owned(), value.trim().to_owned()));
                }
                "-d" | "--data" => call.body = value(),
                _ if word.starts_with("http") => call.address = word,
                _ => assert!(word.starts_with('-'), "what is {word} in {line}"),
            }
        }
        call
    }

    /// Status and body of the answer.
    #[track_caller]
    pub(crate) fn make(&self) -> (u16, String) {
        let agent = ureq::Agent::new_with_config(
            ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(Duration::from_mins(1)))
                .build(),
        );
        let mut request = ureq::http::Request::builder()
            .method(self.method.as_str())
            .uri(&self.address);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(self.body.clone())
            .unwrap_or_else(|error| panic!("{}: {error}", self.address));
        let mut response = agent
            .run(request)
            .unwrap_or_else(|error| panic!("{}: {error}", self.address));
        let body = response.body_mut().read_to_string().expect("a text");
        (response.status().as_u16(), body)
    }
}
