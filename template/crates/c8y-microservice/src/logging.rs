//! The log: standard output, one line an event.
//!
//! Each line is written at once, but for those of requests that were answered: a thread that answers
//! several at the same moment writes their lines together, before it waits for anything.
//!
//! | variable | meaning | default |
//! |---|---|---|
//! | `RUST_LOG` | levels, for all or by module: `info`, `warn,c8y_microservice=debug` | `info,actix_server=warn` |
//! | `TZ` | IANA time zone of the times | UTC |

mod line;
mod output;
mod stamp;

use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::fmt::Display;
use std::process::ExitCode;

use tracing_subscriber::filter::{LevelFilter, Targets, filter_fn};
use tracing_subscriber::prelude::*;

use crate::clock;
use line::{Fields, Line};
use output::Output;
pub(crate) use output::together;

/// Starts logging as the environment says, and sends panics to the log, too. A value that is not
/// understood is replaced by its default, with a warning. Only the first call has an effect.
pub fn start() {
    let (settings, warnings) = Settings::read(|name| std::env::var_os(name));
    // Spans are always on: they hold the request's ID and the tenant for lines of any level.
    let levels = settings.levels;
    let filter = filter_fn(move |metadata| {
        metadata.is_span() || levels.would_enable(metadata.target(), metadata.level())
    });
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .fmt_fields(Fields)
        .event_format(Line)
        .with_writer(|| Output);
    if tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
        .is_ok()
    {
        std::panic::set_hook(Box::new(|panic| {
            let backtrace = Backtrace::capture();
            if backtrace.status() == BacktraceStatus::Captured {
                tracing::error!(%backtrace, "{panic}");
            } else {
                tracing::error!("{panic}");
            }
        }));
        for warning in warnings.iter().map(String::as_str).chain(clock::warning()) {
            tracing::warn!("{warning}");
        }
    }
}

/// The exit status for `main`, and a last line in the log where an error ended the service.
///
/// ```no_run
/// # use std::process::ExitCode;
/// # use c8y_microservice::{Config, Error, Microservice, logging};
/// #[actix_web::main]
/// async fn main() -> ExitCode {
///     logging::start();
///     logging::exit_code(run().await)
/// }
///
/// async fn run() -> Result<(), Error> {
///     Microservice::new(Config::from_env()?).serve(|_app| {}).await
/// }
/// ```
pub fn exit_code(ended: Result<(), impl Display>) -> ExitCode {
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error}");
            ExitCode::FAILURE
        }
    }
}

struct Settings {
    levels: Targets,
}

impl Settings {
    fn read(lookup: impl Fn(&str) -> Option<OsString>) -> (Self, Vec<String>) {
        let mut warnings = Vec::new();
        // As elsewhere, empty is absent.
        let text = |name| {
            let value = lookup(name)?.to_string_lossy().into_owned();
            Some(value).filter(|value| !value.is_empty())
        };
        // The HTTP server says at level info what the SDK says already.
        let info = Targets::new()
            .with_default(LevelFilter::INFO)
            .with_target("actix_server", LevelFilter::WARN);
        let levels = match text("RUST_LOG") {
            None => info,
            Some(levels) => levels.parse().unwrap_or_else(|error| {
                warnings.push(format!(
                    "RUST_LOG is `{levels}`: {error}; logging at level info"
                ));
                info
            }),
        };
        (Self { levels }, warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> (Settings, Vec<String>) {
        let value = |name: &str| variables.iter().find(|(n, _)| *n == name);
        Settings::read(|name| value(name).map(|(_, value)| value.into()))
    }

    #[test]
    fn empty_is_absent() {
        let (settings, warnings) = read(&[("RUST_LOG", "")]);
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(settings.levels.default_level(), Some(LevelFilter::INFO));
    }

    #[test]
    fn what_is_not_understood_is_replaced_with_a_warning() {
        let (settings, warnings) = read(&[("RUST_LOG", "a=b=c")]);
        assert_eq!(settings.levels.default_level(), Some(LevelFilter::INFO));
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("a=b=c"), "{warnings:?}");
    }
}
