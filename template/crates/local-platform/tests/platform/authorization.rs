//! Every request is authorized: all operations that a microservice meets, by the table of who may
//! send them.

mod ground;
mod operation;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use local_platform::{ADMIN, PASSWORD};
use serde_json::json;

use crate::helpers::{Answer, TestPlatform};
use ground::{Ground, MARK, new_name};
use operation::{Access, Operation, Own};
use table::operations;

/// The tenant in which the operations are tried: the one that may have tenants below it.
const HERE: &str = "t100";

/// A user with these roles and no others.
async fn user(platform: &TestPlatform, roles: &str) -> String {
    let name = new_name();
    let roles: Vec<&str> = roles.split_whitespace().collect();
    platform.user(HERE, &name, &roles).await;
    name
}

async fn send(ground: &mut Ground<'_>, operation: &Operation, user: &str) -> Answer {
    let call = ground.request(operation).await;
    call.user(&format!("{HERE}/{user}"), PASSWORD).send().await
}

#[track_caller]
fn passes(answer: &Answer, who: &str) {
    let succeeds = (200..300).contains(&answer.status);
    assert!(succeeds, "{who}: {answer:?}");
}

#[track_caller]
fn is_denied(answer: &Answer, who: &str) {
    assert_eq!(answer.status, 403, "{who}: {answer:?}");
    assert_eq!(answer.json()["error"], "security/Forbidden", "{who}");
}

