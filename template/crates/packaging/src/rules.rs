//! What a single value may be.

use std::ops::RangeInclusive;

use serde_json::Value;

/// What a rule refuses, and what it allows.
pub(crate) struct Wrong {
    pub(crate) problem: String,
    pub(crate) allowed: String,
}

pub(crate) type Verdict = Result<(), Wrong>;

const NAME_LENGTH: usize = 23;

fn verdict(right: bool, value: &Value, allowed: &str) -> Verdict {
    if right {
        return Ok(());
    }
    Err(Wrong {
        problem: format!("is {value}"),
        allowed: allowed.to_owned(),
    })
}

pub(crate) fn text(value: &Value) -> Verdict {
    verdict(
        value.as_str().is_some_and(|text| !text.is_empty()),
        value,
        "a text, not empty",
    )
}

pub(crate) fn list(value: &Value) -> Verdict {
    verdict(
        value.as_array().is_some_and(|items| !items.is_empty()),
        value,
        "a list, not empty",
    )
}

pub(crate) fn one_of(value: &Value, allowed: &[&str]) -> Verdict {
    let right = value.as_str().is_some_and(|text| allowed.contains(&text));
    verdict(right, value, &allowed.join(", "))
}

pub(crate) fn integer(value: &Value, range: RangeInclusive<i64>) -> Verdict {
    let allowed = match (*range.start(), *range.end()) {
        (start, i64::MAX) => format!("a whole number, at least {start}"),
        (start, end) => format!("a whole number from {start} to {end}"),
    };
    verdict(
        value.as_i64().is_some_and(|number| range.contains(&number)),
        value,
        &allowed,
    )
}

pub(crate) fn api_version(value: &Value) -> Verdict {
    let spelled = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let number = spelled.strip_prefix('v').unwrap_or(&spelled);
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let right = digits && number.parse::<u32>().is_ok_and(|number| number > 0);
    verdict(
        right,
        value,
        "a positive number with or without a leading v, such as 2 or v2",
    )
}

pub(crate) fn name(value: &Value) -> Verdict {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let right = value
        .as_str()
        .is_some_and(|name| (1..=NAME_LENGTH).contains(&name.len()) && name.bytes().all(plain));
    verdict(right, value, "a-z, 0-9 and -, at most 23 characters")
}

pub(crate) fn context_path(value: &Value) -> Verdict {
    let right = value.as_str().is_some_and(|path| {
        !path.is_empty() && !path.contains(|c: char| c == '/' || c.is_whitespace())
    });
    verdict(right, value, "a text without spaces and slashes, not empty")
}

pub(crate) fn version(value: &Value) -> Verdict {
    let version = value
        .as_str()
        .and_then(|version| semver::Version::parse(version).ok());
    let right = version.is_some_and(|version| version.build.is_empty());
    verdict(
        right,
        value,
        "a SemVer version without +, such as 1.0.0 or 1.0.0-SNAPSHOT",
    )
}

pub(crate) fn provider(value: &Value) -> Verdict {
    let name = value.get("name").unwrap_or(value);
    let optional = |field| value.get(field).is_none_or(Value::is_string);
    let right = text(name).is_ok() && optional("domain") && optional("support");
    verdict(
        right,
        value,
        "a name, or an object with a name that is not empty",
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn api_version_is_a_positive_number_with_or_without_v() {
        for right in [json!("1"), json!("v2"), json!(2)] {
            assert!(api_version(&right).is_ok(), "{right}");
        }
        for wrong in [
            json!(""),
            json!("v"),
            json!("0"),
            json!("vv1"),
            json!("+1"),
            json!(1.5),
        ] {
            assert!(api_version(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_name_has_small_letters_digits_and_dashes_and_at_most_23_of_them() {
        for right in ["a", "hello-2", "a23456789012345678901-3"] {
            assert!(name(&json!(right)).is_ok(), "{right}");
        }
        for wrong in ["", "Hello", "my_service", "a.b", "a2345678901234567890123-"] {
            assert!(name(&json!(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_context_path_is_one_segment_of_a_path() {
        assert!(context_path(&json!("hello_2.0")).is_ok());
        for wrong in ["", "a b", "a/b", "/a", "a/"] {
            assert!(context_path(&json!(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_version_is_semver_without_build_metadata() {
        for right in ["1.0.0", "1.1.0-SNAPSHOT"] {
            assert!(version(&json!(right)).is_ok(), "{right}");
        }
        for wrong in ["1", "1.0", "1.0.0+7", "v1.0.0", "01.0.0"] {
            assert!(version(&json!(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_provider_is_a_name_or_an_object_with_one() {
        for right in [json!("c8y"), json!({"name": "Acme", "domain": ""})] {
            assert!(provider(&right).is_ok(), "{right}");
        }
        for wrong in [
            json!(""),
            json!({}),
            json!({"name": ""}),
            json!({"name": "a", "domain": 1}),
        ] {
            assert!(provider(&wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_port_is_a_whole_number_in_range() {
        let port = |value: Value| integer(&value, 1..=65535).is_ok();
        assert!(port(json!(1)) && port(json!(65535)));
        assert!(!port(json!(0)) && !port(json!(65536)) && !port(json!("80")) && !port(json!(8.5)));
    }
}
