//! The crate's examples, each in a process of its own.

use local_platform::{RunningService, Service};

use super::platform::TestPlatform;

/// Runs an example as the platform runs a service, and waits until it is ready.
pub(crate) fn deploy_example(platform: &TestPlatform, name: &str) -> RunningService {
    let tests = std::env::current_exe().unwrap();
    let target = tests.ancestors().nth(2).unwrap();
    let executable = target.join("examples").join(name);
    let shown = executable.display();
    assert!(
        executable.exists(),
        "no {shown}: cargo build --examples makes it"
    );
    let service = Service::new(executable).env("SHUTDOWN_DELAY", "500");
    platform.deploy(service).unwrap()
}
