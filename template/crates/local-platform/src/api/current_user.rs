//! The user who asks.
//!
//! - `GET /user/currentUser`: the user with the roles that take effect

use serde_json::{Value, json};

use super::answer::Answer;
use super::call::OpenCall;
use super::router::Routes;
use super::{Call, media, users};

const PATH: &str = "/user/currentUser";
/// What reading oneself needs; bootstrap users may without.
pub(super) const OWN_READ: [&str; 2] = ["ROLE_USER_MANAGEMENT_OWN_READ", "ROLE_SYSTEM"];

pub(super) fn routes(routes: &mut Routes) {
    routes.at(PATH).get(read);
}

async fn read(OpenCall(call): OpenCall) -> Answer {
    if call.caller.bootstraps().is_none() {
        call.caller.require(&OWN_READ)?;
    }
    call.with(|platform| {
        let tenant = platform.tenant(call.tenant())?;
        let user = tenant.user(&call.caller.user)?;
        let roles = platform.effective_roles(tenant, user);
        if call.accept.contains("vnd.com.nsn.cumulocity.user+json") {
            return Ok(Call::found(
                media::USER,
                &users::view(&call, tenant, user, &roles),
            ));
        }
        let mut body = users::profile(user);
        body.insert("self".to_owned(), call.link(PATH).into());
        body.insert(
            "effectiveRoles".to_owned(),
            roles.iter().map(|role| users::role(&call, role)).collect(),
        );
        body.insert("twoFactorAuthenticationEnabled".to_owned(), false.into());
        body.insert("devicePermissions".to_owned(), json!({}));
        Ok(Call::found(media::CURRENT_USER, &Value::Object(body)))
    })
}
