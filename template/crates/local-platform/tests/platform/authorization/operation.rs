//! One operation of the platform, and who may send it.

/// What makes a request one of its sender's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// Being the owner of the object that it is about.
    Object,
    /// Being the owner of parent and child.
    ParentAndChild,
    /// Being the owner of parent or child.
    ParentOrChild,
    /// Being above the user that it is about, with these roles.
    Below(&'static str),
}

/// Whom a request is open to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Also to whoever has not logged in.
    Anyone,
    /// To all users, who see what is theirs.
    Users,
    /// To users with one of these sets of roles; a set is written as `ROLE_A ROLE_B`.
    Roles(&'static [&'static str]),
    /// To no tenant user at all.
    Services,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Body {
    None,
    Json(&'static str),
    /// `grant_type=PASSWORD&…`
    Login,
    /// A file as it is.
    File,
    /// A form with a file and what describes it.
    Upload,
    /// A form with the zip of a web application.
    Zip,
}

pub(super) struct Operation {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) body: Body,
    pub(super) access: Access,
    pub(super) own: Option<Own>,
    /// Whether bootstrap users may, too.
    pub(super) bootstrap: bool,
}

impl Operation {
    const fn open_to(access: Access, request: (&'static str, &'static str)) -> Self {
        Self {
            method: request.0,
            path: request.1,
            body: Body::None,
            access,
            own: None,
            bootstrap: false,
        }
    }

    pub(super) const fn with(mut self, json: &'static str) -> Self {
        self.body = Body::Json(json);
        self
    }

    pub(super) const fn sends(mut self, body: Body) -> Self {
        self.body = body;
        self
    }

    pub(super) const fn or(mut self, own: Own) -> Self {
        self.own = Some(own);
        self
    }

    pub(super) const fn or_bootstrap(mut self) -> Self {
        self.bootstrap = true;
        self
    }

    /// The roles of which each set is enough.
    pub(super) fn roles(&self) -> &'static [&'static str] {
        match self.access {
            Access::Roles(roles) => roles,
            Access::Anyone | Access::Users | Access::Services => &[],
        }
    }

    /// How a failure names it.
    pub(super) fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Whether it is about one thing, by its path or its body.
    pub(super) fn names_something(&self) -> bool {
        let by_path = ["/{", "={tenant}"].iter().any(|it| self.path.contains(it));
        let by_body = match self.body {
            Body::Json(json) => json.contains("\"id\""),
            _ => false,
        };
        // What is not there has an empty list of these.
        let lists = ["/applicationsBy", "/identity/globalIds/"];
        let lists = lists.iter().any(|it| self.path.contains(it)) && self.method == "GET";
        (by_path || by_body) && !lists
    }
}

pub(super) const fn get(access: Access, path: &'static str) -> Operation {
    Operation::open_to(access, ("GET", path))
}

pub(super) const fn post(access: Access, path: &'static str) -> Operation {
    Operation::open_to(access, ("POST", path))
}

pub(super) const fn put(access: Access, path: &'static str) -> Operation {
    Operation::open_to(access, ("PUT", path))
}

pub(super) const fn delete(access: Access, path: &'static str) -> Operation {
    Operation::open_to(access, ("DELETE", path))
}
