//! For every rule a change to the complete manifest that breaks this rule alone, with the finding.

mod advice;
mod fields;
mod probes;

use serde_json::Value;

/// A JSON pointer, the value to put there (`null` removes the field), and the finding.
pub type Case = (&'static str, Value, &'static str);

/// All of them.
pub fn cases() -> Vec<(String, Value, String)> {
    let all = fields::cases().into_iter().chain(advice::cases());
    let all = all.map(|(pointer, value, finding)| (pointer.into(), value, finding.into()));
    all.chain(of_probe("livenessProbe"))
        .chain(of_probe("readinessProbe"))
        .collect()
}

fn of_probe(name: &str) -> Vec<(String, Value, String)> {
    let cases = probes::cases().into_iter();
    cases
        .map(|(pointer, value, finding)| {
            let finding = finding.replace("PROBE", name);
            (format!("/{name}{pointer}"), value, finding)
        })
        .collect()
}
