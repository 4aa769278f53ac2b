//! A service that makes its own application on the platform.

use std::ffi::OsString;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::{Config, Error, Microservice};
use futures_util::future::join_all;
use local_platform::{ADMIN, Fault, PASSWORD};
use serde_json::{Value, json};

use crate::support::{
    Kind, Restartable, Setup, StandIn, TestPlatform, TestService, User, eventually, free_port,
};

const APPLICATIONS: &str = "/application/applications";

/// A service that registers itself as an administrator of the owner, with this manifest.
fn registering(setup: Setup, manifest: &Value) -> Setup {
    let manifest = manifest.to_string();
    setup
        .env("C8Y_BOOTSTRAP_REGISTER", "true")
        .env("C8Y_BOOTSTRAP_USER", ADMIN)
        .env("C8Y_BOOTSTRAP_PASSWORD", PASSWORD)
        .without("APPLICATION_KEY")
        .polling()
        .handlers(move |microservice| microservice.manifest(&manifest))
}

fn newcomer() -> Value {
    json!({
        "apiVersion": "2",
        "name": "newcomer",
        "contextPath": "new",
        "requiredRoles": ["ROLE_INVENTORY_READ", "ROLE_OPTION_MANAGEMENT_ADMIN"],
        "roles": ["ROLE_NEWCOMER_READ"],
    })
}

/// The applications of a name, as the owner sees them.
async fn applications(platform: &TestPlatform, name: &str) -> Vec<Value> {
    let path = format!("/application/applicationsByName/{name}?pageSize=100");
    let list = platform.read("t100", &path).await;
    list["applications"].as_array().unwrap().clone()
}

/// Changes of applications that were asked for, `METHOD path: status` each.
fn changes(platform: &TestPlatform) -> Vec<String> {
    let requests = platform.requests_of("t100/admin").into_iter();
    let changes = requests.filter(|it| it.method != "GET" && it.path.starts_with(APPLICATIONS));
    changes
        .map(|it| format!("{} {}: {}", it.method, it.path, it.status))
        .collect()
}

/// Waits until readiness is down for a reason that contains this, and answers all of it.
async fn not_ready(service: &TestService, reason: &str) -> String {
    let reasons = async || {
        let readiness = service.get("/health/readiness").await;
        readiness.json()["reasons"].to_string()
    };
    let is_said = |seen: &String| seen.contains(reason);
    let said = eventually(reason, reasons, is_said).await;
    assert_eq!(service.get("/health/liveness").await.status, 200);
    said
}

#[tokio::test]
async fn an_application_that_is_not_there_is_made_and_the_service_goes_on_as_its_bootstrap_user() {
    let platform = TestPlatform::start();
    let service = registering(Setup::at(&platform), &newcomer()).ready().await;
    let made = applications(&platform, "newcomer").await;
    assert_eq!(made.len(), 1, "{made:#?}");
    let application = &made[0];
    for (field, expected) in [
        ("type", json!("MICROSERVICE")),
        ("key", json!("newcomer-microservice-key")),
        ("contextPath", json!("new")),
        ("requiredRoles", newcomer()["requiredRoles"].clone()),
        ("roles", newcomer()["roles"].clone()),
    ] {
        assert_eq!(application[field], expected, "{field}");
    }
    let id = application["id"].as_str().unwrap();
    platform.subscribe_to(id, "t101").await;
    let client = service.event(Kind::Subscribed, "t101").await;
    let objects = client.request(Method::GET, "/inventory/managedObjects");
    objects.send().await.unwrap();
    let seen = platform.requests_of("t101/service_newcomer");
    let key = seen[0].application_key.as_deref();
    assert_eq!(key, Some("newcomer-microservice-key"));
    client.settings().set("max", &5).await.unwrap();
    let stored = platform.read("t101", "/tenant/options/new").await;
    assert_eq!(stored, json!({"max": "5"}), "without a manifest's category");
    let bootstrap = platform.requests_of("t100/servicebootstrap_newcomer");
    assert!(bootstrap.iter().all(|it| it.application_key.is_none()));
    assert_eq!(changes(&platform), ["POST /application/applications: 201"]);
}

#[tokio::test]
async fn a_new_application_has_the_key_of_the_environment() {
    let platform = TestPlatform::start();
    let setup = registering(Setup::at(&platform), &newcomer());
    let _service = setup.env("APPLICATION_KEY", "a-key").ready().await;
    assert_eq!(applications(&platform, "newcomer").await[0]["key"], "a-key");
}

