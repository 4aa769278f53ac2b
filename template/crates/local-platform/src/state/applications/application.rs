//! One application: what it consists of, and the rules for it alone.

use packaging::Manifest;
use serde_json::{Value, json};

use crate::refusal::Refusal;
use crate::state::object::{present, require, text, without};
use crate::state::{Binary, Fields, Id, Roles};

const TYPES: [&str; 3] = ["EXTERNAL", HOSTED, MICROSERVICE];
const AVAILABILITIES: [&str; 3] = ["MARKET", "PRIVATE", "SHARED"];
pub(super) const READ_ONLY: [&str; 5] = ["id", "self", "owner", "activeVersionId", "resourcesUrl"];

/// The type of an application that the platform runs.
const MICROSERVICE: &str = "MICROSERVICE";
/// The type of an application whose pages the platform serves.
const HOSTED: &str = "HOSTED";

const NAMES: [&str; 3] = ["contextPath", "key", "name"];
const TEXTS: [&str; 4] = [
    "contentSecurityPolicy",
    "description",
    "dynamicOptionsUrl",
    "globalTitle",
];
const FLAGS: [&str; 4] = ["breadcrumbs", "legacy", "rightDrawer", "upgrade"];
const LISTS: [&str; 2] = ["requiredRoles", "roles"];

/// An application.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) id: Id,
    /// The tenant that has it.
    pub(crate) owner: String,
    /// `name`, `key`, `type` and whatever else its author gave.
    pub(crate) fields: Fields,
    /// What was uploaded for it, oldest first.
    pub(crate) binaries: Vec<Binary>,
}

impl Application {
    pub(super) fn new(id: Id, owner: &str, new: NewApplication) -> Self {
        Self {
            id,
            owner: owner.to_owned(),
            fields: new.0,
            binaries: Vec::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        self.text("name")
    }

    pub(crate) fn key(&self) -> &str {
        self.text("key")
    }

    pub(crate) fn kind(&self) -> &str {
        self.text("type")
    }

    pub(crate) fn context_path(&self) -> &str {
        self.text("contextPath")
    }

    /// `MARKET`, `PRIVATE` or `SHARED`.
    pub(crate) fn availability(&self) -> &str {
        self.text("availability")
    }

    pub(crate) fn is_microservice(&self) -> bool {
        self.kind() == MICROSERVICE
    }

    pub(super) fn is_hosted(&self) -> bool {
        self.kind() == HOSTED
    }

    /// The roles that it brings for tenant users.
    pub(crate) fn roles(&self) -> Vec<String> {
        self.list("roles")
    }

    /// The category of the tenant options that configure it: the first of these that is not blank.
    pub(crate) fn settings_category(&self) -> &str {
        let given = self.manifest("settingsCategory").and_then(Value::as_str);
        let candidates = [given.unwrap_or_default(), self.context_path()];
        let mut candidates = candidates.into_iter();
        let category = candidates.find(|category| !category.trim().is_empty());
        category.unwrap_or(self.name())
    }

    /// A field of its manifest.
    pub(in crate::state) fn manifest(&self, field: &str) -> Option<&Value> {
        self.fields.get("manifest")?.get(field)
    }

    /// What its service users hold: exactly the required roles.
    pub(crate) fn service_roles(&self) -> Roles {
        Roles::of(self.list("requiredRoles"))
    }

    pub(crate) fn service_user(&self) -> String {
        format!("service_{}", self.name())
    }

    pub(crate) fn bootstrap_user(&self) -> String {
        format!("servicebootstrap_{}", self.name())
    }

    /// What two applications may not both have, and these two do.
    pub(super) fn shared_with(&self, other: &Self) -> Option<&'static str> {
        let of_one_type = self.kind() == other.kind();
        if self.key() == other.key() {
            Some("key")
        } else if of_one_type && self.name() == other.name() {
            Some("name")
        } else if of_one_type
            && self.is_microservice()
            && self.context_path() == other.context_path()
        {
            Some("context path")
        } else {
            None
        }
    }

    /// Takes over what a manifest says about the application.
    pub(super) fn take_over(&mut self, manifest: &Manifest) {
        let described = described(manifest, self.name());
        self.fields.extend(described);
    }

