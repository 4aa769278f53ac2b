//! Tenant options.
//!
//! - `GET`, `POST /tenant/options`
//! - `GET`, `PUT /tenant/options/{category}`: as an object of keys and values
//! - `GET`, `PUT`, `DELETE /tenant/options/{category}/{key}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Map, Value, json};

use crate::api::http::{Answer, Body, Call, Routes, encode, media};
use crate::refusal::Refusal;
use crate::state::{Fields, NewOption, OptionsView, Platform};

const READ: [&str; 1] = ["ROLE_OPTION_MANAGEMENT_READ"];
const ADMIN: [&str; 1] = ["ROLE_OPTION_MANAGEMENT_ADMIN"];
const PATH: &str = "/tenant/options";

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(list).post(create);
    routes
        .at(&format!("{PATH}/{{category}}"))
        .get(read_category)
        .put(update_category);
    routes
        .at(&format!("{PATH}/{{category}}/{{key}}"))
        .get(read)
        .put(update)
        .delete(delete);
}

async fn list(call: Call) -> Answer {
    call.caller.require(&READ)?;
    call.with(|platform| {
        let options = seen(&call, platform)?;
        let view = |(category, key, value): (&str, &str, &str)| view(&call, category, key, value);
        call.page(media::OPTIONS, "options", options.all(), view)
    })
}

async fn create(call: Call, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    set(&call, NewOption::parse(&fields)?)
}

async fn read_category(call: Call, category: Path<String>) -> Answer {
    call.caller.require(&READ)?;
    let body = call.with(|platform| view_category(&call, platform, &category))?;
    Ok(Call::found(media::OPTION, &body))
}

async fn update_category(call: Call, category: Path<String>, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let new = NewOption::parse_category(&category, &fields)?;
    let body = call.with(|platform| {
        platform.set_options(call.tenant(), &new)?;
        view_category(&call, platform, &category)
    })?;
    Ok(call.updated(media::OPTION, &body))
}

async fn read(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&READ)?;
    let (category, key) = path.into_inner();
    call.with(|platform| {
        let options = seen(&call, platform)?;
        let (key, value) = options.get(&category, &key)?;
        Ok(Call::found(
            media::OPTION,
            &view(&call, &category, key, value),
        ))
    })
}

async fn update(call: Call, path: Path<(String, String)>, Body(fields): Body) -> Answer {
    call.caller.require(&ADMIN)?;
    let (category, key) = path.into_inner();
    let key = stored(&call, &category, &key)?;
    set(&call, NewOption::parse(&named(fields, category, key))?)
}

async fn delete(call: Call, path: Path<(String, String)>) -> Answer {
    call.caller.require(&ADMIN)?;
    let (category, key) = path.into_inner();
    let key = stored(&call, &category, &key)?;
    call.with(|platform| platform.delete_option(call.tenant(), &category, &key))?;
    Ok(HttpResponse::NoContent().finish())
}

fn set(call: &Call, new: NewOption) -> Answer {
    call.with(|platform| {
        let (category, key) = (new.category.clone(), new.key.clone());
        platform.set_options(call.tenant(), &[new])?;
        let options = seen(call, platform)?;
        let (key, value) = options.get(&category, &key)?;
        Ok(call.updated(media::OPTION, &view(call, &category, key, value)))
    })
}

fn stored(call: &Call, category: &str, key: &str) -> Result<String, Refusal> {
    call.with(|platform| Ok(seen(call, platform)?.key(category, key)?.to_owned()))
}

/// An update of one option says its value; which one it is, the path says.
fn named(mut fields: Fields, category: String, key: String) -> Fields {
    fields.insert("category".to_owned(), category.into());
    fields.insert("key".to_owned(), key.into());
    fields
}

fn seen<'a>(call: &Call, platform: &'a Platform) -> Result<OptionsView<'a>, Refusal> {
    let tenant = platform.tenant(call.tenant())?;
    Ok(OptionsView::new(platform, tenant, call.caller.origin))
}

fn view(call: &Call, category: &str, key: &str, value: &str) -> Value {
    let link = format!("{PATH}/{}/{}", encode(category), encode(key));
    json!({"category": category, "key": key, "value": value, "self": call.link(&link)})
}

fn view_category(call: &Call, platform: &Platform, category: &str) -> Result<Value, Refusal> {
    let options = seen(call, platform)?;
    let options = options.category(category);
    let body: Map<String, Value> = options
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect();
    Ok(body.into())
}
