//! How much of the platform's answers is in memory while they are read: there are as many at the
//! same time as connections, and each may be large.

use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};

/// Bytes of each answer that take no room: most answers are smaller, and wait for no other.
const SMALL: usize = 16 * 1024;

/// The room that all answers have together.
#[derive(Debug)]
pub(super) struct Room {
    free: Semaphore,
    /// Where no room is left, one answer after the other goes on all the same, so that they do not
    /// wait for each other for ever.
    turn: Mutex<()>,
}

/// What one answer has taken.
pub(super) struct Taken<'a> {
    room: &'a Room,
    permit: Option<SemaphorePermit<'a>>,
    turn: Option<MutexGuard<'a, ()>>,
}

impl Room {
    pub(super) fn of(bytes: usize) -> Self {
        Self {
            free: Semaphore::new(bytes.min(Semaphore::MAX_PERMITS)),
            turn: Mutex::default(),
        }
    }

    pub(super) fn for_an_answer(&self) -> Taken<'_> {
        Taken {
            room: self,
            permit: None,
            turn: None,
        }
    }
}

impl Taken<'_> {
    /// Waits until an answer that has come to this length may be in memory.
    pub(super) async fn for_length(&mut self, length: usize) {
        if length <= SMALL || self.turn.is_some() {
            return;
        }
        let taken = self.permit.as_ref().map_or(0, SemaphorePermit::num_permits);
        let more = (length - SMALL).saturating_sub(taken);
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        match (self.room.free.try_acquire_many(more), &mut self.permit) {
            (Ok(more), Some(permit)) => permit.merge(more),
            (Ok(more), none) => *none = Some(more),
            (Err(_no_room), _) => self.turn = Some(self.room.turn.lock().await),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    /// Whether an answer goes on with this length at once.
    fn goes_on(taken: &mut Taken<'_>, length: usize) -> bool {
        taken.for_length(length).now_or_never().is_some()
    }

    #[test]
    fn large_answers_share_a_room_and_the_rest_take_turns() {
        let room = Room::of(100);
        let mut answers = [(); 4].map(|()| room.for_an_answer());
        let [first, second, third, fourth] = &mut answers;
        assert!(goes_on(first, SMALL + 30));
        assert!(goes_on(second, SMALL + 60));
        assert!(goes_on(first, SMALL + 40));
        assert_eq!(room.free.available_permits(), 0);
        // The first without room has its turn, and keeps it.
        assert!(goes_on(second, SMALL + 61));
        assert!(goes_on(second, usize::MAX));
        assert!(!goes_on(first, SMALL + 41));
        assert!(!goes_on(third, SMALL + 1));
        assert!(goes_on(fourth, SMALL), "a small one waits for nobody");
        *second = room.for_an_answer();
        assert!(goes_on(third, SMALL + 60), "there is room again");
        assert!(goes_on(first, SMALL + 41), "it is its turn now");
    }

    #[test]
    fn what_was_taken_is_free_again_at_the_end() {
        let room = Room::of(100);
        for _ in 0..3 {
            let mut answer = room.for_an_answer();
            for more in [1, 50, 100, 1_000] {
                assert!(goes_on(&mut answer, SMALL + more));
            }
        }
        assert_eq!(room.free.available_permits(), 100);
    }
}
