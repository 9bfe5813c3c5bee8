//! How long a socket lives: no longer than what it was opened with.

use crate::{
    domain::{Account, ApiKey, Time},
    server::{
        clock::now,
        services::{
            accounts::{Credential, Standing},
            live_feed::Basis,
        },
        web::{auth::Door, state::AppState},
    },
};

pub struct Lease {
    standing: Option<Standing>,
    /// When it ends, where no account says.
    expires_at: Option<Time>,
}

impl Lease {
    pub fn of(door: &Door) -> Lease {
        Lease {
            standing: door.standing.clone(),
            expires_at: door.expires_at,
        }
    }

    /// What ends the socket where an entry of the log names it.
    pub fn basis(&self) -> Option<Basis> {
        let standing = self.standing.as_ref()?;
        let credential = match &standing.credential {
            Credential::Session(id) => id.clone(),
            // As entries name a key.
            Credential::ApiKey(hash) => hash.chars().take(16).collect(),
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
        match app.accounts.account(standing.account).await {
            Ok(Some(known)) => !is_live(&standing.credential, &known.account, now()),
            Ok(None) => true,
            Err(_) => false,
        }
    }
}

/// Whether an account still has a session or key, and it is good.
fn is_live(credential: &Credential, account: &Account, now: Time) -> bool {
    match credential {
        Credential::Session(id) => account.live_session(id, now).is_some(),
        Credential::ApiKey(hash) => {
            let is_live = |key: &ApiKey| key.secret == *hash && key.is_live(now);
            account.is_active() && account.keys.iter().any(is_live)
        }
    }
}
