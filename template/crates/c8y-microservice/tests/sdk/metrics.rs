//! `GET /metrics`.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use c8y_microservice::http::Method;
use c8y_microservice::prometheus::IntCounter;
use c8y_microservice::{ApiError, AsService, Metrics};
use local_platform::Fault;

use crate::support::{
    Restartable, Setup, TestPlatform, TestService, User, assert_error_form, eventually, send,
};

const PATH: &str = "/metrics";

/// What Prometheus reads: the samples with their labels, as they are written, and the types.
#[derive(Debug, Default)]
struct Scraped {
    samples: BTreeMap<String, f64>,
    types: BTreeMap<String, String>,
}

impl Scraped {
    /// Fails where a line is not of the text form, or a sample comes before its type.
    #[track_caller]
    fn parse(text: &str) -> Self {
        let mut scraped = Self::default();
        for line in text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                let (name, kind) = family.split_once(' ').expect(line);
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                scraped.types.insert(name.to_owned(), kind.to_owned());
            } else if !line.starts_with("# HELP ") {
                let (series, value) = line.rsplit_once(' ').expect(line);
                assert!(scraped.has_type(series), "no type before {line}");
                let value = value.parse().expect(line);
                let before = scraped.samples.insert(series.to_owned(), value);
                assert_eq!(before, None, "twice: {line}");
            }
        }
        assert!(text.ends_with('\n'));
        scraped
    }

    fn has_type(&self, series: &str) -> bool {
        let name = series.split('{').next().unwrap();
        let of_histogram = ["_bucket", "_sum", "_count"];
        let family = of_histogram.iter().find_map(|end| name.strip_suffix(end));
        let kind = |name| self.types.get(name).map(String::as_str);
        kind(name).is_some() || family.and_then(kind) == Some("histogram")
    }

    fn get(&self, series: &str) -> Option<f64> {
        self.samples.get(series).copied()
    }

    /// The labels of all series, name and value.
    fn labels(&self) -> BTreeSet<(String, String)> {
        let series = self.samples.keys();
        let labels = series.filter_map(|series| series.split_once('{'));
        let each = labels.flat_map(|(_, labels)| labels.strip_suffix("\"}").unwrap().split("\","));
        let pairs = each.map(|label| label.split_once("=\"").unwrap());
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

async fn scrape(service: &TestService) -> Scraped {
    let reply = service.get(PATH).await;
    assert_eq!(reply.status, 200, "{reply:#?}");
    Scraped::parse(&reply.text)
}

async fn get(service: &TestService, path: &str) -> u16 {
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, path).await;
    reply.status.as_u16()
}

fn requests(method: &str, route: &str, status: &str) -> String {
    let labels = format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
    format!("http_server_requests_total{{{labels}}}")
}

fn upstream(api: &str, outcome: &str) -> String {
    format!("c8y_requests_total{{api=\"{api}\",outcome=\"{outcome}\"}}")
}

async fn read(AsService(client): AsService) -> Result<HttpResponse, ApiError> {
    let request = client.request(Method::GET, "/inventory/managedObjects");
    request.send().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// With `/read`, which asks the platform, `/items/{id}`, and `/hang`.
async fn start(setup: Setup) -> TestService {
    let setup = setup.routes(|app| {
        app.route("/read", web::get().to(read))
            .route("/items/{id}", web::get().to(HttpResponse::NoContent))
            .route("/hang", web::get().to(pending::<HttpResponse>));
    });
    setup.ready().await
}

#[tokio::test]
async fn the_numbers_are_open_to_all_at_exactly_one_path() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    let wrong = User::new("t100/admin", "wrong");
    for reply in [
        service.get(PATH).await,
        service.call(&wrong, Method::GET, PATH).await,
    ] {
        assert_eq!(reply.status, 200, "{reply:#?}");
        let media_type = "text/plain; version=0.0.4; charset=utf-8";
        assert_eq!(reply.header("content-type"), media_type);
    }
    for path in ["/metrics/", "/metrics/more", "/Metrics", "/prometheus"] {
        assert_error_form(&service.get(path).await, 401, "security/Unauthorized");
    }
    let reply = send(service.request(Method::POST, PATH)).await;
    assert!(reply.status.is_client_error(), "{reply:#?}");
    let asked = platform.requests().into_iter();
    let asked: Vec<_> = asked.filter(|it| it.path == "/user/currentUser").collect();
    assert_eq!(asked, []);
}

#[tokio::test]
async fn requests_are_counted_by_method_route_and_status() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    for _ in 0..3 {
        assert_eq!(get(&service, "/whoami").await, 200);
    }
    service.get("/whoami").await.expect(401);
    for id in ["1", "2"] {
        assert_eq!(get(&service, &format!("/items/{id}?a=b")).await, 204);
    }
    assert_eq!(get(&service, "/nothing").await, 404);
    let admin = User::admin_of("t100");
    service
        .call(&admin, Method::POST, "/echo")
        .await
        .expect(200);
    let scraped = scrape(&service).await;
    for (series, count) in [
        (requests("GET", "/whoami", "2xx"), 3.0),
        (requests("GET", "/whoami", "4xx"), 1.0),
        (requests("GET", "/items/{id}", "2xx"), 2.0),
        (requests("GET", "unknown", "4xx"), 1.0),
        (requests("POST", "/echo", "2xx"), 1.0),
    ] {
        assert_eq!(scraped.get(&series), Some(count), "{series}: {scraped:#?}");
    }
}

