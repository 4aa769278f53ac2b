//! Tenants are apart: nobody of one tenant gets at anything of another one, whatever they send.

mod caches;
mod endpoints;
mod logins;
mod marked;
mod sequences;
mod service_users;
mod traces;
mod unsubscribed;
