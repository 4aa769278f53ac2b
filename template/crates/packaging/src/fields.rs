//! All fields of the manifest. The checks, the search for unknown fields, the list of rules and the
//! JSON Schema go by these tables; tests hold the types to them.

use crate::allowed::Allowed::{ApiVersion, Boolean, OneOf, Text, Whole};
use crate::forms::{ANY, CONTEXT_PATH, CPU, EMAIL, MEMORY, NAME, NOT_EMPTY, PROVIDER, VERSION};
use crate::relations::RELATIONS;
use crate::shape::Kind::{Either, List, NonEmpty, Object, Objects, One};
use crate::shape::{Others, Shape, optional, required};

pub(crate) static MANIFEST: Shape = Shape {
    fields: &[
        required("apiVersion", One(ApiVersion)),
        optional("name", One(Text(&NAME))),
        optional("contextPath", One(Text(&CONTEXT_PATH))),
        required("version", One(Text(&VERSION))),
        required("provider", Either(Text(&PROVIDER), &COMPANY)),
        optional("billingMode", One(OneOf(&["RESOURCES", "SUBSCRIPTION"]))),
        optional("isolation", One(OneOf(&["MULTI_TENANT", "PER_TENANT"]))),
        optional("scale", One(OneOf(&["AUTO", "NONE"]))),
        optional("replicas", One(Whole(1..=5))),
        optional("resources", Object(&RESOURCES)),
        optional("requestedResources", Object(&RESOURCES)),
        optional("settings", Objects(&SETTING)),
        optional("settingsCategory", One(Text(&NOT_EMPTY))),
        optional("requiredRoles", List(Text(&NOT_EMPTY))),
        optional("roles", List(Text(&NOT_EMPTY))),
        optional("livenessProbe", Object(&PROBE)),
        optional("readinessProbe", Object(&PROBE)),
        optional("extensions", Objects(&EXTENSION)),
    ],
    // The platform adds these itself, so that they are in what is copied from there.
    others: Others::Known(&["imports", "noAppSwitcher"]),
    relations: RELATIONS,
    exactly_one: &[],
};

static COMPANY: Shape = Shape::of(&[
    required("name", One(Text(&NOT_EMPTY))),
    optional("domain", One(Text(&ANY))),
    optional("support", One(Text(&EMAIL))),
]);

static RESOURCES: Shape = Shape::of(&[
    optional("cpu", One(Text(&CPU))),
    optional("memory", One(Text(&MEMORY))),
]);

static SETTING: Shape = Shape::of(&[
    required("key", One(Text(&NOT_EMPTY))),
    required("defaultValue", One(Text(&ANY))),
    optional("editable", One(Boolean)),
    optional("overwriteOnUpdate", One(Boolean)),
    optional("inheritFromOwner", One(Boolean)),
]);

static EXTENSION: Shape = Shape {
    others: Others::Any,
    ..Shape::of(&[required("type", One(Text(&NOT_EMPTY)))])
};

static PROBE: Shape = Shape {
    exactly_one: &["exec", "tcpSocket", "httpGet"],
    ..Shape::of(&[
        optional("exec", Object(&EXEC)),
        optional("tcpSocket", Object(&TCP_SOCKET)),
        optional("httpGet", Object(&HTTP_GET)),
        optional("initialDelaySeconds", One(Whole(0..=u64::MAX))),
        optional("periodSeconds", One(Whole(1..=u64::MAX))),
        optional("successThreshold", One(Whole(1..=u64::MAX))),
        optional("timeoutSeconds", One(Whole(1..=u64::MAX))),
        optional("failureThreshold", One(Whole(1..=u64::MAX))),
    ])
};

static EXEC: Shape = Shape::of(&[required("command", NonEmpty(Text(&NOT_EMPTY)))]);

static TCP_SOCKET: Shape = Shape::of(&[
    required("host", One(Text(&NOT_EMPTY))),
    optional("port", One(Whole(1..=65535))),
]);

static HTTP_GET: Shape = Shape::of(&[
    optional("host", One(Text(&NOT_EMPTY))),
    required("path", One(Text(&NOT_EMPTY))),
    optional("port", One(Whole(1..=65535))),
    optional("scheme", One(OneOf(&["HTTP", "HTTPS"]))),
    optional("headers", Objects(&HEADER)),
]);

static HEADER: Shape = Shape::of(&[
    required("name", One(Text(&NOT_EMPTY))),
    required("value", One(Text(&ANY))),
]);
