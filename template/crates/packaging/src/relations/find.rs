//! Finds what the relations are against.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::allowed::api_version;
use crate::forms::Form;
use crate::shape::{Breach, Fields};

pub(super) fn breach(is_one: bool, problem: &str) -> Vec<Breach> {
    let breach = is_one.then(|| Breach {
        index: None,
        problem: problem.to_owned(),
    });
    breach.into_iter().collect()
}

/// The texts in a list, each with its index.
pub(super) fn items<'a>(
    manifest: &'a Fields,
    list: &str,
    text: fn(&'a Value) -> Option<&'a Value>,
) -> Vec<(usize, &'a str)> {
    let items = manifest.get(list).and_then(Value::as_array);
    let items = items.into_iter().flatten().enumerate();
    items
        .filter_map(|(index, item)| Some((index, text(item)?.as_str()?)))
        .collect()
}

fn among(
    items: &[(usize, &str)],
    mut is_breach: impl FnMut(&str) -> bool,
    problem: impl Fn(&str) -> String,
) -> Vec<Breach> {
    items
        .iter()
        .filter(|(_, text)| is_breach(text))
        .map(|(index, text)| Breach {
            index: Some(*index),
            problem: problem(text),
        })
        .collect()
}

pub(super) fn twice(items: &[(usize, &str)]) -> Vec<Breach> {
    let mut seen = BTreeSet::new();
    among(
        items,
        |text| !seen.insert(text.to_owned()),
        |text| format!("is {text:?} once more"),
    )
}

pub(super) fn hidden(roles: &[(usize, &str)]) -> Vec<Breach> {
    let is_shown = |role: &str| {
        let name = role.strip_prefix("ROLE_");
        let name = name.and_then(|it| it.rsplit_once('_'));
        name.is_some_and(|(name, kind)| {
            !name.is_empty() && ["READ", "ADMIN", "CREATE"].contains(&kind)
        })
    };
    among(
        roles,
        |role| !role.is_empty() && !is_shown(role),
        |role| format!("is {role:?}"),
    )
}

pub(super) fn spaced(values: &[(usize, &str)]) -> Vec<Breach> {
    among(
        values,
        |value| value.contains(' '),
        |_| "has a space".to_owned(),
    )
}

pub(super) fn above_limit(
    manifest: &Fields,
    name: &str,
    form: &Form,
    read: fn(&str) -> Option<u64>,
) -> Vec<Breach> {
    let given = |object: &str| {
        let text = manifest.get(object)?.get(name)?.as_str()?;
        (form.fits)(text).then_some((text, read(text)?))
    };
    let (Some((asked, amount)), Some((limit, most))) =
        (given("requestedResources"), given("resources"))
    else {
        return Vec::new();
    };
    breach(amount > most, &format!("is {asked:?}, more than {limit:?}"))
}

pub(super) fn is_below_two(manifest: &Fields) -> bool {
    manifest.get("apiVersion").and_then(api_version) == Some(1)
}

pub(super) fn is_lonely_release(manifest: &Fields) -> bool {
    let version = manifest.get("version").and_then(Value::as_str);
    let version = version.and_then(|it| semver::Version::parse(it).ok());
    let replicas = manifest.get("replicas");
    version.is_some_and(|it| it.pre.is_empty()) && replicas.is_none_or(|it| it.as_u64() == Some(1))
}

pub(super) fn has_no_limit(manifest: &Fields, name: &str) -> bool {
    let resources = manifest.get("resources");
    resources.is_none_or(|it| it.as_object().is_some_and(|it| !it.contains_key(name)))
}
