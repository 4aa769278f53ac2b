//! Who may send which request, as the platform's description has it: all operations that a
//! microservice meets.
//!
//! `{name}` in a path or body stands for something that a test makes first: see
//! [`Ground`](super::ground::Ground).

use super::operation::{Access, Body, Operation, Own, delete, get, post, put};

/// All of them, by API.
pub(super) fn operations() -> impl Iterator<Item = &'static Operation> {
    let apis: [&'static [Operation]; 9] = [
        &RECORDS,
        &APPLICATIONS,
        &CURRENT_APPLICATION,
        &IDENTITY,
        &INVENTORY,
        &CHILDREN,
        &OPTIONS,
        &TENANTS,
        &USERS,
    ];
    apis.into_iter().flatten()
}

const ALARM: &str = "/alarm/alarms/{alarm}";
const EVENT: &str = "/event/events/{event}";
const MEASUREMENT: &str = "/measurement/measurements/{measurement}";
const ALARM_READ: Access = Access::Roles(&["ROLE_ALARM_READ"]);
const ALARM_ADMIN: Access = Access::Roles(&["ROLE_ALARM_ADMIN"]);
const EVENT_READ: Access = Access::Roles(&["ROLE_EVENT_READ"]);
const EVENT_ADMIN: Access = Access::Roles(&["ROLE_EVENT_ADMIN"]);
const MEASUREMENT_READ: Access = Access::Roles(&["ROLE_MEASUREMENT_READ"]);
const MEASUREMENT_ADMIN: Access = Access::Roles(&["ROLE_MEASUREMENT_ADMIN"]);

const RECORDS: [Operation; 18] = [
    get(Access::Users, "/alarm/alarms"),
    post(ALARM_ADMIN, "/alarm/alarms")
        .with(
            r#"{"source": {"id": "{object}"}, "type": "t", "text": "t", "severity": "MAJOR",
                "time": "2026-01-01T00:00:00Z"}"#,
        )
        .or(Own::Object),
    put(ALARM_ADMIN, "/alarm/alarms?source={object}").with(r#"{"status": "CLEARED"}"#),
    delete(ALARM_ADMIN, "/alarm/alarms?source={object}"),
    get(Access::Users, "/alarm/alarms/count"),
    get(ALARM_READ, ALARM).or(Own::Object),
    put(ALARM_ADMIN, ALARM)
        .with(r#"{"text": "other"}"#)
        .or(Own::Object),
    get(EVENT_READ, "/event/events"),
    post(EVENT_ADMIN, "/event/events")
        .with(
            r#"{"source": {"id": "{object}"}, "type": "t", "text": "t",
                "time": "2026-01-01T00:00:00Z"}"#,
        )
        .or(Own::Object),
    delete(EVENT_ADMIN, "/event/events?source={object}"),
    get(EVENT_READ, EVENT).or(Own::Object),
    put(EVENT_ADMIN, EVENT)
        .with(r#"{"text": "other"}"#)
        .or(Own::Object),
    delete(EVENT_ADMIN, EVENT).or(Own::Object),
    get(MEASUREMENT_READ, "/measurement/measurements"),
    post(MEASUREMENT_ADMIN, "/measurement/measurements")
        .with(
            r#"{"source": {"id": "{object}"}, "type": "t", "time": "2026-01-01T00:00:00Z",
                "c8y_Steam": {"T": {"value": 1, "unit": "C"}}}"#,
        )
        .or(Own::Object),
    delete(
        MEASUREMENT_ADMIN,
        "/measurement/measurements?source={object}",
    ),
    get(MEASUREMENT_READ, MEASUREMENT).or(Own::Object),
    delete(MEASUREMENT_ADMIN, MEASUREMENT).or(Own::Object),
];

