//! `POST /createAlarms`: one alarm in every subscribed tenant.
//!
//! The body is optional, and so is each of its properties: `type`, `text`, `severity` and `time`.
//! The answer says for each tenant which alarm there is now, or why there is none: 200 if all
//! tenants have one, 207 if some, 502 if none.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder};
use c8y_microservice::{
    AlarmId, ApiError, Body, ManagedObjectId, NewAlarm, PlatformError, Severity, Subscriptions,
    TenantClient, TenantId, User,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::source::Sources;

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AlarmRequest {
    #[serde(
        rename = "type",
        default = "default_type",
        deserialize_with = "not_blank"
    )]
    kind: String,
    #[serde(default = "default_text", deserialize_with = "not_blank")]
    text: String,
    #[serde(default = "default_severity")]
    severity: Severity,
    #[serde(default = "Utc::now", deserialize_with = "time")]
    time: DateTime<Utc>,
}

#[derive(Serialize)]
struct Report {
    created: usize,
    failed: usize,
    tenants: Vec<TenantReport>,
}

#[derive(Serialize)]
struct TenantReport {
    tenant: TenantId,
    #[serde(flatten)]
    outcome: Outcome,
}

#[derive(Serialize)]
#[serde(
    tag = "outcome",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
enum Outcome {
    Created { alarm_id: AlarmId },
    Failed { error: String },
}

pub async fn post(
    _caller: User,
    subscriptions: Subscriptions,
    sources: Data<Sources>,
    Body(request): Body<AlarmRequest>,
) -> Result<impl Responder, ApiError> {
    let tenants = subscriptions.refresh().await?;
    let outcomes = tenants
        .fan_out(move |client| raise(client, Sources::clone(&sources), request.clone()))
        .await;
    let tenants = outcomes.into_iter().map(TenantReport::from).collect();
    Ok(Report::new(tenants).into_response())
}

/// Raises the alarm in one tenant. If its source was deleted, it is found or made again, once.
async fn raise(
    client: TenantClient,
    sources: Sources,
    request: AlarmRequest,
) -> Result<AlarmId, PlatformError> {
    let source = sources.of(&client).await?;
    let alarm = match client.alarms().create(&request.alarm(source)).await {
        Err(PlatformError::NotFound(_) | PlatformError::Unprocessable(_)) => {
            sources.forget(client.tenant());
            let source = sources.of(&client).await?;
            client.alarms().create(&request.alarm(source)).await?
        }
        result => result?,
    };
    Ok(alarm.id)
}

impl AlarmRequest {
    fn alarm(&self, source: ManagedObjectId) -> NewAlarm {
        NewAlarm::new(source, &self.kind, &self.text, self.severity).time(self.time)
    }
}

impl Report {
    fn new(tenants: Vec<TenantReport>) -> Self {
        let is_created = |report: &&TenantReport| matches!(report.outcome, Outcome::Created { .. });
        let created = tenants.iter().filter(is_created).count();
        Self {
            created,
            failed: tenants.len() - created,
            tenants,
        }
    }

    fn into_response(self) -> HttpResponse {
        let status = match (self.created, self.failed) {
            (_, 0) => StatusCode::OK,
            (0, _) => StatusCode::BAD_GATEWAY,
            _ => StatusCode::MULTI_STATUS,
        };
        HttpResponse::build(status).json(self)
    }
}

impl From<c8y_microservice::Outcome<AlarmId, PlatformError>> for TenantReport {
    fn from(outcome: c8y_microservice::Outcome<AlarmId, PlatformError>) -> Self {
        Self {
            tenant: outcome.tenant,
            outcome: match outcome.result {
                Ok(alarm_id) => Outcome::Created { alarm_id },
                Err(error) => Outcome::Failed {
                    error: error.summary(),
                },
            },
        }
    }
}

fn default_type() -> String {
    "c8y_CreateAlarms".to_owned()
}

fn default_text() -> String {
    concat!("Raised by ", env!("CARGO_PKG_NAME")).to_owned()
}

fn default_severity() -> Severity {
    Severity::Warning
}

fn not_blank<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    if text.trim().is_empty() {
        return Err(de::Error::custom("must not be empty"));
    }
    Ok(text)
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    let text = String::deserialize(from)?;
    text.parse().map_err(|_| {
        de::Error::custom("must be an ISO 8601 time with an offset, such as 2026-01-31T12:00:00Z")
    })
}
