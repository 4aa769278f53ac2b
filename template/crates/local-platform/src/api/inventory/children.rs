//! Children of managed objects: `childAdditions`, `childAssets` and `childDevices`, here as
//! `{children}`.
//!
//! - `GET`, `POST`, `DELETE /inventory/managedObjects/{id}/{children}`
//! - `GET`, `DELETE /inventory/managedObjects/{id}/{children}/{child}`

use std::future::ready;

use actix_web::HttpResponse;
use actix_web::web::Path;
use serde_json::{Value, json};

use super::inventory_query;
use super::managed_object::{PATH, Viewer};
use crate::api::http::{Answer, Body, Call, Routes, encode, media};
use crate::refusal::Refusal;
use crate::state::{Fields, Inventory, ManagedObject, Relation, Tenant};

pub(super) fn routes(routes: &mut Routes) {
    for relation in Relation::ALL {
        let children = format!("{PATH}/{{id}}/{}", relation.children());
        routes
            .at(&children)
            .get(move |call, id| ready(list(&call, relation, id)))
            .post(move |call, id, body| ready(add(&call, relation, id, body)))
            .delete(move |call, id, body| ready(remove_several(&call, relation, id, body)));
        routes
            .at(&format!("{children}/{{child}}"))
            .get(move |call, path| ready(read(&call, relation, path)))
            .delete(move |call, path| ready(remove(&call, relation, path)));
    }
}

fn list(call: &Call, relation: Relation, parent: Path<String>) -> Answer {
    let parent = parent.into_inner();
    let (viewer, query) = (Viewer::new(call)?, inventory_query(&call.query)?);
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let children = tenant.inventory.children(&call.caller, &parent, relation)?;
        let children = tenant.inventory.queried(children, query.as_ref());
        let media = media::MANAGED_OBJECT_REFERENCES;
        call.page(media, "references", children, |child| {
            reference(call, &viewer, tenant, (&parent, relation), child)
        })
    })
}

/// Puts known objects below another one, or makes a new one there. What counts is the body's form,
/// whatever its media type says.
fn add(call: &Call, relation: Relation, parent: Path<String>, Body(fields): Body) -> Answer {
    let parent = parent.into_inner();
    if fields.contains_key("references") {
        assign_several(call, relation, &parent, &references(&fields)?)
    } else if fields.get("managedObject").is_some_and(Value::is_object) {
        assign_one(call, relation, &parent, &referenced(&fields.into())?)
    } else {
        create(call, relation, &parent, fields)
    }
}

fn assign_one(call: &Call, relation: Relation, parent: &str, child: &str) -> Answer {
    let viewer = Viewer::new(call)?;
    assign(call, relation, parent, &[child.to_owned()])?;
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let child = tenant.inventory.get(child)?;
        let body = reference(call, &viewer, tenant, (parent, relation), child);
        Ok(call.created(media::MANAGED_OBJECT_REFERENCE, &body))
    })
}

fn assign_several(call: &Call, relation: Relation, parent: &str, children: &[String]) -> Answer {
    assign(call, relation, parent, children)?;
    let object_link = |id| call.link(&format!("{PATH}/{}", encode(id)));
    let references: Vec<Value> = children
        .iter()
        .map(|child| json!({"managedObject": {"id": child, "self": object_link(child)}}))
        .collect();
    let link = call.link(&link(parent, relation));
    let body = json!({"references": references, "self": link});
    Ok(call.created(media::MANAGED_OBJECT_REFERENCES, &body))
}

fn assign(
    call: &Call,
    relation: Relation,
    parent: &str,
    children: &[String],
) -> Result<(), Refusal> {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant
            .inventory
            .assign(&call.caller, parent, relation, children)
    })
}

fn create(call: &Call, relation: Relation, parent: &str, fields: Fields) -> Answer {
    Inventory::may_create(&call.caller)?;
    let viewer = Viewer::new(call)?;
    call.with(|platform| {
        let id = platform.next_id();
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant.create_child(id, &call.caller, (parent, relation), fields)?;
        let view = viewer.view_of(tenant, id)?;
        Ok(call.created(media::MANAGED_OBJECT, &view))
    })
}

fn read(call: &Call, relation: Relation, path: Path<(String, String)>) -> Answer {
    let (viewer, (parent, child)) = (Viewer::new(call)?, path.into_inner());
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let child = tenant
            .inventory
            .child(&call.caller, &parent, relation, &child)?;
        let body = reference(call, &viewer, tenant, (&parent, relation), child);
        Ok(Call::found(media::MANAGED_OBJECT_REFERENCE, &body))
    })
}

fn remove_several(
    call: &Call,
    relation: Relation,
    parent: Path<String>,
    Body(fields): Body,
) -> Answer {
    unassign(call, relation, &parent.into_inner(), &references(&fields)?)
}

fn remove(call: &Call, relation: Relation, path: Path<(String, String)>) -> Answer {
    let (parent, child) = path.into_inner();
    unassign(call, relation, &parent, &[child])
}

fn unassign(call: &Call, relation: Relation, parent: &str, children: &[String]) -> Answer {
    call.with(|platform| {
        let tenant = platform.tenant_mut(call.tenant())?;
        tenant
            .inventory
            .unassign(&call.caller, parent, relation, children)
    })?;
    Ok(HttpResponse::NoContent().finish())
}

/// The IDs in `{"references":[{"managedObject":{"id"}}]}`.
fn references(fields: &Fields) -> Result<Vec<String>, Refusal> {
    let references = fields.get("references").and_then(Value::as_array);
    let missing = || Refusal::invalid("references is needed, a list of {managedObject: {id}}");
    references
        .ok_or_else(missing)?
        .iter()
        .map(referenced)
        .collect()
}

/// The ID in `{"managedObject":{"id"}}`; clients also send it as a number.
fn referenced(reference: &Value) -> Result<String, Refusal> {
    match reference.pointer("/managedObject/id") {
        Some(Value::String(id)) => Ok(id.clone()),
        Some(Value::Number(id)) => Ok(id.to_string()),
        _ => Err(Refusal::invalid("managedObject.id is needed, a text")),
    }
}

fn reference(
    call: &Call,
    viewer: &Viewer,
    tenant: &Tenant,
    (parent, relation): (&str, Relation),
    child: &ManagedObject,
) -> Value {
    let link = format!("{}/{}", link(parent, relation), child.id);
    let child = viewer.view(tenant, child);
    json!({"managedObject": child, "self": call.link(&link)})
}

fn link(parent: &str, relation: Relation) -> String {
    format!("{PATH}/{}/{}", encode(parent), relation.children())
}
