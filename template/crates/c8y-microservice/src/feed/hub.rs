//! Who is connected, tenant by tenant.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, watch};

use crate::id::TenantId;
use crate::inbound::ApiError;

/// Messages of a tenant that wait for those who have not read them yet.
const KEPT: usize = 16;

/// All connections of this instance.
pub(super) struct Hub {
    limits: Limits,
    state: Mutex<State>,
}

/// How many connections there may be.
pub(super) struct Limits {
    pub(super) in_all: u64,
    pub(super) of_tenant: u64,
}

#[derive(Default)]
struct State {
    stopping: bool,
    connections: u64,
    /// Those that have connections.
    tenants: HashMap<TenantId, Tenant>,
}

struct Tenant {
    channel: Arc<Channel>,
    connections: u64,
}

/// What all connections of a tenant listen to.
struct Channel {
    messages: broadcast::Sender<Arc<str>>,
    end: watch::Sender<Option<End>>,
}

/// Why connections are closed that did nothing wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Unsubscribed,
    Stopping,
}

/// Room for one connection. Dropping it makes room for another.
pub(super) struct Place {
    hub: Arc<Hub>,
    tenant: TenantId,
    channel: Arc<Channel>,
}

/// What one connection hears.
pub(super) struct Listener {
    pub(super) messages: broadcast::Receiver<Arc<str>>,
    pub(super) end: watch::Receiver<Option<End>>,
}

impl Hub {
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        Arc::new(Self {
            limits,
            state: Mutex::default(),
        })
    }

    /// Takes room for a connection of a tenant.
    pub(super) fn join(self: &Arc<Self>, tenant: &TenantId) -> Result<Place, ApiError> {
        let state = &mut *self.state();
        if state.stopping {
            return Err(ApiError::unavailable("The service is stopping"));
        }
        if state.connections >= self.limits.in_all {
            let message = "There are too many WebSockets; try again later";
            return Err(ApiError::unavailable(message));
        }
        let there = state.tenants.get(tenant);
        if there.is_some_and(|there| there.connections >= self.limits.of_tenant) {
            let most = self.limits.of_tenant;
            let message = format!("The tenant has {most} WebSockets already, as many as it may");
            return Err(ApiError::unavailable(message));
        }
        let joined = state
            .tenants
            .entry(tenant.clone())
            .or_insert_with(|| Tenant {
                channel: Arc::new(Channel::new()),
                connections: 0,
            });
        joined.connections += 1;
        state.connections += 1;
        Ok(Place {
            hub: Arc::clone(self),
            tenant: tenant.clone(),
            channel: Arc::clone(&joined.channel),
        })
    }

    /// Gives a message to the connections of a tenant, and answers how many there are.
    pub(super) fn publish(&self, tenant: &TenantId, message: Arc<str>) -> usize {
        let state = self.state();
        let channel = state.tenants.get(tenant).map(|there| &there.channel);
        channel.map_or(0, |channel| channel.messages.send(message).unwrap_or(0))
    }

    /// Closes the connections of a tenant that has left. Should it come back while they close, it
    /// has a new channel.
    pub(super) fn end(&self, tenant: &TenantId) {
        if let Some(gone) = self.state().tenants.remove(tenant) {
            gone.channel.end.send_replace(Some(End::Unsubscribed));
        }
    }

    /// Closes all connections and takes no more.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.stopping = true;
        for (_, tenant) in state.tenants.drain() {
            tenant.channel.end.send_replace(Some(End::Stopping));
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel {
    fn new() -> Self {
        Self {
            messages: broadcast::Sender::new(KEPT),
            end: watch::Sender::new(None),
        }
    }
}

impl Place {
    pub(super) fn listen(&self) -> Listener {
        Listener {
            messages: self.channel.messages.subscribe(),
            end: self.channel.end.subscribe(),
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let state = &mut *self.hub.state();
        state.connections -= 1;
        let Some(there) = state.tenants.get_mut(&self.tenant) else {
            return;
        };
        if !Arc::ptr_eq(&there.channel, &self.channel) {
            // Of an earlier subscription, whose connections are not counted there.
            return;
        }
        there.connections -= 1;
        if there.connections == 0 {
            state.tenants.remove(&self.tenant);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub(in_all: u64, of_tenant: u64) -> Arc<Hub> {
        Hub::new(Limits { in_all, of_tenant })
    }

    fn refusal(hub: &Arc<Hub>, tenant: &str) -> String {
        let place = hub.join(&tenant.into());
        place.err().expect("no room").to_string()
    }

    #[test]
    fn a_message_reaches_all_connections_of_its_tenant_and_no_other() {
        let hub = hub(10, 10);
        let places = ["t1", "t1", "t2"].map(|tenant| hub.join(&tenant.into()).unwrap());
        let mut listeners = places.each_ref().map(Place::listen);
        assert_eq!(hub.publish(&"t1".into(), "for t1".into()), 2);
        assert_eq!(hub.publish(&"t3".into(), "for t3".into()), 0);
        let heard = listeners
            .each_mut()
            .map(|listener| listener.messages.try_recv().ok());
        assert_eq!(heard, [Some("for t1".into()), Some("for t1".into()), None]);
    }

    #[test]
    fn there_is_room_again_when_a_connection_has_gone() {
        let hub = hub(3, 2);
        let first = hub.join(&"t1".into()).unwrap();
        let _second = hub.join(&"t1".into()).unwrap();
        assert!(refusal(&hub, "t1").contains("The tenant has 2 WebSockets"));
        let _other = hub.join(&"t2".into()).unwrap();
        assert!(refusal(&hub, "t3").contains("too many WebSockets"));
        drop(first);
        let _again = hub.join(&"t1".into()).unwrap();
        assert!(refusal(&hub, "t2").contains("too many WebSockets"));
    }

    #[test]
    fn nothing_is_kept_of_a_tenant_without_connections() {
        let hub = hub(3, 3);
        let places: Vec<_> = (0..3).map(|_| hub.join(&"t1".into()).unwrap()).collect();
        drop(places);
        let state = hub.state();
        assert!(state.tenants.is_empty());
        assert_eq!(state.connections, 0);
    }

    #[test]
    fn a_tenant_that_comes_back_has_nothing_to_do_with_its_former_connections() {
        let hub = hub(10, 1);
        let former = hub.join(&"t1".into()).unwrap();
        let mut of_former = former.listen();
        hub.end(&"t1".into());
        assert_eq!(*of_former.end.borrow(), Some(End::Unsubscribed));
        let present = hub.join(&"t1".into()).unwrap();
        let mut of_present = present.listen();
        assert_eq!(*of_present.end.borrow(), None);
        drop(former);
        assert_eq!(hub.publish(&"t1".into(), "news".into()), 1);
        assert!(of_present.messages.try_recv().is_ok());
        assert!(of_former.messages.try_recv().is_err());
        assert!(refusal(&hub, "t1").contains("The tenant has 1"));
    }

    #[test]
    fn a_hub_that_closes_ends_all_and_takes_none() {
        let hub = hub(10, 10);
        let places = ["t1", "t2"].map(|tenant| hub.join(&tenant.into()).unwrap());
        let listeners = places.each_ref().map(Place::listen);
        hub.close();
        for listener in listeners {
            assert_eq!(*listener.end.borrow(), Some(End::Stopping));
        }
        assert_eq!(refusal(&hub, "t1"), "The service is stopping");
    }
}
