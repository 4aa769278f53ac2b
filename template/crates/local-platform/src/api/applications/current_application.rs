//! The application of a bootstrap user, or of a service user.
//!
//! - `GET`, `PUT /application/currentApplication`: the application
//! - `GET /application/currentApplication/settings`: what the tenant's options make of its settings
//! - `GET /application/currentApplication/subscriptions`: subscribed tenants with their service
//!   users

use serde_json::{Value, json};

use crate::api::applications;
use crate::api::http::{Answer, Body, Call, OpenCall, Routes, media};
use crate::refusal::Refusal;
use crate::state::{Id, Origin, Subscription};

const PATH: &str = "/application/currentApplication";

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(read).put(update);
    routes.at(&format!("{PATH}/settings")).get(settings);
    routes
        .at(&format!("{PATH}/subscriptions"))
        .get(subscriptions);
}

async fn read(OpenCall(call): OpenCall) -> Answer {
    let id = application_of(&call)?;
    call.with(|platform| {
        let application = platform.application(id)?;
        Ok(Call::found(
            media::APPLICATION,
            &applications::view(&call, application),
        ))
    })
}

async fn update(OpenCall(call): OpenCall, Body(fields): Body) -> Answer {
    let id = application_of(&call)?;
    call.with(|platform| {
        let application = platform.update_application(id, fields)?;
        let body = applications::view(&call, application);
        Ok(call.updated(media::APPLICATION, &body))
    })
}

/// A bootstrap user reads the settings of the tenant that has the application, which is its own; a
/// service user those of its tenant.
async fn settings(OpenCall(call): OpenCall) -> Answer {
    let (Origin::Bootstrap(id) | Origin::Subscription(id)) = call.caller.origin else {
        let message = "Access is denied: needs a microservice bootstrap user or service user";
        return Err(Refusal::forbidden(message));
    };
    call.with(|platform| {
        let settings = platform.settings(platform.application(id)?, call.tenant());
        Ok(Call::found(media::OPTION, &json!(settings)))
    })
}

async fn subscriptions(OpenCall(call): OpenCall) -> Answer {
    let id = application_of(&call)?;
    let users: Vec<Value> = call
        .with(|platform| platform.subscriptions(id))
        .into_iter()
        .map(user)
        .collect();
    let body = json!({"users": users, "self": call.link(&format!("{PATH}/subscriptions"))});
    Ok(Call::found(media::APPLICATION_USERS, &body))
}

fn application_of(call: &Call) -> Result<Id, Refusal> {
    let id = call.caller.bootstraps();
    id.ok_or_else(|| Refusal::forbidden("Access is denied: needs a microservice bootstrap user"))
}

fn user(subscription: Subscription) -> Value {
    let Subscription {
        tenant,
        user,
        password,
    } = subscription;
    json!({"tenant": tenant, "name": user, "password": password})
}
