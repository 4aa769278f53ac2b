//! The data that every start begins with: the same tenants, users and application, and new service
//! users.

use packaging::Manifest;

use super::{Application, NewApplication, Platform, Tenant};
use crate::refusal::Refusal;

/// The tenant that has the application.
pub const OWNER: &str = "t100";
/// The user in every tenant that holds all roles.
pub const ADMIN: &str = "admin";
/// The password of these users, and of the bootstrap user unless it is given another one.
pub const PASSWORD: &str = "local-platform";

const FIRST_TENANT_NUMBER: usize = 100;

/// What the data is made of.
pub(crate) struct Demo<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) name: &'a str,
    /// Tenants beside the owner.
    pub(crate) further_tenants: usize,
    /// Users with all roles in every tenant, beside [`ADMIN`]: names and passwords.
    pub(crate) administrators: &'a [(String, String)],
    pub(crate) bootstrap_password: &'a str,
}

impl Demo<'_> {
    /// The platform with its owner tenant and further ones, all of them subscribed to the
    /// application.
    pub(crate) fn build(&self) -> Result<(Platform, Application), Refusal> {
        let mut platform = Platform::new(OWNER);
        for id in self.tenants() {
            let parent = (id != OWNER).then(|| OWNER.to_owned());
            let mut tenant = Tenant::new(&id, &format!("{id}.localhost"), parent);
            tenant.add_admin(ADMIN, PASSWORD);
            for (name, password) in self.administrators {
                tenant.add_admin(name, password);
            }
            platform.insert_tenant(tenant);
        }
        let new = NewApplication::from_manifest(self.manifest, self.name);
        let application = platform.create_application(OWNER, new)?.clone();
        platform.add_bootstrap_user(&application, self.bootstrap_password)?;
        for id in self.tenants() {
            platform.subscribe(&id, application.id)?;
        }
        Ok((platform, application))
    }

    fn tenants(&self) -> impl Iterator<Item = String> {
        (0..=self.further_tenants).map(|index| format!("t{}", FIRST_TENANT_NUMBER + index))
    }
}