const APPLICATION_READ: Access = Access::Roles(&["ROLE_APPLICATION_MANAGEMENT_READ"]);
const APPLICATION_ADMIN: Access = Access::Roles(&["ROLE_APPLICATION_MANAGEMENT_ADMIN"]);
const APPLICATION: &str = "/application/applications/{application}";
const BINARIES: &str = "/application/applications/{application}/binaries";
const BINARY: &str = "/application/applications/{application}/binaries/{binary}";

const APPLICATIONS: [Operation; 13] = [
    get(APPLICATION_READ, "/application/applications"),
    post(APPLICATION_ADMIN, "/application/applications").with(
        r#"{"name": "{new}", "key": "{new}", "type": "MICROSERVICE", "contextPath": "{new}"}"#,
    ),
    get(APPLICATION_READ, APPLICATION),
    put(Access::Roles(&["ROLE_USER_MANAGEMENT_ADMIN"]), APPLICATION)
        .with(r#"{"description": "other"}"#),
    delete(APPLICATION_ADMIN, APPLICATION),
    get(APPLICATION_ADMIN, BINARIES),
    post(APPLICATION_ADMIN, BINARIES).sends(Body::Zip),
    get(APPLICATION_ADMIN, BINARY),
    delete(APPLICATION_ADMIN, BINARY),
    get(
        APPLICATION_ADMIN,
        "/application/applications/{microservice}/bootstrapUser",
    ),
    get(APPLICATION_READ, "/application/applicationsByName/example"),
    get(APPLICATION_READ, "/application/applicationsByOwner/{here}"),
    get(APPLICATION_READ, "/application/applicationsByTenant/{here}"),
];

const CURRENT_APPLICATION: [Operation; 4] = [
    get(Access::Services, "/application/currentApplication").or_bootstrap(),
    put(Access::Services, "/application/currentApplication")
        .with(r#"{"description": "other"}"#)
        .or_bootstrap(),
    get(Access::Services, "/application/currentApplication/settings").or_bootstrap(),
    get(
        Access::Services,
        "/application/currentApplication/subscriptions",
    )
    .or_bootstrap(),
];

const IDENTITY_READ: Access = Access::Roles(&["ROLE_IDENTITY_READ"]);
const IDENTITY_ADMIN: Access = Access::Roles(&["ROLE_IDENTITY_ADMIN"]);
const EXTERNAL_ID: &str = "/identity/externalIds/c8y_Serial/{external}";
const EXTERNAL_IDS: &str = "/identity/globalIds/{object}/externalIds";

const IDENTITY: [Operation; 4] = [
    get(IDENTITY_READ, EXTERNAL_ID).or(Own::Object),
    delete(IDENTITY_ADMIN, EXTERNAL_ID).or(Own::Object),
    get(IDENTITY_READ, EXTERNAL_IDS).or(Own::Object),
    post(IDENTITY_ADMIN, EXTERNAL_IDS)
        .with(r#"{"type": "c8y_Serial", "externalId": "{new}"}"#)
        .or(Own::Object),
];

const INVENTORY_READ: Access = Access::Roles(&["ROLE_INVENTORY_READ", "ROLE_MANAGED_OBJECT_READ"]);
const INVENTORY_ADMIN: Access =
    Access::Roles(&["ROLE_INVENTORY_ADMIN", "ROLE_MANAGED_OBJECT_ADMIN"]);
const FILE_ADMIN: Access = Access::Roles(&["ROLE_INVENTORY_ADMIN", "ROLE_BINARY_ADMIN"]);
const OBJECT: &str = "/inventory/managedObjects/{object}";
const FILE: &str = "/inventory/binaries/{file}";

const INVENTORY: [Operation; 11] = [
    get(Access::Users, "/inventory/managedObjects"),
    post(
        Access::Roles(&[
            "ROLE_INVENTORY_ADMIN",
            "ROLE_INVENTORY_CREATE",
            "ROLE_MANAGED_OBJECT_ADMIN",
            "ROLE_MANAGED_OBJECT_CREATE",
        ]),
        "/inventory/managedObjects",
    )
    .with(r#"{"name": "new"}"#),
    put(INVENTORY_ADMIN, "/inventory/managedObjects")
        .with(r#"{"managedObjects": [{"id": "{object}", "name": "other"}]}"#)
        .or(Own::Object),
    get(INVENTORY_READ, OBJECT).or(Own::Object),
    put(INVENTORY_ADMIN, OBJECT)
        .with(r#"{"name": "other"}"#)
        .or(Own::Object),
    delete(INVENTORY_ADMIN, OBJECT).or(Own::Object),
    get(Access::Users, "/inventory/binaries"),
    post(
        Access::Roles(&[
            "ROLE_INVENTORY_ADMIN",
            "ROLE_INVENTORY_CREATE",
            "ROLE_BINARY_ADMIN",
            "ROLE_BINARY_CREATE",
        ]),
        "/inventory/binaries",
    )
    .sends(Body::Upload),
    get(
        Access::Roles(&["ROLE_INVENTORY_READ", "ROLE_BINARY_READ"]),
        FILE,
    )
    .or(Own::Object),
    put(FILE_ADMIN, FILE).sends(Body::File).or(Own::Object),
    delete(FILE_ADMIN, FILE).or(Own::Object),
];

const REFERENCE: &str = r#"{"managedObject": {"id": "{child}"}}"#;
const REFERENCES: &str = r#"{"references": [{"managedObject": {"id": "{below}"}}]}"#;

/// The same five for each relation.
macro_rules! children {
    ($path:literal) => {
        [
            get(INVENTORY_READ, $path).or(Own::Object),
            post(INVENTORY_ADMIN, $path)
                .with(REFERENCE)
                .or(Own::ParentAndChild),
            delete(INVENTORY_ADMIN, $path)
                .with(REFERENCES)
                .or(Own::ParentOrChild),
            get(INVENTORY_READ, concat!($path, "/{below}")),
            delete(INVENTORY_ADMIN, concat!($path, "/{below}")).or(Own::ParentOrChild),
        ]
    };
}

const CHILDREN: [Operation; 15] = {
    let [a, b, c, d, e] = children!("/inventory/managedObjects/{object}/childAdditions");
    let [f, g, h, i, j] = children!("/inventory/managedObjects/{object}/childAssets");
    let [k, l, m, n, o] = children!("/inventory/managedObjects/{object}/childDevices");
    [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o]
};

const OPTION_READ: Access = Access::Roles(&["ROLE_OPTION_MANAGEMENT_READ"]);
const OPTION_ADMIN: Access = Access::Roles(&["ROLE_OPTION_MANAGEMENT_ADMIN"]);

const OPTIONS: [Operation; 7] = [
    get(OPTION_READ, "/tenant/options"),
    post(OPTION_ADMIN, "/tenant/options")
        .with(r#"{"category": "things", "key": "{new}", "value": "v"}"#),
    get(OPTION_READ, "/tenant/options/things"),
    put(OPTION_ADMIN, "/tenant/options/things").with(r#"{"{new}": "v"}"#),
    get(OPTION_READ, "/tenant/options/things/{option}"),
    put(OPTION_ADMIN, "/tenant/options/things/{option}").with(r#"{"value": "other"}"#),
    delete(OPTION_ADMIN, "/tenant/options/things/{option}"),
];

const TENANT_READ: Access = Access::Roles(&["ROLE_TENANT_MANAGEMENT_READ"]);
const SUBSCRIBE: Access = Access::Roles(&[
    "ROLE_APPLICATION_MANAGEMENT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_ADMIN",
    "ROLE_TENANT_MANAGEMENT_UPDATE",
]);
/// `ROLE_SYSTEM`, the alternative, is the platform's own: nobody can be given it.
const OWN_READ: Access = Access::Roles(&["ROLE_USER_MANAGEMENT_OWN_READ"]);

const TENANTS: [Operation; 12] = [
    get(OWN_READ, "/tenant/currentTenant").or_bootstrap(),
    post(Access::Anyone, "/tenant/oauth").sends(Body::Login),
    post(Access::Anyone, "/tenant/oauth/token").sends(Body::Login),
    get(
        Access::Roles(&[
            "ROLE_TENANT_STATISTICS_READ",
            "ROLE_INVENTORY_READ",
            "ROLE_MANAGED_OBJECT_READ",
        ]),
        "/tenant/statistics/summary?tenant={tenant}",
    ),
    get(TENANT_READ, "/tenant/tenants"),
    post(
        Access::Roles(&[
            "ROLE_TENANT_MANAGEMENT_ADMIN",
            "ROLE_TENANT_MANAGEMENT_CREATE",
        ]),
        "/tenant/tenants",
    )
    .with(r#"{"domain": "{new}.localhost", "company": "c", "adminEmail": "a@example.com"}"#),
    get(TENANT_READ, "/tenant/tenants/{tenant}"),
    put(
        Access::Roles(&[
            "ROLE_TENANT_MANAGEMENT_ADMIN",
            "ROLE_TENANT_MANAGEMENT_UPDATE",
        ]),
        "/tenant/tenants/{tenant}",
    )
    .with(r#"{"company": "other"}"#),
    delete(
        Access::Roles(&["ROLE_TENANT_MANAGEMENT_ADMIN"]),
        "/tenant/tenants/{tenant}",
    ),
    get(
        Access::Roles(&["ROLE_TENANT_MANAGEMENT_READ", "ROLE_TENANT_ADMIN"]),
        "/tenant/tenants/{tenant}/applications",
    ),
    post(SUBSCRIBE, "/tenant/tenants/{here}/applications")
        .with(r#"{"application": {"id": "{application}"}}"#),
    delete(
        SUBSCRIBE,
        "/tenant/tenants/{here}/applications/{subscribed}",
    ),
];

const USER: &str = "/user/{here}/users/{user}";
const USER_LIST: Access = Access::Roles(&["ROLE_USER_MANAGEMENT_READ", CREATE]);
const USER_READ: Access = Access::Roles(&["ROLE_USER_MANAGEMENT_READ"]);
const USER_ADMIN: Access = Access::Roles(&["ROLE_USER_MANAGEMENT_ADMIN"]);
const CREATE: &str = "ROLE_USER_MANAGEMENT_CREATE";
/// With the role that is to be given or taken.
const CREATE_AND_ROLE: &str = "ROLE_USER_MANAGEMENT_CREATE ROLE_ALARM_READ";

const USERS: [Operation; 11] = [
    get(OWN_READ, "/user/currentUser").or_bootstrap(),
    put(
        Access::Roles(&["ROLE_USER_MANAGEMENT_OWN_ADMIN"]),
        "/user/currentUser",
    )
    .with(r#"{"lastName": "other"}"#),
    get(USER_LIST, "/user/roles"),
    get(
        Access::Roles(&["ROLE_USER_MANAGEMENT_READ", CREATE_AND_ROLE]),
        "/user/roles/ROLE_ALARM_READ",
    ),
    get(USER_LIST, "/user/{here}/users"),
    post(
        Access::Roles(&["ROLE_USER_MANAGEMENT_ADMIN", CREATE]),
        "/user/{here}/users",
    )
    .with(r#"{"userName": "{new}", "email": "a@example.com", "password": "long enough"}"#),
    get(USER_READ, USER).or(Own::Below(CREATE)),
    put(USER_ADMIN, USER)
        .with(r#"{"lastName": "other"}"#)
        .or(Own::Below(CREATE)),
    delete(USER_ADMIN, USER).or(Own::Below(CREATE)),
    post(USER_ADMIN, "/user/{here}/users/{user}/roles")
        .with(r#"{"role": {"self": "/user/roles/ROLE_ALARM_READ"}}"#)
        .or(Own::Below(CREATE_AND_ROLE)),
    delete(USER_READ, "/user/{here}/users/{user}/roles/ROLE_ALARM_READ")
        .or(Own::Below(CREATE_AND_ROLE)),
];
