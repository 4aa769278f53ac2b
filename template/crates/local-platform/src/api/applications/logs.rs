//! Logs of a microservice's instances.
//!
//! - `GET /application/applications/{id}/logs/{instance}` (`dateFrom`, `dateTo`): what the instance
//!   wrote

use actix_web::web::{Data, Path};
use serde_json::json;

use crate::api::applications;
use crate::api::http::{Answer, Call, Routes, media};
use crate::refusal::Refusal;
use crate::runtime::Instances;
use crate::state::{Id, TimeRange, format_time, now, parse_time};

const READ: [&str; 1] = ["ROLE_APPLICATION_MANAGEMENT_READ"];

pub(super) fn routes(routes: &mut Routes) {
    let path = "/application/applications/{id}/logs/{instance}";
    routes.at(path).get(read);
}

async fn read(call: Call, path: Path<(String, String)>, instances: Data<Instances>) -> Answer {
    call.caller.require(&READ)?;
    let (id, name) = path.into_inner();
    let application = own(&call, applications::parse_id(&id)?)?;
    let time = |name| call.query.get(name).map(|text| parse_time(name, text));
    let (from, to) = (time("dateFrom").transpose()?, time("dateTo").transpose()?);
    let instance = instances
        .find(application, &name)
        .ok_or_else(|| Refusal::not_found("application", format!("instance {name}")))?;
    let range = TimeRange { from, to };
    let lines = instance.captured().select(|time| range.contains(time));
    let body = json!({
        "instanceName": name,
        "dateFrom": format_time(from.unwrap_or_else(|| instance.launched())),
        "dateTo": format_time(to.unwrap_or_else(now)),
        "truncated": instance.captured().is_truncated(),
        "logs": text(&lines),
    });
    Ok(Call::found(media::APPLICATION_LOGS, &body))
}

fn text(lines: &[String]) -> String {
    let pieces = lines.iter().flat_map(|line| [line.as_str(), "\n"]);
    pieces.collect()
}

/// The log is for those who have the application.
fn own(call: &Call, id: Id) -> Result<Id, Refusal> {
    call.with(|platform| {
        let application = platform.visible_application(&call.caller, id)?;
        if application.owner == call.tenant() {
            Ok(application.id)
        } else {
            Err(Refusal::forbidden(
                "Access is denied: the application belongs to another tenant",
            ))
        }
    })
}
