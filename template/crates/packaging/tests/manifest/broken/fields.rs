//! What is wrong with a single field, but for those of probes.

use serde_json::{Value, json};

use super::Case;

pub(super) fn cases() -> Vec<Case> {
    let all = [
        identity(),
        provider(),
        words(),
        resources(),
        settings(),
        lists(),
    ];
    all.concat()
}

fn identity() -> Vec<Case> {
    vec![
        ("", json!([]), "error $: is a list; allowed: an object"),
        (
            "/scaling",
            json!("AUTO"),
            "warning $.scaling: is not a field that the platform knows; allowed: scale",
        ),
        (
            "/x",
            json!(1),
            "warning $.x: is not a field that the platform knows; allowed: apiVersion, name, \
             contextPath, version, provider, billingMode, isolation, scale, replicas, resources, \
             requestedResources, settings, settingsCategory, requiredRoles, roles, livenessProbe, \
             readinessProbe, extensions",
        ),
        (
            "/apiVersion",
            Value::Null,
            "error $.apiVersion: is missing; allowed: a positive whole number with or without a \
             leading v, such as 2 or v2; the platform takes anything else for v1",
        ),
        (
            "/apiVersion",
            json!("two"),
            "warning $.apiVersion: is \"two\"; allowed: a positive whole number with or without a \
             leading v, such as 2 or v2; the platform takes anything else for v1",
        ),
        (
            "/name",
            json!("My_Service"),
            "error $.name: is \"My_Service\"; allowed: a-z, 0-9 and -, at most 23 characters",
        ),
        (
            "/contextPath",
            json!("a b"),
            "error $.contextPath: is \"a b\"; allowed: a text without spaces and slashes, not empty",
        ),
        (
            "/version",
            Value::Null,
            "error $.version: is missing; allowed: a SemVer version without +, such as 1.0.0 or \
             1.0.0-SNAPSHOT",
        ),
        (
            "/version",
            json!("1.0.0+7"),
            "error $.version: is \"1.0.0+7\"; allowed: a SemVer version without +, such as 1.0.0 or \
             1.0.0-SNAPSHOT",
        ),
    ]
}

fn provider() -> Vec<Case> {
    vec![
        (
            "/provider",
            Value::Null,
            "error $.provider: is missing; allowed: the name of a provider that the platform knows, \
             or an object with a name",
        ),
        (
            "/provider",
            json!(""),
            "error $.provider: is \"\"; allowed: the name of a provider that the platform knows, or \
             an object with a name",
        ),
        (
            "/provider/name",
            Value::Null,
            "error $.provider.name: is missing; allowed: a text, not empty",
        ),
        (
            "/provider/name",
            json!(""),
            "error $.provider.name: is \"\"; allowed: a text, not empty",
        ),
        (
            "/provider/domain",
            json!(1),
            "error $.provider.domain: is 1; allowed: a text",
        ),
        (
            "/provider/support",
            json!("help"),
            "error $.provider.support: is \"help\"; allowed: an e-mail address, or an empty text",
        ),
        (
            "/provider/email",
            json!("help@acme.example"),
            "warning $.provider.email: is not a field that the platform knows; allowed: name, \
             domain, support",
        ),
    ]
}

fn words() -> Vec<Case> {
    vec![
        (
            "/billingMode",
            json!("FREE"),
            "error $.billingMode: is \"FREE\"; allowed: RESOURCES, SUBSCRIPTION",
        ),
        (
            "/isolation",
            json!("multi_tenant"),
            "error $.isolation: is \"multi_tenant\"; allowed: MULTI_TENANT, PER_TENANT",
        ),
        (
            "/scale",
            json!(true),
            "error $.scale: is true; allowed: AUTO, NONE",
        ),
        (
            "/replicas",
            json!(6),
            "error $.replicas: is 6; allowed: a whole number from 1 to 5",
        ),
        (
            "/settingsCategory",
            json!(""),
            "error $.settingsCategory: is \"\"; allowed: a text, not empty",
        ),
    ]
}

