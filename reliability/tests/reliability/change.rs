//! Change under way: services that stop, die and are many, tenants that come and go.

mod begun;
mod kill;
mod replicas;
mod sources;
#[cfg(target_os = "linux")]
mod stop;
mod tenants;
