//! `POST /createAlarms`: one alarm in every subscribed tenant.
//!
//! The body is optional, and so is each of its properties: `type`, `text`, `severity` and `time`.
//! The answer says for each tenant which alarm there is now, or why there is none: 200 if all
//! tenants have one, 207 if some, 502 if none.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Responder};
use c8y_microservice::{
    AlarmId, ApiError, Body, ExternalId, Failure, NewAlarm, NewManagedObject, Outcome,
    PlatformError, Severity, Subscriptions, TenantClient, TenantId, clock, input,
};
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

const NAME: &str = env!("CARGO_PKG_NAME");
/// The type of the managed object that the alarms come from, one of the service's own in each
/// tenant.
const SOURCE: &str = "c8y_Microservice";

#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlarmRequest {
    #[serde(rename = "type", deserialize_with = "input::not_blank")]
    kind: String,
    #[serde(deserialize_with = "input::not_blank")]
    text: String,
    severity: Severity,
    #[serde(deserialize_with = "input::time")]
    time: DateTime<FixedOffset>,
}

impl Default for AlarmRequest {
    fn default() -> Self {
        Self {
            kind: "c8y_CreateAlarms".to_owned(),
            text: format!("Raised by {NAME}"),
            severity: Severity::Warning,
            time: clock::now(),
        }
    }
}

#[derive(Serialize)]
struct Report {
    created: usize,
    failed: usize,
    tenants: Vec<TenantReport>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TenantReport {
    tenant: TenantId,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alarm_id: Option<AlarmId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

pub async fn post(
    subscriptions: Subscriptions,
    Body(request): Body<AlarmRequest>,
) -> Result<impl Responder, ApiError> {
    let tenants = subscriptions.refresh().await?;
    let outcomes = tenants
        .fan_out(move |client| raise(client, request.clone()))
        .await;
    let tenants: Vec<_> = outcomes.into_iter().map(TenantReport::from).collect();
    let created = tenants.iter().filter(|it| it.alarm_id.is_some()).count();
    let failed = tenants.len() - created;
    let status = match (created, failed) {
        (_, 0) => StatusCode::OK,
        (0, _) => StatusCode::BAD_GATEWAY,
        _ => StatusCode::MULTI_STATUS,
    };
    let report = Report {
        created,
        failed,
        tenants,
    };
    Ok(HttpResponse::build(status).json(report))
}

/// Raises the alarm in one tenant. If its source was deleted, it is made again, once.
async fn raise(client: TenantClient, request: AlarmRequest) -> Result<AlarmId, PlatformError> {
    match raise_once(&client, &request).await {
        Err(PlatformError::NotFound(_) | PlatformError::Unprocessable(_)) => {
            client.inventory().forget(&source());
            raise_once(&client, &request).await
        }
        result => result,
    }
}

async fn raise_once(client: &TenantClient, it: &AlarmRequest) -> Result<AlarmId, PlatformError> {
    let object = NewManagedObject::new(SOURCE, NAME);
    let source = client
        .inventory()
        .find_or_create(&source(), &object)
        .await?;
    let alarm = NewAlarm::new(source, &it.kind, &it.text, it.severity).time(it.time);
    Ok(client.alarms().create(&alarm).await?.id)
}

fn source() -> ExternalId {
    ExternalId::new(SOURCE, NAME)
}

impl From<Outcome<AlarmId, PlatformError>> for TenantReport {
    fn from(Outcome { tenant, result }: Outcome<AlarmId, PlatformError>) -> Self {
        let outcome = match &result {
            Ok(_) => "created",
            Err(Failure::NotAttempted) => "not attempted",
            Err(Failure::Unknown) => "unknown",
            Err(_) => "failed",
        };
        let error = result.as_ref().err().map(Failure::summary);
        let alarm_id = result.ok();
        Self {
            tenant,
            outcome,
            alarm_id,
            error,
        }
    }
}
