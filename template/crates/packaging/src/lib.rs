//! The manifest of a Cumulocity microservice, `cumulocity.json`: its types ([`Manifest`]) and what
//! the platform checks before it runs the service.
//!
//! Every finding is reported at once, with its place in the file, what is wrong and what is
//! allowed:
//!
//! ```
//! # use packaging::{Manifest, ManifestError};
//! let error = Manifest::parse(r#"{"apiVersion": "2", "version": "1.0.0+7", "provider": ""}"#)
//!     .unwrap_err();
//! let ManifestError::Invalid(findings) = error else {
//!     panic!("{error}")
//! };
//! assert_eq!(findings.len(), 2);
//! assert_eq!(findings[0].path, "$.provider");
//! assert_eq!(findings[1].path, "$.version");
//! ```

mod check;
mod engine;
mod finding;
mod image;
mod manifest;
mod package;

mod probe;
mod rules;

pub use engine::{Engine, EngineError};
pub use finding::{Finding, Findings};
pub use image::{DockerfileProblem, Image, ImageError};
pub use manifest::{
    BillingMode, Extension, FILE_NAME, Isolation, Manifest, ManifestError, Provider, Resources,
    Scale, Setting,
};
pub use package::{IMAGE_NAME, Package, PackageError};
pub use probe::{Exec, Header, HttpGet, Probe, ProbeAction, Scheme, TcpSocket};
