//! The validator's rules as a list, for documentation and tests.

use crate::Severity;
use crate::check::exactly_one_of;
use crate::fields::MANIFEST;
use crate::shape::{Field, Kind, Others, Shape};

/// A rule of the validator.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    /// Where it applies, with `[]` for any item of a list and `*` for any other field:
    /// `$.settings[].key`.
    pub path: String,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Whether it asks for the field to be there, and not for what the field holds.
    pub is_presence: bool,
    /// What is allowed, or better.
    pub allowed: String,
}

/// All rules about the fields of a manifest.
#[must_use]
pub fn rules() -> Vec<Rule> {
    let mut rules = Vec::new();
    object("$", &MANIFEST, &mut rules);
    rules
}

fn object(path: &str, shape: &Shape, rules: &mut Vec<Rule>) {
    rules.push(rule(path, Severity::Error, "an object"));
    within(path, shape, rules);
}

/// The rules of what is an object.
fn within(path: &str, shape: &Shape, rules: &mut Vec<Rule>) {
    for it in shape.fields {
        field(&format!("{path}.{}", it.name), it, rules);
    }
    if let Others::Known(_) = shape.others {
        let names: Vec<_> = shape.fields.iter().map(|field| field.name).collect();
        rules.push(rule(
            &format!("{path}.*"),
            Severity::Warning,
            names.join(", "),
        ));
    }
    if !shape.exactly_one.is_empty() {
        rules.push(rule(
            path,
            Severity::Error,
            exactly_one_of(shape.exactly_one),
        ));
    }
    for it in shape.relations {
        rules.push(rule(
            &format!("{path}.{}", it.path),
            it.severity,
            it.allowed,
        ));
    }
}

fn field(path: &str, field: &Field, rules: &mut Vec<Rule>) {
    if field.is_required {
        rules.push(Rule {
            is_presence: true,
            ..rule(path, Severity::Error, field.kind.words())
        });
    }
    let item = format!("{path}[]");
    match &field.kind {
        Kind::One(allowed) => rules.push(rule(path, allowed.severity(), allowed.words())),
        Kind::List(allowed) | Kind::NonEmpty(allowed) => {
            rules.push(rule(path, Severity::Error, field.kind.words()));
            rules.push(rule(&item, allowed.severity(), allowed.words()));
        }
        Kind::Object(shape) => object(path, shape, rules),
        Kind::Objects(shape) => {
            rules.push(rule(path, Severity::Error, field.kind.words()));
            object(&item, shape, rules);
        }
        Kind::Either(allowed, shape) => {
            rules.push(rule(path, allowed.severity(), allowed.words()));
            within(path, shape, rules);
        }
    }
}

fn rule(path: &str, severity: Severity, allowed: impl Into<String>) -> Rule {
    Rule {
        path: path.to_owned(),
        severity,
        is_presence: false,
        allowed: allowed.into(),
    }
}
