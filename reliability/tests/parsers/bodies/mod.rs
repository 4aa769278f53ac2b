//! What is done with the bytes of one input, and what has to be true of it whatever they are. Fuzz
//! targets and tests call these alike.

mod answers;
mod callers;
mod environment;
mod manifest;
mod requests;

/// A kind of input.
#[derive(Clone, Copy)]
pub struct Body {
    /// As the fuzz target is called.
    pub name: &'static str,
    /// Panics where a promise is broken.
    check: fn(&[u8]),
    /// Inputs to begin with, which get far.
    pub samples: &'static [&'static str],
}

impl Body {
    /// Runs it with one input.
    ///
    /// # Panics
    ///
    /// Where a promise is broken.
    pub fn run(&self, data: &[u8]) {
        // A fuzzer finds out what is searched for. An input that has it shows it by itself.
        let secret = SECRET.as_bytes();
        if !data.windows(secret.len()).any(|part| part == secret) {
            (self.check)(data);
        }
    }
}

/// All of them.
pub const ALL: [Body; 17] = [
    callers::CREDENTIALS,
    callers::COOKIES,
    callers::CLAIMS,
    environment::ENVIRONMENT,
    environment::MEMORY_SIZES,
    environment::PROXIES,
    manifest::MANIFEST,
    answers::SUBSCRIPTIONS,
    answers::APPLICATIONS,
    answers::CALLERS,
    answers::ERRORS,
    answers::RECORDS,
    answers::INVENTORY,
    answers::OPTIONS,
    requests::ADDRESSES,
    requests::OTHER_SERVICES,
    requests::FORMS,
];

/// Stands in the place of secrets, and nowhere else.
const SECRET: &str = "c0mpl3tely-s3cret";

/// The lines of an input, the last of which goes on to the end: as many as asked for, empty where
/// there are none.
fn lines<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut parts = data.splitn(N, |byte| *byte == b'\n');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

/// The same as text.
fn texts<const N: usize>(data: &[u8]) -> Option<[&str; N]> {
    let text = str::from_utf8(data).ok()?;
    let mut parts = text.splitn(N, '\n');
    Some(std::array::from_fn(|_| parts.next().unwrap_or_default()))
}
