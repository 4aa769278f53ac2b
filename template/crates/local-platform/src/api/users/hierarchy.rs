//! Who is above a user.
//!
//! - `PUT`, `DELETE /user/{tenant}/users/{user}/owner`: the user that it belongs to
//! - `PUT`, `DELETE /user/{tenant}/users/{user}/delegatedby`: the user that stands in for it

use actix_web::HttpResponse;
use actix_web::web::Path;

use super::{ADMIN, own};
use crate::api::http::{Answer, Body, Call, Routes};
use crate::refusal::Refusal;
use crate::state::{Fields, Superior, require_fields, text_field};

pub(super) fn routes(routes: &mut Routes) {
    let owner = "/user/{tenant}/users/{user}/owner";
    routes.at(owner).put(own_by).delete(own_by_nobody);
    let delegate = "/user/{tenant}/users/{user}/delegatedby";
    routes
        .at(delegate)
        .put(delegate_by)
        .delete(delegate_by_nobody);
}

type Named = Path<(String, String)>;

async fn own_by(call: Call, path: Named, Body(fields): Body) -> Answer {
    let owner = name(&fields, "owner");
    relate(&call, path, Superior::Owner, owner.map(Some))
}

async fn own_by_nobody(call: Call, path: Named) -> Answer {
    relate(&call, path, Superior::Owner, Ok(None))
}

async fn delegate_by(call: Call, path: Named, Body(fields): Body) -> Answer {
    let delegate = name(&fields, "delegatedBy");
    relate(&call, path, Superior::Delegate, delegate.map(Some))
}

async fn delegate_by_nobody(call: Call, path: Named) -> Answer {
    relate(&call, path, Superior::Delegate, Ok(None))
}

fn name<'a>(fields: &'a Fields, field: &str) -> Result<&'a str, Refusal> {
    require_fields(fields, &[field])?;
    Ok(text_field(fields, field)?.unwrap_or_default())
}

fn relate(
    call: &Call,
    path: Named,
    superior: Superior,
    other: Result<Option<&str>, Refusal>,
) -> Answer {
    call.caller.require(&ADMIN)?;
    let (tenant, user) = path.into_inner();
    let is_removal = matches!(other, Ok(None));
    call.with(|platform| {
        own(call, platform, &tenant)?;
        platform
            .tenant_mut(&tenant)?
            .relate(&user, superior, other?)
    })?;
    Ok(if is_removal {
        HttpResponse::NoContent().finish()
    } else {
        HttpResponse::Ok().finish()
    })
}