#[tokio::test]
async fn the_table_has_all_methods_of_all_paths() {
    let platform = TestPlatform::start();
    let mut methods: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for operation in operations() {
        let path = operation.path.split('?').next().unwrap_or_default();
        let path = path.replace("{here}", "tenant").replace(['{', '}'], "");
        methods.entry(path).or_default().insert(operation.method);
    }
    assert_eq!((methods.len(), operations().count()), (48, 95));
    for (path, methods) in methods {
        let refused = platform.anonymous("PATCH", &path).send().await.expect(405);
        let allowed: BTreeSet<&str> = refused.header("allow").split(", ").collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

#[tokio::test]
async fn nothing_but_a_login_is_open_without_credentials() {
    let platform = TestPlatform::start();
    for operation in operations() {
        let call = Ground::new(&platform, HERE).request(operation).await;
        let answer = call.send().await;
        if operation.access == Access::Anyone {
            answer.expect(200);
        } else {
            assert_eq!(answer.refused(401), "security/Unauthorized");
        }
    }
}

#[tokio::test]
async fn who_has_no_role_and_owns_nothing_is_denied_everything_or_sees_nothing() {
    let platform = TestPlatform::start();
    let nobody = user(&platform, "").await;
    Ground::new(&platform, HERE).everything().await;
    for operation in operations() {
        let mut ground = Ground::new(&platform, HERE);
        let answer = send(&mut ground, operation, &nobody).await;
        match operation.access {
            Access::Anyone => {}
            Access::Users => {
                passes(&answer, &operation.line());
                assert!(!answer.text.contains(MARK), "{answer:?}");
            }
            Access::Roles(_) | Access::Services => is_denied(&answer, &operation.line()),
        }
    }
}

#[tokio::test]
async fn each_of_the_roles_is_enough_alone() {
    let platform = TestPlatform::start();
    for operation in operations() {
        for roles in operation.roles() {
            let holder = user(&platform, roles).await;
            let mut ground = Ground::new(&platform, HERE);
            let answer = send(&mut ground, operation, &holder).await;
            passes(&answer, &format!("{} with {roles}", operation.line()));
        }
    }
}

#[tokio::test]
async fn owners_need_no_role_and_others_do() {
    let platform = TestPlatform::start();
    for operation in operations() {
        let Some(own) = operation.own else { continue };
        let roles = if let Own::Below(roles) = own {
            roles
        } else {
            ""
        };
        let (owner, other) = (user(&platform, roles).await, user(&platform, roles).await);
        let (mine, theirs) = (Some(owner.as_str()), Some(other.as_str()));
        for (parents, childs, enough) in [
            (mine, mine, true),
            (mine, theirs, own != Own::ParentAndChild),
            (theirs, mine, own == Own::ParentOrChild),
            (theirs, theirs, false),
        ] {
            let mut ground = Ground::new(&platform, HERE).owned(parents, childs);
            let answer = send(&mut ground, operation, &owner).await;
            let who = format!("{}: {parents:?}, {childs:?}", operation.line());
            if enough {
                passes(&answer, &who);
            } else {
                is_denied(&answer, &who);
            }
        }
    }
}

#[tokio::test]
async fn a_bootstrap_user_reaches_what_a_bootstrap_needs_and_nothing_else() {
    let platform = TestPlatform::start();
    for operation in operations() {
        let mut ground = Ground::new(&platform, HERE);
        let bootstrap = "servicebootstrap_example";
        let answer = send(&mut ground, operation, bootstrap).await;
        if operation.bootstrap || operation.access == Access::Anyone {
            passes(&answer, &operation.line());
        } else {
            is_denied(&answer, &operation.line());
        }
    }
}

/// An administrator holds every role, in their own tenant. The owner tenant is above the others,
/// but administers only what is below `/tenant/tenants`.
#[tokio::test]
async fn what_is_anothers_is_not_there() {
    for (here, elsewhere) in [(HERE, "t102"), ("t101", HERE)] {
        let platform = TestPlatform::start();
        Ground::new(&platform, here).everything().await;
        let about_tenants =
            |it: &Operation| it.path.starts_with("/tenant/tenants") || it.path.contains("{tenant}");
        let tried = operations().filter(|it| here == HERE || !about_tenants(it));
        for operation in tried {
            let call = Ground::new(&platform, here).request(operation).await;
            let admin = format!("{elsewhere}/{ADMIN}");
            let answer = call.user(&admin, PASSWORD).send().await;
            let who = format!("{elsewhere} in {here}: {}", operation.line());
            if operation.names_something() {
                let hidden = [403, 404, 422].contains(&answer.status);
                assert!(hidden, "{who}: {answer:?}");
            } else if operation.method == "GET" {
                assert!(!answer.text.contains(MARK), "{who}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_changed_by_filter_is_the_callers_own() {
    let platform = TestPlatform::start();
    for operation in operations().filter(|it| it.path.contains("?source=")) {
        let mut ground = Ground::new(&platform, HERE);
        let records = ["alarm", "event", "measurement"];
        let record = records.iter().find(|it| operation.path.contains(*it));
        let record = record.expect("a filter of records");
        let path = operation.path.split('?').next().unwrap_or_default();
        let path = format!("{path}/{}", ground.thing(record).await);
        let before = platform.get(HERE, &path).await.expect(200).text;
        let call = ground.request(operation).await;
        let admin = format!("t102/{ADMIN}");
        passes(&call.user(&admin, PASSWORD).send().await, &operation.line());
        let after = platform.get(HERE, &path).await.expect(200).text;
        assert_eq!(before, after, "{}", operation.line());
    }
}

#[tokio::test]
async fn a_service_user_has_the_roles_of_its_manifest_and_no_others() {
    let manifest = |roles: &[&str]| {
        TestPlatform::with_manifest(json!({
            "apiVersion": "2", "name": "example", "version": "1.0.0",
            "provider": {"name": "Example"}, "isolation": "MULTI_TENANT", "requiredRoles": roles,
        }))
    };
    for (roles, status) in [
        (&["ROLE_ALARM_READ", "ROLE_INVENTORY_ADMIN"][..], 403),
        (&["ROLE_ALARM_ADMIN"], 201),
    ] {
        let platform = manifest(roles);
        let alarm = operations().find(|it| it.line() == "POST /alarm/alarms");
        let mut ground = Ground::new(&platform, "t101");
        let written = ground.request(alarm.expect("it is in the table")).await;
        let service = platform.service("t101", "POST", "/alarm/alarms").await;
        let credentials = service.credentials();
        let answer = written.header("authorization", &credentials).send().await;
        answer.expect(status);
    }
}
