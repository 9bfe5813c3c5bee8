//! Wrong credentials are counted by network, in memory. A right one passes at any time, so that nobody shuts out somebody
//! else behind the same address.

use crate::{
    domain::Error,
    server::{
        clock::now, telemetry::metrics::CREDENTIALS_REFUSED,
        web::middleware::rate_limit::rate_limit_key,
    },
};
use metrics::counter;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

/// How many a network may show in a minute.
const LIMIT: u32 = 100;
const MINUTE: i64 = 60_000;
/// Networks that are kept before those of earlier minutes are dropped.
const MAX_NETWORKS: usize = 10_000;

#[derive(Default)]
pub struct WrongCredentials {
    by_network: Mutex<HashMap<IpAddr, Window>>,
}

/// A minute, and how many there were in it.
#[derive(Clone, Copy)]
struct Window {
    began: i64,
    count: u32,
}

impl WrongCredentials {
    /// The refusal of a request whose credential was refused: one that was wrong counts.
    pub fn judge(&self, how: &'static str, client: IpAddr, error: Error) -> Error {
        match error {
            Error::NotSignedIn => self.count(how, client).err().unwrap_or(error),
            other => other,
        }
    }

    /// Counts a wrong credential, and refuses it as one too many.
    pub fn count(&self, how: &'static str, client: IpAddr) -> Result<(), Error> {
        let network = rate_limit_key(client);
        counter!(CREDENTIALS_REFUSED, "how" => how).increment(1);
        let counted = self.count_at(network, now().millis());
        match &counted {
            Ok(()) => tracing::info!(how, %network, "refused a credential"),
            // Their number is unbounded, and must not fill the log.
            Err(_) => tracing::debug!(how, %network, "refused a credential"),
        }
        counted
    }

    fn count_at(&self, network: IpAddr, now: i64) -> Result<(), Error> {
        let mut by_network = self
            .by_network
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_over = |window: &Window| now - window.began >= MINUTE;
        if by_network.len() >= MAX_NETWORKS {
            by_network.retain(|_, window| !is_over(window));
        }
        if by_network.len() >= MAX_NETWORKS {
            by_network.clear();
        }
        let fresh = Window {
            began: now,
            count: 0,
        };
        let window = by_network.entry(network).or_insert(fresh);
        if is_over(window) {
            *window = fresh;
        }
        window.count = window.count.saturating_add(1);
        match window.count > LIMIT {
            false => Ok(()),
            true => {
                let left = (window.began + MINUTE - now).max(0) / 1_000;
                Err(Error::TooMany(u64::try_from(left).unwrap_or(0) + 1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_shows_a_hundred_wrong_ones_in_a_minute() {
        let wrong = WrongCredentials::default();
        let [one, other] = ["192.0.2.1", "192.0.2.2"].map(|a| a.parse().unwrap());
        for _ in 0..LIMIT {
            assert_eq!(wrong.count_at(one, 0), Ok(()));
        }
        assert_eq!(wrong.count_at(one, 30_000), Err(Error::TooMany(31)));
        assert_eq!(wrong.count_at(other, 30_000), Ok(()));
        assert_eq!(wrong.count_at(one, MINUTE), Ok(()));
    }

    #[test]
    fn only_what_is_wrong_counts() {
        let wrong = WrongCredentials::default();
        let client: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..2 * LIMIT {
            let away = wrong.judge("token", client, Error::StoreUnavailable);
            assert_eq!(away, Error::StoreUnavailable);
        }
        assert_eq!(
            wrong.judge("token", client, Error::NotSignedIn),
            Error::NotSignedIn
        );
    }
}
