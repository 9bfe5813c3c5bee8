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

pub struct Lease {
    standing: Option<Standing>,
    /// When it ends, where no account says.
    expires_at: Option<Time>,
    /// Whether an open socket counts as use.
    is_use: bool,
}

impl Lease {
    pub fn of(door: &Door) -> Lease {
        Lease {
            standing: door.standing.clone(),
            expires_at: door.expires_at,
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
    pub async fn is_over(&self, app: &AppState) -> bool {
        let Some(standing) = &self.standing else {
            return self.expires_at.is_some_and(|at| at <= now());
        };
        let still = app.accounts.still(standing, self.is_use).await;
        matches!(still, Err(Error::NotSignedIn))
    }
}
