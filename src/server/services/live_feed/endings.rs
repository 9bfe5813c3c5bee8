//! Which entries of the log have ended sessions and keys: no socket sends what comes after the end of its own.

use crate::domain::{AboutAccount, AccountId};
use std::collections::{HashMap, VecDeque};

/// How many of them are held: far more than come to be while a socket sends one chunk.
const CAPACITY: usize = 16_384;

/// By what right a reader reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Basis {
    pub account: AccountId,
    /// The session or key, as an entry names it that ends it.
    pub credential: String,
}

#[derive(Default)]
pub struct Endings {
    /// For each account the numbers of such entries, and what they have ended. Oldest first.
    of: HashMap<AccountId, VecDeque<(u64, Vec<String>)>>,
    /// The account of each of them, oldest first.
    accounts: VecDeque<AccountId>,
}

impl Endings {
    pub fn add(&mut self, event: &AboutAccount) {
        if event.ended.is_empty() {
            return;
        }
        let ended = (event.id.seq, event.ended.clone());
        self.of.entry(event.account).or_default().push_back(ended);
        self.accounts.push_back(event.account);
        if self.accounts.len() > CAPACITY {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some(account) = self.accounts.pop_front() else {
            return;
        };
        if let Some(all) = self.of.get_mut(&account) {
            all.pop_front();
            if all.is_empty() {
                self.of.remove(&account);
            }
        }
    }

    /// The number of the entry that has ended a session or key, if one has.
    pub fn end(&self, basis: &Basis) -> Option<u64> {
        let mut all = self.of.get(&basis.account)?.iter();
        let end = all.find(|(_, ended)| ended.contains(&basis.credential));
        end.map(|(number, _)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::at;
    use uuid::Uuid;

    fn event(account: u128, seq: usize, ended: &[&str]) -> AboutAccount {
        AboutAccount {
            event_type: "account.ended".to_owned(),
            account: AccountId(Uuid::from_u128(account)),
            ended: ended.iter().map(|id| (*id).to_owned()).collect(),
            timestamp: at(0),
            id: format!("e-{seq}").parse().unwrap(),
        }
    }

    fn basis(account: u128, credential: &str) -> Basis {
        Basis {
            account: AccountId(Uuid::from_u128(account)),
            credential: credential.to_owned(),
        }
    }

    #[test]
    fn the_end_of_a_session_is_found() {
        let mut endings = Endings::default();
        endings.add(&event(1, 3, &["a", "b"]));
        endings.add(&event(1, 5, &["c"]));
        endings.add(&event(2, 6, &[]));
        assert_eq!(endings.end(&basis(1, "b")), Some(3));
        assert_eq!(endings.end(&basis(1, "c")), Some(5));
        assert_eq!(endings.end(&basis(1, "d")), None);
        assert_eq!(endings.end(&basis(2, "a")), None);
    }

    #[test]
    fn a_flood_of_endings_costs_bounded_memory() {
        let mut endings = Endings::default();
        endings.add(&event(1, 1, &["a"]));
        for seq in 2..CAPACITY + 1 {
            endings.add(&event(2, seq, &["b"]));
        }
        assert_eq!(endings.end(&basis(1, "a")), Some(1));
        endings.add(&event(2, CAPACITY + 1, &["b"]));
        assert_eq!(endings.end(&basis(1, "a")), None);
        assert_eq!((endings.of.len(), endings.accounts.len()), (1, CAPACITY));
        assert_eq!(endings.end(&basis(2, "b")), Some(2));
    }
}
