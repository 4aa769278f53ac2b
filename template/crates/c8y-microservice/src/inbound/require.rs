//! Who may call an endpoint.

use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{self, Poll};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::{Error, HttpRequest};

use super::user::Caller;
use super::{ApiError, Context};

/// What a caller has to be, for an endpoint or a scope. Whoever is not gets 403, before the body of
/// the request is looked at.
///
/// ```
/// use actix_web::HttpResponse;
/// use actix_web::web::{ServiceConfig, post, resource};
/// use c8y_microservice::{Require, RoleKind, custom_role};
///
/// fn routes(app: &mut ServiceConfig) {
///     let admin = custom_role(env!("CARGO_PKG_NAME"), RoleKind::Admin);
///     let admins_of_the_owner = Require::new().owner_tenant().any_role([admin]);
///     app.service(
///         resource("/everywhere")
///             .wrap(admins_of_the_owner)
///             .route(post().to(HttpResponse::NoContent)),
///     );
/// }
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "it guards nothing until an endpoint is wrapped in it"]
pub struct Require(Arc<Rules>);

#[derive(Debug, Clone, Default)]
struct Rules {
    owner_tenant: bool,
    subscribed_tenant: bool,
    /// Each of these has to have a role that the caller has.
    roles: Vec<Vec<String>>,
}

impl Require {
    /// Nothing beside being verified, which every caller is.
    pub fn new() -> Self {
        Self::default()
    }

    /// A user of the tenant that has the application. For what reaches into other tenants: a role
    /// is given away by each subscribed tenant for itself, so a role alone does not keep one
    /// tenant's users out of the others.
    pub fn owner_tenant(self) -> Self {
        self.with(|rules| rules.owner_tenant = true)
    }

    /// A user of a tenant that is subscribed to the service. An unknown tenant may have subscribed
    /// just now, so the platform is asked for the subscriptions then.
    pub fn subscribed_tenant(self) -> Self {
        self.with(|rules| rules.subscribed_tenant = true)
    }

    /// A user with at least one of these roles, which an empty list lets nobody be. Asked for twice,
    /// it takes one of each.
    pub fn any_role<R: Into<String>>(self, roles: impl IntoIterator<Item = R>) -> Self {
        let roles = roles.into_iter().map(Into::into).collect();
        self.with(|rules| rules.roles.push(roles))
    }

    fn with(mut self, add: impl FnOnce(&mut Rules)) -> Self {
        add(Arc::make_mut(&mut self.0));
        self
    }

    async fn check(&self, request: &HttpRequest) -> Result<(), ApiError> {
        let user = Caller::of(request)?.user.clone();
        let context = Context::of(request)?;
        if self.0.owner_tenant && user.tenant() != context.application.owner_tenant() {
            return Err(ApiError::forbidden(
                "Access is denied: only users of the owner tenant may do this",
            ));
        }
        for any in &self.0.roles {
            if !user.has_any_role(any) {
                return Err(ApiError::forbidden(format!(
                    "Access is denied: one of these roles is required: {}",
                    any.join(", ")
                )));
            }
        }
        if self.0.subscribed_tenant {
            context.client_of(user.tenant()).await?;
        }
        Ok(())
    }
}

impl<S, B> Transform<S, ServiceRequest> for Require
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Transform = Guarded<S>;
    type InitError = ();
    type Future = Ready<Result<Guarded<S>, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Guarded {
            rules: self.clone(),
            service: Rc::new(service),
        }))
    }
}

/// An endpoint behind its rules.
#[derive(Debug)]
pub struct Guarded<S> {
    rules: Require,
    service: Rc<S>,
}

impl<S, B> Service<ServiceRequest> for Guarded<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    fn poll_ready(&self, context: &mut task::Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let rules = self.rules.clone();
        let service = Rc::clone(&self.service);
        Box::pin(async move {
            match rules.check(request.request()).await {
                Ok(()) => Ok(service.call(request).await?.map_into_boxed_body()),
                Err(refusal) => Ok(request.error_response(refusal)),
            }
        })
    }
}
