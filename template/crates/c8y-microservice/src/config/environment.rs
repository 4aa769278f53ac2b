//! Reading variables, and keeping what is wrong with them.

use std::ffi::OsString;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;

use crate::credentials::Credentials;

/// The environment does not make a configuration. Displayed as one line with all problems.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

/// What is wrong with one variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Name of the variable.
    pub variable: String,
    /// What is wrong, and what is allowed.
    pub message: String,
}

impl ConfigError {
    #[cfg(feature = "self-registration")]
    pub(crate) fn of(variable: &str, message: impl Into<String>) -> Self {
        let problem = Problem {
            variable: variable.to_owned(),
            message: message.into(),
        };
        Self {
            problems: vec![problem],
        }
    }

    /// All problems, in the order in which the variables were read.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the environment is not a configuration of this service: ")?;
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", problem.variable, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// Reads variables through a lookup and collects the problems. An empty variable counts as absent.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<OsString>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<OsString>) -> Self {
        Self {
            lookup,
            problems: Vec::new(),
        }
    }

    /// The configuration, unless something was wrong with a part of it.
    pub(super) fn finish<T>(self, config: Option<T>) -> Result<T, ConfigError> {
        config
            .filter(|_| self.problems.is_empty())
            .ok_or(ConfigError {
                problems: self.problems,
            })
    }

    /// Notes a problem and answers `None`, for use at the end of a chain.
    pub(super) fn problem<T>(&mut self, variable: &str, message: impl Into<String>) -> Option<T> {
        self.problems.push(Problem {
            variable: variable.to_owned(),
            message: message.into(),
        });
        None
    }

    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty())?;
        value
            .into_string()
            .ok()
            .or_else(|| self.problem(name, "is not UTF-8 text"))
    }

    /// The first of several variables that is set, with its name.
    pub(super) fn first<'n>(&mut self, names: &[&'n str]) -> Option<(&'n str, String)> {
        names
            .iter()
            .find_map(|name| self.text(name).map(|text| (*name, text)))
    }

    pub(super) fn secret(&mut self, name: &str) -> Option<SecretString> {
        self.text(name).map(Into::into)
    }

    pub(super) fn required(&mut self, name: &str, what: &str) -> Option<String> {
        let problems = self.problems.len();
        let value = self.text(name);
        if value.is_none() && self.problems.len() == problems {
            self.problem::<()>(name, format!("is missing: {what}"));
        }
        value
    }

    /// A variable with a default. A value that `parse` does not take is a problem that says what is
    /// `allowed`.
    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        default: T,
        allowed: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        parse(&text).unwrap_or_else(|| {
            self.problem::<()>(name, format!("is `{text}`; allowed: {allowed}"));
            default
        })
    }

    pub(super) fn number<N>(&mut self, name: &str, default: N, range: RangeInclusive<N>) -> N
    where
        N: FromStr + PartialOrd + Display,
    {
        let allowed = format!("a number from {} to {}", range.start(), range.end());
        self.parsed(name, default, &allowed, |text| {
            text.parse().ok().filter(|number| range.contains(number))
        })
    }

    pub(super) fn milliseconds(
        &mut self,
        name: &str,
        default: u64,
        range: RangeInclusive<u64>,
    ) -> Duration {
        Duration::from_millis(self.number(name, default, range))
    }

    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        self.parsed(name, default, "true or false", |text| text.parse().ok())
    }

    pub(super) fn credentials(
        &mut self,
        tenant: &str,
        user: &str,
        password: &str,
    ) -> Option<Credentials> {
        let tenant = self.required(tenant, "the user's tenant, such as t100");
        let user = self.required(user, "the user's name");
        let password = self.required(password, "the user's password");
        Some(Credentials::new(tenant?.into(), &user?, &password?.into()))
    }
}
