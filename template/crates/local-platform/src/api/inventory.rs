//! Inventory.
//!
//! - `GET /inventory/managedObjects` (filters `type`, `fragmentType`, `owner`, `ids`, `text`,
//!   `childAdditionId`, `childAssetId`, `childDeviceId`, `onlyRoots`, and `query` or `q`)
//! - `POST`, `PUT /inventory/managedObjects`: makes one or some, updates some
//! - `GET`, `PUT`, `DELETE /inventory/managedObjects/{id}`

mod binaries;
mod children;
mod identity;
mod managed_object;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use super::http::authentication::header_text;
use super::http::{Answer, Body, Call, Query, Routes, media};
use crate::refusal::Refusal;
use crate::state::{
    Deletion, Fields, FullText, Id, Inventory, InventoryFilter, InventoryQuery, Relation, Tenant,
};
use managed_object::{PATH, Viewer};

/// The platform's limit to what is made or updated at once.
const BULK: usize = 50;
const CHILD_FILTERS: [(&str, Relation); 3] = [
    ("childAdditionId", Relation::Addition),
    ("childAssetId", Relation::Asset),
    ("childDeviceId", Relation::Device),
];

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(list).post(create).put(update_several);
    routes
        .at(&format!("{PATH}/{{id}}"))
        .get(read)
        .put(update)
        .delete(delete);
    binaries::routes(routes);
    children::routes(routes);
    identity::routes(routes);
}

async fn list(call: Call) -> Answer {
    let (viewer, filter) = (Viewer::new(&call)?, filter(&call.query)?);
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let objects = tenant.objects(&call.caller, &filter);
        let media = media::MANAGED_OBJECTS;
        call.page(media, "managedObjects", objects, |object| {
            viewer.view(tenant, object)
        })
    })
}

/// What a list is narrowed to. A query is all that counts where there is one.
fn filter(query: &Query) -> Result<InventoryFilter, Refusal> {
    let only_roots = query.flag("onlyRoots")?.unwrap_or_default();
    let filter = match inventory_query(query)? {
        Some(query) => InventoryFilter {
            query: Some(query),
            ..InventoryFilter::default()
        },
        None => InventoryFilter {
            ids: query.get("ids").map(|_| query.list("ids")),
            kind: query.text("type"),
            fragment: query.text("fragmentType"),
            owner: query.text("owner"),
            text: query.get("text").map(FullText::parse),
            children: CHILD_FILTERS
                .into_iter()
                .filter_map(|(name, relation)| Some((relation, query.text(name)?)))
                .collect(),
            ..InventoryFilter::default()
        },
    };
    Ok(InventoryFilter {
        only_roots,
        ..filter
    })
}

/// `query`, or `q`, which asks the same of devices alone.
fn inventory_query(query: &Query) -> Result<Option<InventoryQuery>, Refusal> {
    let parse =
        |text| InventoryQuery::parse(text).map_err(|error| Refusal::invalid(error.to_string()));
    match (query.get("q"), query.get("query")) {
        (Some(text), _) => parse(text).map(|query| Some(query.of_devices())),
        (None, Some(text)) => parse(text).map(Some),
        (None, None) => Ok(None),
    }
}

async fn create(call: Call, request: HttpRequest, Body(fields): Body) -> Answer {
    Inventory::may_create(&call.caller)?;
    let media = header_text(request.headers(), &CONTENT_TYPE).unwrap_or_default();
    if media.contains("managedobjectcollection") || fields.get("managedObjects").is_some() {
        return create_several(&call, fields);
    }
    let viewer = Viewer::new(&call)?;
    call.with(|platform| {
        let id = platform.next_id();
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.create_objects(&call.caller, vec![(id, fields)])?;
        let view = viewer.view_of(tenant, id)?;
        Ok(call.created(media::MANAGED_OBJECT, &view))
    })
}

fn create_several(call: &Call, fields: Fields) -> Answer {
    let (viewer, objects) = (Viewer::new(call)?, several(fields)?);
    call.with(|platform| {
        let new: Vec<(Id, Fields)> = objects
            .into_iter()
            .map(|fields| (platform.next_id(), fields))
            .collect();
        let ids: Vec<Id> = new.iter().map(|(id, _)| *id).collect();
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.create_objects(&call.caller, new)?;
        let body = collection(call, &viewer, tenant, &ids);
        Ok(call.created(media::MANAGED_OBJECTS, &body))
    })
}

async fn update_several(call: Call, Body(fields): Body) -> Answer {
    let (viewer, objects) = (Viewer::new(&call)?, several(fields)?);
    let updates = objects.into_iter().map(|fields| {
        let id = fields.get("id").and_then(Value::as_str).map(str::to_owned);
        let missing = || Refusal::invalid("each of managedObjects needs its id, as a text");
        Ok((id.ok_or_else(missing)?, fields))
    });
    let updates = updates.collect::<Result<_, Refusal>>()?;
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        let ids = tenant.update_objects(&call.caller, updates)?;
        let body = collection(&call, &viewer, tenant, &ids);
        Ok(call.updated(media::MANAGED_OBJECTS, &body))
    })
}

/// The objects of a collection as clients send it.
fn several(mut fields: Fields) -> Result<Vec<Fields>, Refusal> {
    let objects = fields.remove("managedObjects").unwrap_or_default();
    let objects: Vec<Fields> = serde_json::from_value(objects).map_err(|error| {
        Refusal::invalid(format!("managedObjects is no list of objects: {error}"))
    })?;
    if (1..=BULK).contains(&objects.len()) {
        Ok(objects)
    } else {
        let number = objects.len();
        let message = format!("managedObjects has {number} objects; allowed: 1 to {BULK}");
        Err(Refusal::invalid(message))
    }
}

fn collection(call: &Call, viewer: &Viewer, tenant: &Tenant, ids: &[Id]) -> Value {
    let objects = ids.iter().filter_map(|id| tenant.inventory.by_id(*id));
    let objects: Vec<_> = objects.map(|object| viewer.view(tenant, object)).collect();
    json!({"managedObjects": objects, "self": call.link(PATH)})
}

async fn read(call: Call, id: Path<String>) -> Answer {
    let viewer = Viewer::new(&call)?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let object = tenant.inventory.read(&call.caller, &id)?;
        let view = viewer.view(tenant, object);
        Ok(Call::found(media::MANAGED_OBJECT, &view))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    let viewer = Viewer::new(&call)?;
    // A body with nothing but the ID is a device's sign of life, and answered in kind.
    let sign_of_life = fields.len() == 1 && fields.contains_key("id");
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        if sign_of_life {
            tenant.inventory.sign_of_life(&call.caller, &id)?;
            let body = json!({"id": id.as_str()});
            return Ok(call.updated(media::MANAGED_OBJECT, &body));
        }
        tenant.update_objects(&call.caller, vec![(id.clone(), fields)])?;
        let view = viewer.view(tenant, tenant.inventory.get(&id)?);
        Ok(call.updated(media::MANAGED_OBJECT, &view))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    let flag = |name| call.query.flag(name).map(Option::unwrap_or_default);
    let deletion = Deletion {
        cascade: flag("cascade")?,
        force_cascade: flag("forceCascade")?,
        with_device_user: flag("withDeviceUser")?,
    };
    call.with(|platform| {
        platform
            .tenant_mut(call.tenant())?
            .delete_object(&call.caller, &id, deletion)
    })?;
    Ok(HttpResponse::NoContent().finish())
}
