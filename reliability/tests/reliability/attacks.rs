//! Strangers who want in, or want others out.

mod credentials;
mod headers;
mod passwords;
mod smuggling;
