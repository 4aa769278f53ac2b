//! The manifest that is built into a service.

use serde::Deserialize;
use serde_json::{Value, json};

/// What of a manifest an application consists of before anything is uploaded for it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Manifest {
    pub(super) name: String,
    pub(super) context_path: Option<String>,
    required_roles: Option<Vec<String>>,
    roles: Option<Vec<String>>,
}

impl Manifest {
    /// Reads `cumulocity.json`. Everything in it that matters later than the registration may be
    /// missing.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if manifest.name.trim().is_empty() {
            return Err("`name` is empty".to_owned());
        }
        Ok(manifest)
    }

    /// The key that the platform's own tool gives.
    pub(super) fn default_key(&self) -> String {
        format!("{}-microservice-key", self.name)
    }

    pub(super) fn required_roles(&self) -> &[String] {
        self.required_roles.as_deref().unwrap_or_default()
    }

    pub(super) fn roles(&self) -> &[String] {
        self.roles.as_deref().unwrap_or_default()
    }

    /// As fields of the application. Without a context path the platform takes the name.
    pub(super) fn fields(&self) -> Value {
        let mut fields = json!({"requiredRoles": self.required_roles(), "roles": self.roles()});
        if let Some(path) = &self.context_path {
            fields["contextPath"] = path.as_str().into();
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_needs_a_name_and_the_rest_has_defaults() {
        let manifest = Manifest::parse(r#"{"name": "hello", "roles": null}"#).unwrap();
        assert_eq!(manifest.default_key(), "hello-microservice-key");
        let fields = json!({"requiredRoles": [], "roles": []});
        assert_eq!(manifest.fields(), fields);
    }

    #[test]
    fn what_is_no_manifest_is_refused_with_the_reason() {
        for (text, reason) in [
            ("", "EOF"),
            ("apiVersion: 2", "expected value"),
            ("{}", "missing field `name`"),
            (r#"{"name": " "}"#, "`name` is empty"),
            (r#"{"name": 5}"#, "expected a string"),
            (r#"{"name": "n", "roles": "ROLE_X"}"#, "expected a sequence"),
        ] {
            let error = Manifest::parse(text).unwrap_err();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
