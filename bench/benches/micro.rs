//! The hot pieces of the SDK one by one, by the number of tenants: `cargo bench -p bench`.
//!
//! - `poll`: what the service does with the platform's answer that lists all tenants
//! - `lookup`: finding a tenant's client
//! - `request`: building a request, up to where it is sent

use std::hint::black_box;

use c8y_microservice::__internals::MeasuredSubscriptions;
use c8y_microservice::http::Method;
use c8y_microservice::{TenantClient, TenantId};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde_json::json;

const TENANTS: [u64; 4] = [10, 100, 1_000, 10_000];

/// The platform's answer with so many tenants. The passwords of a part of them, such as every
/// hundredth, are those of a generation.
fn answer(tenants: impl Iterator<Item = u64>, part: u64, generation: u64) -> Vec<u8> {
    let user = |id: u64| {
        let generation = if id.is_multiple_of(part) {
            generation
        } else {
            0
        };
        json!({
            "name": "service_c8y-starter",
            "password": format!("{id:016x}{generation:016x}"),
            "tenant": format!("t{}", 100 + id),
        })
    };
    let users: Vec<_> = tenants.map(user).collect();
    let path = "application/currentApplication/subscriptions";
    json!({"self": format!("http://127.0.0.1/{path}"), "users": users})
        .to_string()
        .into_bytes()
}

fn poll(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("poll");
    for tenants in TENANTS {
        group.throughput(Throughput::Elements(tenants));
        let unchanged = answer(0..tenants, 100, 0);
        // 7919 is a prime: each tenant comes once.
        let mixed = answer((0..tenants).map(|id| id * 7919 % tenants), 100, 0);
        let renewed = [answer(0..tenants, 100, 1), answer(0..tenants, 100, 2)];
        let subscriptions = MeasuredSubscriptions::new(&unchanged);
        for (name, answer) in [("unchanged", &unchanged), ("in any order", &mixed)] {
            group.bench_function(BenchmarkId::new(name, tenants), |bencher| {
                bencher.iter(|| subscriptions.poll(black_box(answer)));
            });
        }
        group.bench_function(BenchmarkId::new("1 % renewed", tenants), |bencher| {
            let mut answers = renewed.iter().cycle();
            bencher.iter(|| subscriptions.poll(black_box(answers.next().expect("endless"))));
        });
    }
    group.finish();
}

fn lookup(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lookup");
    for tenants in TENANTS {
        let known = MeasuredSubscriptions::new(&answer(0..tenants, 100, 0)).tenants();
        let ids: Vec<TenantId> = known.iter().map(|client| client.tenant().clone()).collect();
        group.bench_function(BenchmarkId::from_parameter(tenants), |bencher| {
            let mut callers = ids.iter().step_by(7).cycle();
            bencher.iter(|| {
                known
                    .get(black_box(callers.next().expect("endless")))
                    .cloned()
            });
        });
    }
    group.finish();
}

fn request(criterion: &mut Criterion) {
    let subscriptions = MeasuredSubscriptions::new(&answer(0..1, 1, 0));
    let tenants = subscriptions.tenants();
    let client = tenants.iter().next().expect("a tenant");
    let alarm = json!({
        "type": "c8y_CreateAlarms",
        "text": "Raised by c8y-starter",
        "severity": "WARNING",
        "time": "2026-01-01T00:00:00.000Z",
        "source": {"id": "1"},
    });
    let build = |client: &TenantClient| {
        let request = client.request(Method::POST, "/alarm/alarms");
        drop(black_box(request.json(black_box(&alarm))));
    };
    criterion.bench_function("request", |bencher| bencher.iter(|| build(client)));
}

criterion_group!(benches, poll, lookup, request);
criterion_main!(benches);
