//! Tenant options: values by category and key.

use std::collections::BTreeMap;

/// What an option's key begins with whose value is a secret.
pub(crate) const CREDENTIALS: &str = "credentials.";

/// The options of one tenant, in the clear.
#[derive(Default)]
pub(crate) struct Options(BTreeMap<String, BTreeMap<String, String>>);

impl Options {
    pub(crate) fn get(&self, category: &str, key: &str) -> Option<&str> {
        self.0.get(category)?.get(key).map(String::as_str)
    }

    /// The options of a category, key and value.
    pub(crate) fn category(&self, category: &str) -> impl Iterator<Item = (&str, &str)> {
        let options = self.0.get(category).into_iter().flatten();
        options.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub(crate) fn set(&mut self, category: &str, key: &str, value: &str) {
        let category = self.0.entry(category.to_owned()).or_default();
        category.insert(key.to_owned(), value.to_owned());
    }
}
