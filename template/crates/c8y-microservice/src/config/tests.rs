use std::collections::HashMap;

use super::*;

const COMPLETE: [(&str, &str); 4] = [
    ("C8Y_BASEURL", "http://cumulocity:8111"),
    ("C8Y_BOOTSTRAP_TENANT", "t100"),
    ("C8Y_BOOTSTRAP_USER", "servicebootstrap_hello"),
    ("C8Y_BOOTSTRAP_PASSWORD", "secret:with:colons"),
];

fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut variables: HashMap<&str, &str> = COMPLETE.into();
    variables.extend(changes.iter().copied());
    Config::read(|name| variables.get(name).map(OsString::from))
}

fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    let error = read(changes).expect_err("the configuration should be refused");
    let variables = error.problems().iter().map(|p| p.variable.clone());
    variables.collect()
}

#[test]
fn the_bootstrap_user_and_the_address_are_enough() {
    let config = read(&[]).unwrap();
    assert_eq!(config.platform.base_url.as_str(), "http://cumulocity:8111/");
    assert_eq!(config.server.port, 80);
    assert_eq!(config.bootstrap.delay, Duration::from_secs(10));
    assert_eq!(config.memory_limit, 256_000_000);
    assert_eq!(config.owner_tenant().as_str(), "t100");
    assert!(matches!(
        config.bootstrap.tenants,
        TenantSource::Subscriptions
    ));
    assert_eq!(config.proxies.http, None);
}

#[test]
fn requests_have_a_minute_or_the_time_that_a_single_part_of_an_answer_has() {
    let config = read(&[]).unwrap().http_client;
    assert_eq!(config.connect_timeout, Duration::from_secs(10));
    assert_eq!(config.read_timeout, Duration::from_mins(1));
    for (milliseconds, total) in [("1", 60), ("60000", 60), ("60001", 61), ("180000", 180)] {
        let config = read(&[("C8Y_HTTPCLIENT_HTTPREADTIMEOUT", milliseconds)]).unwrap();
        let seconds = config.http_client.total_timeout().as_secs_f64().ceil();
        assert!((seconds - f64::from(total)).abs() < 0.1, "{milliseconds}");
    }
}

#[test]
fn the_lower_number_of_connections_holds() {
    for (per_host, max, expected) in [("", "", 50), ("200", "", 100), ("7", "", 7), ("", "3", 3)] {
        let config = read(&[
            ("C8Y_HTTPCLIENT_POOL_PERHOST", per_host),
            ("C8Y_HTTPCLIENT_POOL_MAX", max),
        ]);
        assert_eq!(config.unwrap().http_client.connections(), expected);
    }
}

#[test]
fn no_number_of_connections_and_no_time_limit_is_zero() {
    for variable in [
        "C8Y_HTTPCLIENT_HTTPCONNECTTIMEOUT",
        "C8Y_HTTPCLIENT_HTTPREADTIMEOUT",
        "C8Y_HTTPCLIENT_POOL_PERHOST",
        "C8Y_HTTPCLIENT_POOL_MAX",
        "C8Y_HTTPCLIENT_POOL_AWAITTIMEOUT",
    ] {
        for value in ["0", "-1", "many", "99999999"] {
            assert_eq!(problems(&[(variable, value)]), [variable], "{value}");
        }
    }
    let flag = "C8Y_HTTPCLIENT_POOL_ENABLED";
    assert_eq!(problems(&[(flag, "yes")]), [flag]);
}

#[test]
fn all_problems_are_in_one_message_of_one_line() {
    let changes = [
        ("C8Y_BASEURL", ""),
        ("C8Y_BOOTSTRAP_PASSWORD", ""),
        ("SERVER_PORT", "0"),
        ("MEMORY_LIMIT", "10 M"),
        ("C8Y_MICROSERVICE_ISOLATION", "SHARED"),
        ("C8Y_BOOTSTRAP_DELAY", "soon"),
        ("PROXY_SOCKS_PORT", "99999"),
    ];
    let message = read(&changes).unwrap_err().to_string();
    for (variable, _) in changes {
        assert!(
            message.contains(variable),
            "{variable} is not in: {message}"
        );
    }
    assert!(!message.contains('\n'), "more than one line: {message}");
}

#[test]
fn secrets_are_never_printed() {
    let hidden = "hunter2";
    let config = read(&[
        ("C8Y_BOOTSTRAP_PASSWORD", hidden),
        ("APPLICATION_KEY", hidden),
    ])
    .unwrap();
    let shown = format!("{config:?}");
    assert!(!shown.contains(hidden), "{shown}");
    let error = read(&[("C8Y_BASEURL", "http://user:hunter2@cumulocity/")]).unwrap_err();
    assert!(!error.to_string().contains(hidden), "{error}");
}

#[test]
fn per_tenant_isolation_needs_the_tenants_service_user() {
    let isolation = ("C8Y_MICROSERVICE_ISOLATION", "PER_TENANT");
    assert_eq!(
        problems(&[isolation]),
        ["C8Y_TENANT", "C8Y_USER", "C8Y_PASSWORD"]
    );
    let user = [
        ("C8Y_TENANT", "t101"),
        ("C8Y_USER", "service_hello"),
        ("C8Y_PASSWORD", "p"),
    ];
    let config = read(&[&[isolation], user.as_slice()].concat()).unwrap();
    let TenantSource::Single(credentials) = config.bootstrap.tenants else {
        panic!("not a single tenant: {:?}", config.bootstrap.tenants);
    };
    assert_eq!(credentials.tenant().as_str(), "t101");
}

