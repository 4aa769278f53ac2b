//! A Dockerfile's instructions, each with its line.

/// An instruction as it is written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    /// The line at which it begins, from 1.
    pub(super) line: usize,
    /// Its first word, in capital letters.
    pub(super) name: String,
    /// What comes after it, without the ends of lines that continue.
    pub(super) arguments: String,
}

/// Takes a Dockerfile apart: leaves out comments and joins lines that end in a backslash.
pub(super) fn instructions(text: &str) -> Vec<Instruction> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        // These do not end an instruction that they stand within.
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (start, mut joined) = open.take().unwrap_or((index + 1, String::new()));
        if let Some(line) = line.strip_suffix('\\') {
            joined.push_str(line);
            open = Some((start, joined));
        } else {
            joined.push_str(line);
            found.push(instruction(start, &joined));
        }
    }
    found.extend(open.map(|(start, joined)| instruction(start, &joined)));
    found
}

fn instruction(line: usize, text: &str) -> Instruction {
    let (name, arguments) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    Instruction {
        line,
        name: name.to_ascii_uppercase(),
        arguments: arguments.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_left_out_and_lines_joined() {
        let text = "# first\n\nfrom scratch\nENV A=1 \\\n  # between\n\n  B=2\n  COPY a /\\";
        let expected = [
            (3, "FROM", "scratch"),
            (4, "ENV", "A=1 B=2"),
            (8, "COPY", "a /"),
        ];
        let expected = expected.map(|(line, name, arguments)| Instruction {
            line,
            name: name.to_owned(),
            arguments: arguments.to_owned(),
        });
        assert_eq!(instructions(text), expected);
    }
}
