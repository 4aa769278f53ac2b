//! A path with its methods. It answers to other methods with 405, or with 501 where the platform
//! has them, and to a trailing `/` as if it were not there.

use actix_web::dev::AppService;
use actix_web::dev::HttpServiceFactory;
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{FromRequest, Handler, HttpResponse, Resource, Responder, web};

use super::answer::refused;
use super::not_simulated;
use crate::refusal::Refusal;

pub(crate) struct Endpoint {
    resource: Resource,
    allowed: Vec<&'static str>,
}

macro_rules! methods {
    ($($method:ident = $name:literal),+) => {$(
        pub(crate) fn $method<F, Args>(self, handler: F) -> Self
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            let mut allowed = self.allowed;
            allowed.push($name);
            Self { resource: self.resource.route(web::$method().to(handler)), allowed }
        }
    )+};
}

impl Endpoint {
    pub(crate) fn at(path: &str) -> Self {
        let resource = web::resource([path.to_owned(), format!("{path}/")]);
        Self {
            resource,
            allowed: Vec::new(),
        }
    }

    /// A method that the platform has here, and this one does not.
    pub(crate) fn not_simulated(self, method: Method) -> Self {
        let route = web::method(method).to(not_simulated::refuse);
        Self {
            resource: self.resource.route(route),
            ..self
        }
    }

    methods!(get = "GET", post = "POST", put = "PUT", delete = "DELETE");
}

impl HttpServiceFactory for Endpoint {
    fn register(self, config: &mut AppService) {
        let allowed = self.allowed.join(", ");
        let refuse = move || {
            let allowed = allowed.clone();
            async move { method_not_allowed(&allowed) }
        };
        self.resource
            .default_service(web::to(refuse))
            .register(config);
    }
}

fn method_not_allowed(allowed: &str) -> HttpResponse {
    let message = format!("Method not allowed here; allowed: {allowed}");
    let mut response = refused(&Refusal::new(405, "general/Method Not Allowed", message));
    if let Ok(allowed) = allowed.parse() {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}
