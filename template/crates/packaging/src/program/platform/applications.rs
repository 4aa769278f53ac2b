//! Applications, and the users that the platform makes for them.

use packaging::Manifest;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{CallError, Credentials, Platform, Step, encoded};

const READ: &str = "ROLE_APPLICATION_MANAGEMENT_READ";
const ADMIN: &str = "ROLE_APPLICATION_MANAGEMENT_ADMIN";
const MICROSERVICE: &str = "MICROSERVICE";
const PATH: &str = "/application/applications";

/// An application of the user's tenant.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct Application {
    pub(in super::super) id: String,
    pub(in super::super) name: String,
    #[serde(default)]
    pub(in super::super) key: String,
    #[serde(rename = "type", default)]
    kind: String,
    owner: Option<Owner>,
    #[serde(default)]
    manifest: Value,
    #[serde(default)]
    pub(in super::super) roles: Vec<String>,
    #[serde(default)]
    pub(in super::super) required_roles: Vec<String>,
}

#[derive(Deserialize)]
struct Owner {
    tenant: Option<Id>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Applications {
    applications: Vec<Application>,
}

/// A user that the platform has made for an application.
#[derive(Deserialize)]
struct User {
    tenant: String,
    name: String,
    password: SecretString,
}

#[derive(Deserialize)]
struct Users {
    users: Vec<User>,
}

impl Application {
    /// The version that was uploaded last.
    pub(in super::super) fn version(&self) -> Option<&str> {
        self.manifest.get("version").and_then(Value::as_str)
    }

    fn is_microservice_of(&self, tenant: &str) -> bool {
        let owner = self.owner.as_ref().and_then(|it| it.tenant.as_ref());
        self.kind == MICROSERVICE && owner.is_some_and(|owner| owner.id == tenant)
    }
}

impl From<User> for Credentials {
    fn from(user: User) -> Self {
        Self {
            tenant: Some(user.tenant),
            user: user.name,
            password: user.password,
        }
    }
}

impl Platform {
    /// The microservice of that name that the user's tenant has. One that it merely sees is another
    /// tenant's.
    pub(in super::super) fn application(
        &self,
        name: &str,
    ) -> Result<Option<Application>, CallError> {
        let own = self.own_tenant()?;
        let step = Step::new(format!("look up the application {name}")).role(READ);
        let query = format!("name={}&type={MICROSERVICE}&pageSize=2000", encoded(name));
        let answer = self.call(step, "GET", &format!("{PATH}?{query}"), None)?;
        let Applications { applications } = answer.read()?;
        let mut applications = applications.into_iter();
        Ok(applications.find(|it| it.name == name && it.is_microservice_of(own)))
    }

    /// Makes the application of a manifest.
    pub(in super::super) fn create_application(
        &self,
        name: &str,
        manifest: &Manifest,
    ) -> Result<Application, CallError> {
        let step = Step::new(format!("create the application {name}"))
            .role(ADMIN)
            .hint(409, "its name, key or context path is taken, perhaps by an application of another type; choose another one with -a, or in the manifest");
        let body = json!({
            "name": name,
            "type": MICROSERVICE,
            "key": format!("{name}-microservice-key"),
            "contextPath": manifest.context_path(name),
            "requiredRoles": manifest.required_roles,
            "roles": manifest.roles,
        });
        self.call(step, "POST", PATH, Some(&body))?.read()
    }

    /// Takes over the roles of a manifest.
    pub(in super::super) fn update_roles(
        &self,
        application: &Application,
        manifest: &Manifest,
    ) -> Result<(), CallError> {
        let step = Step::new(format!("update the roles of {}", application.name))
            .role("ROLE_APPLICATION_MANAGEMENT_ADMIN and ROLE_USER_MANAGEMENT_ADMIN");
        let body = json!({
            "requiredRoles": manifest.required_roles,
            "roles": manifest.roles,
        });
        let path = format!("{PATH}/{}", encoded(&application.id));
        self.call(step, "PUT", &path, Some(&body)).map(drop)
    }

    /// Deletes an application, and says whether it was there until now.
    pub(in super::super) fn delete_application(
        &self,
        application: &Application,
    ) -> Result<bool, CallError> {
        let step = Step::new(format!("delete the application {}", application.name))
            .role(ADMIN)
            .hint(
                409,
                "unsubscribe the other tenants first: unsubscribe with -te and each tenant's ID",
            );
        let path = format!("{PATH}/{}", encoded(&application.id));
        was_there(self.call(step, "DELETE", &path, None).map(drop))
    }

    /// The user that a microservice starts with.
    pub(in super::super) fn bootstrap_user(
        &self,
        application: &Application,
    ) -> Result<Credentials, CallError> {
        let step =
            Step::new(format!("read the bootstrap user of {}", application.name)).role(ADMIN);
        let path = format!("{PATH}/{}/bootstrapUser", encoded(&application.id));
        let user: User = self.call(step, "GET", &path, None)?.read()?;
        Ok(user.into())
    }

    /// The service users in the subscribed tenants, as the bootstrap user sees them.
    pub(in super::super) fn service_users(
        &self,
        bootstrap_user: Credentials,
    ) -> Result<Vec<Credentials>, CallError> {
        let step = Step::new("read the subscribed tenants").hint(
            401,
            "the bootstrap user was renewed meanwhile; run the goal again",
        );
        let path = "/application/currentApplication/subscriptions";
        let Users { users } = self
            .as_user(bootstrap_user)
            .call(step, "GET", path, None)?
            .read()?;
        Ok(users.into_iter().map(Credentials::from).collect())
    }
}

/// Tells what was there until now from what was not: gone is gone.
pub(super) fn was_there(deleted: Result<(), CallError>) -> Result<bool, CallError> {
    match deleted {
        Ok(()) => Ok(true),
        Err(error) if error.status() == Some(404) => Ok(false),
        Err(error) => Err(error),
    }
}
