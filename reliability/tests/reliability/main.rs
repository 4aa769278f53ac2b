//! The service as a process, on a local platform that fails, among strangers.
//!
//! Each test has a short form, and where time shows more a long one that is ignored by default:
//! `cargo test -p reliability -- --ignored`. `docs/reliability.md` says what is promised and what
//! the long forms counted.

mod apart;
mod attacks;
mod change;
mod endurance;
mod faults;
mod large;
mod listening;
mod others;
mod page;
mod secrets;
mod slow;
mod support;
