//! What a read of the settings answers.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use super::{ENCRYPTED, SettingsError};

/// What the key of a secret begins with where it is an option. As a setting it has lost that.
const CREDENTIALS: &str = "credentials.";
/// What the cache needs to keep one, in bytes; and for each text of it.
const ENTRY: usize = 400;
const TEXT: usize = 50;

/// All settings of a tenant. Any of them may be a secret: only keys are printed.
#[derive(Deserialize)]
#[serde(from = "BTreeMap<String, Value>")]
pub(crate) struct Values(BTreeMap<String, SecretString>);

impl Values {
    /// A setting by its key, with or without the prefix of a secret.
    pub(super) fn get(&self, key: &str) -> Result<&SecretString, SettingsError> {
        let in_other_form = || match key.strip_prefix(CREDENTIALS) {
            Some(without) => self.0.get(without),
            None => self.0.get(&format!("{CREDENTIALS}{key}")),
        };
        match self.0.get(key).or_else(in_other_form) {
            None => Err(SettingsError::Missing(key.to_owned())),
            Some(value) if value.expose_secret() == ENCRYPTED => {
                Err(SettingsError::Encrypted(key.to_owned()))
            }
            Some(value) => Ok(value),
        }
    }

    /// The memory that they take, about.
    pub(super) fn bytes(&self) -> u32 {
        let texts = self.0.iter();
        let texts = texts.map(|(key, value)| key.len() + value.expose_secret().len() + 2 * TEXT);
        u32::try_from(ENTRY + texts.sum::<usize>()).unwrap_or(u32::MAX)
    }
}

/// The platform answers texts. Should it answer something else it is kept as the text that it was.
impl From<BTreeMap<String, Value>> for Values {
    fn from(values: BTreeMap<String, Value>) -> Self {
        let text = |value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.into()),
            other => Some(other.to_string().into()),
        };
        let values = values.into_iter();
        Self(
            values
                .filter_map(|(key, value)| Some((key, text(value)?)))
                .collect(),
        )
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(json: &str) -> Values {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_secret_is_found_under_both_forms_of_its_key() {
        for stored in ["token", "credentials.token"] {
            let values = values(&format!(r#"{{"{stored}": "hidden"}}"#));
            for asked in ["token", "credentials.token"] {
                let found = values.get(asked).unwrap();
                assert_eq!(found.expose_secret(), "hidden", "{stored}, {asked}");
            }
        }
    }

    #[test]
    fn a_key_as_it_is_comes_before_its_other_form() {
        let values = values(r#"{"token": "plain", "credentials.token": "secret"}"#);
        assert_eq!(values.get("token").unwrap().expose_secret(), "plain");
        let secret = values.get("credentials.token").unwrap();
        assert_eq!(secret.expose_secret(), "secret");
    }

    #[test]
    fn a_secret_that_is_not_shown_is_no_value() {
        let values = values(r#"{"credentials.token": "<<Encrypted>>"}"#);
        let error = values.get("token").unwrap_err();
        assert_eq!(error, SettingsError::Encrypted("token".to_owned()));
    }

    #[test]
    fn what_is_no_text_is_kept_as_one_and_null_is_absent() {
        let values = values(r#"{"max": 5, "list": [1, 2], "nothing": null}"#);
        assert_eq!(values.get("max").unwrap().expose_secret(), "5");
        assert_eq!(values.get("list").unwrap().expose_secret(), "[1,2]");
        let missing = Err(SettingsError::Missing("nothing".to_owned()));
        assert_eq!(values.get("nothing").map(drop), missing);
    }
}
