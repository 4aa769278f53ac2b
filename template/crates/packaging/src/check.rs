//! The checks, along the manifest's shape.
//!
//! They run on the JSON, before it becomes a [`crate::Manifest`]: a typed reader would stop at the
//! first finding.

use serde_json::Value;

use crate::allowed::Allowed;
use crate::fields::MANIFEST;
use crate::shape::{Field, Fields, Kind, Others, Relation, Shape};
use crate::{Findings, Severity, nearest};

/// Everything that there is to say about a manifest whose absent fields are absent, not `null`.
pub(crate) fn all(manifest: &Value) -> Findings {
    let mut findings = Findings::default();
    findings.object("$", manifest, &MANIFEST);
    findings.sort();
    findings
}

impl Findings {
    fn object(&mut self, path: &str, value: &Value, shape: &Shape) {
        let Some(fields) = value.as_object() else {
            return self.error(path, shown(value), "an object");
        };
        for field in shape.fields {
            self.field(&format!("{path}.{}", field.name), fields, field);
        }
        self.others(path, fields, shape);
        self.exactly_one(path, fields, shape.exactly_one);
        for relation in shape.relations {
            self.relation(path, fields, relation);
        }
    }

    fn field(&mut self, path: &str, fields: &Fields, field: &Field) {
        match fields.get(field.name) {
            Some(value) => self.kind(path, value, &field.kind),
            None if field.is_required => self.error(path, "is missing", field.kind.words()),
            None => {}
        }
    }

    fn kind(&mut self, path: &str, value: &Value, kind: &Kind) {
        match kind {
            Kind::Object(shape) => self.object(path, value, shape),
            Kind::Either(_, shape) if value.is_object() => self.object(path, value, shape),
            Kind::One(allowed) | Kind::Either(allowed, _) => self.value(path, value, allowed),
            Kind::NonEmpty(_) if value.as_array().is_some_and(Vec::is_empty) => {
                self.error(path, "is empty", kind.words());
            }
            Kind::List(allowed) | Kind::NonEmpty(allowed) => {
                self.items(path, value, kind, |it, path, value| {
                    it.value(path, value, allowed);
                });
            }
            Kind::Objects(shape) => self.items(path, value, kind, |it, path, value| {
                it.object(path, value, shape);
            }),
        }
    }

    fn items(
        &mut self,
        path: &str,
        value: &Value,
        kind: &Kind,
        each: impl Fn(&mut Self, &str, &Value),
    ) {
        let Some(items) = value.as_array() else {
            return self.error(path, shown(value), kind.words());
        };
        for (index, item) in items.iter().enumerate() {
            each(self, &format!("{path}[{index}]"), item);
        }
    }

    fn value(&mut self, path: &str, value: &Value, allowed: &Allowed) {
        if !allowed.fits(value) {
            self.add(allowed.severity(), path, shown(value), allowed.words());
        }
    }

    fn others(&mut self, path: &str, fields: &Fields, shape: &Shape) {
        let Others::Known(known) = shape.others else {
            return;
        };
        let names: Vec<_> = shape.fields.iter().map(|field| field.name).collect();
        let is_unknown =
            |name: &&String| !names.contains(&name.as_str()) && !known.contains(&name.as_str());
        for name in fields.keys().filter(is_unknown) {
            let allowed = nearest::to(name, &names).map_or_else(|| names.join(", "), str::to_owned);
            let problem = "is not a field that the platform knows";
            self.add(
                Severity::Warning,
                &format!("{path}.{name}"),
                problem,
                allowed,
            );
        }
    }

    fn exactly_one(&mut self, path: &str, fields: &Fields, names: &[&str]) {
        let given: Vec<_> = names
            .iter()
            .filter(|name| fields.contains_key(**name))
            .copied()
            .collect();
        let problem = match given[..] {
            [] if !names.is_empty() => "has none of them".to_owned(),
            [] | [_] => return,
            _ => format!("has {}", given.join(" and ")),
        };
        self.error(path, problem, exactly_one_of(names));
    }

    fn relation(&mut self, path: &str, fields: &Fields, relation: &Relation) {
        for breach in (relation.find)(fields) {
            let index = breach
                .index
                .map_or_else(String::new, |index| index.to_string());
            let place = relation.path.replace("[]", &format!("[{index}]"));
            self.add(
                relation.severity,
                &format!("{path}.{place}"),
                breach.problem,
                relation.allowed,
            );
        }
    }

    fn error(&mut self, path: &str, problem: impl Into<String>, allowed: impl Into<String>) {
        self.add(Severity::Error, path, problem, allowed);
    }
}

pub(crate) fn exactly_one_of(names: &[&str]) -> String {
    format!("exactly one of {}", names.join(", "))
}

fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "is an object".to_owned(),
        Value::Array(_) => "is a list".to_owned(),
        value => format!("is {value}"),
    }
}
