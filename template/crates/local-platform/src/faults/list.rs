//! The faults that are injected, in their order, and how often each was met.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::fault::{Failure, Fault, Kind, Request};

/// A handle on the injected faults.
#[derive(Clone, Default)]
pub(crate) struct Faults(Arc<Shared>);

#[derive(Default)]
struct Shared {
    /// Whether any fault can still be met: all that a request looks at while there is none.
    any: AtomicBool,
    list: Mutex<List>,
}

#[derive(Default)]
struct List {
    last_id: u64,
    faults: Vec<Entry>,
}

/// An injected fault.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) fault: Fault,
    hits: Arc<AtomicU64>,
}

/// A fault that was injected: says how often it was met, and takes it back. Dropping it does
/// nothing.
pub struct InjectedFault {
    faults: Faults,
    entry: Entry,
}

/// What a request meets.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Met {
    pub(super) latency: Option<Duration>,
    pub(super) failure: Option<Failure>,
}

impl InjectedFault {
    /// How many requests met it so far.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.entry.hits()
    }

    /// Takes it back.
    pub fn remove(&self) {
        self.faults.remove(self.entry.id);
    }
}

impl Entry {
    pub(super) fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    fn is_used_up(&self) -> bool {
        self.fault.times.is_some_and(|times| self.hits() >= times)
    }

    /// Whether a request meets it; counted if so.
    fn meets(&self, request: &Request<'_>) -> bool {
        let chance = |share| fastrand::f64() < share;
        let met =
            !self.is_used_up() && self.fault.is_for(request) && self.fault.share.is_none_or(chance);
        if met {
            self.hits.fetch_add(1, Ordering::Relaxed);
        }
        met
    }
}

impl Faults {
    /// Whether there is any fault that a request can meet.
    pub(super) fn any(&self) -> bool {
        self.0.any.load(Ordering::Acquire)
    }

    pub(crate) fn inject(&self, fault: Fault) -> InjectedFault {
        let entry = self.add(fault);
        InjectedFault {
            faults: self.clone(),
            entry,
        }
    }

    pub(super) fn add(&self, fault: Fault) -> Entry {
        self.with(|list| {
            list.last_id += 1;
            let entry = Entry {
                id: list.last_id,
                fault,
                hits: Arc::default(),
            };
            list.faults.push_mut(entry).clone()
        })
    }

    pub(super) fn all(&self) -> Vec<Entry> {
        self.with(|list| list.faults.clone())
    }

    /// Takes one back; whether there was one.
    pub(super) fn remove(&self, id: u64) -> bool {
        self.with(|list| {
            let before = list.faults.len();
            list.faults.retain(|entry| entry.id != id);
            list.faults.len() < before
        })
    }

    pub(crate) fn clear(&self) {
        self.with(|list| list.faults.clear());
    }

    /// What a request meets: the first latency that matches, and the first failure that does.
    pub(super) fn met_by(&self, request: &Request<'_>) -> Met {
        self.with(|list| {
            let mut met = Met::default();
            for entry in &list.faults {
                match &entry.fault.kind {
                    Kind::Latency(latency) if met.latency.is_none() && entry.meets(request) => {
                        met.latency = Some(*latency);
                    }
                    Kind::Failure(failure) if met.failure.is_none() && entry.meets(request) => {
                        met.failure = Some(failure.clone());
                    }
                    Kind::Latency(_) | Kind::Failure(_) => {}
                }
            }
            met
        })
    }

    fn with<R>(&self, work: impl FnOnce(&mut List) -> R) -> R {
        let mut list = self.0.list.lock().unwrap_or_else(PoisonError::into_inner);
        let result = work(&mut list);
        let any = list.faults.iter().any(|entry| !entry.is_used_up());
        self.0.any.store(any, Ordering::Release);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: Request<'_> = Request {
        method: "GET",
        path: "/alarm/alarms",
        tenant: Some("t101"),
    };

    fn met(latency_ms: u64, status: u16) -> Met {
        Met {
            latency: Some(Duration::from_millis(latency_ms)),
            failure: Some(Failure::Status(status)),
        }
    }

    #[test]
    fn the_first_that_matches_wins_and_a_latency_combines_with_another() {
        let faults = Faults::default();
        faults.add(Fault::status(500).of("t102"));
        faults.add(Fault::latency(Duration::from_millis(1)).times(1));
        faults.add(Fault::status(503));
        faults.add(Fault::reset());
        faults.add(Fault::latency(Duration::from_millis(2)));
        assert_eq!(faults.met_by(&REQUEST), met(1, 503));
        assert_eq!(faults.met_by(&REQUEST), met(2, 503));
        let hits: Vec<u64> = faults.all().iter().map(Entry::hits).collect();
        assert_eq!(hits, [0, 1, 2, 0, 1]);
    }

    #[test]
    fn there_are_none_once_all_are_used_up_or_taken_back() {
        let faults = Faults::default();
        assert!(!faults.any());
        let fault = faults.inject(Fault::dropped().times(1));
        assert!(faults.any());
        faults.met_by(&REQUEST);
        assert!(!faults.any());
        assert_eq!(faults.met_by(&REQUEST), Met::default());
        assert_eq!(fault.hits(), 1);

        let fault = faults.inject(Fault::dropped());
        assert!(faults.any());
        fault.remove();
        assert!(!faults.any());
        faults.inject(Fault::dropped());
        faults.clear();
        assert!(!faults.any());
    }

    #[test]
    fn a_share_is_met_by_some_and_not_by_all() {
        let faults = Faults::default();
        let fault = faults.inject(Fault::dropped().share(0.5));
        for _ in 0..1000 {
            faults.met_by(&REQUEST);
        }
        // Fewer than 300 or more than 700 have a chance below 1 in 10^35.
        let hits = fault.hits();
        assert!((300..=700).contains(&hits), "{hits} of 1000");
    }
}
