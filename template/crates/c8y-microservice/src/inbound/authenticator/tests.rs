//! What no service in a test can show: callers who go away, and thousands of them at once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::{join_all, poll_immediate};
use local_platform::{Fault, InjectedFault, LocalPlatform};
use tokio::time::{sleep, timeout};

use super::*;
use crate::background::BackgroundRuntime;
use crate::config::Config;
use crate::testing::application;

const CURRENT_USER: &str = "/user/currentUser";

fn authenticator(platform: &LocalPlatform, runtime: &BackgroundRuntime) -> Authenticator {
    with_environment(runtime, &platform.bootstrap_environment(80))
}

fn with_environment(
    runtime: &BackgroundRuntime,
    environment: &BTreeMap<String, String>,
) -> Authenticator {
    let config = Config::read(|name| environment.get(name).map(OsString::from)).unwrap();
    let application = application(&config, runtime.handle());
    Authenticator::new(&config, application, runtime.handle())
}

/// A platform that takes a moment to say who somebody is, and what counts how often it is asked.
fn slow_platform() -> (LocalPlatform, InjectedFault) {
    let platform = LocalPlatform::start().unwrap();
    let asked = platform.inject(Fault::latency(Duration::from_millis(300)).at(CURRENT_USER));
    (platform, asked)
}

fn basic(user: &str, password: &str) -> HeaderMap {
    let login = STANDARD.encode(format!("{user}:{password}"));
    let header = HeaderValue::try_from(format!("Basic {login}")).unwrap();
    HeaderMap::from_iter([(AUTHORIZATION, header)])
}

fn admin() -> HeaderMap {
    basic("t101/admin", local_platform::PASSWORD)
}

async fn verify(authenticator: &Authenticator, headers: &HeaderMap) -> Result<Caller, ApiError> {
    authenticator.verify(headers, |_| true).await
}

async fn soon<F: Future>(future: F) -> F::Output {
    let ended = timeout(Duration::from_secs(20), future).await;
    ended.expect("it ends")
}

#[tokio::test]
async fn a_thousand_callers_at_once_are_one_check() {
    let runtime = BackgroundRuntime::start().unwrap();
    let (platform, asked) = slow_platform();
    let authenticator = authenticator(&platform, &runtime);
    let admin = admin();
    let callers = (0..1_000).map(|_| verify(&authenticator, &admin));
    for caller in soon(join_all(callers)).await {
        let user = caller.unwrap_or_else(|error| panic!("{error}")).user;
        assert_eq!(user.tenant().as_str(), "t101");
    }
    assert_eq!(asked.hits(), 1);
}

#[tokio::test]
async fn a_check_is_not_begun_anew_when_its_first_caller_goes_away() {
    let runtime = BackgroundRuntime::start().unwrap();
    let (platform, asked) = slow_platform();
    let authenticator = authenticator(&platform, &runtime);
    let admin = admin();
    let mut first = Box::pin(verify(&authenticator, &admin));
    let mut second = Box::pin(verify(&authenticator, &admin));
    for caller in [&mut first, &mut second] {
        assert!(poll_immediate(caller).await.is_none());
    }
    soon(async {
        while asked.hits() == 0 {
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    drop(first);
    assert!(soon(second).await.is_ok());
    assert!(soon(verify(&authenticator, &admin)).await.is_ok());
    assert_eq!(asked.hits(), 1);
}

#[tokio::test]
async fn a_failed_check_fails_for_all_who_wait_and_for_nobody_later() {
    let runtime = BackgroundRuntime::start().unwrap();
    let (platform, asked) = slow_platform();
    let failed = platform.inject(Fault::status(500).at(CURRENT_USER).times(1));
    let authenticator = authenticator(&platform, &runtime);
    let admin = admin();
    let callers = (0..10).map(|_| verify(&authenticator, &admin));
    let results = soon(join_all(callers)).await;
    assert!(results.iter().all(Result::is_err));
    assert!(soon(verify(&authenticator, &admin)).await.is_ok());
    assert_eq!((failed.hits(), asked.hits()), (1, 2));
}

/// Those who come later share it, so that it could go on for ever.
#[tokio::test]
async fn a_check_that_does_not_end_is_given_up() {
    let runtime = BackgroundRuntime::start().unwrap();
    let platform = LocalPlatform::start().unwrap();
    let asked = platform.inject(Fault::latency(Duration::from_hours(1)).at(CURRENT_USER));
    let mut authenticator = authenticator(&platform, &runtime);
    authenticator.limit = Duration::from_millis(200);
    let error = soon(verify(&authenticator, &admin())).await.err().unwrap();
    let status = actix_web::ResponseError::status_code(&error);
    assert_eq!((status.as_u16(), asked.hits()), (503, 1), "{error}");
    drop(asked);
    platform.clear_faults();
    assert!(soon(verify(&authenticator, &admin())).await.is_ok());
}

#[tokio::test]
async fn a_stopped_runtime_refuses_nobody() {
    let platform = LocalPlatform::start().unwrap();
    let runtime = BackgroundRuntime::start().unwrap();
    let authenticator = authenticator(&platform, &runtime);
    drop(runtime);
    let error = soon(verify(&authenticator, &admin())).await.err().unwrap();
    let status = actix_web::ResponseError::status_code(&error);
    assert_eq!(status, 503, "{error}");
}

#[tokio::test]
async fn what_is_remembered_shows_no_secret() {
    let runtime = BackgroundRuntime::start().unwrap();
    let platform = LocalPlatform::start().unwrap();
    let authenticator = authenticator(&platform, &runtime);
    let caller = soon(verify(&authenticator, &admin())).await;
    caller.unwrap_or_else(|error| panic!("{error}"));
    let shown = format!("{authenticator:?}");
    assert!(shown.contains("t101"), "nobody is remembered: {shown}");
    for secret in [
        local_platform::PASSWORD,
        &STANDARD.encode("t101/admin:")[..12],
    ] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
}
