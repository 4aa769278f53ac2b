//! Many callers who hold on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::raw::connect;
use crate::support::process::sockets;
use crate::support::{Stage, answer};

/// Beside the connections of a crowd: those of honest callers, and those to the platform.
const OTHERS: usize = 12;
/// Far more than what the service waits for anybody here.
const PATIENCE: Duration = Duration::from_secs(40);

/// Opens a number of connections, gives them to callers of all kinds, who end when the service has
/// given them up, and answers how many honest requests were answered until it had given up all.
pub(super) async fn outlasted<D>(
    stage: &Stage,
    number: usize,
    kinds: &[impl ToString],
    act: impl Fn(String, TcpStream) -> D,
) -> u64
where
    D: Future<Output = ()> + Send + 'static,
{
    let pid = stage.service.pid();
    honest(stage).await;
    let before = sockets(pid).len();
    let mut crowd = JoinSet::new();
    let mut left = BTreeMap::new();
    for kind in (0..number).map(|it| kinds[it % kinds.len()].to_string()) {
        let caller = act(kind.clone(), connect(stage).await);
        *left.entry(kind.clone()).or_insert(0) += 1;
        crowd.spawn(async { (caller.await, kind).1 });
    }
    let begun = Instant::now();
    let mut answered = 0;
    loop {
        honest(stage).await;
        answered += 1;
        while let Some(ended) = crowd.try_join_next() {
            let kind = ended.expect("a caller who holds on");
            left.entry(kind).and_modify(|number| *number -= 1);
        }
        let open = sockets(pid).len();
        if crowd.is_empty() && open <= before + OTHERS {
            return answered;
        }
        let time = begun.elapsed();
        assert!(
            time < PATIENCE,
            "{time:?}: {open} sockets, {before} before; {left:#?}"
        );
        sleep(Duration::from_millis(50)).await;
    }
}

/// A caller who keeps nobody waiting.
async fn honest(stage: &Stage) {
    let request = stage.direct("t101", Method::GET, "/greeting");
    // A connection that is kept may be closed the moment that it is used again.
    let seen = answer(request.header("connection", "close")).await;
    assert_eq!(seen.status, StatusCode::OK, "{seen:?}");
}
