//! The forms of texts. Each stands here three times, in words, as a check and as the pattern of a
//! JSON Schema, because the check has to do without regular expressions; a test holds the last two
//! together.

use crate::units;

/// The form of a text.
pub(crate) struct Form {
    /// For people.
    pub(crate) words: &'static str,
    /// For JSON Schema.
    pub(crate) pattern: &'static str,
    /// For the check.
    pub(crate) fits: fn(&str) -> bool,
}

impl Form {
    /// As JSON Schema, with the words for those editors that know how to show them.
    #[cfg(feature = "tool")]
    pub(crate) fn schema(&self) -> serde_json::Value {
        let mut schema = serde_json::json!({"type": "string"});
        if !self.pattern.is_empty() {
            schema["pattern"] = self.pattern.into();
            schema["patternErrorMessage"] = format!("Allowed: {}", self.words).into();
        }
        schema
    }
}

/// Any text.
pub(crate) static ANY: Form = Form {
    words: "a text",
    pattern: "",
    fits: |_| true,
};

/// Any text but the empty one.
pub(crate) static NOT_EMPTY: Form = Form {
    words: "a text, not empty",
    pattern: r"[\s\S]",
    fits: |text| !text.is_empty(),
};

pub(crate) static API_VERSION: Form = Form {
    words: "a positive whole number with or without a leading v, such as 2 or v2; the platform takes \
            anything else for v1",
    pattern: "^v?0*[1-9][0-9]*$",
    fits: |text| api_version(text).is_some(),
};

/// The number of the manifest's format.
pub(crate) fn api_version(text: &str) -> Option<u64> {
    let number = text.strip_prefix('v').unwrap_or(text);
    units::whole(number).filter(|number| *number > 0)
}

pub(crate) static NAME: Form = Form {
    words: "a-z, 0-9 and -, at most 23 characters",
    pattern: "^[a-z0-9-]{1,23}$",
    fits: |text| {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=23).contains(&text.len()) && text.bytes().all(plain)
    },
};

pub(crate) static CONTEXT_PATH: Form = Form {
    words: "a text without spaces and slashes, not empty",
    pattern: r"^[^\s/]+$",
    fits: |text| {
        !text.is_empty() && !text.contains(|letter: char| letter == '/' || letter.is_whitespace())
    },
};

pub(crate) static VERSION: Form = Form {
    words: "a SemVer version without +, such as 1.0.0 or 1.0.0-SNAPSHOT",
    pattern: r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?$",
    fits: |text| semver::Version::parse(text).is_ok_and(|version| version.build.is_empty()),
};

pub(crate) static PROVIDER: Form = Form {
    words: "the name of a provider that the platform knows, or an object with a name",
    pattern: NOT_EMPTY.pattern,
    fits: NOT_EMPTY.fits,
};

pub(crate) static EMAIL: Form = Form {
    words: "an e-mail address, or an empty text",
    pattern: r"^([^\s@]+@[^\s@]+)?$",
    fits: |text| {
        let plain = |part: &str| {
            !part.is_empty()
                && !part.contains(|letter: char| letter == '@' || letter.is_whitespace())
        };
        let parts = text.split_once('@');
        text.is_empty() || parts.is_some_and(|(user, host)| plain(user) && plain(host))
    },
};

pub(crate) static CPU: Form = Form {
    words: "a number of CPUs, at least 0.1, or of thousandths, at least 100m; such as 0.5, 1 or 500m",
    pattern: r"^(0+\.[1-9][0-9]*|0*[1-9][0-9]*(\.[0-9]+)?|0*[1-9][0-9]{2,}m)$",
    fits: |text| units::millicpus(text).is_some_and(|cpu| cpu >= 100),
};

pub(crate) static MEMORY: Form = Form {
    words: "a whole number of bytes, at least 10M (10,000,000), with or without a unit: E, P, T, G, M, \
            K or Ei, Pi, Ti, Gi, Mi, Ki",
    pattern: "^0*([1-9][0-9]{7,}|[1-9][0-9]{4,}K|(976[6-9]|97[7-9][0-9]|9[89][0-9]{2}|[1-9][0-9]{4,})Ki|\
              [1-9][0-9]+Mi?|[1-9][0-9]*[GTPE]i?)$",
    fits: |text| units::memory_bytes(text).is_some_and(|bytes| bytes >= 10_000_000),
};