#[test]
fn subscriptions_can_be_switched_off() {
    let config = read(&[("MICROSERVICE_SUBSCRIPTION_ENABLED", "false")]).unwrap();
    assert!(matches!(config.bootstrap.tenants, TenantSource::Disabled));
}

#[test]
fn a_service_registers_itself_only_where_that_is_built_in() {
    assert!(!read(&[]).unwrap().bootstrap.register);
    let register = [("C8Y_BOOTSTRAP_REGISTER", "true")];
    if cfg!(feature = "self-registration") {
        assert!(read(&register).unwrap().bootstrap.register);
    } else {
        assert_eq!(problems(&register), ["C8Y_BOOTSTRAP_REGISTER"]);
    }
    let unclear = [("C8Y_BOOTSTRAP_REGISTER", "yes")];
    assert_eq!(problems(&unclear), ["C8Y_BOOTSTRAP_REGISTER"]);
}

#[test]
fn a_stop_has_to_end_before_the_platform_kills() {
    assert_eq!(
        problems(&[("SHUTDOWN_DELAY", "4001")]),
        ["SHUTDOWN_TIMEOUT"]
    );
    assert!(read(&[("SHUTDOWN_DELAY", "4000")]).is_ok());
}

#[test]
fn an_application_key_has_to_fit_into_a_header() {
    assert_eq!(
        problems(&[("APPLICATION_KEY", "a\nb")]),
        ["APPLICATION_KEY"]
    );
}

#[test]
fn the_platforms_address_is_http_with_a_host_and_nothing_else() {
    for address in [
        "cumulocity:8111",
        "ftp://cumulocity",
        "http://",
        "http://c/?a=b",
        "http:cumulocity",
        "https:a/b=https://user:hunter2@cumulocity",
        "/",
    ] {
        assert_eq!(
            problems(&[("C8Y_BASEURL", address)]),
            ["C8Y_BASEURL"],
            "{address}"
        );
    }
    let config = read(&[("C8Y_BASEURL", "https://cumulocity/base")]).unwrap();
    assert_eq!(
        config.platform.base_url.as_str(),
        "https://cumulocity/base/"
    );
}

#[test]
fn memory_has_decimal_and_binary_units() {
    for (text, bytes) in [
        ("10M", Some(10_000_000)),
        ("10Mi", Some(10_485_760)),
        ("512", Some(512)),
        ("1Ei", Some(1 << 60)),
        ("99E", None),
        ("0M", None),
        ("10m", None),
        ("10i", None),
        ("M", None),
        ("-1M", None),
    ] {
        assert_eq!(values::memory(text), bytes, "{text}");
    }
}

#[test]
fn the_limits_of_the_server_have_defaults_that_fit_the_memory() {
    let server = read(&[]).unwrap().server;
    assert_eq!(server.request_timeout, Duration::from_secs(50));
    assert_eq!(server.request_body_limit, 256 * 1024);
    assert_eq!(server.max_connections, 976);
    let smallest = read(&[("MEMORY_LIMIT", "10M")]).unwrap().server;
    assert_eq!(smallest.max_connections, 38);
    let large = read(&[("MEMORY_LIMIT", "16G")]).unwrap().server;
    assert_eq!(large.max_connections, 10_000);
    let tiny = read(&[("MEMORY_LIMIT", "1")]).unwrap().server;
    assert_eq!((tiny.max_connections, tiny.request_body_limit), (1, 1));
}

#[test]
fn the_limits_of_the_server_can_be_chosen() {
    let server = read(&[
        ("REQUEST_TIMEOUT", "1500"),
        ("REQUEST_BODY_LIMIT", "1Mi"),
        ("REQUEST_HEAD_TIMEOUT", "1"),
        ("SERVER_MAX_CONNECTIONS", "1"),
        ("SERVER_KEEP_ALIVE", "0"),
    ]);
    let server = server.unwrap().server;
    assert_eq!(server.request_timeout, Duration::from_millis(1500));
    assert_eq!(server.request_body_limit, 1024 * 1024);
    assert_eq!(server.request_head_timeout, Duration::from_millis(1));
    assert_eq!(server.max_connections, 1);
    assert_eq!(server.keep_alive, Duration::ZERO);
}

#[test]
fn wrong_limits_of_the_server_are_all_named() {
    let wrong = [
        ("SERVER_MAX_CONNECTIONS", "0"),
        ("SERVER_KEEP_ALIVE", "-1"),
        ("REQUEST_HEAD_TIMEOUT", "0"),
        ("REQUEST_BODY_LIMIT", "256 Ki"),
        ("REQUEST_TIMEOUT", "0"),
    ];
    assert_eq!(problems(&wrong), wrong.map(|(variable, _)| variable));
}

#[test]
fn a_body_takes_no_more_than_half_of_the_memory() {
    let memory = ("MEMORY_LIMIT", "10M");
    assert!(read(&[memory, ("REQUEST_BODY_LIMIT", "5M")]).is_ok());
    let error = read(&[memory, ("REQUEST_BODY_LIMIT", "5000001")]).unwrap_err();
    let expected = "at most half of MEMORY_LIMIT, 5000000 bytes";
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn the_isolation_is_known_also_without_subscriptions() {
    let isolation = |changes| read(changes).unwrap().bootstrap.isolation.to_string();
    assert_eq!(isolation(&[]), "MULTI_TENANT");
    let none = ("MICROSERVICE_SUBSCRIPTION_ENABLED", "false");
    let per_tenant = ("C8Y_MICROSERVICE_ISOLATION", "PER_TENANT");
    assert_eq!(isolation(&[none, per_tenant]), "PER_TENANT");
}
