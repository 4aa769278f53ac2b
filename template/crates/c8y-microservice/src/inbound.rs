//! Requests that arrive at the service.

mod api_error;
mod authenticate;
mod authenticator;
mod body;
mod check;
mod clients;
mod closing;
mod connection;
mod context;
mod conversation;
mod error_form;
#[cfg(feature = "__internals")]
pub(crate) mod fuzzing;
mod head_end;
mod held;
pub mod input;
mod login;
mod on_demand;
mod panicking;
mod request_log;
mod require;
mod role;
mod room;
mod settings;
mod shown;
mod time_limit;
mod turns;
mod under_way;
mod user;
mod verdict;
mod verdicts;

pub use api_error::ApiError;
pub(crate) use authenticate::authenticate;
pub(crate) use authenticator::Authenticator;
pub use body::{Body, BodyLimit};
pub use clients::{AsService, AsUser};
pub(crate) use closing::closing;
pub(crate) use connection::{Connection, Patience};
pub(crate) use context::{Context, given};
pub(crate) use conversation::{Conversation, serving};
pub(crate) use error_form::error_form;
#[cfg(feature = "websocket")]
pub(crate) use held::Held;
pub(crate) use panicking::panicking;
pub(crate) use request_log::request_log;
pub use require::Require;
pub use role::{RoleKind, custom_role};
pub(crate) use room::{BodyRoom, room_for_body};
pub(crate) use time_limit::{TimeLimit, time_limit};
pub use user::User;
