//! The upload of a package, as a form with one part.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;

use ureq::SendBody;

use super::{Answer, Application, CallError, Platform, Step, UPLOADED, encoded};

/// A package on its way to the platform.
pub(in super::super) struct Upload<'a> {
    pub(in super::super) file_name: &'a str,
    pub(in super::super) version: &'a str,
    pub(in super::super) length: u64,
    pub(in super::super) content: &'a mut dyn Read,
}

impl Platform {
    /// Uploads a package for an application, as it is read.
    pub(in super::super) fn upload(
        &self,
        application: &Application,
        upload: Upload<'_>,
    ) -> Result<(), CallError> {
        let step = step(application, &upload);
        let Upload {
            file_name,
            length,
            content,
            ..
        } = upload;
        let boundary = boundary();
        let (head, tail) = frame(&boundary, file_name);
        let path = format!(
            "/application/applications/{}/binaries",
            encoded(&application.id)
        );
        let media = format!("multipart/form-data; boundary={boundary}");
        let request = self
            .request("POST", &path)
            .header("content-type", media)
            .header(
                "content-length",
                head.len() as u64 + length + tail.len() as u64,
            );
        let mut body = head
            .as_bytes()
            .chain(content.take(length))
            .chain(tail.as_bytes());
        let request = request
            .body(SendBody::from_reader(&mut body))
            .map_err(ureq::Error::from);
        let answered = request.and_then(|request| {
            let request = self.agent.configure_request(request);
            self.agent
                .run(request.timeout_per_read(Some(UPLOADED)).build())
        });
        Answer::new(self, step, answered).map(drop)
    }
}

fn step(application: &Application, upload: &Upload<'_>) -> Step {
    let (name, version) = (&application.name, upload.version);
    let step = Step::new(format!("upload {} for the application {name}", upload.file_name))
        .role("ROLE_APPLICATION_MANAGEMENT_ADMIN")
        .hint(413, "the platform takes no package of this size; make the image smaller")
        .hint(422, "correct what the answer names, then pack and deploy again; validate finds most of it before");
    if version.ends_with("-SNAPSHOT") {
        return step;
    }
    step.hint(409, format!(
        "a version is taken once, and {version} may be there already: give the manifest the next version, or one that ends in -SNAPSHOT, which is replaced each time; then pack and deploy again"
    ))
}

/// A line that no package holds: nobody knows it beforehand.
fn boundary() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("microservice-{:016x}{:016x}", random(), random())
}

/// What stands around the package.
fn frame(boundary: &str, file_name: &str) -> (String, String) {
    let name = file_name.replace(|it: char| it == '"' || it == '\\' || it.is_control(), "_");
    let head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"data\"; filename=\"{name}\"\r\n\
         Content-Type: application/zip\r\n\r\n"
    );
    (head, format!("\r\n--{boundary}--\r\n"))
}
