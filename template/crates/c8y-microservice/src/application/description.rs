//! What the platform knows of the service's application.

use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde::Deserialize;

use crate::credentials::secret_header;
use crate::platform::PlatformError;

/// What the service needs of it.
#[derive(Debug)]
pub(super) struct Description {
    pub(super) key: HeaderValue,
    /// The category of the tenant options that are the service's settings.
    pub(super) settings_category: String,
}

/// The answer to `GET /application/currentApplication`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct CurrentApplication {
    key: SecretString,
    #[serde(default)]
    name: String,
    context_path: Option<String>,
    manifest: Option<Manifest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    settings_category: Option<String>,
}

impl TryFrom<CurrentApplication> for Description {
    type Error = PlatformError;

    fn try_from(application: CurrentApplication) -> Result<Self, PlatformError> {
        let key = secret_header(&application.key);
        let key = key.ok_or_else(|| PlatformError::UnexpectedBody {
            status: StatusCode::OK,
            reason: "its key cannot be sent in a header".to_owned(),
        })?;
        let settings_category = application.settings_category().to_owned();
        Ok(Self {
            key,
            settings_category,
        })
    }
}

impl CurrentApplication {
    /// The first of these that is not blank, as the platform determines it.
    fn settings_category(&self) -> &str {
        let manifest = self.manifest.as_ref();
        let given = manifest.and_then(|manifest| manifest.settings_category.as_deref());
        let candidates = [given, self.context_path.as_deref()];
        let mut candidates = candidates.into_iter().flatten();
        candidates
            .find(|category| !category.trim().is_empty())
            .unwrap_or(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_are_in_the_manifests_category_or_else_under_the_context_path_or_the_name() {
        for (context_path, manifest, expected) in [
            (json!("p"), json!({"settingsCategory": "c"}), "c"),
            (json!("p"), json!({"settingsCategory": null}), "p"),
            (json!("p"), json!({"settingsCategory": " "}), "p"),
            (json!("p"), json!(null), "p"),
            (json!(null), json!({}), "n"),
            (json!(null), json!(null), "n"),
        ] {
            let application =
                json!({"key": "k", "name": "n", "contextPath": context_path, "manifest": manifest});
            let current: CurrentApplication = serde_json::from_value(application.clone()).unwrap();
            assert_eq!(current.settings_category(), expected, "{application}");
        }
    }
}
