//! What was counted.

use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Tally {
    pub(super) calls: u64,
    /// Calls that were refused as a whole, before anything was begun.
    pub(super) refused: u64,
    /// Calls whose outcomes came too late to be told: the machine was busy.
    pub(super) late: u64,
    pub(super) outcomes: u64,
    pub(super) alarms: u64,
    pub(super) faults: u64,
    failures: BTreeMap<String, u64>,
}

impl Tally {
    /// Notes why a tenant, or a call, has no alarm.
    pub(super) fn failed(&mut self, why: &str) {
        *self.failures.entry(why.to_owned()).or_default() += 1;
    }

    /// Both together.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.calls += other.calls;
        self.refused += other.refused;
        self.late += other.late;
        self.outcomes += other.outcomes;
        self.alarms += other.alarms;
        self.faults += other.faults;
        for (why, number) in other.failures {
            *self.failures.entry(why).or_default() += number;
        }
        self
    }

    /// Prints it, with the reasons, the most frequent first. Hardly any call was late.
    pub(super) fn conclude(&self) {
        let Self {
            calls,
            refused,
            late,
            outcomes,
            alarms,
            faults,
            ..
        } = self;
        println!(
            "{calls} calls, {refused} of them refused, {late} late; {outcomes} outcomes, {alarms} \
             alarms, {faults} faults"
        );
        assert!(
            late * 5 <= *calls,
            "calls are not answered with what there is"
        );
        let mut failures: Vec<_> = self.failures.iter().collect();
        failures.sort_by_key(|(_, number)| std::cmp::Reverse(**number));
        for (why, number) in failures {
            println!("{number:>8}  {why}");
        }
    }
}
