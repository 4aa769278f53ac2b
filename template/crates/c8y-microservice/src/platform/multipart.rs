//! Forms with a file, `multipart/form-data`, as bytes that can be sent again.

use actix_web::web::Bytes;
use reqwest::header::HeaderValue;

/// A form that is being written.
pub(super) struct Form {
    boundary: String,
    body: Vec<u8>,
}

impl Form {
    pub(super) fn new() -> Self {
        // Nobody who makes a file knows it.
        let boundary = format!("{:032x}", fastrand::u128(..));
        Self {
            boundary,
            body: Vec::new(),
        }
    }

    /// Adds a part with JSON.
    pub(super) fn json(self, name: &str, json: &[u8]) -> Self {
        self.part(&format!("name=\"{name}\""), b"application/json", json)
    }

    /// Adds a part with a file.
    pub(super) fn file(
        self,
        name: &str,
        file_name: &str,
        media: &HeaderValue,
        content: &[u8],
    ) -> Self {
        let file_name = quoted(file_name);
        let disposition = format!("name=\"{name}\"; filename=\"{file_name}\"");
        self.part(&disposition, media.as_bytes(), content)
    }

    /// The media type of the whole form, and the form.
    pub(super) fn finish(mut self) -> (String, Bytes) {
        self.append(&[b"--", self.boundary.clone().as_bytes(), b"--\r\n"]);
        let media_type = format!("multipart/form-data; boundary={}", self.boundary);
        (media_type, self.body.into())
    }

    fn part(mut self, disposition: &str, media_type: &[u8], content: &[u8]) -> Self {
        let boundary = self.boundary.clone();
        self.append(&[b"--", boundary.as_bytes()]);
        self.append(&[
            b"\r\nContent-Disposition: form-data; ",
            disposition.as_bytes(),
        ]);
        self.append(&[b"\r\nContent-Type: ", media_type]);
        self.append(&[b"\r\n\r\n", content, b"\r\n"]);
        self
    }

    fn append(&mut self, pieces: &[&[u8]]) {
        for piece in pieces {
            self.body.extend_from_slice(piece);
        }
    }
}

/// A text between quotes in a header, in the way of browsers: what could end the text or the header
/// is encoded, anything else goes as UTF-8.
fn quoted(text: &str) -> String {
    let encoded = |character: char| match character {
        '"' | '\\' => true,
        _ => character.is_ascii_control(),
    };
    let characters = text.chars().map(|character| {
        if encoded(character) {
            format!("%{:02X}", u32::from(character))
        } else {
            character.to_string()
        }
    });
    characters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(file_name: &str) -> String {
        let media = HeaderValue::from_static("text/csv");
        let form = Form::new().json("object", b"{}");
        let (media_type, body) = form.file("file", file_name, &media, b"a,b").finish();
        let boundary = media_type.strip_prefix("multipart/form-data; boundary=");
        let body = String::from_utf8(body.to_vec()).unwrap();
        body.replace(boundary.unwrap(), "B")
    }

    #[test]
    fn a_form_has_its_parts_in_their_order() {
        let expected = "--B\r\nContent-Disposition: form-data; name=\"object\"\r\n\
            Content-Type: application/json\r\n\r\n{}\r\n\
            --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"Plän.csv\"\r\n\
            Content-Type: text/csv\r\n\r\na,b\r\n--B--\r\n";
        assert_eq!(form("Plän.csv"), expected);
    }

    #[test]
    fn a_file_name_ends_neither_its_quotes_nor_its_line() {
        let plain = form("name");
        let evil = form("a\\\"; name=\"b\r\nX-Evil: 1\0");
        let expected = "filename=\"a%5C%22; name=%22b%0D%0AX-Evil: 1%00\"";
        assert_eq!(evil, plain.replace("filename=\"name\"", expected));
    }

    #[test]
    fn each_form_has_a_boundary_of_its_own() {
        let boundary = || Form::new().finish().0;
        assert_ne!(boundary(), boundary());
    }
}
