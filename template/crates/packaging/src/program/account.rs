//! Whose account on which platform: from the options, else the environment, else a prompt.

use std::io::{self, IsTerminal};

use secrecy::{ExposeSecret, SecretString};

use super::address::{Address, AddressError};
use super::arguments::Arguments;
use super::warn;

const ADDRESS: &str = "C8Y_BASEURL";
const TENANT: &str = "C8Y_TENANT";
const USER: &str = "C8Y_USER";
const PASSWORD: &str = "C8Y_PASSWORD";

/// The variables that stand in for options. A service knows the same ones, for an account of its own.
pub(super) const VARIABLES: [&str; 4] = [ADDRESS, TENANT, USER, PASSWORD];

/// A user of a platform. Its password cannot be printed.
pub(super) struct Account {
    pub(super) address: Address,
    pub(super) credentials: Credentials,
    /// The tenant to work on, where it is named.
    pub(super) tenant: Option<String>,
}

/// How a user proves who it is.
pub(super) struct Credentials {
    /// The user's tenant; without one, that of the platform's address.
    pub(super) tenant: Option<String>,
    pub(super) user: String,
    pub(super) password: SecretString,
}

impl Account {
    pub(super) fn of(arguments: &Arguments) -> Result<Self, AccountError> {
        let address = given(arguments.deploy.as_ref(), ADDRESS).ok_or(AccountError::NoAddress)?;
        let address = Address::parse(&address)?;
        if address.is_unencrypted() {
            warn(&format!(
                "{address} is not encrypted: others on the way can read the password"
            ));
        }
        let Names {
            user_tenant,
            user,
            tenant,
        } = Names::of(arguments)?;
        let credentials = Credentials {
            password: read_password(arguments, &user, &address)?,
            tenant: user_tenant,
            user,
        };
        Ok(Self {
            address,
            credentials,
            tenant,
        })
    }
}

struct Names {
    user_tenant: Option<String>,
    user: String,
    /// The tenant to work on.
    tenant: Option<String>,
}

impl Names {
    /// A tenant before the user's name is the user's, and where `-te` names none the one to work on.
    fn of(arguments: &Arguments) -> Result<Self, AccountError> {
        let user = given(arguments.user.as_ref(), USER).ok_or(AccountError::NoUser)?;
        let (before, user) = match user.split_once('/') {
            Some((tenant, user)) => (Some(tenant), user),
            None => (None, user.as_str()),
        };
        let before = before.map(str::to_owned);
        let tenant = given(arguments.tenant.as_ref().or(before.as_ref()), TENANT);
        let names = Self {
            user_tenant: before.or_else(|| tenant.clone()),
            user: user.to_owned(),
            tenant,
        };
        names.check()?;
        Ok(names)
    }

    fn check(&self) -> Result<(), AccountError> {
        let tenants = [&self.user_tenant, &self.tenant].into_iter().flatten();
        let mut all = tenants.chain([&self.user]);
        let wrong = all.find(|it| !is_name(it)).cloned();
        wrong.map_or(Ok(()), |wrong| Err(AccountError::Name(wrong)))
    }
}

/// An option's value, else a variable's. One that is empty counts as not set.
fn given(option: Option<&String>, variable: &str) -> Option<String> {
    let variable = || std::env::var(variable).ok();
    let is_set = |value: &String| !value.is_empty();
    option
        .cloned()
        .filter(is_set)
        .or_else(|| variable().filter(is_set))
}

/// The user's name ends at the colon, and the tenant's at the slash.
fn is_name(text: &str) -> bool {
    !text.is_empty() && !text.contains(|it: char| it == ':' || it == '/' || it.is_control())
}

fn read_password(
    arguments: &Arguments,
    user: &str,
    address: &Address,
) -> Result<SecretString, AccountError> {
    let given_openly = arguments.password.as_ref();
    if let Some(password) = given_openly.filter(|it| !it.expose_secret().is_empty()) {
        warn(&format!(
            "-p shows the password to the other users of this machine: set {PASSWORD} instead, or wait to be asked for it"
        ));
        return Ok(password.clone());
    }
    if let Some(password) = given(None, PASSWORD) {
        return Ok(password.into());
    }
    if !io::stdin().is_terminal() {
        return Err(AccountError::NoPassword);
    }
    let prompt = format!("Password of {user} on {address}: ");
    let password = rpassword::prompt_password(prompt).map_err(AccountError::Prompt)?;
    Ok(password.into())
}

/// Why it is not known whose account to use.
#[derive(Debug, thiserror::Error)]
pub(super) enum AccountError {
    #[error("no address of the platform; give it with -d, or set C8Y_BASEURL")]
    NoAddress,
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("no user; give one with -u, or set C8Y_USER")]
    NoUser,
    #[error("{0:?} is no name of a user or a tenant; allowed: jane, or t100/jane, without a colon")]
    Name(String),
    #[error("no password; set C8Y_PASSWORD, or call this in a terminal to be asked for it")]
    NoPassword,
    #[error("the password cannot be asked for: {0}")]
    Prompt(io::Error),
}