#[tokio::test]
async fn an_application_that_is_as_the_manifest_says_is_left_alone() {
    let platform = TestPlatform::with_manifest(json!({
        "requiredRoles": ["ROLE_INVENTORY_READ", "ROLE_ALARM_ADMIN"],
    }));
    let manifest = json!({
        "name": "example",
        "requiredRoles": ["ROLE_ALARM_ADMIN", "ROLE_INVENTORY_READ"],
    });
    let setup = registering(Setup::at(&platform), &manifest);
    let service = setup
        .env("APPLICATION_KEY", "of another application")
        .ready()
        .await;
    assert_eq!(
        service.tenants().await,
        json!(["t100", "t101", "t102", "t103"])
    );
    assert_eq!(changes(&platform), [""; 0]);
    let client = service.client("t101").await;
    let objects = client.request(Method::GET, "/inventory/managedObjects");
    objects.send().await.unwrap();
    let seen = platform.requests_of("t101/service_example");
    let key = seen[0].application_key.as_deref();
    assert_eq!(key, Some("example-microservice-key"), "its own key");
}

#[tokio::test]
async fn an_application_that_is_another_one_now_is_updated_and_so_are_its_service_users() {
    let platform = TestPlatform::start();
    let id = platform.application_id();
    for manifest in [
        json!({"name": "example", "requiredRoles": ["ROLE_EVENT_READ"]}),
        json!({"name": "example", "requiredRoles": ["ROLE_EVENT_READ"], "roles": ["ROLE_A_READ"]}),
        json!({
            "name": "example",
            "requiredRoles": ["ROLE_EVENT_READ"],
            "roles": ["ROLE_A_READ"],
            "contextPath": "elsewhere",
        }),
    ] {
        let before = changes(&platform).len();
        let service = registering(Setup::at(&platform), &manifest).ready().await;
        let update = format!("PUT {APPLICATIONS}/{id}: 200");
        assert_eq!(changes(&platform)[before..], [update], "{manifest}");
        let client = service.client("t101").await;
        let events = client.request(Method::GET, "/event/events").send().await;
        assert!(events.is_ok(), "{events:?}");
    }
    let updated = &applications(&platform, "example").await[0];
    assert_eq!(updated["contextPath"], "elsewhere");
    assert_eq!(updated["roles"], json!(["ROLE_A_READ"]));
}

#[tokio::test]
async fn an_application_of_another_tenant_is_not_the_services_own() {
    let platform = TestPlatform::start();
    let theirs = json!({
        "name": "newcomer", "key": "theirs", "type": "MICROSERVICE", "availability": "MARKET",
    });
    platform.create("t101", APPLICATIONS, &theirs).await;
    let service = registering(Setup::at(&platform), &newcomer()).start().await;
    let reason = "the application of this name belongs to another tenant";
    let said = not_ready(&service, reason).await;
    assert!(!said.contains("t101"), "everyone may read it: {said}");
    assert_eq!(changes(&platform), [""; 0]);
}

#[tokio::test]
async fn a_name_that_is_taken_by_one_that_cannot_be_seen_is_a_conflict() {
    let platform = TestPlatform::start();
    let theirs = json!({"name": "newcomer", "key": "theirs", "type": "MICROSERVICE"});
    platform.create("t101", APPLICATIONS, &theirs).await;
    let service = registering(Setup::at(&platform), &newcomer()).start().await;
    not_ready(&service, "making it: the platform answered 409 Conflict").await;
}

#[tokio::test]
async fn an_application_of_another_type_does_not_count() {
    let platform = TestPlatform::start();
    let pages = json!({
        "name": "newcomer", "key": "pages", "type": "HOSTED", "contextPath": "pages",
    });
    platform.create("t100", APPLICATIONS, &pages).await;
    let _service = registering(Setup::at(&platform), &newcomer()).ready().await;
    assert_eq!(applications(&platform, "newcomer").await.len(), 2);
}

#[tokio::test]
async fn a_user_who_may_not_manage_applications_registers_nothing_and_readiness_names_the_role() {
    let platform = TestPlatform::start();
    platform.add_user_without_roles("t100", "nobody").await;
    let setup = registering(Setup::at(&platform), &newcomer())
        .env("C8Y_BOOTSTRAP_USER", "nobody")
        .env("C8Y_BOOTSTRAP_PASSWORD", "a password");
    let service = setup.start().await;
    let role = "403 Forbidden; C8Y_BOOTSTRAP_USER needs ROLE_APPLICATION_MANAGEMENT_READ";
    not_ready(&service, role).await;
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, "/tenants").await;
    assert_eq!(reply.status, 503, "{reply:#?}");
    assert_eq!(applications(&platform, "newcomer").await, [""; 0]);
}

