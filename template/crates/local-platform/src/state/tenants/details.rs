//! What clients say about a tenant, new or changed.

use crate::refusal::Refusal;
use crate::state::Fields;
use crate::state::object::{present, require, secret, text, without};
use crate::state::users::new_user::{checked_password, is_user_name};
use crate::state::users::random_password;

const READ_ONLY: [&str; 11] = [
    "id",
    "self",
    "adminPass",
    "allowCreateTenants",
    "applications",
    "creationTime",
    "domain",
    "ownedApplications",
    "parent",
    "sendPasswordResetEmail",
    "status",
];

/// A tenant as a client asks for it.
pub(crate) struct NewTenant {
    pub(super) domain: String,
    pub(super) admin: Option<(String, String)>,
    pub(super) details: Fields,
}

impl NewTenant {
    pub(crate) fn parse(fields: Fields) -> Result<Self, Refusal> {
        require(&fields, &["adminEmail", "company", "domain"])?;
        check(&fields)?;
        let domain = text(&fields, "domain")?.unwrap_or_default().to_owned();
        let name = text(&fields, "adminName")?;
        let admin = name.map(|name| Ok((name.to_owned(), first_password(&fields)?)));
        Ok(Self {
            domain,
            admin: admin.transpose()?,
            details: present(without(fields, &READ_ONLY)),
        })
    }
}

/// The administrator's password: given, or sent to them by e-mail, as the platform would.
fn first_password(fields: &Fields) -> Result<String, Refusal> {
    match secret(fields, "adminPass")? {
        Some(password) => checked_password(password),
        None if fields.get("sendPasswordResetEmail") == Some(&true.into()) => Ok(random_password()),
        None => Err(Refusal::invalid(
            "adminName needs adminPass or sendPasswordResetEmail",
        )),
    }
}

/// What a client changes in a tenant.
pub(crate) struct TenantUpdate {
    pub(super) domain: Option<String>,
    pub(super) suspended: Option<bool>,
    pub(super) password: Option<String>,
    pub(super) details: Fields,
}

impl TenantUpdate {
    pub(crate) fn parse(fields: Fields) -> Result<Self, Refusal> {
        check(&fields)?;
        let domain = text(&fields, "domain")?.map(str::to_owned);
        let password = secret(&fields, "adminPass")?;
        let password = password.map(checked_password).transpose()?;
        let suspended = suspended(&fields)?;
        let mut details = without(fields, &READ_ONLY);
        // The administrator stays who they are, and a tenant has a company and an address.
        details.retain(|name, value| match name.as_str() {
            "adminName" => false,
            "adminEmail" | "company" => !value.is_null(),
            _ => true,
        });
        Ok(Self {
            domain,
            suspended,
            password,
            details,
        })
    }
}

fn suspended(fields: &Fields) -> Result<Option<bool>, Refusal> {
    match text(fields, "status")? {
        None => Ok(None),
        Some("ACTIVE") => Ok(Some(false)),
        Some("SUSPENDED") => Ok(Some(true)),
        Some(_) => Err(Refusal::invalid(
            "status has to be one of ACTIVE, SUSPENDED",
        )),
    }
}

/// Refuses details that the platform's own fields cannot have.
fn check(fields: &Fields) -> Result<(), Refusal> {
    for (name, longest) in [
        ("adminEmail", 254),
        ("adminName", 50),
        ("company", 256),
        ("contactName", 30),
        ("contactPhone", 50),
        ("domain", 256),
    ] {
        let length = text(fields, name)?.map(|text| text.chars().count());
        if length.is_some_and(|length| !(1..=longest).contains(&length)) {
            let message = format!("{name} has to have 1 to {longest} characters");
            return Err(Refusal::invalid(message));
        }
    }
    if text(fields, "adminName")?.is_some_and(|name| !is_user_name(name)) {
        let message = "adminName has a space or one of / + $ :";
        return Err(Refusal::invalid(message));
    }
    let strange = |c: char| !(c.is_alphanumeric() || ".-_".contains(c));
    if text(fields, "domain")?.is_some_and(|domain| domain.contains(strange)) {
        let message = "domain has other characters than letters, digits, . - and _";
        return Err(Refusal::invalid(message));
    }
    let properties = fields.get("customProperties");
    if properties.is_some_and(|it| !(it.is_object() || it.is_null())) {
        return Err(Refusal::invalid("customProperties is not an object"));
    }
    Ok(())
}
