//! What is said at the start.

use std::net::SocketAddr;

use tracing::info;

use crate::clock;
use crate::config::{Config, TenantSource};

/// The version of this crate.
pub(crate) const SDK: &str = env!("CARGO_PKG_VERSION");

/// One line with what tells this start from others. The service's own version is what it gave to
/// [`Microservice::version`](crate::Microservice::version).
pub(super) fn announce(config: &Config, version: Option<&str>) {
    let address = SocketAddr::new(config.server.address, config.server.port);
    info!(
        version,
        sdk = SDK,
        isolation = %config.bootstrap.isolation,
        tenants = tenants(&config.bootstrap.tenants),
        time_zone = %clock::zone(),
        memory_limit = config.memory_limit,
        %address,
        "starting"
    );
}

/// Where the list of tenants comes from, in a word.
fn tenants(source: &TenantSource) -> &str {
    match source {
        TenantSource::Subscriptions => "subscriptions",
        TenantSource::Single(user) => user.tenant().as_str(),
        TenantSource::Disabled => "none",
    }
}
