//! What is wrong with a manifest, and where.

use std::fmt;

/// One thing that is wrong in a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where: a JSON path such as `$.livenessProbe.httpGet.port`.
    pub path: String,
    /// What is wrong.
    pub problem: String,
    /// What is allowed instead.
    pub allowed: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            problem,
            allowed,
        } = self;
        write!(f, "{path}: {problem}; allowed: {allowed}")
    }
}

/// All findings of one manifest, in the order of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    pub(crate) fn add(
        &mut self,
        path: impl Into<String>,
        problem: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        let finding = Finding {
            path: path.into(),
            problem: problem.into(),
            allowed: allowed.into(),
        };
        self.0.push(finding);
    }

    pub(crate) fn into_result(mut self) -> Result<(), Self> {
        self.0.sort_by(|a, b| a.path.cmp(&b.path));
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

impl std::ops::Deref for Findings {
    type Target = [Finding];

    fn deref(&self) -> &[Finding] {
        &self.0
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|finding| write!(f, "\n  {finding}"))
    }
}
