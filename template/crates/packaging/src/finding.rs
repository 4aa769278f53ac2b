//! What there is to say about a manifest, and where.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The platform refuses the manifest.
    Error,
    /// The platform accepts it, but it does something else than is written there.
    Warning,
    /// It works, and could be better.
    Advice,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Advice => "advice",
        })
    }
}

/// One thing that there is to say about a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// Where: a JSON path such as `$.livenessProbe.httpGet.port`.
    pub path: String,
    /// What is wrong.
    pub problem: String,
    /// What is allowed instead; of an advice, what is better.
    pub allowed: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            severity,
            path,
            problem,
            allowed,
        } = self;
        let instead = match severity {
            Severity::Error | Severity::Warning => "allowed",
            Severity::Advice => "better",
        };
        write!(f, "{path}: {problem}; {instead}: {allowed}")
    }
}

/// All findings of one manifest: errors, warnings, advice, each in the order of their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings(Vec<Finding>);

impl Findings {
    /// What the platform refuses the manifest for.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Error)
    }

    /// What the platform accepts, though it is hardly meant.
    pub fn warnings(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Warning)
    }

    /// What could be better.
    pub fn advice(&self) -> impl Iterator<Item = &Finding> {
        self.of(Severity::Advice)
    }

    /// Whether the platform refuses the manifest.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    fn of(&self, severity: Severity) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter(move |it| it.severity == severity)
    }

    pub(crate) fn add(
        &mut self,
        severity: Severity,
        path: &str,
        problem: impl Into<String>,
        allowed: impl Into<String>,
    ) {
        self.0.push(Finding {
            severity,
            path: path.to_owned(),
            problem: problem.into(),
            allowed: allowed.into(),
        });
    }

    pub(crate) fn sort(&mut self) {
        self.0
            .sort_by(|a, b| (a.severity, &a.path).cmp(&(b.severity, &b.path)));
    }

    /// The errors alone, if there are any.
    pub(crate) fn into_result(mut self) -> Result<(), Self> {
        self.0.retain(|finding| finding.severity == Severity::Error);
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
