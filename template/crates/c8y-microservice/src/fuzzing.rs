//! What is made of bytes from elsewhere, one function a kind, for this repository's fuzzing. No part
//! of the API: it may change at any time. What is public by itself is not repeated here.

pub use crate::application::fuzzing::{current_application, subscriptions};
pub use crate::inbound::fuzzing::{Credentials, credentials, current_tenant, current_user};
pub use crate::platform::fuzzing::{
    answer, error, external_ids, form, managed_object_of, page, pause, raw_uri, service_path, uri,
};
pub use crate::platform::settings_fuzzing::{parse_setting, setting, write_setting};
#[cfg(feature = "self-registration")]
pub use crate::registration::fuzzing::{manifest, own_application};
