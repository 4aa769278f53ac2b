//! How answers show users, roles and groups.

use serde_json::{Value, json};

use crate::api::http::{Call, encode};
use crate::state::{Fields, Group, GroupId, Platform, Tenant, User, format_time};

/// A user with its own roles and its groups.
pub(super) fn user(call: &Call, tenant: &Tenant, user: &User, platform: &Platform) -> Value {
    let link = user_link(call, tenant, user);
    let roles = user.roles.names(|| platform.roles_in(tenant));
    let groups: Value = tenant
        .groups_of(user)
        .map(|(id, group)| {
            json!({
                "self": format!("{link}/groups/{id}"),
                "group": self::group(call, platform, tenant, id, group),
            })
        })
        .collect();
    let mut body = profile(user);
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("enabled", user.enabled.into());
    set("roles", role_references(call, &link, &roles));
    let groups = json!({"self": format!("{link}/groups"), "references": groups});
    set("groups", groups);
    set("applications", json!([]));
    if let Some(owner) = &user.owner {
        set("owner", owner.clone().into());
    }
    if let Some(delegate) = &user.delegated_by {
        set("delegatedBy", delegate.clone().into());
    }
    set("self", link.into());
    Value::Object(body)
}

pub(super) fn user_link(call: &Call, tenant: &Tenant, user: &User) -> String {
    call.link(&format!("/user/{}/users/{}", tenant.id, encode(&user.name)))
}

/// What every view of a user shows.
pub(super) fn profile(user: &User) -> Fields {
    let mut body = user.profile.clone();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("id", user.name.clone().into());
    set("userName", user.name.clone().into());
    let changed = format_time(user.password_changed);
    set("lastPasswordChange", changed.into());
    set("shouldResetPassword", false.into());
    let has_second_factor = user.has_second_factor();
    set("twoFactorAuthenticationEnabled", has_second_factor.into());
    set("devicePermissions", json!({}));
    body
}

/// A group without its users, who can be many.
pub(super) fn group(
    call: &Call,
    platform: &Platform,
    tenant: &Tenant,
    id: GroupId,
    group: &Group,
) -> Value {
    let link = group_link(call, tenant, id);
    let roles = group.roles.names(|| platform.roles_in(tenant));
    let mut body = group.details.clone();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("id", id.into());
    set("name", group.name.clone().into());
    set("roles", role_references(call, &link, &roles));
    set("applications", json!([]));
    set("devicePermissions", json!({}));
    let users = json!({"self": format!("{link}/users"), "references": []});
    set("users", users);
    set("self", link.into());
    Value::Object(body)
}

pub(super) fn group_link(call: &Call, tenant: &Tenant, id: GroupId) -> String {
    call.link(&format!("/user/{}/groups/{id}", tenant.id))
}

fn role_references(call: &Call, owner: &str, roles: &[String]) -> Value {
    let references = roles.iter().map(|name| role_reference(call, owner, name));
    json!({"self": format!("{owner}/roles"), "references": references.collect::<Value>()})
}

/// A role as a user or group, whose link is `owner`, refers to it.
pub(super) fn role_reference(call: &Call, owner: &str, name: &str) -> Value {
    let link = format!("{owner}/roles/{}", encode(name));
    json!({"self": link, "role": role(call, name)})
}

pub(super) fn role(call: &Call, name: &str) -> Value {
    let link = call.link(&format!("/user/roles/{}", encode(name)));
    json!({"id": name, "name": name, "self": link})
}