    fn text(&self, name: &str) -> &str {
        self.fields
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn list(&self, name: &str) -> Vec<String> {
        let items = self
            .fields
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        items
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect()
    }
}

/// An application as a client, or a manifest, asks for it.
pub(crate) struct NewApplication(Fields);

impl NewApplication {
    /// A microservice's manifest is not given: it comes with an upload.
    pub(crate) fn parse(fields: Fields) -> Result<Self, Refusal> {
        let mut fields = complete(without(fields, &READ_ONLY))?;
        if text(&fields, "type")? == Some(MICROSERVICE) {
            fields.remove("manifest");
        }
        Ok(Self(fields))
    }

    /// The application of a manifest, with the key that the platform's own tool gives.
    pub(crate) fn from_manifest(manifest: &Manifest, name: &str) -> Self {
        let mut fields = described(manifest, name);
        for (field, value) in [
            ("name", name),
            ("key", &format!("{name}-microservice-key")),
            ("type", MICROSERVICE),
            ("availability", "PRIVATE"),
        ] {
            fields.insert(field.to_owned(), value.into());
        }
        Self(fields)
    }
}

/// The fields that an application has from its manifest.
fn described(manifest: &Manifest, name: &str) -> Fields {
    let fields = json!({
        "contextPath": manifest.context_path(name),
        "manifest": manifest,
        "roles": manifest.roles,
        "requiredRoles": manifest.required_roles,
    });
    fields.as_object().cloned().unwrap_or_default()
}

/// Checks an application, new or changed, and adds what it has unless given.
pub(super) fn complete(fields: Fields) -> Result<Fields, Refusal> {
    let mut fields = present(fields);
    require(&fields, &["key", "name", "type"])?;
    check(&fields)?;
    match text(&fields, "type")? {
        Some(MICROSERVICE) => {
            let name = fields.get("name").cloned().unwrap_or_default();
            fields.entry("contextPath").or_insert(name);
        }
        Some(HOSTED) => require(&fields, &["contextPath"])?,
        _ => {}
    }
    let availability = fields.entry("availability");
    availability.or_insert_with(|| "PRIVATE".into());
    Ok(fields)
}

/// Refuses fields of the platform's own that have a value which they cannot have.
fn check(fields: &Fields) -> Result<(), Refusal> {
    for name in TEXTS {
        text(fields, name)?;
    }
    for name in NAMES {
        let blank = |name: &str| name.trim().is_empty();
        if text(fields, name)?.is_some_and(blank) {
            return Err(Refusal::invalid(format!("{name} is empty")));
        }
    }
    let separates = |c: char| c.is_whitespace() || c == '/';
    if text(fields, "contextPath")?.is_some_and(|path| path.contains(separates)) {
        return Err(Refusal::invalid("contextPath has a space or a /"));
    }
    one_of(fields, "type", &TYPES)?;
    one_of(fields, "availability", &AVAILABILITIES)?;
    kind(fields, &FLAGS, Value::is_boolean, "true or false")?;
    kind(fields, &["manifest"], Value::is_object, "an object")?;
    let texts = |value: &Value| {
        let items = value.as_array();
        items.is_some_and(|items| items.iter().all(Value::is_string))
    };
    kind(fields, &LISTS, texts, "a list of role names")
}

fn one_of(fields: &Fields, name: &str, allowed: &[&str]) -> Result<(), Refusal> {
    match text(fields, name)? {
        Some(given) if !allowed.contains(&given) => {
            let allowed = allowed.join(", ");
            Err(Refusal::invalid(format!(
                "{name} has to be one of {allowed}"
            )))
        }
        _ => Ok(()),
    }
}

fn kind(
    fields: &Fields,
    names: &[&str],
    fits: impl Fn(&Value) -> bool,
    expected: &str,
) -> Result<(), Refusal> {
    let wrong = |name: &&&str| fields.get(**name).is_some_and(|value| !fits(value));
    match names.iter().find(wrong) {
        None => Ok(()),
        Some(name) => Err(Refusal::invalid(format!("{name} is not {expected}"))),
    }
}
