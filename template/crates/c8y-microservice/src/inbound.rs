//! Requests that arrive at the service.

mod api_error;
mod authenticate;
mod authenticator;
mod body;
mod check;
mod clients;
mod closing;
mod context;
mod error_form;
pub mod input;
mod login;
mod request_log;
mod require;
mod role;
mod settings;
mod shown;
mod time_limit;
mod under_way;
mod user;
mod verdict;

pub use api_error::ApiError;
pub(crate) use authenticate::authenticate;
pub(crate) use authenticator::Authenticator;
pub use body::{Body, BodyLimit};
pub use clients::{AsService, AsUser};
pub(crate) use closing::closing;
pub(crate) use context::{Context, given};
pub(crate) use error_form::error_form;
pub(crate) use request_log::request_log;
pub use require::Require;
pub use role::{RoleKind, custom_role};
pub(crate) use time_limit::{TimeLimit, time_limit};
pub use user::User;
