//! Figures, beside what was aimed at.

use std::fmt::{self, Display};
use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::Outcome;

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// A figure.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) measured: f64,
    /// None where the figure is there to be compared with.
    pub(crate) target: Option<Target>,
    pub(crate) unit: &'static str,
}

/// The form of results.json.
#[derive(Serialize)]
struct Results<'a> {
    machine: &'a str,
    rows: Vec<Figure<'a>>,
}

#[derive(Serialize)]
struct Figure<'a> {
    name: &'a str,
    measured: f64,
    target: Option<String>,
    unit: &'a str,
    met: Option<bool>,
}

/// All figures, with the machine that they were taken on.
pub(crate) struct Report {
    machine: String,
    pub(crate) rows: Vec<Row>,
    /// What was left out, and why.
    left_out: Vec<String>,
}

impl Target {
    fn is_met_by(self, measured: f64) -> bool {
        match self {
            Self::AtLeast(bound) => measured >= bound,
            Self::AtMost(bound) => measured <= bound,
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, bound) = match self {
            Self::AtLeast(bound) => ("≥", bound),
            Self::AtMost(bound) => ("≤", bound),
        };
        f.pad(&format!("{sign} {}", figure(*bound)))
    }
}

impl Row {
    fn is_met(&self) -> Option<bool> {
        self.target.map(|target| target.is_met_by(self.measured))
    }

    fn result(&self) -> Figure<'_> {
        Figure {
            name: &self.name,
            measured: self.measured,
            target: self.target.map(|target| target.to_string()),
            unit: self.unit,
            met: self.is_met(),
        }
    }
}

impl Report {
    pub(crate) fn new(machine: String) -> Self {
        Self {
            machine,
            rows: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// A figure to be compared with others.
    pub(crate) fn note(&mut self, name: impl Into<String>, measured: f64, unit: &'static str) {
        self.add(name.into(), measured, None, unit);
    }

    /// A figure that has a target.
    pub(crate) fn judge(&mut self, name: &str, measured: f64, target: Target, unit: &'static str) {
        self.add(name.to_owned(), measured, Some(target), unit);
    }

    fn add(&mut self, name: String, measured: f64, target: Option<Target>, unit: &'static str) {
        self.rows.push(Row {
            name,
            measured,
            target,
            unit,
        });
    }

    pub(crate) fn leave_out(&mut self, what: &str, why: &dyn Display) {
        self.left_out.push(format!("{what}: {why}"));
    }

    pub(crate) fn write(&self, path: &Path) -> Outcome {
        let mut text = serde_json::to_string_pretty(&self.results())?;
        text.push('\n');
        Ok(fs::write(path, text)?)
    }

    fn results(&self) -> Results<'_> {
        Results {
            machine: &self.machine,
            rows: self.rows.iter().map(Row::result).collect(),
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.machine)?;
        let widest = self.rows.iter().map(|row| row.name.chars().count()).max();
        let width = widest.unwrap_or_default();
        writeln!(
            f,
            "{:width$}  {:>9}  {:>9}  {:14}  met",
            "", "measured", "target", "unit"
        )?;
        for row in &self.rows {
            let target = row.target.map(|target| target.to_string());
            let met = match row.is_met() {
                Some(true) => "yes",
                Some(false) => "NO",
                None => "",
            };
            writeln!(
                f,
                "{:width$}  {:>9}  {:>9}  {:14}  {met}",
                row.name,
                figure(row.measured),
                target.unwrap_or_default(),
                row.unit,
            )?;
        }
        for what in &self.left_out {
            writeln!(f, "\nLeft out: {what}")?;
        }
        Ok(())
    }
}

/// As many digits as say something.
pub(crate) fn figure(value: f64) -> String {
    let digits = match value.abs() {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    let text = format!("{value:.digits$}");
    let Some((whole, fraction)) = text.split_once('.') else {
        return text;
    };
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        fraction => format!("{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_figure_has_as_many_digits_as_say_something() {
        let figures = [0.476_2, 0.5, 12.0, 12.34, 33_140.3].map(figure);
        assert_eq!(figures, ["0.48", "0.5", "12", "12.3", "33140"]);
    }

    #[test]
    fn a_table_says_which_targets_are_met() {
        let mut report = Report::new("a machine".to_owned());
        report.judge("fast", 0.6, Target::AtLeast(0.55), "of wrk");
        report.judge("small", 9.0, Target::AtMost(8.0), "MiB");
        report.note("peer", 1_000.0, "1/s");
        report.leave_out("Docker", &"no engine answers");
        let table = report.to_string();
        let line = |name: &str| {
            let line = table.lines().find(|line| line.starts_with(name));
            line.map(|line| line.split_whitespace().collect::<Vec<_>>())
        };
        assert_eq!(
            line("fast").unwrap().join(" "),
            "fast 0.6 ≥ 0.55 of wrk yes"
        );
        assert_eq!(line("small").unwrap().join(" "), "small 9 ≤ 8 MiB NO");
        assert_eq!(line("peer").unwrap().join(" "), "peer 1000 1/s");
        assert!(
            table.contains("Left out: Docker: no engine answers"),
            "{table}"
        );
    }

    #[test]
    fn results_are_rows_of_name_figure_target_unit_and_whether_it_is_met() {
        let mut report = Report::new("a machine".to_owned());
        report.judge("fast", 0.6, Target::AtLeast(0.55), "of wrk");
        report.note("peer", 1_000.0, "1/s");
        let expected = json!({"machine": "a machine", "rows": [
            {"name": "fast", "measured": 0.6, "target": "≥ 0.55", "unit": "of wrk", "met": true},
            {"name": "peer", "measured": 1_000.0, "target": null, "unit": "1/s", "met": null},
        ]});
        assert_eq!(serde_json::to_value(report.results()).unwrap(), expected);
    }
}
