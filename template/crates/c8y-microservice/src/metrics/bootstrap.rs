//! The subscriptions, as health knows them.

use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{Gauge, IntCounter, IntGauge};

use crate::config::TenantSource;
use crate::health::Health;

/// Looks at the state of health whenever the numbers are asked for.
#[derive(Debug, Clone)]
pub(super) struct BootstrapNumbers {
    health: Health,
    /// Whether the list is read again and again, so that it has an age.
    ages: bool,
    tenants: IntGauge,
    age: Gauge,
    failures: IntCounter,
}

impl BootstrapNumbers {
    pub(super) fn new(health: Health, source: &TenantSource) -> prometheus::Result<Self> {
        Ok(Self {
            health,
            ages: matches!(source, TenantSource::Subscriptions),
            tenants: IntGauge::new("c8y_subscribed_tenants", "Subscribed tenants")?,
            age: Gauge::new(
                "c8y_subscriptions_age_seconds",
                "Time since the subscriptions were read",
            )?,
            failures: IntCounter::new(
                "c8y_subscriptions_failures_total",
                "Reads of the subscriptions that failed",
            )?,
        })
    }
}

impl Collector for BootstrapNumbers {
    fn desc(&self) -> Vec<&Desc> {
        let tenants = self.tenants.desc().into_iter();
        let others = self.age.desc().into_iter().chain(self.failures.desc());
        tenants.chain(others).collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let readings = self.health.readings();
        let new = readings.failures.saturating_sub(self.failures.get());
        self.failures.inc_by(new);
        let mut families = self.failures.collect();
        if let Some((age, tenants)) = readings.last_success {
            self.tenants.set(i64::try_from(tenants).unwrap_or(i64::MAX));
            families.extend(self.tenants.collect());
            if self.ages {
                self.age.set(age.as_secs_f64());
                families.extend(self.age.collect());
            }
        }
        families
    }
}
