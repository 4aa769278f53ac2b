//! `serve`: a platform alone, for a service that someone starts by hand, or for uploads.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use clap::Args;

use super::signals::Signals;
use super::{Failure, PlatformOptions, text};

const POLL: Duration = Duration::from_secs(1);

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    platform: PlatformOptions,
    /// A service that runs already, for the gateway to send requests to: `http://127.0.0.1:8080`.
    #[arg(long, value_name = "URL", value_parser = service_address)]
    service: Option<SocketAddr>,
}

pub(super) fn run(options: &Options) -> Result<(), Failure> {
    let signals = Signals::listen().map_err(Failure::System)?;
    let engine = options.platform.engine().map_err(Failure::NoEngine)?;
    let runs_uploads = engine.is_some();
    let manifest = super::manifest()?;
    let platform = options.platform.start(&manifest, None, engine)?;
    if let Some(address) = options.service {
        platform.set_target(platform.context_path(), address);
    }
    super::say(&text::serve(&platform, options.service, runs_uploads));
    while !signals.arrived_within(POLL) {
        super::say_incidents(&platform);
    }
    if runs_uploads {
        super::say("Stopping what was uploaded; another signal kills it");
    }
    platform.stop_or_kill(|| signals.another());
    Ok(())
}

/// `http://host:port`, where the scheme may be left out.
fn service_address(text: &str) -> Result<SocketAddr, String> {
    let authority = text
        .strip_prefix("http://")
        .unwrap_or(text)
        .trim_end_matches('/');
    let addresses = authority.to_socket_addrs();
    let mut addresses = addresses.map_err(|error| format!("not http://HOST:PORT: {error}"))?;
    addresses
        .next()
        .ok_or_else(|| "the host has no address".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_given_by_its_url_or_by_host_and_port() {
        for text in [
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/",
            "127.0.0.1:8080",
        ] {
            assert_eq!(
                service_address(text),
                Ok(([127, 0, 0, 1], 8080).into()),
                "{text}"
            );
        }
        assert!(service_address("http://127.0.0.1").is_err());
    }
}
