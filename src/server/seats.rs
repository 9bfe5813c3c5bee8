//! How many live connections there may be: in all, and of one address.

use super::{limits::household, rest::problem::Problem};
use crate::domain::Error;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard},
};

pub struct Seats {
    most: usize,
    /// Of one address.
    share: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by: HashMap<IpAddr, usize>,
}

/// A place for one connection, free again when it is dropped.
pub struct Seat {
    seats: Arc<Seats>,
    address: IpAddr,
}

impl Seats {
    pub fn new(most: usize, share: usize) -> Seats {
        Seats {
            most,
            share,
            taken: Mutex::default(),
        }
    }

    pub fn take(self: &Arc<Self>, address: IpAddr) -> Result<Seat, Problem> {
        let address = household(address);
        let mut taken = self.taken();
        if taken.all >= self.most {
            return Err(Problem::ConnectionLimitReached);
        }
        let own = taken.by.get(&address).copied().unwrap_or_default();
        if own >= self.share {
            return Err(Error::TooMany(1).into());
        }
        taken.by.insert(address, own + 1);
        taken.all += 1;
        Ok(Seat {
            seats: self.clone(),
            address,
        })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken();
        taken.all -= 1;
        match taken.by.remove(&self.address) {
            Some(own) if own > 1 => drop(taken.by.insert(self.address, own - 1)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_counted_in_all_and_by_address() {
        let seats = Arc::new(Seats::new(3, 2));
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap());
        let first = seats.take(one).unwrap();
        let _second = seats.take(one).unwrap();
        assert_eq!(seats.take(one).err(), Some(Error::TooMany(1).into()));
        let _third = seats.take(other).unwrap();
        assert_eq!(
            seats.take(other).err(),
            Some(Problem::ConnectionLimitReached)
        );
        drop(first);
        assert!(seats.take(other).is_ok());
        assert_eq!(seats.taken().by.len(), 2);
    }
}