#[tokio::test]
async fn durations_are_a_histogram() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    for _ in 0..3 {
        get(&service, "/whoami").await;
    }
    let scraped = scrape(&service).await;
    let name = "http_server_request_duration_seconds";
    assert_eq!(scraped.types[name], "histogram");
    let labels = "method=\"GET\",route=\"/whoami\"";
    let bucket = |le: &str| scraped.get(&format!("{name}_bucket{{{labels},le=\"{le}\"}}"));
    assert_eq!(bucket("+Inf"), Some(3.0), "{scraped:#?}");
    assert!(bucket("0.005") <= bucket("0.01") && bucket("0.01") <= bucket("+Inf"));
    assert_eq!(scraped.get(&format!("{name}_count{{{labels}}}")), Some(3.0));
    let sum = scraped.get(&format!("{name}_sum{{{labels}}}")).unwrap();
    assert!(sum > 0.0, "{sum}");
}

#[tokio::test]
async fn requests_in_flight_are_seen_and_those_that_time_out_are_counted() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform).env("REQUEST_TIMEOUT", "2000")).await;
    let in_flight = async || scrape(&service).await.get("http_server_requests_in_flight");
    let hang = User::admin_of("t100").sign(service.request(Method::GET, "/hang"));
    let hanging = tokio::spawn(send(hang));
    // The one that asks is in flight, too.
    eventually("two", in_flight, |number| *number == Some(2.0)).await;
    assert_eq!(hanging.await.unwrap().status, 503);
    eventually("one", in_flight, |number| *number == Some(1.0)).await;
    let scraped = scrape(&service).await;
    let timed_out = requests("GET", "/hang", "5xx");
    assert_eq!(scraped.get(&timed_out), Some(1.0), "{scraped:#?}");
}

#[tokio::test]
async fn a_request_that_panics_is_not_in_flight_any_more() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    let panics = User::admin_of("t100").sign(service.request(Method::GET, "/panic"));
    // The connection may be all that ends.
    panics.send().await.ok();
    let in_flight = async || scrape(&service).await.get("http_server_requests_in_flight");
    eventually("one", in_flight, |number| *number == Some(1.0)).await;
}

#[tokio::test]
async fn requests_to_the_platform_are_counted_by_api_and_outcome() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform).env("REQUEST_TIMEOUT", "2000")).await;
    let of_inventory = |fault: Fault| platform.inject(fault.at("/inventory"));
    assert_eq!(get(&service, "/read").await, 204);
    for (fault, outcome) in [
        (Fault::status(404), "4xx"),
        (Fault::status(500), "5xx"),
        (Fault::dropped(), "no_answer"),
        (Fault::latency(Duration::from_hours(1)), "no_answer"),
    ] {
        let before = scrape(&service).await.get(&upstream("inventory", outcome));
        let fault = of_inventory(fault);
        assert!(get(&service, "/read").await >= 500);
        fault.remove();
        let name = upstream("inventory", outcome);
        let count = async || scrape(&service).await.get(&name);
        eventually(outcome, count, |count| *count > before).await;
    }
    let scraped = scrape(&service).await;
    assert_eq!(scraped.get(&upstream("inventory", "2xx")), Some(1.0));
    assert!(scraped.get(&upstream("user", "2xx")) >= Some(1.0));
    // The subscriptions.
    assert_eq!(scraped.get(&upstream("application", "2xx")), Some(1.0));
}

#[tokio::test]
async fn a_request_that_nobody_waits_for_any_more_is_counted_as_given_up() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    let silence = platform.inject(Fault::latency(Duration::from_hours(1)).at("/inventory"));
    let client = service.client("t101").await;
    let asked = client.request(Method::GET, "/inventory/managedObjects");
    let arrived = async || silence.hits();
    tokio::select! {
        answer = asked.send() => panic!("{answer:?}"),
        _ = eventually("it is on its way", arrived, |hits| *hits == 1) => {}
    }
    let given_up = upstream("inventory", "given_up");
    let count = async || scrape(&service).await.get(&given_up);
    eventually("given up", count, |count| *count == Some(1.0)).await;
}

