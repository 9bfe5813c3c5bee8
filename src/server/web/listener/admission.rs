//! Which connections are served. One above a limit is refused with words where that is cheap: its first request is
//! read, and answered with 503.

use crate::{
    server::{
        config::Limits,
        telemetry::metrics::CONNECTIONS_REFUSED,
        web::{
            auth::way::{TOKEN_CALLS, Way},
            connection_limit::{ConnectionLimit, Exceeded, Permit},
            operations::health::PROBES,
            problem::Problem,
        },
    },
    ui::paths,
};
use metrics::counter;
use std::{net::IpAddr, sync::Arc};

/// Connections above the limits that are read, so that they can be refused with words.
const REFUSALS: Limits = Limits {
    total: 256,
    per_address: 16,
};

pub struct Admission {
    limit: Arc<ConnectionLimit>,
    refusals: Arc<ConnectionLimit>,
}

/// The connection that a request came on. It counts as open until the last copy is dropped: that of a WebSocket, too.
#[derive(Clone)]
pub struct Connection {
    /// Why its requests are refused, where they are.
    exceeded: Option<Exceeded>,
    permits: Arc<[Permit]>,
}

impl Connection {
    fn new<const N: usize>(exceeded: Option<Exceeded>, permits: [Permit; N]) -> Connection {
        Connection {
            exceeded,
            permits: Arc::new(permits),
        }
    }

    pub fn is_refused(&self) -> bool {
        self.exceeded.is_some()
    }

    /// Refuses a request on a connection above a limit.
    pub fn check(&self, path: &str) -> Result<(), Problem> {
        match self.exceeded {
            None => Ok(()),
            Some(Exceeded::Address) if PROBES.contains(&path) => Ok(()),
            Some(_) => {
                count_refused();
                Err(Problem::ConnectionLimitReached)
            }
        }
    }

    /// Refuses a request without a sign-in on a connection that is kept for who is signed in. What one needs to sign in
    /// is answered.
    pub fn check_anonymous(&self, path: &str, is_signed_in: bool) -> Result<(), Problem> {
        let Some(permit) = self.permits.first() else {
            return Ok(());
        };
        if is_signed_in {
            permit.sign_in();
        }
        let is_answered =
            Way::of(path) == Way::Free || path == paths::SIGN_IN || TOKEN_CALLS.contains(&path);
        match permit.exceeds_anonymous() && !is_answered {
            false => Ok(()),
            true => {
                count_refused();
                Err(Problem::ConnectionLimitReached)
            }
        }
    }
}

impl Admission {
    pub fn new(limit: Arc<ConnectionLimit>) -> Admission {
        // What has never happened is 0, not unknown.
        counter!(CONNECTIONS_REFUSED).absolute(0);
        Admission {
            limit,
            refusals: Arc::new(ConnectionLimit::new(REFUSALS, &[])),
        }
    }

    /// Counts a connection; `None` where it is closed without being read.
    pub fn admit(&self, peer: IpAddr) -> Option<Connection> {
        let exceeded = match self.limit.acquire(peer) {
            Ok(permit) => return Some(Connection::new(None, [permit])),
            Err(exceeded) => exceeded,
        };
        let Ok(refusal) = self.refusals.acquire(peer) else {
            count_refused();
            return None;
        };
        // It may be a probe, which counts, and is refused by the total alone.
        let counted = match exceeded {
            Exceeded::Address => self.limit.acquire_in_total(),
            Exceeded::Total => Err(Exceeded::Total),
        };
        Some(match counted {
            Ok(permit) => Connection::new(Some(Exceeded::Address), [permit, refusal]),
            Err(total) => Connection::new(Some(total), [refusal]),
        })
    }
}

fn count_refused() {
    counter!(CONNECTIONS_REFUSED).increment(1);
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOTAL: usize = 8;

    fn admission(per_address: usize) -> Admission {
        let total = TOTAL;
        let limit = ConnectionLimit::new(Limits { total, per_address }, &[]);
        Admission::new(Arc::new(limit))
    }

    fn address(last: usize) -> IpAddr {
        IpAddr::from([192, 0, 2, last as u8])
    }

    #[test]
    fn above_the_limit_of_an_address_connections_still_count() {
        let admission = admission(2);
        let admit = || admission.admit(address(1)).unwrap().exceeded;
        let open: Vec<_> = (0..2).map(|_| admission.admit(address(1))).collect();
        assert_eq!(admit(), Some(Exceeded::Address));
        let beyond: Vec<_> = (2..TOTAL).map(|_| admission.admit(address(1))).collect();
        assert_eq!(admit(), Some(Exceeded::Total));
        drop(open);
        assert_eq!(admit(), None);
        drop(beyond);
        assert_eq!(admission.limit.count_open(), 0);
    }

    #[test]
    fn what_is_refused_with_words_is_limited_as_well() {
        let admission = admission(TOTAL);
        let _open: Vec<_> = (0..TOTAL).map(|_| admission.admit(address(1))).collect();
        let refused: Vec<_> = (0..REFUSALS.per_address)
            .map(|_| admission.admit(address(2)).unwrap())
            .collect();
        assert!(admission.admit(address(2)).is_none());
        assert!(admission.admit(address(3)).is_some());
        drop(refused);
        assert!(admission.admit(address(2)).is_some());
    }
}
