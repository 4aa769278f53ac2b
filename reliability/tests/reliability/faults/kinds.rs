//! What can go wrong with a request to the platform.

use std::time::Duration;

use local_platform::Fault;

/// No service waits this long here.
pub(super) const SILENCE: Duration = Duration::from_secs(30);

/// A kind of fault, by its name.
pub(super) type Kind = (&'static str, fn() -> Fault);

/// The only kind that holds a call up to its end.
pub(super) const SLOW: &str = "a slow body";

pub(super) const KINDS: [Kind; 13] = [
    ("500", || Fault::status(500)),
    ("502", || Fault::status(502)),
    ("503", || Fault::status(503)),
    ("429", || Fault::status(429)),
    ("429 with Retry-After", || {
        Fault::too_many_requests(Duration::from_secs(1))
    }),
    ("no answer", Fault::dropped),
    ("reset before", Fault::reset),
    ("reset when done", Fault::reset_when_done),
    ("half a body", Fault::half_body),
    ("an oversized body", Fault::oversized_body),
    ("a garbled body", Fault::garbled_body),
    ("silence", || Fault::latency(SILENCE)),
    (SLOW, || Fault::slow_body(Duration::from_millis(50))),
];
