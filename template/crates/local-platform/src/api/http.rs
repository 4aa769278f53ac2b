//! What every API is made of: a request with its sender, its query and its body, and the answer.

mod answer;
pub(super) mod authentication;
mod call;
pub(super) mod download;
pub(super) mod media;
pub(super) mod multipart;
mod page;
mod query;
mod router;

pub(crate) use answer::{Answer, Resource, refused};
pub(crate) use authentication::{AuthenticatedAs, authenticate, host};
pub(crate) use call::{Body, Call, OpenCall, encode};
pub(crate) use query::Query;
pub(crate) use router::{Router, Routes};
