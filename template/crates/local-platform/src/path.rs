//! Paths of requests.

/// Whether a path is another one or lies below it: `/alarm/alarms` lies below `/alarm` and
/// `/alarm/`; `/alarms` does not.
pub(crate) fn lies_below(path: &str, other: &str) -> bool {
    let other = other.strip_suffix('/').unwrap_or(other);
    let rest = path.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stands_for_itself_and_all_below_it() {
        for (path, other, below) in [
            ("/alarm", "/alarm", true),
            ("/alarm/alarms", "/alarm", true),
            ("/alarm/alarms", "/alarm/", true),
            ("/alarms", "/alarm", false),
            (
                "/inventory/managedObjects/12",
                "/inventory/managedObjects/1",
                false,
            ),
            ("/anything", "/", true),
        ] {
            assert_eq!(lies_below(path, other), below, "{path} below {other}");
        }
    }
}
