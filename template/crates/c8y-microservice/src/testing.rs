//! What unit tests share.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::Arc;

use crate::application::Application;
use crate::background::BackgroundRuntime;
use crate::config::Config;
use crate::health::Health;
use crate::metrics::Metrics;
use crate::platform::transport::Transport;
use crate::platform::{Signer, TenantClient};

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
    let metrics = Metrics::new(&Health::new(&config.bootstrap), &config.bootstrap);
    let transport = Transport::new(&config, background.handle(), metrics).unwrap();
    let user = config.bootstrap.user.clone();
    let application = Arc::new(Application::new(&config, transport));
    TenantClient::new(application, Signer::Fixed(user))
}