#[tokio::test]
async fn a_user_whom_the_platform_does_not_know_registers_nothing() {
    let platform = TestPlatform::start();
    let setup = registering(Setup::at(&platform), &newcomer());
    let service = setup.env("C8Y_BOOTSTRAP_PASSWORD", "hunter2").start().await;
    let said = not_ready(&service, "401 Unauthorized; C8Y_BOOTSTRAP_USER has to be").await;
    assert!(!said.contains("hunter2"), "{said}");
}

#[tokio::test]
async fn each_step_that_fails_is_tried_again() {
    let platform = TestPlatform::start();
    for (method, path, step) in [
        ("GET", "/application/applicationsByName", "looking for it"),
        ("POST", APPLICATIONS, "making it"),
        ("GET", APPLICATIONS, "reading its bootstrap user"),
    ] {
        let manifest = json!({"name": step.replace(' ', "-")});
        platform.inject(Fault::status(503).on(method).at(path));
        let service = registering(Setup::at(&platform), &manifest).start().await;
        not_ready(&service, &format!("{step}: the platform answered 503")).await;
        platform.clear_faults();
        service.wait_until_ready().await;
    }
}

#[tokio::test]
async fn replicas_that_register_at_once_have_one_application() {
    let platform = TestPlatform::start();
    let replica = || registering(Setup::at(&platform), &newcomer()).ready();
    let replicas = join_all((0..8).map(|_| replica())).await;
    assert_eq!(applications(&platform, "newcomer").await.len(), 1);
    for replica in &replicas {
        assert_eq!(replica.get("/health/readiness").await.status, 200);
    }
    let bootstrap_user = "t100/servicebootstrap_newcomer";
    let requests = platform.requests_of(bootstrap_user).into_iter();
    let refused: Vec<_> = requests.filter(|it| it.status != 200).collect();
    assert_eq!(refused, []);
}

