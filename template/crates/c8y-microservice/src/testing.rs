//! What unit tests share.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use crate::application::Application;
use crate::background::{Background, BackgroundRuntime};
use crate::config::Config;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::platform::transport::Transport;
use crate::platform::{Signer, TenantClient};

/// The application of a service with this configuration.
pub(crate) fn application(config: &Config, background: Background) -> Arc<Application> {
    let metrics = Metrics::new(&Health::new(&config.bootstrap), &config.bootstrap);
    let transport = Transport::new(config, background, metrics).unwrap();
    Arc::new(Application::new(config, transport))
}

/// A client of tenant `t1` whose platform is at an address.
pub(crate) fn client_at(base_url: &str, background: &BackgroundRuntime) -> TenantClient {
    let environment = BTreeMap::from([
        ("APPLICATION_KEY", "key"),
        ("C8Y_BASEURL", base_url),
        ("C8Y_BOOTSTRAP_TENANT", "t1"),
        ("C8Y_BOOTSTRAP_USER", "user"),
        ("C8Y_BOOTSTRAP_PASSWORD", "password"),
    ]);
    let config = Config::read(|name| environment.get(name).map(OsString::from)).unwrap();
    let user = config.bootstrap.user.clone();
    let application = application(&config, background.handle());
    TenantClient::new(application, Signer::Fixed(user))
}