#[tokio::test]
async fn a_platform_that_cannot_be_reached_shows_in_the_numbers() {
    let platform = Restartable::stopped();
    let service = Setup::at_restartable(&platform).polling().start().await;
    let failed = async || scrape(&service).await;
    let failed = eventually("failed reads", failed, |scraped| {
        scraped.get("c8y_subscriptions_failures_total") >= Some(2.0)
    });
    let scraped = failed.await;
    let unreachable = scraped.get(&upstream("application", "unreachable"));
    assert!(unreachable >= Some(2.0), "{scraped:#?}");
    assert_eq!(scraped.get("c8y_subscribed_tenants"), None);
    assert_eq!(scraped.get("c8y_subscriptions_age_seconds"), None);
}

#[tokio::test]
async fn the_subscriptions_have_a_number_and_an_age() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    let first = scrape(&service).await;
    assert_eq!(first.get("c8y_subscribed_tenants"), Some(4.0));
    assert_eq!(first.get("c8y_subscriptions_failures_total"), Some(0.0));
    let age = first.get("c8y_subscriptions_age_seconds").unwrap();
    let grows = async || scrape(&service).await.get("c8y_subscriptions_age_seconds");
    eventually("the age grows", grows, |later| *later > Some(age)).await;
}

#[tokio::test]
async fn tenants_that_never_change_have_no_age() {
    let platform = TestPlatform::start();
    let user = platform.service_user("t101").await;
    let setup = Setup::at(&platform)
        .env("C8Y_MICROSERVICE_ISOLATION", "PER_TENANT")
        .env("C8Y_TENANT", "t101")
        .env("C8Y_USER", "service_example")
        .env("C8Y_PASSWORD", &user.password)
        .handlers(|microservice| microservice.version("3.2.1"));
    let scraped = scrape(&setup.ready().await).await;
    assert_eq!(scraped.get("c8y_subscribed_tenants"), Some(1.0));
    assert_eq!(scraped.get("c8y_subscriptions_age_seconds"), None);
    let sdk = env!("CARGO_PKG_VERSION");
    let labels = format!("isolation=\"PER_TENANT\",sdk=\"{sdk}\",version=\"3.2.1\"");
    let info = format!("c8y_microservice_info{{{labels}}}");
    assert_eq!(scraped.get(&info), Some(1.0), "{scraped:#?}");
}

#[tokio::test]
async fn no_label_has_what_a_caller_chooses_or_who_it_is() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    for path in [
        "/whoami",
        "/read",
        "/items/secret",
        "/nothing/secret?a=secret",
    ] {
        for tenant in platform.tenants() {
            let user = User::admin_of(&tenant);
            service.call(&user, Method::GET, path).await;
        }
    }
    let own = Method::from_bytes(b"SECRET").unwrap();
    service.call(&User::admin_of("t101"), own, "/whoami").await;
    let labels = scrape(&service).await.labels();
    let names: BTreeSet<_> = labels.iter().map(|(name, _)| name.as_str()).collect();
    let all = "api isolation le method outcome route sdk status version";
    assert_eq!(names.into_iter().collect::<Vec<_>>().join(" "), all);
    let mut hidden = platform.tenants();
    hidden.extend(["admin", "secret", "SECRET", "127.0.0.1", "http"].map(ToOwned::to_owned));
    for (name, value) in &labels {
        let shown = hidden.iter().any(|hidden| value.contains(hidden.as_str()));
        assert!(!shown, "{name}: {value}");
    }
}

#[tokio::test]
async fn callers_that_try_paths_and_methods_make_no_further_series() {
    let platform = TestPlatform::start();
    let service = start(Setup::at(&platform)).await;
    let admin = User::admin_of("t100");
    let try_some = async |range: std::ops::Range<u32>| {
        for number in range {
            let method = Method::from_bytes(format!("TRY{number}").as_bytes()).unwrap();
            let (unknown, item) = (format!("/x{number}/y"), format!("/items/{number}"));
            for path in [&unknown, &item] {
                service.call(&admin, Method::GET, path).await;
                service.call(&admin, method.clone(), path).await;
            }
        }
        scrape(&service).await.samples.len()
    };
    // The second time all that there can be has been seen, also the scrape itself.
    try_some(0..1).await;
    let before = try_some(1..2).await;
    assert_eq!(try_some(2..30).await, before);
}

#[tokio::test]
async fn a_service_adds_its_own_numbers() {
    let platform = TestPlatform::start();
    let orders = IntCounter::new("orders_total", "Orders that were placed").unwrap();
    let registered = orders.clone();
    let setup = Setup::at(&platform).handlers(move |microservice| {
        let metrics = microservice.metrics();
        metrics.registry().register(Box::new(registered)).unwrap();
        microservice
    });
    let setup = setup.routes(|app| {
        let families = async |metrics: Metrics| metrics.registry().gather().len().to_string();
        app.route("/families", web::get().to(families));
    });
    let service = setup.ready().await;
    orders.inc_by(7);
    let scraped = scrape(&service).await;
    assert_eq!(scraped.get("orders_total"), Some(7.0), "{scraped:#?}");
    let admin = User::admin_of("t100");
    let reply = service.call(&admin, Method::GET, "/families").await;
    assert_eq!(reply.text, scraped.types.len().to_string(), "{scraped:#?}");
}
