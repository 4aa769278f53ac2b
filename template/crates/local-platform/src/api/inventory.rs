//! Inventory.
//!
//! - `GET`, `POST /inventory/managedObjects` (filters `type`, `fragmentType`, `owner`, `ids`)
//! - `GET`, `PUT`, `DELETE /inventory/managedObjects/{id}`

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Body;
use super::router::Routes;
use super::{Call, media};
use crate::state::{Inventory, InventoryFilter, ManagedObject, format_time};

const PATH: &str = "/inventory/managedObjects";
/// Parameters about children that are not here change nothing where there are none.
const NOT_SIMULATED: [&str; 7] = [
    "childAdditionId",
    "childAssetId",
    "childDeviceId",
    "q",
    "query",
    "text",
    "withChildrenCount",
];
const RELATIONS: [&str; 6] = [
    "childDevices",
    "childAssets",
    "childAdditions",
    "deviceParents",
    "assetParents",
    "additionParents",
];

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(list).post(create);
    routes
        .at(&format!("{PATH}/{{id}}"))
        .get(read)
        .put(update)
        .delete(delete);
}

async fn list(call: Call) -> Answer {
    call.query.refuse(&NOT_SIMULATED)?;
    let filter = InventoryFilter {
        ids: call.query.get("ids").map(|_| call.query.list("ids")),
        kind: call.query.text("type"),
        fragment: call.query.text("fragmentType"),
        owner: call.query.text("owner"),
    };
    call.with(|platform| {
        let objects = platform
            .tenant(call.tenant())?
            .inventory
            .list(&call.caller, &filter);
        call.page(
            media::MANAGED_OBJECTS,
            "managedObjects",
            objects,
            |object| view(&call, object),
        )
    })
}

async fn create(call: Call, Body(fields): Body) -> Answer {
    Inventory::may_create(&call.caller)?;
    call.with(|platform| {
        let id = platform.next_id();
        let tenant = platform.tenant_mut(call.tenant())?;
        let object = tenant.create_object(id, &call.caller, fields)?;
        Ok(call.created(media::MANAGED_OBJECT, &view(&call, object)))
    })
}

async fn read(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        let object = platform
            .tenant(call.tenant())?
            .inventory
            .read(&call.caller, &id)?;
        Ok(Call::found(media::MANAGED_OBJECT, &view(&call, object)))
    })
}

async fn update(call: Call, id: Path<String>, Body(fields): Body) -> Answer {
    // A body with nothing but the ID is a device's sign of life, and answered in kind.
    let sign_of_life = fields.len() == 1 && fields.contains_key("id");
    call.with(|platform| {
        let inventory = &mut platform.tenant_mut(call.tenant())?.inventory;
        let body = if sign_of_life {
            inventory.sign_of_life(&call.caller, &id)?;
            json!({"id": id.as_str()})
        } else {
            view(&call, inventory.update(&call.caller, &id, fields)?)
        };
        Ok(call.updated(media::MANAGED_OBJECT, &body))
    })
}

async fn delete(call: Call, id: Path<String>) -> Answer {
    call.with(|platform| {
        platform
            .tenant_mut(call.tenant())?
            .delete_object(&call.caller, &id)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

fn view(call: &Call, object: &ManagedObject) -> Value {
    let id = object.id.to_string();
    let link = call.link(&format!("{PATH}/{id}"));
    let mut body = object.fields.clone();
    for relation in RELATIONS {
        let references = json!({"self": format!("{link}/{relation}"), "references": []});
        body.insert(relation.to_owned(), references);
    }
    body.insert("id".to_owned(), id.into());
    body.insert("self".to_owned(), link.into());
    body.insert("owner".to_owned(), object.owner.clone().into());
    body.insert(
        "creationTime".to_owned(),
        format_time(object.created).into(),
    );
    body.insert("lastUpdated".to_owned(), format_time(object.updated).into());
    body.into()
}
