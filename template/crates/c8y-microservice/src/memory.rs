//! What `MEMORY_LIMIT` is spent on.
//!
//! What is kept from one request to the next has a share of the container's memory, and stays within
//! it. So have the bodies of all requests together, and the platform's answers while they are read:
//! one of them that is as large as it may be, and all others together. All shares together are less
//! than half: the rest is the program, what becomes of bodies and answers that are read, and what the
//! service keeps itself. What a share is of is an estimate, so the other half is also for its errors.

/// Something that grows with use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Share {
    /// Open connections of callers, with their buffers: an eighth.
    Connections,
    /// Bodies of requests that are read or worked on: a tenth, or the largest one where more is
    /// configured.
    Bodies,
    /// The largest answer of the platform that is read, an eighth; half as much for all others that
    /// are being read, but for the first 16 KiB of each.
    Answers,
    /// Callers that are verified: a twentieth.
    Authentication,
    /// Managed objects that were found by external ID: a twentieth.
    KnownObjects,
    /// Settings of tenants: a fortieth.
    Settings,
}

impl Share {
    /// The bytes of this share of a limit.
    pub(crate) const fn of(self, memory_limit: u64) -> u64 {
        memory_limit / self.divisor()
    }

    const fn divisor(self) -> u64 {
        match self {
            Self::Connections | Self::Answers => 8,
            Self::Bodies => 10,
            Self::Authentication | Self::KnownObjects => 20,
            Self::Settings => 40,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Share; 6] = [
        Share::Connections,
        Share::Bodies,
        Share::Answers,
        Share::Authentication,
        Share::KnownObjects,
        Share::Settings,
    ];

    #[test]
    fn all_shares_are_less_than_half_of_any_limit() {
        // The smallest container, the default, what nobody has.
        for limit in [10_000_000, 10_485_760, 256_000_000, 1 << 40] {
            let sum: u64 = ALL.iter().map(|share| share.of(limit)).sum();
            assert!(sum < limit / 2, "{sum} of {limit}");
        }
    }

    #[test]
    fn the_smallest_container_has_room_for_some_of_each() {
        for share in ALL {
            let bytes = share.of(10_000_000);
            assert!(bytes >= 200_000, "{share:?}: {bytes}");
        }
    }
}