/// Between its first look and its attempt to make the application another replica does.
#[tokio::test]
async fn an_application_that_another_replica_makes_in_between_is_found() {
    let platform = StandIn::start(move |app| {
        let looks = web::Data::new(AtomicUsize::new(0));
        let look = |looks: web::Data<AtomicUsize>| async move {
            let found = match looks.fetch_add(1, Ordering::SeqCst) {
                0 => json!([]),
                _ => json!([{
                    "id": "7",
                    "type": "MICROSERVICE",
                    "owner": {"tenant": {"id": "t1"}},
                    "contextPath": "new",
                    "requiredRoles": newcomer()["requiredRoles"],
                    "roles": newcomer()["roles"],
                }]),
            };
            HttpResponse::Ok().json(json!({"applications": found}))
        };
        let user = || async {
            let user =
                json!({"tenant": "t1", "name": "servicebootstrap_newcomer", "password": "p"});
            HttpResponse::Ok().json(user)
        };
        let described = || async { HttpResponse::Ok().body(r#"{"key": "k"}"#) };
        app.app_data(looks)
            .route(
                "/application/applicationsByName/newcomer",
                web::get().to(look),
            )
            .route(APPLICATIONS, web::post().to(HttpResponse::Conflict))
            .route(
                "/application/applications/7/bootstrapUser",
                web::get().to(user),
            )
            .route("/application/currentApplication", web::get().to(described));
    });
    let setup = Setup::new(platform.environment(free_port()));
    // No second step would come within the test: the first one has to look again.
    let setup = registering(setup, &newcomer()).env("C8Y_BOOTSTRAP_DELAY", "3600000");
    let _service = setup.ready().await;
    let look = "GET /application/applicationsByName/newcomer?pageSize=2000";
    let expected = [
        look,
        "POST /application/applications",
        look,
        "GET /application/applications/7/bootstrapUser",
        "GET /application/currentApplication",
    ];
    assert_eq!(platform.requests(), expected);
}

#[tokio::test]
async fn a_platform_that_is_down_at_first_is_waited_for_and_one_that_lost_everything_registers_anew()
 {
    let mut platform = Restartable::stopped();
    let setup = registering(Setup::at_restartable(&platform), &newcomer());
    let service = setup.start().await;
    not_ready(&service, "looking for it: the platform cannot be reached").await;
    platform.come_back();
    service.wait_until_ready().await;
    assert_eq!(applications(platform.running(), "newcomer").await.len(), 1);
    platform.go_down();
    platform.come_back();
    let again = async || applications(platform.running(), "newcomer").await.len();
    eventually("the application is there again", again, |number| {
        *number == 1
    })
    .await;
}

#[tokio::test]
async fn an_application_that_is_made_anew_has_its_own_key() {
    let platform = TestPlatform::start();
    let former = json!({"name": "newcomer", "key": "a-former-key", "type": "MICROSERVICE"});
    let former = platform.create("t100", APPLICATIONS, &former).await;
    let service = registering(Setup::at(&platform), &newcomer()).ready().await;
    platform.subscribe_to(&former, "t102").await;
    service.event(Kind::Subscribed, "t102").await;
    let path = format!("{APPLICATIONS}/{former}");
    platform.delete("t100", &format!("{path}?force=true")).await;
    let list = async || applications(&platform, "newcomer").await;
    let made = eventually("it is made anew", list, |list| list.len() == 1).await;
    platform
        .subscribe_to(made[0]["id"].as_str().unwrap(), "t101")
        .await;
    let client = service.event(Kind::Subscribed, "t101").await;
    let objects = client.request(Method::GET, "/inventory/managedObjects");
    objects.send().await.unwrap();
    let seen = platform.requests_of("t101/service_newcomer");
    let key = seen[0].application_key.as_deref();
    assert_eq!(key, Some("newcomer-microservice-key"));
}

#[tokio::test]
async fn a_service_without_tenants_registers_itself_before_it_is_ready() {
    let platform = TestPlatform::start();
    platform.inject(Fault::status(503).at("/application"));
    let setup = registering(Setup::at(&platform), &newcomer());
    let setup = setup.env("MICROSERVICE_SUBSCRIPTION_ENABLED", "false");
    let service = setup.start().await;
    not_ready(&service, "looking for it").await;
    platform.clear_faults();
    service.wait_until_ready().await;
    let admin = User::admin_of("t101");
    let reply = service.call(&admin, Method::GET, "/whoami").await;
    assert_eq!(reply.expect(200)["tenant"], "t101");
    let bootstrap = platform.requests_of("t100/servicebootstrap_newcomer");
    let paths: Vec<_> = bootstrap.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["/application/currentApplication"], "the key alone");
}

/// How a service ends that cannot start, with these manifests.
async fn start_error(register: bool, manifest: Option<&str>) -> Error {
    let platform = TestPlatform::start();
    let mut environment = platform.bootstrap_environment(free_port());
    environment.insert("C8Y_BOOTSTRAP_REGISTER".to_owned(), register.to_string());
    let config = Config::read(|name| environment.get(name).map(OsString::from)).unwrap();
    let microservice = Microservice::new(config);
    let microservice = match manifest {
        Some(manifest) => microservice.manifest(manifest),
        None => microservice,
    };
    let ended = microservice.serve(|_app| {}).await;
    ended.expect_err("the service should not start")
}

#[tokio::test]
async fn without_a_manifest_the_start_says_what_to_do() {
    let error = start_error(true, None).await;
    let message = error.to_string();
    assert!(matches!(error, Error::Config(_)), "{error:?}");
    for expected in ["C8Y_BOOTSTRAP_REGISTER", "Microservice::manifest"] {
        assert!(message.contains(expected), "{message}");
    }
    assert!(!message.contains('\n'), "{message}");
}

#[tokio::test]
async fn a_manifest_that_is_none_is_an_error_of_the_start_also_where_it_is_not_needed() {
    for register in [true, false] {
        for (manifest, reason) in [
            ("", "EOF"),
            ("name: hello", "expected"),
            ("{}", "missing field `name`"),
            (r#"{"name": ""}"#, "`name` is empty"),
            (
                r#"{"name": "n", "requiredRoles": "ROLE"}"#,
                "expected a sequence",
            ),
        ] {
            let error = start_error(register, Some(manifest)).await;
            assert!(matches!(error, Error::Manifest(_)), "{error:?}");
            let message = error.to_string();
            assert!(message.contains(reason), "{manifest}: {message}");
        }
    }
}

#[tokio::test]
async fn with_a_manifest_and_without_the_variable_nothing_is_registered() {
    let platform = TestPlatform::start();
    let manifest = newcomer().to_string();
    let setup = Setup::at(&platform).handlers(move |it| it.manifest(&manifest));
    let _service = setup.ready().await;
    assert_eq!(applications(&platform, "newcomer").await, [""; 0]);
    assert_eq!(changes(&platform), [""; 0]);
}
