//! The program `microservice`: packs, deploys and subscribes a microservice.

mod program;

fn main() -> std::process::ExitCode {
    program::main()
}
