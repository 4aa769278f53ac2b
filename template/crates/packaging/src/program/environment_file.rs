//! `.env`: the environment of a service that runs on this machine.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// The file's name.
pub(super) const NAME: &str = ".env";
const HEAD: &str = "# Written by `microservice bootstrap`. Other lines than these are kept.";
/// What is replaced each time, also where nothing stands in for it any more.
const OWN: [&str; 10] = [
    "C8Y_BASEURL",
    "C8Y_BOOTSTRAP_TENANT",
    "C8Y_BOOTSTRAP_USER",
    "C8Y_BOOTSTRAP_PASSWORD",
    "C8Y_MICROSERVICE_ISOLATION",
    "C8Y_TENANT",
    "C8Y_USER",
    "C8Y_PASSWORD",
    "APPLICATION_NAME",
    "APPLICATION_KEY",
];
/// Where the service listens, unless the file says so already.
const DEFAULTS: [(&str, &str); 2] = [("SERVER_ADDRESS", "127.0.0.1"), ("SERVER_PORT", "8080")];

/// Writes variables into a folder's `.env`, where nobody but its owner can read them, and says where
/// that is.
pub(super) fn write(
    folder: &Path,
    variables: &[(&str, String)],
) -> Result<PathBuf, EnvironmentFileError> {
    let path = folder.join(NAME);
    let failed = |reason| EnvironmentFileError::Unwritable {
        path: path.clone(),
        reason,
    };
    let before = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        before => before.map_err(failed)?,
    };
    replace(&path, &merge(&before, variables)).map_err(failed)?;
    Ok(path)
}

/// Files for temporary data belong to their owner alone from the start, and the old file stays until
/// the new one is whole.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::with_prefix_in(NAME, folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path)?;
    Ok(())
}

/// The other lines of a file as they are, and then the variables.
fn merge(before: &str, variables: &[(&str, String)]) -> String {
    let other = before
        .lines()
        .filter(|line| *line != HEAD && name(line).is_none_or(|name| !OWN.contains(&name)));
    let other: Vec<&str> = other.collect();
    let is_set = |wanted: &str| other.iter().any(|line| name(line) == Some(wanted));
    let defaults = DEFAULTS.iter().filter(|(name, _)| !is_set(name));
    let defaults = defaults.map(|(name, value)| line(name, value));
    let variables = variables.iter().map(|(name, value)| line(name, value));
    let others = other.iter().map(|line| (*line).to_owned());
    let lines = others
        .chain(defaults)
        .chain([HEAD.to_owned()])
        .chain(variables);
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

/// The variable that a line sets.
fn name(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").unwrap_or(line);
    line.split_once('=').map(|(name, _)| name.trim())
}

/// Quotes a value that needs it, so that a shell and what reads `.env` otherwise take it alike: some
/// of the latter see an escape in a backslash between quotes. A plain one stays as it is, because
/// `docker run --env-file` takes quotes for a part of the value.
fn line(name: &str, value: &str) -> String {
    let is_plain = |it: char| it.is_ascii_alphanumeric() || "-_./:@%+,".contains(it);
    if value.chars().all(is_plain) {
        return format!("{name}={value}");
    }
    let quoted = value.chars().map(|it| match it {
        '\\' | '\'' => format!(r"'\{it}'"),
        it => it.to_string(),
    });
    format!("{name}='{}'", quoted.collect::<String>())
}

/// Why there is no `.env`.
#[derive(Debug, thiserror::Error)]
pub(super) enum EnvironmentFileError {
    #[error("{} cannot be written: {reason}", path.display())]
    Unwritable { path: PathBuf, reason: io::Error },
}

#[cfg(test)]
mod tests {
    use super::*;

    const ODD: [&str; 9] = [
        "http://a-plain.one:80/x%20y,z+@_",
        "plain",
        "",
        "two words # no comment",
        r#"'"`$HOME${HOME}$(id)"#,
        r"ends with \",
        r"\'\\''",
        "!=;&|<>*?[~",
        "ü €",
    ];

    #[test]
    fn what_reads_such_files_reads_every_value() {
        for value in ODD {
            let text = line("VALUE", value);
            let read = dotenvy::from_read_iter(text.as_bytes()).next();
            let read = read.and_then(Result::ok);
            assert_eq!(read, Some(("VALUE".to_owned(), value.to_owned())), "{text}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_shell_reads_every_value() {
        for value in ODD {
            let script = format!("{}; printf %s \"$VALUE\"", line("VALUE", value));
            let output = std::process::Command::new("sh")
                .args(["-c", &script])
                .output();
            let output = output.expect("a shell").stdout;
            assert_eq!(String::from_utf8_lossy(&output), value, "{script}");
        }
    }

    #[test]
    fn what_is_not_ours_stays_and_what_is_ours_is_replaced() {
        let before = "A=1\n  export C8Y_USER=old\nSERVER_PORT=9\n# C8Y_USER=2\n\nC8Y_TENANT = x";
        let after = merge(before, &[("C8Y_BASEURL", "new".to_owned())]);
        let lines: Vec<&str> = after.lines().collect();
        let expected = [
            "A=1",
            "SERVER_PORT=9",
            "# C8Y_USER=2",
            "",
            "SERVER_ADDRESS=127.0.0.1",
            HEAD,
            "C8Y_BASEURL=new",
        ];
        assert_eq!(lines, expected);
        assert_eq!(merge(&after, &[("C8Y_BASEURL", "new".to_owned())]), after);
    }
}
