//! The invariants, and the result of checking them.

use std::{collections::BTreeMap, fmt};

/// What must hold in every run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    OneWinner,
    Acknowledged,
    Sequence,
    Numbers,
    Asked,
    Legal,
    Documents,
    Money,
    Slots,
    Bills,
    Expiries,
    SoldOut,
    Sockets,
    Screens,
    Lists,
    Answers,
}

impl Invariant {
    pub const ALL: &[Invariant] = &[
        Invariant::OneWinner,
        Invariant::Acknowledged,
        Invariant::Sequence,
        Invariant::Numbers,
        Invariant::Asked,
        Invariant::Legal,
        Invariant::Documents,
        Invariant::Money,
        Invariant::Slots,
        Invariant::Bills,
        Invariant::Expiries,
        Invariant::SoldOut,
        Invariant::Sockets,
        Invariant::Screens,
        Invariant::Lists,
        Invariant::Answers,
    ];

    /// Its name in JSON, what it requires, and what its checks count.
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Invariant::OneWinner => ("one_winner", "one winner per pizza", "pizzas taken"),
            Invariant::Acknowledged => (
                "acknowledged",
                "every acknowledged change is in the log, exactly once",
                "changes",
            ),
            Invariant::Sequence => (
                "sequence",
                "what was answered earlier is earlier in the log",
                "changes",
            ),
            Invariant::Numbers => ("numbers", "each event has a number of its own", "events"),
            Invariant::Asked => ("asked", "no event happened without a request", "events"),
            Invariant::Legal => (
                "legal",
                "each order's events are legal, without a gap",
                "events",
            ),
            Invariant::Documents => ("documents", "each order equals its last event", "orders"),
            Invariant::Money => ("money", "money adds up, to the cent", "events"),
            Invariant::Slots => (
                "slots",
                "no slot has more orders than its kitchen takes",
                "places",
            ),
            Invariant::Bills => (
                "bills",
                "each bill adds up, and is what its menu makes",
                "bills",
            ),
            Invariant::Expiries => (
                "expiries",
                "what is not answered expires once, and not early",
                "orders",
            ),
            Invariant::SoldOut => ("sold_out", "nothing is sold that was sold out", "orders"),
            Invariant::Sockets => (
                "sockets",
                "each socket received the whole log, in order",
                "frames",
            ),
            Invariant::Screens => (
                "screens",
                "each screen ends with the stored orders",
                "orders on screens",
            ),
            Invariant::Lists => ("lists", "lists, counts and orders agree", "entries"),
            Invariant::Answers => ("answers", "every answer is in the contract", "answers"),
        }
    }

    pub fn name(self) -> &'static str {
        self.texts().0
    }

    pub fn requirement(self) -> &'static str {
        self.texts().1
    }

    pub fn unit(self) -> &'static str {
        self.texts().2
    }
}

/// One case in which an invariant does not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    pub invariant: Invariant,
    pub detail: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant.name(), self.detail)
    }
}

#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// How many cases of each invariant were checked.
    pub checked: BTreeMap<Invariant, u64>,
    pub violations: Vec<Violation>,
}

impl Verdict {
    /// Counts one case, and records a violation unless it `holds`.
    pub fn check(&mut self, invariant: Invariant, holds: bool, detail: impl FnOnce() -> String) {
        *self.checked.entry(invariant).or_default() += 1;
        if !holds {
            let detail = detail();
            self.violations.push(Violation { invariant, detail });
        }
    }

    pub fn merge(&mut self, other: Verdict) {
        for (invariant, count) in other.checked {
            *self.checked.entry(invariant).or_default() += count;
        }
        self.violations.extend(other.violations);
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let checked: u64 = self.checked.values().sum();
        match self.violations.first() {
            None => write!(f, "{checked} checks, all hold"),
            Some(first) => write!(
                f,
                "{} violations, the first: {first}",
                self.violations.len()
            ),
        }
    }
}
