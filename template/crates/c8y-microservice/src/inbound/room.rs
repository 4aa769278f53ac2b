//! How much memory the bodies of all requests take together.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use actix_web::body::BoxBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::body::{has_body, stated_length};
use super::on_demand::OnDemand;
use super::user::Caller;
use super::{ApiError, BodyLimit, Conversation, given};
use crate::deadline;
use crate::id::TenantId;

/// Bodies up to this size need no room: a connection has as much for what it reads.
const SMALL: u32 = 8 * 1024;
const MOST_PERMITS: u32 = 1 << 28;

/// Room for the bodies of requests that are being served, in bytes. Clones are the same.
#[derive(Debug, Clone)]
pub(crate) struct BodyRoom {
    free: Arc<Semaphore>,
    /// What is left of each tenant's own share, for those who have something of it.
    shares: Arc<Mutex<HashMap<TenantId, Weak<Semaphore>>>>,
    /// A tenant's share, and so what one body counts for at most. A longer one is refused soon, or
    /// read in pieces by an endpoint that has to leave room for others.
    most: u32,
}

/// The room that a request has for its body, for as long as it is served.
pub(super) struct Taken {
    room: BodyRoom,
    tenant: TenantId,
    bytes: Cell<u32>,
    permits: Cell<Option<Permits>>,
}

