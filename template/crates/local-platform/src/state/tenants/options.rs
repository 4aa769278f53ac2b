//! Tenant options: values by category and key.

use std::collections::BTreeMap;

use crate::refusal::Refusal;
use crate::state::object::{require, text};
use crate::state::{Application, Fields, Origin, Platform, Tenant};

const AREA: &str = "tenant";

/// What an option's key begins with whose value is a secret.
pub(crate) const CREDENTIALS: &str = "credentials.";
/// What others see of it.
const ENCRYPTED: &str = "<<Encrypted>>";
/// What a category cannot contain, beside spaces.
const FORBIDDEN: &str = "$&+,/:;=?@\"<>#%{}|\\^~[]`";

/// A key without the mark of a secret.
pub(in crate::state) fn public(key: &str) -> &str {
    key.strip_prefix(CREDENTIALS).unwrap_or(key)
}

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

    /// All options: category, key and value.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.0.keys().flat_map(|category| {
            let options = self.category(category);
            options.map(|(key, value)| (category.as_str(), key, value))
        })
    }

    pub(crate) fn set(&mut self, category: &str, key: &str, value: &str) {
        let category = self.0.entry(category.to_owned()).or_default();
        category.insert(key.to_owned(), value.to_owned());
    }

    pub(in crate::state) fn remove(&mut self, category: &str, key: &str) -> bool {
        let Some(options) = self.0.get_mut(category) else {
            return false;
        };
        let removed = options.remove(key).is_some();
        if options.is_empty() {
            self.0.remove(category);
        }
        removed
    }

    pub(in crate::state) fn clear(&mut self, category: &str) {
        self.0.remove(category);
    }
}

/// An option as a client asks for it.
pub(crate) struct NewOption {
    pub(crate) category: String,
    pub(crate) key: String,
    value: String,
}

impl NewOption {
    pub(crate) fn parse(fields: &Fields) -> Result<Self, Refusal> {
        require(fields, &["category", "key", "value"])?;
        let field = |name| Ok(text(fields, name)?.unwrap_or_default().to_owned());
        Self::new(field("category")?, field("key")?, field("value")?)
    }

    pub(crate) fn new(category: String, key: String, value: String) -> Result<Self, Refusal> {
        let forbidden = |c: char| c.is_whitespace() || FORBIDDEN.contains(c);
        if category.is_empty() || category.contains(forbidden) {
            return Err(Refusal::invalid(format!(
                "category is empty, or has a space or one of {FORBIDDEN}"
            )));
        }
        if key.is_empty() {
            return Err(Refusal::invalid("key is empty"));
        }
        Ok(Self {
            category,
            key,
            value,
        })
    }

    /// Several of one category, `{"key": "value", …}`.
    pub(crate) fn parse_category(category: &str, fields: &Fields) -> Result<Vec<Self>, Refusal> {
        require(
            fields,
            &fields.keys().map(String::as_str).collect::<Vec<_>>(),
        )?;
        let option = |key: &String| {
            let value = text(fields, key)?.unwrap_or_default().to_owned();
            Self::new(category.to_owned(), key.clone(), value)
        };
        fields.keys().map(option).collect()
    }
}

impl Platform {
    /// Sets options of a tenant: all of them, or none.
    pub(crate) fn set_options(&mut self, id: &str, new: &[NewOption]) -> Result<(), Refusal> {
        let tenant = self.tenant(id)?;
        for option in new {
            self.refuse_fixed(tenant, &option.category, &option.key)?;
        }
        let options = &mut self.tenant_mut(id)?.options;
        for NewOption {
            category,
            key,
            value,
        } in new
        {
            options.set(category, key, value);
        }
        Ok(())
    }

    pub(crate) fn delete_option(
        &mut self,
        id: &str,
        category: &str,
        key: &str,
    ) -> Result<(), Refusal> {
        self.refuse_fixed(self.tenant(id)?, category, key)?;
        if self.tenant_mut(id)?.options.remove(category, key) {
            Ok(())
        } else {
            Err(no_option(category, key))
        }
    }
}

/// How a caller sees options: secrets are in the clear only for the service whose settings they
/// are, which knows them without the prefix.
pub(crate) struct OptionsView<'a> {
    options: &'a Options,
    /// The category of the caller's service.
    own: Option<&'a str>,
}

impl<'a> OptionsView<'a> {
    pub(crate) fn new(platform: &'a Platform, tenant: &'a Tenant, origin: Origin) -> Self {
        let application = match origin {
            Origin::Tenant => None,
            Origin::Bootstrap(id) | Origin::Subscription(id) => platform.application(id).ok(),
        };
        Self {
            options: &tenant.options,
            own: application.map(Application::settings_category),
        }
    }

    fn decrypts(&self, category: &str) -> bool {
        self.own == Some(category)
    }

    fn seen(&self, category: &str, key: &'a str, value: &'a str) -> (&'a str, &'a str) {
        if self.decrypts(category) {
            (public(key), value)
        } else if key.starts_with(CREDENTIALS) {
            (key, ENCRYPTED)
        } else {
            (key, value)
        }
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&'a str, &'a str, &'a str)> {
        self.options.all().map(|(category, key, value)| {
            let (key, value) = self.seen(category, key, value);
            (category, key, value)
        })
    }

    pub(crate) fn category(&self, category: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let options = self.options.category(category);
        options.map(move |(key, value)| self.seen(category, key, value))
    }

    /// The key under which an option is kept. The service whose secret it is may leave the prefix
    /// out.
    pub(crate) fn key(&self, category: &str, key: &str) -> Result<&'a str, Refusal> {
        let named = |stored: &str| {
            stored == key || self.decrypts(category) && public(stored) == public(key)
        };
        let mut keys = self.options.category(category).map(|(stored, _)| stored);
        let found = keys.find(|stored| named(stored));
        found.ok_or_else(|| no_option(category, key))
    }

    /// An option, with its key.
    pub(crate) fn get(&self, category: &str, key: &str) -> Result<(&'a str, &'a str), Refusal> {
        let key = self.key(category, key)?;
        let value = self.options.get(category, key);
        let value = value.ok_or_else(|| no_option(category, key))?;
        Ok(self.seen(category, key, value))
    }
}

fn no_option(category: &str, key: &str) -> Refusal {
    Refusal::not_found(AREA, format!("option {category}/{key}"))
}
