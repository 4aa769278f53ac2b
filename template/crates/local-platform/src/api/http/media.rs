//! Media types of answers.

macro_rules! media {
    ($($name:ident = $kind:literal;)+) => {$(
        pub(crate) const $name: &str =
            concat!("application/vnd.com.nsn.cumulocity.", $kind, "+json;charset=UTF-8;ver=0.9");
    )+};
}

/// JSON that has no media type of its own.
pub(crate) const PLAIN: &str = "application/json";

media! {
    ALARM = "alarm";
    ALARMS = "alarmcollection";
    APPLICATION = "application";
    APPLICATIONS = "applicationcollection";
    APPLICATION_BINARIES = "applicationbinaries";
    APPLICATION_LOGS = "applicationlogs";
    APPLICATION_REFERENCE = "applicationreference";
    APPLICATION_REFERENCES = "applicationreferencecollection";
    APPLICATION_USERS = "applicationusercollection";
    CURRENT_TENANT = "currenttenant";
    CURRENT_USER = "currentuser";
    ERROR = "error";
    EVENT = "event";
    EVENTS = "eventcollection";
    EXTERNAL_ID = "externalid";
    EXTERNAL_IDS = "externalidcollection";
    GROUP = "group";
    GROUPS = "groupcollection";
    GROUP_REFERENCES = "groupreferencecollection";
    LOGIN_OPTIONS = "loginoptioncollection";
    MANAGED_OBJECT = "managedobject";
    MANAGED_OBJECT_REFERENCE = "managedobjectreference";
    MANAGED_OBJECT_REFERENCES = "managedobjectreferencecollection";
    MANAGED_OBJECTS = "managedobjectcollection";
    MEASUREMENT = "measurement";
    MEASUREMENTS = "measurementcollection";
    OPTION = "option";
    OPTIONS = "optioncollection";
    ROLE = "role";
    ROLES = "rolecollection";
    ROLE_REFERENCE = "rolereference";
    ROLE_REFERENCES = "rolereferencecollection";
    STATISTICS = "tenantusagestatisticscollection";
    STATISTICS_SUMMARY = "tenantusagestatisticssummary";
    TENANT = "tenant";
    TENANTS = "tenantcollection";
    USER = "user";
    USERS = "usercollection";
    USER_REFERENCE = "userreference";
    USER_REFERENCES = "userreferencecollection";
}
