//! No secret is in what the SDK's types print of themselves.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use actix_web::{HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use c8y_microservice::http::Method;
use c8y_microservice::{AsService, AsUser, Settings, Subscriptions, User as Caller};
use local_platform::{ADMIN, LocalPlatform, PASSWORD};

use crate::support::{Setup, TestPlatform, User, config};

const PROXY_PASSWORD: &str = "of-the-proxy-7";
const KEY: &str = "key-of-the-application-7";

/// All that is printed, in one line and in many.
#[derive(Clone, Default)]
struct Printed(Arc<Mutex<String>>);

impl Printed {
    fn add(&self, value: &impl Debug) {
        let mut printed = self.0.lock().unwrap();
        writeln!(printed, "{value:?}\n{value:#?}").unwrap();
    }

    fn assert_without(&self, secrets: &[String]) {
        let printed = self.0.lock().unwrap();
        for secret in secrets {
            assert!(!printed.contains(secret), "{secret} is in {printed}");
        }
    }
}

/// As it is, and with its user as it is sent.
fn forms(user: &str, password: &str) -> [String; 2] {
    let login = STANDARD.encode(format!("{user}:{password}"));
    [password.to_owned(), login]
}

#[test]
fn a_configuration_prints_no_password_and_no_key() {
    let printed = Printed::default();
    let proxy = format!("http://user:{PROXY_PASSWORD}@proxy.example:3128");
    let with = config(&[
        ("C8Y_BOOTSTRAP_PASSWORD", "of-the-bootstrap-7"),
        ("APPLICATION_KEY", KEY),
        ("HTTPS_PROXY", &proxy),
    ]);
    printed.add(&with);
    printed.add(&with.http_client());
    printed.assert_without(&["of-the-bootstrap-7", KEY, PROXY_PASSWORD].map(str::to_owned));
}

#[tokio::test]
async fn what_an_endpoint_is_given_prints_no_credentials() {
    let platform = LocalPlatform::builder().bootstrap_password("of-the-bootstrap-7");
    let platform = TestPlatform::of(platform);
    let secrets = platform.secrets();
    let printed = Printed::default();
    let to = printed.clone();
    let print = move |caller: Caller,
                      as_user: AsUser,
                      as_service: AsService,
                      settings: Settings,
                      subscriptions: Subscriptions| {
        to.add(&caller);
        to.add(&as_user);
        to.add(&as_service);
        to.add(&settings);
        to.add(&subscriptions.tenants());
        async { HttpResponse::NoContent().finish() }
    };
    let setup = Setup::at(&platform).env("APPLICATION_KEY", KEY);
    let setup = setup.routes(move |app| {
        app.route("/print", web::get().to(print.clone()));
    });
    let service = setup.ready().await;
    let admin = User::admin_of("t101");
    let reply = service.call(&admin, Method::GET, "/print").await;
    assert_eq!(reply.status, 204, "{reply:#?}");
    let mut forbidden = vec![KEY.to_owned()];
    // That of the administrators is a word, which stands in addresses, too.
    forbidden.extend(secrets.list().into_iter().filter(|it| it != PASSWORD));
    forbidden.extend(forms(&format!("t101/{ADMIN}"), PASSWORD));
    printed.assert_without(&forbidden);
}
