//! The local platform as a program: `serve` it alone, or `dev`elop a service on it.

mod program;

fn main() -> std::process::ExitCode {
    program::main()
}
