//! What lies between the service and the platform, and can go away and come back.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Takes connections on a port of its own and passes all bytes on. It runs on a thread of its own,
/// so that a test may block.
pub(crate) struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Mutex<Option<JoinHandle<()>>>,
    runtime: Option<Runtime>,
    /// Has the port, also while nobody listens there: a connection is refused then, and nobody else
    /// gets it.
    _port: TcpSocket,
}

struct Shared {
    platform: Mutex<SocketAddr>,
    /// Changes when all connections are to end.
    cut: watch::Sender<()>,
}

impl Relay {
    /// One that passes on to the platform at this address.
    pub(crate) fn to(platform: SocketAddr) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let port = socket(0).expect("a port");
        let address = port.local_addr().expect("its address");
        let relay = Self {
            address,
            shared: Arc::new(Shared {
                platform: Mutex::new(platform),
                cut: watch::Sender::new(()),
            }),
            accepting: Mutex::default(),
            runtime: Some(runtime),
            _port: port,
        };
        relay.accept();
        relay
    }

    /// The port of the loopback interface that the service takes for the platform's.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Passes on to another platform from now on.
    pub(crate) fn lead_to(&self, platform: SocketAddr) {
        *self.shared.platform() = platform;
    }

    /// Breaks off all connections. New ones are taken.
    pub(crate) fn cut(&self) {
        self.shared.cut.send_replace(());
    }

    /// Breaks off all connections, and refuses new ones.
    pub(crate) async fn refuse(&self) {
        let accepting = self.accepting().take();
        if let Some(accepting) = accepting {
            accepting.abort();
            // Once it has ended, nobody listens.
            accepting.await.ok();
        }
        self.cut();
    }

    /// Takes connections again, on the same port.
    pub(crate) fn accept(&self) {
        let mut accepting = self.accepting();
        if accepting.is_none() {
            let runtime = self.runtime.as_ref().expect("it runs until it is dropped");
            let _inside = runtime.enter();
            let socket = socket(self.address.port()).expect("the port is ours");
            let listener = socket.listen(1024).expect("nobody else listens there");
            *accepting = Some(runtime.spawn(accept(listener, Arc::clone(&self.shared))));
        }
    }

    fn accepting(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        let accepting = self.accepting.lock();
        accepting.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Where a test is asynchronous it may not wait for the end.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Shared {
    fn platform(&self) -> std::sync::MutexGuard<'_, SocketAddr> {
        self.platform.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket at a port of the loopback interface, which others of the same user may have as well.
fn socket(port: u16) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseport(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    Ok(socket)
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    loop {
        match listener.accept().await {
            Ok((service, _)) => drop(tokio::spawn(pass_on(service, Arc::clone(&shared)))),
            // Such as too many open files, which may pass.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

async fn pass_on(mut service: TcpStream, shared: Arc<Shared>) {
    let mut cut = shared.cut.subscribe();
    let platform = *shared.platform();
    let passing = async {
        let mut platform = TcpStream::connect(platform).await?;
        platform.set_nodelay(true)?;
        service.set_nodelay(true)?;
        copy_bidirectional(&mut service, &mut platform).await
    };
    let ended = tokio::select! {
        ended = passing => ended,
        _ = cut.changed() => Err(io::ErrorKind::ConnectionReset.into()),
    };
    if ended.is_err() {
        // A connection that was reset on one side is reset on the other, too.
        service.set_zero_linger().ok();
    }
}
