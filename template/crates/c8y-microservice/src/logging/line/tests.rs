use std::io;
use std::sync::{Arc, Mutex};

use tracing::{debug, error, error_span, info, subscriber};
use tracing_subscriber::fmt::layer;
use tracing_subscriber::prelude::*;

use super::*;

/// As the time at the beginning of a line.
const STAMP: &str = "2026-03-29T01:59:59.999+01:00";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lines(&self) -> Vec<String> {
        let written = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        written.lines().map(ToOwned::to_owned).collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is written of these events here, each without its time, and what the subscriber itself makes
/// of them.
fn written(events: impl FnOnce()) -> (Vec<String>, Vec<String>) {
    let (ours, theirs) = (Log::default(), Log::default());
    let (to_ours, to_theirs) = (ours.clone(), theirs.clone());
    let layers = tracing_subscriber::registry()
        .with(
            layer()
                .with_ansi(false)
                .fmt_fields(Fields)
                .event_format(Line)
                .with_writer(move || to_ours.clone()),
        )
        .with(
            layer()
                .with_ansi(false)
                .without_time()
                .with_writer(move || to_theirs.clone()),
        );
    subscriber::with_default(layers, events);
    let without_time = |line: String| line[STAMP.len() + 1..].to_owned();
    let ours = ours.lines().into_iter().map(without_time).collect();
    (ours, theirs.lines())
}

#[derive(Debug, thiserror::Error)]
#[error("outer")]
struct Outer(#[source] io::Error);

#[test]
fn a_line_is_what_the_subscriber_would_make_of_it() {
    let (ours, theirs) = written(|| {
        info!("nothing else");
        debug!(
            status = 200_u16,
            less = -1,
            half = 0.5,
            is_so = true,
            "values"
        );
        info!(text = "quo\"ted", display = %"plain", debug = ?Some("ü"), r#type = "raw", "texts");
        info!(text = "first", "with {}", "arguments");
        info!(only = "fields");
        let source = Outer(io::Error::other("inner"));
        error!(error = &source as &dyn Error, "failed");
        let none: Option<&str> = None;
        let _outer = error_span!("outer", id = "7f", method = %"GET").entered();
        error!(none, "in a span");
        let _inner = error_span!("inner").entered();
        info!(target: "elsewhere", "in two");
    });
    assert_eq!(ours.len(), 8, "{ours:#?}");
    assert_eq!(ours, theirs);
}

#[test]
fn an_event_stays_on_its_line_and_commands_no_terminal() {
    let (ours, _) = written(|| {
        let text = "a\nb\r\nc\u{1b}[2J\u{9b}ü";
        let _span = error_span!("span", path = %text).entered();
        info!(plain = %text, quoted = text, "{text}");
    });
    let escaped = r"a\nb\r\nc\u{1b}[2J\u{9b}ü";
    let [line] = &ours[..] else {
        panic!("one line: {ours:#?}");
    };
    assert_eq!(line.matches(escaped).count(), 4, "{line}");
}
