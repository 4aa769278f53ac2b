//! What the program prints once it is up.

use std::net::SocketAddr;

use local_platform::{ADMIN, LocalPlatform, OWNER, PASSWORD, RunningService, Scale};

/// The port that a service started by hand is suggested to listen on.
const SERVICE_PORT: u16 = 8080;

/// The path of the call that raises alarms.
pub(super) const CREATE_ALARMS: &str = "createAlarms";

/// For `dev`. Exactly one line begins with `curl`: the call to try first, of this path of the
/// service.
pub(super) fn dev(
    platform: &LocalPlatform,
    service: &RunningService,
    path: &str,
    watched: bool,
) -> String {
    let is_per_tenant = platform.instance_tenant().is_some();
    let path = path.trim_start_matches('/');
    let what = match is_per_tenant {
        _ if path != CREATE_ALARMS => "Call the service:".to_owned(),
        false => "Raise an alarm in every subscribed tenant:".to_owned(),
        true => format!("Raise an alarm in tenant {OWNER}, with its own instance:"),
    };
    format!(
        "{common}\nService    {behind}, {instances}\n{notes}\n\
         {what}\n\n\
         curl -u {OWNER}/{ADMIN}:{PASSWORD} -X POST {url}\n\n{next}\
         Ctrl-C stops the service and the platform.",
        common = common(platform),
        behind = platform.service_url(),
        instances = instances(service),
        notes = notes(platform, service, watched),
        url = quoted(&format!("{}/{path}", platform.service_url())),
        next = next(platform, path),
    )
}

fn instances(service: &RunningService) -> String {
    match service.instances().as_slice() {
        [] | [_] => format!("listening on {}", service.url()),
        several => {
            let lines = several.iter().map(|instance| {
                let tenant = instance.tenant().map(|tenant| format!(" for {tenant}"));
                let tenant = tenant.unwrap_or_default();
                format!("\n           http://{}{tenant}", instance.address())
            });
            let lines: String = lines.collect();
            format!("{} instances listening on{lines}", several.len())
        }
    }
}

fn notes(platform: &LocalPlatform, service: &RunningService, watched: bool) -> String {
    let mut notes = String::new();
    let instances = service.instances();
    let containers = instances.iter().filter_map(|it| it.container());
    let containers: Vec<String> = containers.collect();
    if !containers.is_empty() {
        let containers = containers.join("\n           ");
        notes.push_str("Containers ");
        notes.push_str(&containers);
        notes.push_str("\n           docker ps shows them, docker stats what they take\n");
    }
    if platform.manifest().scale == Scale::Auto {
        notes.push_str("Scale      AUTO is not simulated: the number of instances stays\n");
    }
    if watched {
        notes.push_str("Watching   the sources: a change renews the service\n");
    }
    notes
}

/// For `serve`.
pub(super) fn serve(
    platform: &LocalPlatform,
    service: Option<SocketAddr>,
    runs_uploads: bool,
) -> String {
    let behind = platform.service_url();
    let gateway = match service {
        Some(address) => format!("Service    {behind}, expected on http://{address}"),
        None => format!(
            "Service    none; for {behind} start one and add --service http://127.0.0.1:{SERVICE_PORT}"
        ),
    };
    let uploads = if runs_uploads {
        "Uploads    run in containers, once a tenant is subscribed; docker ps shows them\n"
    } else {
        ""
    };
    let port = service.map_or(SERVICE_PORT, |address| address.port());
    let mut environment = platform.bootstrap_environment(port);
    environment.insert("SERVER_ADDRESS".to_owned(), "127.0.0.1".to_owned());
    let variables: Vec<String> = environment
        .iter()
        .map(|(name, value)| format!("export {name}={}", quoted(value)))
        .collect();
    format!(
        "{}\n{gateway}\n{uploads}\nEnvironment of a service that is started by hand:\n\n{}\n\n\
         Ctrl-C stops the platform.",
        common(platform),
        variables.join("\n"),
    )
}

fn common(platform: &LocalPlatform) -> String {
    let further = platform
        .address_for_containers()
        .map_or_else(String::new, |address| {
            format!("Listening  for containers as well, on http://{address}\n")
        });
    format!(
        "\nPlatform   {url}\n{further}Tenants    {tenants}\n\
         Users      {ADMIN} in each tenant, password {PASSWORD}, all roles\n\
         Faults     on demand, at {url}/local-platform/faults",
        url = platform.url(),
        tenants = tenants(platform),
    )
}

fn tenants(platform: &LocalPlatform) -> String {
    let tenants = platform.tenants();
    match tenants.as_slice() {
        [owner] => format!("{owner} (owner)"),
        [owner, one] => format!("{owner} (owner), {one}"),
        [owner, first, .., last] => format!("{owner} (owner), {first} to {last}"),
        [] => String::new(),
    }
}

/// Commands to go on with, which depend on what there is to see and to subscribe. They are
/// indented, so that the call to try first stands out.
fn next(platform: &LocalPlatform, path: &str) -> String {
    let mut sections = Vec::new();
    if path == CREATE_ALARMS {
        sections.push(see_alarms(platform));
    }
    sections.push(subscribe(platform));
    sections.concat()
}

fn see_alarms(platform: &LocalPlatform) -> String {
    let tenants = platform.tenants();
    // Another one than the caller's, where that has got one, too.
    let another = tenants
        .get(1)
        .filter(|_| platform.instance_tenant().is_none());
    let tenant = another.map_or(OWNER, String::as_str);
    format!(
        "Then look at a tenant's alarms:\n\n  \
         curl -u {tenant}/{ADMIN}:{PASSWORD} {}/alarm/alarms\n\n",
        platform.url()
    )
}

fn subscribe(platform: &LocalPlatform) -> String {
    let url = platform.url();
    let owner = format!("curl -u {OWNER}/{ADMIN}:{PASSWORD} -H 'Content-Type: application/json'");
    let new = format!(
        r#"{{"company":"Acme","domain":"acme.localhost","adminEmail":"admin@example.com","adminName":"{ADMIN}","adminPass":"{PASSWORD}"}}"#
    );
    let application = platform.application_id();
    let next_tenant = format!("t{}", 100 + platform.tenants().len());
    format!(
        "Add a tenant, and subscribe it:\n\n  \
         {owner} -d '{new}' {url}/tenant/tenants\n  \
         {owner} -d '{{\"application\":{{\"id\":\"{application}\"}}}}' \
         {url}/tenant/tenants/{next_tenant}/applications\n\n"
    )
}

/// A value as a shell takes it.
fn quoted(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+,".contains(c);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_survives_the_shell() {
        assert_eq!(quoted("http://127.0.0.1:8111"), "http://127.0.0.1:8111");
        assert_eq!(quoted("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(quoted(""), "''");
    }
}