fn resources() -> Vec<Case> {
    vec![
        (
            "/resources",
            json!("1G"),
            "error $.resources: is \"1G\"; allowed: an object",
        ),
        (
            "/resources/cpu",
            json!("99m"),
            "error $.resources.cpu: is \"99m\"; allowed: a number of CPUs, at least 0.1, or of \
             thousandths, at least 100m; such as 0.5, 1 or 500m",
        ),
        (
            "/resources/memory",
            json!("9M"),
            "error $.resources.memory: is \"9M\"; allowed: a whole number of bytes, at least 10M \
             (10,000,000), with or without a unit: E, P, T, G, M, K or Ei, Pi, Ti, Gi, Mi, Ki",
        ),
        (
            "/resources/mem",
            json!("1G"),
            "warning $.resources.mem: is not a field that the platform knows; allowed: memory",
        ),
        (
            "/requestedResources",
            json!(["1G"]),
            "error $.requestedResources: is a list; allowed: an object",
        ),
        (
            "/requestedResources/cpu",
            json!(0.5),
            "error $.requestedResources.cpu: is 0.5; allowed: a number of CPUs, at least 0.1, or of \
             thousandths, at least 100m; such as 0.5, 1 or 500m",
        ),
        (
            "/requestedResources/memory",
            json!("64MB"),
            "error $.requestedResources.memory: is \"64MB\"; allowed: a whole number of bytes, at \
             least 10M (10,000,000), with or without a unit: E, P, T, G, M, K or Ei, Pi, Ti, Gi, Mi, \
             Ki",
        ),
        (
            "/requestedResources/cpus",
            json!("1"),
            "warning $.requestedResources.cpus: is not a field that the platform knows; allowed: cpu",
        ),
        (
            "/requestedResources/cpu",
            json!("1.5"),
            "warning $.requestedResources.cpu: is \"1.5\", more than \"1\"; allowed: at most the \
             limit, cpu in resources",
        ),
        (
            "/requestedResources/memory",
            json!("1Gi"),
            "warning $.requestedResources.memory: is \"1Gi\", more than \"1G\"; allowed: at most the \
             limit, memory in resources",
        ),
    ]
}

fn settings() -> Vec<Case> {
    let setting = |key| json!({"key": key, "defaultValue": ""});
    vec![
        (
            "/settings",
            json!({}),
            "error $.settings: is an object; allowed: a list",
        ),
        (
            "/settings/0",
            json!("greeting"),
            "error $.settings[0]: is \"greeting\"; allowed: an object",
        ),
        (
            "/settings/0/key",
            Value::Null,
            "error $.settings[0].key: is missing; allowed: a text, not empty",
        ),
        (
            "/settings/0/key",
            json!(7),
            "error $.settings[0].key: is 7; allowed: a text, not empty",
        ),
        (
            "/settings",
            json!([setting("a"), setting("b"), setting("a")]),
            "error $.settings[2].key: is \"a\" once more; allowed: each key once",
        ),
        (
            "/settings/0/defaultValue",
            Value::Null,
            "error $.settings[0].defaultValue: is missing; allowed: a text",
        ),
        (
            "/settings/0/defaultValue",
            json!(7),
            "error $.settings[0].defaultValue: is 7; allowed: a text",
        ),
        (
            "/settings/0/editable",
            json!("true"),
            "error $.settings[0].editable: is \"true\"; allowed: true, false",
        ),
        (
            "/settings/0/overwriteOnUpdate",
            json!(0),
            "error $.settings[0].overwriteOnUpdate: is 0; allowed: true, false",
        ),
        (
            "/settings/0/inheritFromOwner",
            json!({}),
            "error $.settings[0].inheritFromOwner: is an object; allowed: true, false",
        ),
        (
            "/settings/0/default",
            json!("7"),
            "warning $.settings[0].default: is not a field that the platform knows; allowed: \
             defaultValue",
        ),
    ]
}

fn lists() -> Vec<Case> {
    vec![
        (
            "/requiredRoles",
            json!("ROLE_ALARM_READ"),
            "error $.requiredRoles: is \"ROLE_ALARM_READ\"; allowed: a list",
        ),
        (
            "/requiredRoles/0",
            json!(""),
            "error $.requiredRoles[0]: is \"\"; allowed: a text, not empty",
        ),
        (
            "/requiredRoles",
            json!(["ROLE_ALARM_READ", "ROLE_ALARM_READ"]),
            "warning $.requiredRoles[1]: is \"ROLE_ALARM_READ\" once more; allowed: each role once",
        ),
        (
            "/roles",
            json!(false),
            "error $.roles: is false; allowed: a list",
        ),
        (
            "/roles/0",
            Value::Null,
            "error $.roles[0]: is null; allowed: a text, not empty",
        ),
        (
            "/roles",
            json!(["ROLE_HELLO_READ", "ROLE_HELLO_READ"]),
            "warning $.roles[1]: is \"ROLE_HELLO_READ\" once more; allowed: each role once",
        ),
        (
            "/extensions",
            json!({}),
            "error $.extensions: is an object; allowed: a list",
        ),
        (
            "/extensions/0",
            json!("example"),
            "error $.extensions[0]: is \"example\"; allowed: an object",
        ),
        (
            "/extensions/0/type",
            Value::Null,
            "error $.extensions[0].type: is missing; allowed: a text, not empty",
        ),
        (
            "/extensions/0/type",
            json!(""),
            "error $.extensions[0].type: is \"\"; allowed: a text, not empty",
        ),
    ]
}
