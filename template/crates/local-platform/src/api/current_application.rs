//! The application of a bootstrap user.
//!
//! - `GET /application/currentApplication`: the application
//! - `GET /application/currentApplication/subscriptions`: subscribed tenants with their service
//!   users

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::OpenCall;
use super::router::Routes;
use super::{Call, applications, media};
use crate::refusal::Refusal;
use crate::state::{Id, Subscription};

const PATH: &str = "/application/currentApplication";

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(read);
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
