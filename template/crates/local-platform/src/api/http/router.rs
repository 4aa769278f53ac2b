//! Which request leads to which handler.
//!
//! A tree of paths instead of actix's list of resources: that one is tried from its beginning, with
//! an expression for each path, and a platform has a hundred of them. A path answers to other
//! methods than its own with 405, and to a `/` too many as if it were not there: behind the path, or
//! behind another one, which is how some clients put paths together.

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::{FromRequest, Handler, HttpResponse, Responder};
use futures_util::future::LocalBoxFuture;

use super::refused;
use crate::api::not_simulated;
use crate::refusal::Refusal;

type Boxed = Box<dyn Fn(ServiceRequest) -> LocalBoxFuture<'static, ServiceResponse>>;

/// A path with its methods, as an API declares it.
pub(crate) struct Endpoint {
    path: String,
    methods: Vec<(Method, Boxed)>,
}

macro_rules! methods {
    ($($name:ident = $method:ident),+) => {$(
        pub(crate) fn $name<F, Args>(&mut self, handler: F) -> &mut Self
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.method(Method::$method, handler)
        }
    )+};
}

impl Endpoint {
    methods!(get = GET, post = POST, put = PUT, delete = DELETE);

    fn method<F, Args>(&mut self, method: Method, handler: F) -> &mut Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.methods.push((method, boxed(handler)));
        self
    }

    fn refuse_method(&self) -> HttpResponse {
        let allowed: Vec<&str> = self.methods.iter().map(|(it, _)| it.as_str()).collect();
        let allowed = allowed.join(", ");
        let message = format!("Method not allowed here; allowed: {allowed}");
        let mut response = refused(&Refusal::new(405, "general/Method Not Allowed", message));
        if let Ok(allowed) = allowed.parse() {
            response.headers_mut().insert(ALLOW, allowed);
        }
        response
    }
}

fn boxed<F, Args>(handler: F) -> Boxed
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    Box::new(move |request| {
        let handler = handler.clone();
        Box::pin(async move {
            let (request, mut payload) = request.into_parts();
            let response = match Args::from_request(&request, &mut payload).await {
                Ok(arguments) => {
                    let answer = handler.call(arguments).await;
                    answer.respond_to(&request).map_into_boxed_body()
                }
                Err(error) => HttpResponse::from_error(error),
            };
            ServiceResponse::new(request, response)
        })
    })
}

/// The endpoints, before they become a [`Router`].
#[derive(Default)]
pub(crate) struct Routes {
    endpoints: Vec<Endpoint>,
    /// Paths of which the platform has some methods and this one has none.
    not_simulated: Vec<String>,
}

impl Routes {
    /// Adds a path; `{name}` stands for one segment.
    pub(crate) fn at(&mut self, path: &str) -> &mut Endpoint {
        self.endpoints.push_mut(Endpoint {
            path: path.to_owned(),
            methods: Vec::new(),
        })
    }

    /// Each path with its methods.
    #[cfg(test)]
    pub(crate) fn requests(&self) -> impl Iterator<Item = (String, Vec<String>)> {
        self.endpoints.iter().map(|endpoint| {
            let methods = endpoint.methods.iter();
            let mut methods: Vec<String> = methods.map(|(it, _)| it.to_string()).collect();
            methods.sort_unstable();
            (endpoint.path.clone(), methods)
        })
    }

    /// Adds a path that the platform has and this one does not; `{*name}` stands for any number of
    /// segments.
    pub(crate) fn not_simulated(&mut self, path: impl Into<String>) {
        self.not_simulated.push(path.into());
    }
}

enum Route {
    Endpoint(Endpoint),
    NotSimulated(Boxed),
}

/// The tree of all paths.
pub(crate) struct Router {
    paths: matchit::Router<Route>,
    /// What answers where no path leads.
    fallback: Boxed,
}

impl Router {
    pub(crate) fn new<F, Args>(routes: Routes, fallback: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let mut paths = matchit::Router::new();
        let mut insert = |path: String, route| {
            let added = paths.insert(&path, route);
            added.unwrap_or_else(|error| panic!("{path} cannot be told from others: {error}"));
        };
        for endpoint in routes.endpoints {
            insert(endpoint.path.clone(), Route::Endpoint(endpoint));
        }
        for path in routes.not_simulated {
            insert(path, Route::NotSimulated(boxed(not_simulated::refuse)));
        }
        Self {
            paths,
            fallback: boxed(fallback),
        }
    }

    pub(crate) async fn call(&self, mut request: ServiceRequest) -> ServiceResponse {
        let path = without_empty_segments(request.match_info().as_str());
        let Ok(found) = self.paths.at(&path) else {
            return (self.fallback)(request).await;
        };
        for (name, value) in found.params.iter() {
            let (name, value) = (name.to_owned(), value.to_owned());
            request.match_info_mut().add_static(name, value);
        }
        match found.value {
            Route::NotSimulated(refuse) => refuse(request).await,
            Route::Endpoint(endpoint) => {
                let mut methods = endpoint.methods.iter();
                match methods.find(|(method, _)| method == request.method()) {
                    Some((_, handler)) => handler(request).await,
                    None => request.into_response(endpoint.refuse_method()),
                }
            }
        }
    }
}

fn without_empty_segments(path: &str) -> String {
    let mut kept = String::with_capacity(path.len());
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        kept.push('/');
        kept.push_str(segment);
    }
    kept
}
