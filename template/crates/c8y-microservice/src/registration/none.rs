//! Without the cargo feature `self-registration` there is no registration, and the compiler knows.

use std::sync::Arc;

use crate::application::Application;
use crate::config::Config;
use crate::microservice::Error;
use crate::subscriptions::{BootstrapFailure, SubscriptionsError};

#[derive(Debug)]
pub(crate) enum Manifest {}

pub(crate) enum Registration {}

impl Registration {
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(crate) fn prepare(
        _: &Config,
        _: Option<Result<Manifest, String>>,
        _: &Arc<Application>,
    ) -> Result<Option<Self>, Error> {
        Ok(None)
    }

    #[expect(clippy::unused_async, reason = "as with the feature")]
    pub(crate) async fn ensure(&self) -> Result<(), BootstrapFailure> {
        match *self {}
    }

    pub(crate) fn doubt(&self, _: &SubscriptionsError) {
        match *self {}
    }
}
