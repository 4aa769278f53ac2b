//! How much is measured.

/// The numbers of a run.
pub(crate) struct Plan {
    /// Tenants, the owner included, unless a measurement says otherwise.
    pub(crate) tenants: usize,
    /// Numbers of tenants that growth is seen in.
    pub(crate) growth: [usize; 4],
    /// Turns of everything that is compared; medians count.
    pub(crate) turns: usize,
    /// Seconds of each turn of `wrk`.
    pub(crate) seconds: u64,
    /// Fan-outs of one turn.
    pub(crate) fan_outs: usize,
    /// Fan-outs before and after which memory is compared.
    pub(crate) early_and_late: [usize; 2],
    /// Starts of the service.
    pub(crate) starts: usize,
    /// Requests at once, of a caller that is not known yet.
    pub(crate) at_once: usize,
    /// Reads of the subscriptions that are waited for.
    pub(crate) polls: usize,
    /// How many tenants a peer works for at once; its best counts.
    pub(crate) concurrency_of_peers: &'static [usize],
}

impl Plan {
    pub(crate) const WHOLE: Self = Self {
        tenants: 1_000,
        growth: [10, 100, 1_000, 10_000],
        turns: 5,
        seconds: 1,
        fan_outs: 25,
        early_and_late: [10, 100],
        starts: 21,
        at_once: 1_000,
        polls: 50,
        concurrency_of_peers: &[1, 8, 32, 64],
    };

    /// Shows that everything can be measured; the figures say nothing.
    pub(crate) const SMOKE: Self = Self {
        tenants: 20,
        growth: [5, 10, 20, 40],
        turns: 1,
        seconds: 1,
        fan_outs: 2,
        early_and_late: [1, 2],
        starts: 1,
        at_once: 20,
        polls: 2,
        concurrency_of_peers: &[8],
    };
}
