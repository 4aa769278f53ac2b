//! Bodies that are too large, too deep, or too many at once.

mod at_once;
mod refused;
