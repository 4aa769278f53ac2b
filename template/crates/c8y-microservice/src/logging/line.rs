//! An event as its line: the form of the subscriber's own formatter, for a fraction of the time.
//!
//! Whatever is in its texts, an event stays on its line, and has no control characters for the
//! terminal of whoever reads it.

use std::error::Error;
use std::fmt::{self, Debug, Write};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::{RecordFields, VisitOutput};
use tracing_subscriber::fmt::format::{DefaultVisitor, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use super::stamp;

/// The field that is written without its name.
const MESSAGE: &str = "message";

/// Writes events.
pub(super) struct Line;

/// Writes the fields of spans.
pub(super) struct Fields;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut to: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        stamp::write_now(&mut to)?;
        to.write_str(word(*metadata.level()))?;
        if let Some(spans) = context.event_scope() {
            for span in spans.from_root() {
                write_span::<S, N>(&mut to, &span)?;
            }
            to.write_char(' ')?;
        }
        to.write_str(metadata.target())?;
        to.write_str(": ")?;
        write_fields(&mut to, event)?;
        to.write_char('\n')
    }
}

fn write_span<S, N>(to: &mut Writer<'_>, span: &SpanRef<'_, S>) -> fmt::Result
where
    S: for<'a> LookupSpan<'a>,
    N: 'static,
{
    to.write_str(span.name())?;
    if let Some(fields) = span.extensions().get::<FormattedFields<N>>()
        && !fields.is_empty()
    {
        to.write_char('{')?;
        to.write_str(fields)?;
        to.write_char('}')?;
    }
    to.write_char(':')
}

fn word(level: Level) -> &'static str {
    match level {
        Level::ERROR => " ERROR ",
        Level::WARN => "  WARN ",
        Level::INFO => "  INFO ",
        Level::DEBUG => " DEBUG ",
        Level::TRACE => " TRACE ",
    }
}

impl<'a> FormatFields<'a> for Fields {
    fn format_fields<R: RecordFields>(&self, mut to: Writer<'a>, fields: R) -> fmt::Result {
        // One piece: the span keeps it, and would make room for each.
        let mut text = String::with_capacity(128);
        write_fields(&mut text, fields)?;
        to.write_str(&text)
    }
}

fn write_fields(to: &mut impl Write, fields: impl RecordFields) -> fmt::Result {
    let mut writing = Writing {
        to: Escaped(to),
        is_first: true,
        result: Ok(()),
    };
    fields.record(&mut writing);
    writing.result
}

struct Writing<'a, W> {
    to: Escaped<'a, W>,
    is_first: bool,
    result: fmt::Result,
}

impl<W: Write> Writing<'_, W> {
    /// Writes the name of a field, and its value.
    fn field(&mut self, field: &Field, value: impl FnOnce(&mut Escaped<'_, W>) -> fmt::Result) {
        if self.result.is_ok() {
            self.result = self.name(field).and_then(|()| value(&mut self.to));
        }
    }

    fn name(&mut self, field: &Field) -> fmt::Result {
        let to = &mut *self.to.0;
        if !std::mem::take(&mut self.is_first) {
            to.write_char(' ')?;
        }
        match field.name() {
            MESSAGE => Ok(()),
            name => {
                to.write_str(name.strip_prefix("r#").unwrap_or(name))?;
                to.write_char('=')
            }
        }
    }
}

impl<W: Write> Visit for Writing<'_, W> {
    fn record_str(&mut self, field: &Field, text: &str) {
        self.field(field, |to| {
            if field.name() == MESSAGE {
                to.write_str(text)
            } else if is_plain(text) && !text.contains(['"', '\\']) {
                // What its `Debug` makes of it, character by character.
                to.0.write_char('"')?;
                to.0.write_str(text)?;
                to.0.write_char('"')
            } else {
                write!(to, "{text:?}")
            }
        });
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, |to| write!(to.0, "{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.field(field, |to| write!(to, "{value:?}"));
    }

    /// With its sources.
    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        if self.result.is_ok() {
            let is_first = std::mem::take(&mut self.is_first);
            let mut default = DefaultVisitor::new(Writer::new(&mut self.to), is_first);
            default.record_error(field, error);
            self.result = default.finish();
        }
    }
}

/// Whether a text is as it is, wherever it is written.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Writes control characters, line breaks among them, in the way in which Rust does.
struct Escaped<'a, W>(&'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if is_plain(text) {
            return self.0.write_str(text);
        }
        text.chars().try_for_each(|char| self.write_char(char))
    }

    fn write_char(&mut self, char: char) -> fmt::Result {
        if char.is_control() {
            write!(self.0, "{}", char.escape_default())
        } else {
            self.0.write_char(char)
        }
    }
}

#[cfg(test)]
mod tests;
