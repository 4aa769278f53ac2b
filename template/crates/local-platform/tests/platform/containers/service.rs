//! A small service for tests, in containers that hold nothing else. It is compiled by the tests
//! themselves, into a static executable, and so consists of the standard library alone.
//!
//! `service VERSION [stubborn|broken]` serves on port 80; `service check` asks it how it is.

use std::env::args;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::exit;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{sleep, spawn};
use std::time::Duration;

const SIGTERM: i32 = 15;

static TERMINATED: AtomicBool = AtomicBool::new(false);
static BUSY: AtomicBool = AtomicBool::new(false);
static OPEN: AtomicUsize = AtomicUsize::new(0);

// The standard library knows no signals; the C library that it is linked with does.
unsafe extern "C" {
    fn signal(number: i32, handler: extern "C" fn(i32)) -> usize;
}

extern "C" fn on_signal(_: i32) {
    TERMINATED.store(true, SeqCst);
}

fn main() {
    // SAFETY: the handler does nothing but store into an atomic.
    unsafe { signal(SIGTERM, on_signal) };
    let arguments: Vec<String> = args().skip(1).collect();
    let has = |word: &str| arguments.iter().any(|it| it == word);
    if has("check") {
        let answer = ask("127.0.0.1:80", "GET /health HTTP/1.0\r\n\r\n");
        exit(i32::from(!answer.contains(" 200 ")));
    }
    if has("broken") {
        eprintln!("no such luck");
        exit(3);
    }
    serve(&arguments[0], has("stubborn"));
    println!("ended by SIGTERM");
}

/// Until SIGTERM; what is open then is finished.
fn serve(version: &str, stubborn: bool) {
    let listener = TcpListener::bind("0.0.0.0:80").expect("port 80");
    listener.set_nonblocking(true).expect("a listener");
    println!("version {version} listens on port 80");
    while stubborn || !TERMINATED.load(SeqCst) {
        let Ok((stream, _)) = listener.accept() else {
            sleep(Duration::from_millis(1));
            continue;
        };
        OPEN.fetch_add(1, SeqCst);
        let version = version.to_owned();
        spawn(move || {
            answer(stream, &version);
            OPEN.fetch_sub(1, SeqCst);
        });
    }
    while OPEN.load(SeqCst) > 0 {
        sleep(Duration::from_millis(1));
    }
}

fn answer(mut stream: TcpStream, version: &str) {
    let _ = stream.set_nonblocking(false);
    let mut head = [0; 4096];
    let length = stream.read(&mut head).unwrap_or_default();
    let head = String::from_utf8_lossy(&head[..length]);
    let path = head.split(' ').nth(1).unwrap_or_default();
    let status = match path {
        "/health" if BUSY.load(SeqCst) => "503 Service Unavailable",
        _ => "200 OK",
    };
    let body = body(path, version);
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn body(path: &str, version: &str) -> String {
    match path {
        "/environment" => return variables(),
        "/confinement" => return confinement(),
        "/platform" => return platform(),
        "/busy" => BUSY.store(true, SeqCst),
        "/slow" => sleep(Duration::from_millis(300)),
        "/exit" => exit(7),
        "/greedy" => greedy(),
        _ => {}
    }
    version.to_owned()
}

fn variables() -> String {
    let mut text = String::new();
    for (name, value) in std::env::vars() {
        let _ = writeln!(text, "{name}={value}");
    }
    text
}

/// Who it runs as, what it may do, and whether it can write into its root.
fn confinement() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let wanted = ["Uid:", "Gid:", "CapBnd:"];
    let lines = status
        .lines()
        .filter(|line| wanted.iter().any(|it| line.starts_with(it)));
    let lines: Vec<&str> = lines.collect();
    let written = std::fs::write("/file", "").map_err(|error| error.kind());
    format!("{}\nwritten: {written:?}\n", lines.join("\n"))
}

/// What the platform answers to the bootstrap user.
fn platform() -> String {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let host = variable("C8Y_BASEURL").replace("http://", "");
    let user = format!(
        "{}/{}",
        variable("C8Y_BOOTSTRAP_TENANT"),
        variable("C8Y_BOOTSTRAP_USER")
    );
    let credentials = base64(&format!("{user}:{}", variable("C8Y_BOOTSTRAP_PASSWORD")));
    let head = format!("Host: {host}\r\nAuthorization: Basic {credentials}\r\nConnection: close");
    ask(
        &host,
        &format!("GET /tenant/currentTenant HTTP/1.1\r\n{head}\r\n\r\n"),
    )
}

fn ask(host: &str, request: &str) -> String {
    let asked = TcpStream::connect(host).and_then(|mut stream| {
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    });
    asked.unwrap_or_else(|error| format!("{host}: {error}"))
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for bytes in text.as_bytes().chunks(3) {
        let number = (0..3).fold(0, |all, at| {
            all << 8 | usize::from(*bytes.get(at).unwrap_or(&0))
        });
        for at in 0..4 {
            let digit = char::from(DIGITS[number >> (18 - 6 * at) & 63]);
            encoded.push(if at > bytes.len() { '=' } else { digit });
        }
    }
    encoded
}

/// Takes memory until there is none left.
fn greedy() {
    let mut taken = Vec::new();
    loop {
        taken.push(vec![1_u8; 1 << 20]);
    }
}
