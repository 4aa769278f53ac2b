//! Roles that a service brings to its tenants.

/// What a custom role allows. Others work as well, but the platform's pages do not show them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the platform's own words")]
pub enum RoleKind {
    Read,
    Admin,
    Create,
}

/// The custom role of a service: `ROLE_<NAME>_<KIND>`, as the platform's pages show it. The manifest
/// lists it under `roles`; a tenant's administrators give it to their users.
///
/// With the name of the crate, no two services share a role:
///
/// ```
/// use c8y_microservice::{RoleKind, custom_role};
///
/// assert_eq!(custom_role("pump-control", RoleKind::Admin), "ROLE_PUMP_CONTROL_ADMIN");
/// let own = custom_role(env!("CARGO_PKG_NAME"), RoleKind::Read);
/// ```
#[must_use]
pub fn custom_role(service: &str, kind: RoleKind) -> String {
    let name = service.to_ascii_uppercase().replace('-', "_");
    let kind = match kind {
        RoleKind::Read => "READ",
        RoleKind::Admin => "ADMIN",
        RoleKind::Create => "CREATE",
    };
    format!("ROLE_{name}_{kind}")
}
