//! What an unknown name was probably meant to be.

/// How alike two names have to be, from 0 to 1, for one to be taken for the other.
const ALIKE: f64 = 0.8;

/// The name that is most like this one, if any is.
pub(crate) fn to<'a>(name: &str, names: &[&'a str]) -> Option<&'a str> {
    let lower = name.to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&lower, &known.to_lowercase());
    let scored = names.iter().map(|known| (likeness(known), *known));
    let best = scored.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 >= ALIKE).then_some(best.1)
}
