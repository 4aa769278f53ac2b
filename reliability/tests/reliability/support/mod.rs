//! What the tests share.

pub(crate) mod answer;
pub(crate) mod login;
#[cfg(target_os = "linux")]
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod relay;
pub(crate) mod secrets;
pub(crate) mod seed;
pub(crate) mod stage;
pub(crate) mod wait;
pub(crate) mod wire;

pub(crate) use answer::{Answer, answer, http_client, try_answer};
pub(crate) use relay::Relay;
pub(crate) use stage::{Plan, Stage};
pub(crate) use wait::eventually;
