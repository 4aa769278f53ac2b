//! Isolation `PER_TENANT`: an instance for each subscribed tenant, and the environment that
//! instances get.

use local_platform::{LocalPlatform, RunningService, Service};
use serde_json::json;

use crate::helpers::{TestPlatform, eventually};
use crate::runtime::shell;

/// Writes its environment down, and is ready at once.
fn service() -> Service {
    shell("/usr/bin/env; exec sleep 60")
}

fn per_tenant() -> TestPlatform {
    TestPlatform::with_manifest(json!({
        "apiVersion": "2", "name": "example", "version": "1.0.0", "provider": "c8y",
        "isolation": "PER_TENANT", "requiredRoles": ["ROLE_ALARM_READ"], "readinessProbe": {"exec": {"command": ["true"]}},
    }))
}

/// The tenants that have an instance which is ready, with its credentials as it sees them.
fn credentials(running: &RunningService) -> Result<Vec<(String, String, String)>, String> {
    let instances = running.instances();
    let each = instances.iter().map(|instance| {
        let log = instance.log();
        let variable = |name: &str| {
            let mut values = log.iter().filter_map(|line| line.strip_prefix(name));
            values.next().map(str::to_owned).ok_or(format!("no {name}"))
        };
        let tenant = instance.tenant().unwrap_or_default().to_owned();
        assert_eq!(variable("C8Y_TENANT=")?, tenant);
        if !instance.is_ready() {
            return Err(format!("{tenant} is not ready"));
        }
        Ok((tenant, variable("C8Y_USER=")?, variable("C8Y_PASSWORD=")?))
    });
    each.collect()
}

/// Waits until exactly these tenants have an instance.
fn served(running: &RunningService, tenants: &[&str]) -> Vec<(String, String, String)> {
    eventually("an instance for each tenant", || {
        let seen = credentials(running)?;
        let mut served: Vec<&str> = seen.iter().map(|(tenant, ..)| tenant.as_str()).collect();
        served.sort_unstable();
        if served == tenants {
            Ok(seen)
        } else {
            Err(format!("{served:?}"))
        }
    })
}

#[tokio::test]
async fn instances_follow_the_subscriptions_each_with_the_credentials_of_its_tenant() {
    let platform = per_tenant();
    let running = platform.platform.deploy(service()).expect("ready");
    let before = served(&running, &["t100", "t101", "t102", "t103"]);
    for (tenant, user, password) in &before {
        assert_eq!(user, "service_example");
        let call = platform.anonymous("GET", "/alarm/alarms");
        let call = call.user(&format!("{tenant}/{user}"), password);
        call.send().await.expect(200);
    }

    let id = platform.platform.application_id();
    let subscriptions = "/tenant/tenants/t102/applications";
    let subscription = format!("{subscriptions}/{id}");
    platform.delete("t100", &subscription).await.expect(204);
    served(&running, &["t100", "t101", "t103"]);
    let body = json!({"application": {"id": id}});
    platform.post("t100", subscriptions, body).await.expect(201);
    let after = served(&running, &["t100", "t101", "t102", "t103"]);
    let password = |all: &[(String, String, String)]| {
        let mut all = all.iter();
        let found = all.find(|(tenant, ..)| tenant == "t102");
        found.map(|(.., password)| password.clone())
    };
    assert_ne!(password(&before), password(&after));
}

#[tokio::test]
async fn the_gateway_sends_each_tenant_to_its_own_instance() {
    let platform = per_tenant();
    let running = platform.platform.deploy(service()).expect("ready");
    // Nothing listens there: the refusal names the address that was tried.
    for instance in running.instances() {
        let tenant = instance.tenant().expect("a tenant");
        let answer = platform.get(tenant, "/service/example/").await.expect(503);
        let address = instance.address().to_string();
        assert!(answer.text.contains(&address), "{address}: {}", answer.text);
    }
}

#[tokio::test]
async fn time_zone_and_proxies_come_from_the_owners_options_before_the_platforms_variables() {
    let variables = [
        ("MICROSERVICE_RUNTIME_TIMEZONE", "Europe/Warsaw"),
        ("MICROSERVICE_RUNTIME_PROXY_HTTP_HOST", "proxy.example.com"),
        ("MICROSERVICE_RUNTIME_PROXY_HTTP_PORT", "3128"),
        ("MICROSERVICE_RUNTIME_PROXY_HTTPS_PORT", "3129"),
        ("PATH", "/nowhere"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let builder = LocalPlatform::builder().platform_variables(variables);
    let platform = TestPlatform::of(builder.start().expect("a platform"));
    for (tenant, key, value) in [
        ("t100", "timezone", "Asia/Tokyo"),
        ("t100", "proxy.socks.host", "socks.example.com"),
        ("t101", "proxy.http.host", "of another tenant"),
    ] {
        let option = json!({"category": "microservice.runtime", "key": key, "value": value});
        let made = platform.post(tenant, "/tenant/options", option).await;
        assert!(matches!(made.status, 200 | 201), "{}", made.text);
    }
    let environment = platform.platform.bootstrap_environment(80);
    let get = |name: &str| environment.get(name).map(String::as_str);
    assert_eq!(get("TZ"), Some("Asia/Tokyo"));
    assert_eq!(get("PROXY_SOCKS_HOST"), Some("socks.example.com"));
    assert_eq!(get("PROXY_HTTP_HOST"), Some("proxy.example.com"));
    assert_eq!(get("PROXY_HTTP_PORT"), Some("3128"));
    for absent in ["PROXY_HTTPS_PORT", "PROXY_HTTP_NON_PROXY_HOSTS", "PATH"] {
        assert_eq!(get(absent), None, "{absent}");
    }
}
