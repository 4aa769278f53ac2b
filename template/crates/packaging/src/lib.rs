//! From source to a running microservice: its manifest ([`Manifest`], the file `cumulocity.json`), its
//! [`Image`] and its [`Package`], which the platform takes. With the feature `tool` there is the
//! program `microservice` as well, which builds, packs and deploys.
//!
//! An image is read as Docker and Podman save it, and written without them; where one is wanted it is
//! an [`Engine`].
//!
//! [`Manifest::parse`] refuses what the platform refuses. Every finding is reported at once, with its
//! place in the file, what is wrong and what is allowed:
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
//!
//! [`Manifest::review`] says more: also what the platform accepts, though it is hardly meant, and
//! what could be better.
//!
//! ```
//! # use packaging::Manifest;
//! let findings = Manifest::review(
//!     r#"{"apiVersion": "2", "version": "1.0.0", "provider": "c8y", "requiredRole": []}"#,
//! );
//! assert!(!findings.has_errors());
//! let warning = findings.warnings().next().unwrap();
//! assert_eq!(warning.path, "$.requiredRole");
//! assert_eq!(warning.allowed, "requiredRoles");
//! assert!(findings.advice().any(|advice| advice.path == "$.livenessProbe"));
//! ```

mod allowed;
mod check;
mod engine;
mod fields;
mod finding;
mod forms;
mod image;
mod json;
mod manifest;
mod nearest;
mod package;
mod probe;
mod relations;
mod rules;
#[cfg(feature = "tool")]
mod schema;
mod shape;
mod units;

pub use engine::{Engine, EngineError};
pub use finding::{Finding, Findings, Severity};
pub use image::{DockerfileProblem, Image, ImageError};
pub use manifest::{
    BillingMode, Extension, FILE_NAME, Isolation, Manifest, ManifestError, Provider, Resources,
    Scale, Setting,
};
pub use package::{IMAGE_NAME, Package, PackageError};
pub use probe::{Exec, Header, HttpGet, Probe, ProbeAction, Scheme, TcpSocket};
pub use rules::{Rule, rules};
#[cfg(feature = "tool")]
pub use schema::manifest_schema;
