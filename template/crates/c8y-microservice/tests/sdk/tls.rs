//! TLS: whom the service trusts.

use c8y_microservice::PlatformError;
use c8y_microservice::http::Method;

use crate::support::{Setup, TestPlatform, TlsServer, chain, config, environment, free_port};

const NOWHERE: &str = "/nonexistent/c8y-microservice/authority.pem";

async fn ask(platform: &TlsServer, variables: &[(&str, &str)]) -> Result<u16, PlatformError> {
    let mut setup = Setup::new(environment(&platform.url(), free_port()));
    for (name, value) in variables {
        setup = setup.env(name, value);
    }
    let service = setup.ready().await;
    let client = service.client("t1").await;
    let answer = client.request(Method::GET, "/tenant/currentTenant");
    answer.send().await.map(|answer| answer.status().as_u16())
}

#[tokio::test]
async fn a_platform_with_a_certificate_of_ones_own_is_trusted_where_ssl_cert_file_names_it() {
    let platform = TlsServer::start();
    let file = platform.authority_file();
    let answer = ask(&platform, &[("SSL_CERT_FILE", &file)]).await;
    assert_eq!(answer, Ok(200));
    assert_eq!(platform.requests(), ["GET /tenant/currentTenant HTTP/1.1"]);
}

#[tokio::test]
async fn it_is_trusted_where_ssl_cert_dir_names_a_directory_with_it() {
    let platform = TlsServer::start();
    let other = TlsServer::start();
    let directories = [&other, &platform].map(TlsServer::authority_directory);
    let directories = std::env::join_paths(directories).unwrap();
    let directories = directories.to_str().unwrap();
    let answer = ask(&platform, &[("SSL_CERT_DIR", directories)]).await;
    assert_eq!(answer, Ok(200));
}

#[tokio::test]
async fn it_is_refused_where_nothing_or_something_else_is_named() {
    let platform = TlsServer::start();
    let other = TlsServer::start().authority_file();
    for variables in [
        [].as_slice(),
        &[("SSL_CERT_FILE", &*other)],
        &[("SSL_CERT_FILE", NOWHERE)],
    ] {
        let error = ask(&platform, variables).await.unwrap_err();
        let refused =
            matches!(&error, PlatformError::Unreachable(text) if text.contains("certificate"));
        assert!(refused, "{variables:?}: {error:?}");
    }
    assert_eq!(platform.requests(), [""; 0]);
}

#[tokio::test]
async fn the_client_for_outside_trusts_the_same() {
    let server = TlsServer::start();
    let file = server.authority_file();
    let with = config(&[("SSL_CERT_FILE", &file)]).http_client().unwrap();
    assert_eq!(with.get(server.url()).send().await.unwrap().status(), 200);
    let without = config(&[]).http_client().unwrap();
    let error = without.get(server.url()).send().await.unwrap_err();
    let text = chain(&error);
    assert!(text.contains("certificate"), "{text}");
}

#[tokio::test]
async fn a_service_that_speaks_plain_http_needs_no_certificates() {
    let platform = TestPlatform::start();
    let nothing = [("SSL_CERT_FILE", NOWHERE), ("SSL_CERT_DIR", "/nonexistent")];
    let [file, directory] = nothing;
    let setup = Setup::at(&platform).env(file.0, file.1);
    let service = setup.env(directory.0, directory.1).ready().await;
    assert_eq!(service.tenants().await.as_array().unwrap().len(), 4);
    let outside = config(&nothing).http_client().unwrap();
    let answer = outside.get(platform.url()).send().await;
    assert!(answer.is_ok(), "{answer:?}");
}
