//! How long a socket lives: no longer than what it was opened with.

use crate::{
    domain::{Error, Time},
    server::{
        clock::now,
        services::{
            accounts::{Credential, Standing, key_id},
            live_feed::Basis,
        },
        web::{auth::Door, state::AppState},
    },
};
use tokio::time::Instant;

pub struct Lease {
    standing: Option<Standing>,
    /// When it ends, where no account says.
    expires_at: Option<Time>,
    /// The same moment, or that of a key: no use moves it on, and no entry of the log tells it.
    pub ends: Option<Instant>,
    /// When a session ends that is not used until then. It is asked for then: somewhere else it may have been.
    pub idle_at: Option<Instant>,
    /// Whether an open socket counts as use.
    is_use: bool,
}

impl Lease {
    pub fn of(door: &Door) -> Lease {
        Lease {
            standing: door.standing.clone(),
            expires_at: door.expires_at,
            ends: ends(door),
            idle_at: door
                .expires_at
                .filter(|_| has_session(door))
                .and_then(instant),
            is_use: door
                .viewer
                .identity()
                .is_some_and(|identity| identity.kind.is_kept_by_sockets()),
        }
    }

    /// What ends the socket where an entry of the log names it.
    pub fn basis(&self) -> Option<Basis> {
        let standing = self.standing.as_ref()?;
        let credential = match &standing.credential {
            Credential::Session(id) => id.clone(),
            Credential::ApiKey(hash) => key_id(hash),
        };
        Some(Basis {
            account: standing.account,
            credential,
        })
    }

    /// Whether it is over. What is not known for the moment is not over yet.
    pub async fn is_over(&mut self, app: &AppState) -> bool {
        let Some(standing) = &self.standing else {
            return self.expires_at.is_some_and(|at| at <= now());
        };
        let still = app.accounts.still(standing, self.is_use).await;
        // Until the next heartbeat where the store does not tell.
        let until = still.as_ref().ok().and_then(|known| known.expires_at);
        let has_session = matches!(standing.credential, Credential::Session(_));
        self.idle_at = until.filter(|_| has_session).and_then(instant);
        matches!(still, Err(Error::NotSignedIn))
    }
}

/// When what a socket was opened with ends at a time that is known from the start.
fn ends(door: &Door) -> Option<Instant> {
    door.expires_at
        .filter(|_| !has_session(door))
        .and_then(instant)
}

fn has_session(door: &Door) -> bool {
    let credential = door.standing.as_ref().map(|standing| &standing.credential);
    matches!(credential, Some(Credential::Session(_)))
}

fn instant(at: Time) -> Option<Instant> {
    Instant::now().checked_add((at - now()).to_std().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;
    use chrono::TimeDelta;
    use uuid::Uuid;

    #[test]
    fn what_use_moves_on_has_no_fixed_end() {
        let account = AccountId(Uuid::from_u128(1));
        let lease = |credential: Option<Credential>, expires_at| {
            let standing = credential.map(|credential| Standing {
                account,
                credential,
                expect: Vec::new(),
            });
            Lease::of(&Door {
                standing,
                expires_at,
                ..Door::guest(Some(account), true)
            })
        };
        let soon = Some(now() + TimeDelta::seconds(9));
        let key = || Some(Credential::ApiKey(String::new()));
        assert!(lease(None, soon).ends.is_some());
        assert!(lease(key(), soon).ends.is_some());
        assert!(lease(key(), None).ends.is_none());
        let session = lease(Some(Credential::Session(String::new())), soon);
        assert!(session.ends.is_none() && session.idle_at.is_some());
        assert!(lease(key(), soon).idle_at.is_none());
        // What is over already ends at once.
        let over = lease(None, Some(now() + TimeDelta::seconds(-9)));
        assert!(over.ends.is_some_and(|ends| ends <= Instant::now()));
    }
}