/// Of the tenant's share, and of all.
#[derive(Debug)]
struct Permits(#[expect(dead_code, reason = "kept")] [OwnedSemaphorePermit; 2]);

impl BodyRoom {
    /// So many bytes, but enough for one body of any size that is allowed. Half of it is a tenant's at
    /// most, where that is enough for such a body.
    pub(crate) fn new(bytes: u64, limit: BodyLimit) -> Self {
        let limit = limit.0 as u64;
        // As many as Tokio counts on every machine.
        let [all, most] = [bytes.max(limit), (bytes / 2).max(limit)]
            .map(|bytes| u32::try_from(bytes).map_or(MOST_PERMITS, |it| it.min(MOST_PERMITS)));
        Self {
            free: Arc::new(Semaphore::new(all as usize)),
            shares: Arc::default(),
            most,
        }
    }

    /// What a body of this length counts for.
    fn counted(&self, length: u64) -> u32 {
        u32::try_from(length).map_or(self.most, |bytes| bytes.min(self.most))
    }

    /// Waits for room for so many bytes, as long as the request has time.
    async fn take(&self, tenant: &TenantId, bytes: u32) -> Result<Option<Permits>, ApiError> {
        if bytes <= SMALL {
            return Ok(None);
        }
        let room = async {
            // First of the own share: who waits for that keeps nothing from others.
            let own = self.share_of(tenant).acquire_many_owned(bytes).await;
            let of_all = Arc::clone(&self.free).acquire_many_owned(bytes).await;
            Some(Permits([own.ok()?, of_all.ok()?]))
        };
        let deadline = deadline::current();
        let room = deadline::before_the_end(deadline.as_ref(), room).await;
        room.flatten().map(Some).ok_or_else(|| {
            ApiError::unavailable(
                "The service has no memory for the body: too many others are being served",
            )
        })
    }

    fn share_of(&self, tenant: &TenantId) -> Arc<Semaphore> {
        let mut shares = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = shares.get(tenant).and_then(Weak::upgrade) {
            return share;
        }
        shares.retain(|_, share| share.strong_count() > 0);
        let share = Arc::new(Semaphore::new(self.most as usize));
        shares.insert(tenant.clone(), Arc::downgrade(&share));
        share
    }
}

impl Taken {
    /// For a body that may have a length other than what was known before.
    pub(super) async fn grow_to(&self, length: u64) -> Result<(), ApiError> {
        let bytes = self.room.counted(length);
        if bytes > self.bytes.get() {
            // Without what there is: two that wait for more of each other's would wait in vain.
            self.permits.take();
            self.bytes.set(0);
            self.permits.set(self.room.take(&self.tenant, bytes).await?);
            self.bytes.set(bytes);
        }
        Ok(())
    }
}

/// Has a body read when there is room for it, and somebody waits for it. Until then, what the caller
/// sends waits on its way.
pub(crate) async fn room_for_body(
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !has_body(request.request()) {
        return next.call(request).await;
    }
    let taken = match taken(request.request()).await {
        Ok(taken) => Rc::new(taken),
        Err(error) => return Ok(request.error_response(error)),
    };
    if let Some(conversation) = request.conn_data::<Rc<Conversation>>().cloned() {
        let left = stated_length(request.request());
        let body = OnDemand::new(request.take_payload(), left, conversation);
        request.set_payload(Payload::Stream {
            payload: Box::pin(body),
        });
    }
    request.extensions_mut().insert(Rc::clone(&taken));
    let answer = next.call(request).await;
    // The answer may take its time, and has the request with it.
    taken.permits.take();
    answer
}

async fn taken(request: &HttpRequest) -> Result<Taken, ApiError> {
    let taken = Taken {
        room: given::<BodyRoom>(request)?.clone(),
        tenant: Caller::of(request)?.user.tenant().clone(),
        bytes: Cell::new(0),
        permits: Cell::new(None),
    };
    // What does not say its length may have all that it may have.
    let length = match stated_length(request) {
        Some(length) => length,
        None => given::<BodyLimit>(request)?.0 as u64,
    };
    taken.grow_to(length).await?;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::ResponseError;

    use super::*;
    use crate::deadline::{Deadline, Stop};

    const LIMIT: BodyLimit = BodyLimit(100_000);

    fn tenant(id: &str) -> TenantId {
        id.into()
    }

    /// What a request of `t1` gets whose time is over soon.
    async fn soon(room: &BodyRoom, length: u64) -> Result<bool, ApiError> {
        soon_for("t1", room, length).await
    }

    async fn soon_for(id: &str, room: &BodyRoom, length: u64) -> Result<bool, ApiError> {
        let deadline = Deadline::after(Duration::from_millis(200), &Stop::default());
        let tenant = tenant(id);
        let taken = room.take(&tenant, room.counted(length));
        let taken = deadline::scope(Some(deadline), taken).await;
        taken.map(|permits| permits.is_some())
    }

    async fn held(id: &str, room: &BodyRoom, length: u64) -> Permits {
        let permits = room.take(&tenant(id), room.counted(length)).await;
        permits.unwrap().expect("more than a small one")
    }

    #[tokio::test]
    async fn a_body_that_finds_no_room_in_time_is_refused() {
        let room = BodyRoom::new(0, LIMIT);
        let held = held("t2", &room, 100_000).await;
        let refusal = soon(&room, 8_193).await.unwrap_err();
        assert_eq!(refusal.status_code().as_u16(), 503);
        assert!(refusal.to_string().contains("no memory"), "{refusal}");
        assert_eq!(soon(&room, 8_192).await, Ok(false), "a small one");
        drop(held);
        assert_eq!(soon(&room, 8_193).await, Ok(true));
    }

    #[tokio::test]
    async fn there_is_room_for_one_body_of_any_length() {
        let room = BodyRoom::new(10, LIMIT);
        for length in [100_000, 100_001, u64::MAX] {
            assert_eq!(soon(&room, length).await, Ok(true));
        }
        let _held = held("t1", &room, 50_000).await;
        assert_eq!(soon(&room, 50_000).await, Ok(true));
        assert!(soon(&room, 50_001).await.is_err());
    }

    #[tokio::test]
    async fn no_tenant_takes_all_where_there_is_room_for_two() {
        let room = BodyRoom::new(300_000, LIMIT);
        let _held = [
            held("t1", &room, 100_000).await,
            held("t1", &room, 50_000).await,
        ];
        assert!(soon(&room, 8_193).await.is_err());
        assert_eq!(soon_for("t2", &room, u64::MAX).await, Ok(true));
        let _held = held("t2", &room, 100_000).await;
        assert!(soon_for("t3", &room, 50_001).await.is_err());
        assert_eq!(soon_for("t3", &room, 50_000).await, Ok(true));
        assert_eq!(room.shares.lock().unwrap().len(), 3);
    }

    #[tokio::test]
    async fn who_waits_for_its_own_share_takes_none_from_others_and_shares_end_with_their_use() {
        let room = BodyRoom::new(300_000, LIMIT);
        let first = held("t1", &room, 150_000).await;
        let id = tenant("t1");
        let mut waiting = std::pin::pin!(room.take(&id, 150_000));
        let waits = tokio::time::timeout(Duration::from_millis(50), &mut waiting).await;
        assert!(waits.is_err(), "{waits:?}");
        assert_eq!(soon_for("t2", &room, 150_000).await, Ok(true));
        drop(first);
        drop(waiting.await.unwrap());
        assert_eq!(soon_for("t3", &room, 150_000).await, Ok(true));
        assert_eq!(room.shares.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn who_needs_more_gives_back_what_there_is_before_waiting() {
        let room = BodyRoom::new(0, LIMIT);
        let [one, other] = ["t1", "t2"].map(|id| Taken {
            room: room.clone(),
            tenant: tenant(id),
            bytes: Cell::new(0),
            permits: Cell::new(None),
        });
        for taken in [&one, &other] {
            taken.grow_to(50_000).await.unwrap();
        }
        let grown = async {
            other.grow_to(100_000).await.unwrap();
            other.permits.take();
        };
        let both = async {
            let more = async {
                one.grow_to(100_000).await.unwrap();
                one.permits.take();
            };
            tokio::join!(more, grown)
        };
        let both = tokio::time::timeout(Duration::from_secs(20), both).await;
        both.expect("both have had room");
    }
}
