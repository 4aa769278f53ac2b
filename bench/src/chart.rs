//! The figures that compare, as a picture.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Outcome;
use crate::measure::{ALARMS, OURS, WRK};
use crate::report::{Report, figure};

const WIDTH: f64 = 720.0;
const LABELS: f64 = 230.0;
const FIGURES: f64 = 80.0;
const LINE: f64 = 30.0;
const BAR: f64 = 18.0;

/// One bar for each who raises alarms.
pub(crate) fn draw(report: &Report, path: &Path) -> Outcome {
    Ok(fs::write(path, picture(&bars(report)))?)
}

struct Bar {
    label: String,
    rate: f64,
    is_ours: bool,
}

fn bars(report: &Report) -> Vec<Bar> {
    let rates = report.rows.iter().filter_map(|row| {
        let of = row.name.strip_suffix(ALARMS)?;
        let is_ours = of == OURS;
        let label = match of {
            OURS => "this service".to_owned(),
            WRK => "wrk, which only sends".to_owned(),
            peer => peer.to_owned(),
        };
        let rate = row.measured;
        Some(Bar {
            label,
            rate,
            is_ours,
        })
    });
    let mut bars: Vec<Bar> = rates.collect();
    bars.sort_by(|a, b| b.rate.total_cmp(&a.rate));
    bars
}

fn picture(bars: &[Bar]) -> String {
    let most = bars.iter().map(|bar| bar.rate).fold(1.0, f64::max);
    let mut rows = String::new();
    let mut top = 2.0 * LINE;
    for bar in bars {
        let length = (bar.rate / most * (WIDTH - LABELS - FIGURES)).max(1.0);
        let (middle, end) = (top + BAR / 2.0, LABELS + length + 8.0);
        let class = if bar.is_ours { "ours" } else { "other" };
        let (label, rate) = (escaped(&bar.label), figure(bar.rate));
        let _ = writeln!(
            rows,
            r#"<text x="{x}" y="{middle:.0}" text-anchor="end">{label}</text>
<rect class="{class}" x="{LABELS}" y="{top:.0}" width="{length:.1}" height="{BAR}" rx="2"/>
<text x="{end:.1}" y="{middle:.0}">{rate}</text>"#,
            x = LABELS - 10.0,
        );
        top += LINE;
    }
    format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}" role="img">
<title>Alarms per second, one in every tenant</title>
<style>
text {{ font: 14px system-ui, sans-serif; fill: #24292f; dominant-baseline: central }}
.title {{ font-weight: 600 }}
.ours {{ fill: #ce412b }}
.other {{ fill: #8c959f }}
@media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3 }} }}
</style>
<text class="title" x="{LABELS}" y="{LINE}">Alarms per second, one core</text>
{rows}</svg>
"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_those_of_alarms_the_longest_first() {
        let mut report = Report::new("a machine".to_owned());
        report.note(format!("{OURS}{ALARMS}"), 40_000.0, "1/s");
        report.note(format!("A & B{ALARMS}"), 1_000.0, "1/s");
        report.note(format!("{WRK}{ALARMS}"), 70_000.0, "1/s");
        report.note("memory", 7.0, "MiB");
        let bars = bars(&report);
        let labels: Vec<_> = bars.iter().map(|bar| &*bar.label).collect();
        assert_eq!(labels, ["wrk, which only sends", "this service", "A & B"]);
        let picture = picture(&bars);
        assert!(picture.contains(">40000<"), "{picture}");
        assert!(picture.contains("A &amp; B"), "{picture}");
    }
}
