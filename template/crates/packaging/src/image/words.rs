//! The words of a Dockerfile's instructions.

use super::DockerfileProblem;

/// What an instruction means by itself: without variables, quotes and wildcards.
pub(super) fn plain(word: &str) -> Result<&str, DockerfileProblem> {
    let special = |c: char| "$\\\"'*?[".contains(c) || c.is_whitespace();
    match word.chars().find(|c| special(*c)) {
        Some(c) => Err(DockerfileProblem::NeedsEngine(format!("{c:?} in {word}"))),
        None => Ok(word),
    }
}

/// A path in the image, from a folder on.
pub(super) fn absolute(folder: &str, path: &str) -> String {
    let from = if path.starts_with('/') { "" } else { folder };
    let mut parts = Vec::new();
    for part in from.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// `KEY=VALUE` one or more times, with quotes and escapes.
pub(super) fn pairs(text: &str) -> Result<Vec<(String, String)>, DockerfileProblem> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let (word, after) = word(rest)?;
        let pair = word.split_once('=').filter(|(key, _)| !key.is_empty());
        let (key, value) = pair.ok_or_else(|| {
            DockerfileProblem::Wrong(format!("{word} is not of the form KEY=VALUE"))
        })?;
        pairs.push((key.to_owned(), value.to_owned()));
        rest = after.trim_start();
    }
    Ok(pairs)
}

/// The first word, without its quotes and escapes, and what comes after it.
fn word(text: &str) -> Result<(String, &str), DockerfileProblem> {
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, c) if c.is_whitespace() => return Ok((word, &text[at..])),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '$') => {
                return Err(DockerfileProblem::NeedsEngine("a variable".to_owned()));
            }
            (None, '\\') => word.extend(chars.next().map(|(_, c)| c)),
            (Some('"'), '\\') => match chars.next() {
                // Within quotes only what would mean something else there is escaped.
                Some((_, c @ ('"' | '\\' | '$'))) => word.push(c),
                other => word.extend(['\\'].into_iter().chain(other.map(|(_, c)| c))),
            },
            (_, c) => word.push(c),
        }
    }
    match quote {
        Some(quote) => Err(DockerfileProblem::Wrong(format!("{quote} is not closed"))),
        None => Ok((word, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_written_as_in_a_shell() {
        let text = r#"A=1  B="two words" C='$C' D=a\ b E="\"\\\n" F="#;
        let expected = [
            ("A", "1"),
            ("B", "two words"),
            ("C", "$C"),
            ("D", "a b"),
            ("E", r#""\\n"#),
            ("F", ""),
        ];
        let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(pairs(text).expect("pairs"), expected);
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for (text, said) in [
            ("A 1", "A is not of the form"),
            ("=1", "=1 is not of the form"),
            ("A=\"1", "\" is not closed"),
            ("A=$B", "a variable takes a container engine"),
        ] {
            let error = pairs(text).expect_err(text).to_string();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn a_path_begins_at_the_folder_or_at_the_root() {
        for (path, expected) in [
            ("b", "/a/b"),
            ("./b/", "/a/b"),
            ("../b", "/b"),
            ("/b/./c", "/b/c"),
            ("../../..", "/"),
        ] {
            assert_eq!(absolute("/a", path), expected);
        }
    }

    #[test]
    fn a_word_with_a_meaning_of_its_own_is_not_plain() {
        assert_eq!(plain("/etc/a-b_c.1").ok(), Some("/etc/a-b_c.1"));
        for word in ["$A", "*.txt", "a?", "[ab]", "\"a\"", "a\\ b", "a b"] {
            assert!(plain(word).is_err(), "{word}");
        }
    }
}
