//! Who calls a service until nothing listens any more.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

/// Longer than anything that is asked for takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a caller does with connections.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    /// A new one for each request.
    New,
    /// One for all, at full rate.
    Kept,
    /// One for all, with pauses.
    Idle,
}

pub(super) struct Caller {
    kind: Kind,
    address: SocketAddr,
    rng: Rng,
    tally: Tally,
}

/// What became of requests.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) answered: u64,
    pub(super) lost: Vec<Lost>,
}

/// A request that was sent and not answered.
#[derive(Debug)]
#[expect(dead_code, reason = "they are printed")]
pub(super) struct Lost {
    /// When the connection was there, if this is its first request.
    connected: Option<Instant>,
    sent: Instant,
    kind: Kind,
    what: String,
    head: &'static str,
}

impl Lost {
    /// Whether it was sent at once on a new connection, or while the port was open for sure.
    pub(super) fn was_accepted(&self, open_until: Instant) -> bool {
        const AT_ONCE: Duration = Duration::from_millis(50);
        let at_once = |connected| self.sent - connected < AT_ONCE;
        self.connected.is_some_and(at_once) || self.sent < open_until
    }
}

/// Whether there is somebody to go on with.
enum Next {
    Call,
    Reconnect,
    End,
}

impl Tally {
    pub(super) fn and(mut self, other: Self) -> Self {
        self.answered += other.answered;
        self.lost.extend(other.lost);
        self
    }
}

impl Caller {
    pub(super) fn new(kind: Kind, address: SocketAddr, rng: Rng) -> Self {
        Self {
            kind,
            address,
            rng,
            tally: Tally::default(),
        }
    }

    pub(super) async fn call_until_nothing_listens(mut self) -> Tally {
        // Refused, or left without an answer until it is.
        while let Ok(Ok(mut connection)) = timeout(PATIENCE, TcpStream::connect(self.address)).await
        {
            let mut connected = Some(Instant::now());
            loop {
                match self.call(&mut connection, connected.take()).await {
                    Next::Call => {}
                    Next::Reconnect => break,
                    Next::End => return self.tally,
                }
            }
        }
        self.tally
    }

    async fn call(&mut self, connection: &mut TcpStream, connected: Option<Instant>) -> Next {
        if matches!(self.kind, Kind::Idle) {
            let pause = Duration::from_millis(self.rng.u64(0..500));
            sleep(pause).await;
        }
        let head = *self.rng.choice(&REQUESTS).expect("there are some");
        let request = head.replace("CREDENTIALS", CREDENTIALS);
        if connection.write_all(request.as_bytes()).await.is_err() {
            // Closed before there was a request.
            return Next::Reconnect;
        }
        let sent = Instant::now();
        let answer = timeout(PATIENCE, read_answer(connection)).await;
        match answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into())) {
            Ok(head) => {
                assert!(head.starts_with("http/1.1 200 "), "{head}");
                self.tally.answered += 1;
                let is_closed = head.contains("connection: close");
                match self.kind {
                    Kind::Kept | Kind::Idle if !is_closed => Next::Call,
                    _ => Next::Reconnect,
                }
            }
            Err(error) => {
                let (kind, what) = (self.kind, error.to_string());
                self.tally.lost.push(Lost {
                    connected,
                    sent,
                    kind,
                    what,
                    head,
                });
                Next::End
            }
        }
    }
}

/// `t100/admin:local-platform`
const CREDENTIALS: &str = "authorization: Basic dDEwMC9hZG1pbjpsb2NhbC1wbGF0Zm9ybQ==";
const REQUESTS: [&str; 3] = [
    "GET /health/liveness HTTP/1.1\r\nhost: service\r\n\r\n",
    "GET /greeting HTTP/1.1\r\nhost: service\r\nCREDENTIALS\r\n\r\n",
    "POST /createAlarms HTTP/1.1\r\nhost: service\r\nCREDENTIALS\r\n\
     content-type: application/json\r\ncontent-length: 2\r\n\r\n{}",
];

/// Reads an answer with a length to its end, and gives its head in lower case.
async fn read_answer(connection: &mut TcpStream) -> io::Result<String> {
    let mut bytes = Vec::new();
    loop {
        if let Some(head) = whole(&bytes) {
            return Ok(head);
        }
        if connection.read_buf(&mut bytes).await? == 0 {
            return Err(io::Error::other(format!("closed after {bytes:?}")));
        }
    }
}

fn whole(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let head = head.to_lowercase();
    let (_, length) = head.split_once("content-length: ")?;
    let length: usize = length.lines().next()?.parse().ok()?;
    (body.len() >= length).then_some(head)
}
