//! A step of a goal: one request, and what its user should know when it fails.

/// What a request is for.
pub(super) struct Step {
    /// As it follows `cannot`.
    pub(super) doing: String,
    role: Option<&'static str>,
    hints: Vec<(u16, String)>,
}

impl Step {
    pub(super) fn new(doing: impl Into<String>) -> Self {
        Self {
            doing: doing.into(),
            role: None,
            hints: Vec::new(),
        }
    }

    /// The role that it needs.
    pub(super) fn role(mut self, role: &'static str) -> Self {
        self.role = Some(role);
        self
    }

    /// What to do when this is the answer's status.
    pub(super) fn hint(mut self, status: u16, hint: impl Into<String>) -> Self {
        self.hints.push((status, hint.into()));
        self
    }

    /// What to do about an answer's status.
    pub(super) fn advice(&self, status: u16) -> String {
        let mut own = self.hints.iter();
        let own = own.find(|(of, _)| *of == status);
        own.map_or_else(|| self.general(status), |(_, hint)| hint.clone())
    }

    fn general(&self, status: u16) -> String {
        let advice = match status {
            300..=399 => {
                "give the address that it redirects to with -d: a password is not sent on to another one"
            }
            401 => {
                "check user (-u), password (C8Y_PASSWORD) and tenant (-te); a user with a second factor cannot be used here"
            }
            403 => return self.forbidden(),
            404 | 405 => "check that the address (-d) is that of a Cumulocity platform",
            429 => "the platform is asked too often; wait a little and run the goal again",
            500.. => "nothing is wrong on this side; run the goal again later",
            _ => "correct what the answer names, and run the goal again",
        };
        advice.to_owned()
    }

    fn forbidden(&self) -> String {
        let role = self.role.unwrap_or("a role that allows it");
        format!("the user needs {role} in the tenant that has the application")
    }
}
