//! What becomes of a list of subscriptions, in forms that the local platform's never has.

use std::sync::{Arc, Mutex};

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use c8y_microservice::http::Method;
use c8y_microservice::{Subscriptions, SubscriptionsError, Tenants};
use serde_json::{Value, json};

use crate::support::{Kind, Setup, StandIn, TestService, User, free_port};

/// A service and its platform, which lists the users that a test says.
struct World {
    users: Arc<Mutex<Value>>,
    platform: StandIn,
    service: TestService,
    subscriptions: Subscriptions,
}

fn user(tenant: &str, password: &str) -> Value {
    json!({"tenant": tenant, "name": "service", "password": password})
}

impl World {
    /// After a first read of these. Tenant `t1` has to be among them.
    async fn start(users: Value) -> Self {
        let users = Arc::new(Mutex::new(users));
        let listed = Arc::clone(&users);
        let platform = StandIn::start(move |app| {
            let listed = Arc::clone(&listed);
            let list = move || {
                let answer = json!({"users": *listed.lock().unwrap(), "self": "here"});
                async { HttpResponse::Ok().json(answer) }
            };
            let caller = || async { HttpResponse::Ok().body(r#"{"userName":"somebody"}"#) };
            let path = "/application/currentApplication/subscriptions";
            app.route(path, web::get().to(list))
                .route("/user/currentUser", web::get().to(caller))
                .route("/anything", web::get().to(HttpResponse::Ok));
        });
        let setup = Setup::new(platform.environment(free_port()));
        let setup = setup.env("C8Y_MICROSERVICE_ISOLATION", "MULTI_TENANT");
        let service = setup.ready().await;
        let somebody = User::new("t1/somebody", "p");
        let subscriptions = service.subscriptions_lent_to(&somebody).await;
        Self {
            users,
            platform,
            service,
            subscriptions,
        }
    }

    async fn read(&self, users: Value) -> Result<Tenants, SubscriptionsError> {
        *self.users.lock().unwrap() = users;
        self.subscriptions.refresh().await
    }

    /// `tenant/user:password` that a tenant's last request is signed with.
    async fn login(&self, tenant: &str) -> String {
        let tenants = self.subscriptions.tenants().unwrap();
        let client = tenants.get(&tenant.into()).unwrap();
        let request = client.request(Method::GET, "/anything");
        request.send().await.unwrap();
        let seen = self.platform.signatures("/anything");
        let authorization = seen.last().unwrap()[0].clone();
        let encoded = authorization.strip_prefix("authorization: Basic ").unwrap();
        String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap()
    }
}

fn ids(tenants: &Tenants) -> Vec<&str> {
    let ids = tenants.iter().map(|client| client.tenant().as_str());
    ids.collect()
}

#[tokio::test]
async fn one_read_finds_who_came_who_left_who_stayed_and_who_has_other_credentials() {
    let before = ["t1", "t10", "t2", "t3", "t4"].map(|tenant| user(tenant, "old"));
    let world = World::start(json!(before)).await;
    for tenant in ["t1", "t10", "t2", "t3", "t4"] {
        world.service.client(tenant).await;
    }
    // In no order.
    let now = [
        user("t9", "new"),
        user("t3", "new"),
        user("t0", "new"),
        user("t1", "old"),
        user("t2", "old"),
    ];
    let tenants = world.read(json!(now)).await.unwrap();
    assert_eq!(ids(&tenants), ["t0", "t1", "t2", "t3", "t9"]);
    let expected = [
        (Kind::Subscribed, "t0"),
        (Kind::Subscribed, "t9"),
        (Kind::Renewed, "t3"),
        (Kind::Unsubscribed, "t10"),
        (Kind::Unsubscribed, "t4"),
    ];
    for (kind, tenant) in expected {
        world.service.event(kind, tenant).await;
    }
    assert_eq!(world.service.events().len(), 10);
    assert_eq!(world.login("t0").await, "t0/service:new");
    assert_eq!(world.login("t2").await, "t2/service:old");
    assert_eq!(world.login("t3").await, "t3/service:new");
    assert_eq!(world.read(json!([])).await.unwrap().len(), 0);
}

#[tokio::test]
async fn of_a_tenant_that_is_listed_twice_the_last_user_counts() {
    let twice = json!([user("t1", "first"), user("t2", "p"), user("t1", "last")]);
    let world = World::start(twice.clone()).await;
    let tenants = world.read(twice).await.unwrap();
    assert_eq!(ids(&tenants), ["t1", "t2"]);
    assert_eq!(world.login("t1").await, "t1/service:last");
    // A change after it: what came before had been heard of.
    world.read(json!([user("t1", "last")])).await.unwrap();
    world.service.event(Kind::Unsubscribed, "t2").await;
    assert_eq!(world.service.events().len(), 3);
}

#[tokio::test]
async fn names_and_passwords_may_have_any_characters() {
    let name = "se\"rvice\u{e4}";
    let password = "a\\b:\n\u{1f511}\"";
    let users = json!([{"tenant": "t1", "name": name, "password": password}]);
    let world = World::start(users.clone()).await;
    assert_eq!(world.login("t1").await, format!("t1/{name}:{password}"));
    world.read(users).await.unwrap();
    let other = json!([{"tenant": "t1", "name": name, "password": "other\\"}]);
    world.read(other).await.unwrap();
    world.service.event(Kind::Renewed, "t1").await;
    assert_eq!(world.service.events().len(), 2);
}

#[tokio::test]
async fn tenants_of_a_broken_list_are_signed_for_as_they_are_and_add_nothing_to_a_request() {
    let world = World::start(json!([user("t1", "p")])).await;
    let hostile = [
        "",
        " ",
        "..",
        "t1\r\nx-injected: 1",
        "t2\n\nGET /hidden HTTP/1.1",
        "t3/../t1",
        "t4?x=y#z",
        "t5\0",
        "t6:x",
        "%2e%2e",
    ];
    let users: Vec<_> = hostile
        .iter()
        .map(|tenant| user(tenant, "p\r\nx: 1"))
        .collect();
    let tenants = world.read(json!(users)).await.unwrap();
    assert_eq!(tenants.len(), hostile.len());
    for tenant in hostile {
        let expected = format!("{tenant}/service:p\r\nx: 1");
        assert_eq!(world.login(tenant).await, expected);
    }
    let seen = world.platform.requests();
    let others = seen.iter().filter(|line| line.contains("hidden"));
    assert_eq!(others.count(), 0, "{seen:?}");
    // Each header of each request is one that the service has made.
    for signature in world.platform.signatures("/anything") {
        assert_eq!(signature.len(), 2, "{signature:?}");
        assert_eq!(signature[1], "x-cumulocity-application-key: the-key");
    }
}

#[tokio::test]
async fn a_list_that_cannot_be_read_changes_nothing_and_is_not_quoted() {
    let world = World::start(json!([user("t1", "p")])).await;
    let wrong = [
        json!([user("t2", "p"), {"tenant": "t3", "name": "service", "password": 987_654}]),
        json!([user("t2", "p"), {"tenant": "t3", "name": "service"}]),
        json!({"t987654": "service"}),
    ];
    for users in wrong {
        let error = world.read(users).await.unwrap_err();
        assert!(matches!(error, SubscriptionsError::Read(_)), "{error:?}");
        let text = format!("{error} {error:?}");
        assert!(text.contains("line 1 column"), "{text}");
        assert!(!text.contains("987"), "{text}");
    }
    let tenants = world.subscriptions.tenants().unwrap();
    assert_eq!(ids(&tenants), ["t1"]);
    assert_eq!(world.login("t1").await, "t1/service:p");
}
