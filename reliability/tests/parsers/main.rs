//! All that is read from callers, the platform, the environment and a manifest, given anything: it
//! does not panic, it ends, and it takes memory in proportion to its input.
//!
//! The fuzz targets of `reliability/fuzz` call the same [`bodies`]. A long form is ignored by
//! default: `cargo test -p reliability --test parsers -- --ignored`.

mod bodies;
mod inputs;
mod runs;
mod targets;

use peak_alloc::PeakAlloc;
use reliability::counted;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

#[test]
fn anything_is_read_or_refused_in_bounded_time_and_memory() {
    runs::all(700);
}

#[test]
#[ignore = "long: about 2 minutes"]
fn anything_is_read_or_refused_in_bounded_time_and_memory_long() {
    let inputs = runs::all(20_000);
    counted(
        "parsers::anything_is_read_or_refused_in_bounded_time_and_memory_long",
        &[
            (bodies::ALL.len() as u64, "kinds of input"),
            (inputs, "random inputs"),
        ],
    );
}
