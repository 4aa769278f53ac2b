//! Query parameters. A list comes separated by commas, or as the parameter given several times.

use actix_web::web;

use crate::refusal::Refusal;
use crate::state::{TimeRange, parse_time};

#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub(crate) fn parse(query: &str) -> Result<Self, Refusal> {
        let pairs = web::Query::<Vec<(String, String)>>::from_query(query);
        pairs
            .map(|pairs| Self(pairs.into_inner()))
            .map_err(|e| Refusal::invalid(e.to_string()))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let given = self.0.iter().find(|(given, _)| given == name)?;
        Some(&given.1)
    }

    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub(crate) fn list(&self, name: &str) -> Vec<String> {
        let given = self.0.iter().filter(|(given, _)| given == name);
        given
            .flat_map(|(_, values)| values.split(','))
            .map(|value| value.trim().to_owned())
            .collect()
    }

    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        match self.get(name) {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(other) => Err(Refusal::invalid(format!(
                "{name} is not true or false: {other}"
            ))),
        }
    }

    pub(crate) fn times(&self, from: &str, to: &str) -> Result<TimeRange, Refusal> {
        let time = |name| {
            self.get(name)
                .map(|text| parse_time(name, text))
                .transpose()
        };
        Ok(TimeRange {
            from: time(from)?,
            to: time(to)?,
        })
    }

    /// Takes a parameter for not given.
    pub(crate) fn ignore(&mut self, name: &str) {
        self.0.retain(|(given, _)| given != name);
    }

    /// All parameters but these, for links to other pages.
    pub(crate) fn without<'a>(
        &'a self,
        names: &'a [&str],
    ) -> impl Iterator<Item = &'a (String, String)> {
        self.0
            .iter()
            .filter(move |(name, _)| !names.contains(&name.as_str()))
    }
}
