//! How a session begins, whatever somebody has signed in with.

use super::{
    AccountService, Begun, Client, acting::Acting, change::Draft, claim::SessionCookie,
    documents::Secrets, entry::AccountEvent,
};
use crate::{
    domain::{Account, AccountId, AccountKind, Error, Name, Session, SessionKind},
    server::services::credentials::{
        accepted_step, hash_secret, is_hash_of, read_recovery_code, secret, session_id,
    },
};
use secrecy::{ExposeSecret, SecretString};

/// A session that is to begin. It is drawn once, however often the commit has to be tried.
pub struct Beginning {
    pub id: String,
    pub secret: SecretString,
    pub kind: SessionKind,
    pub device: Option<Name>,
    pub guest: Option<AccountId>,
    /// The session cookie that the device had.
    pub replaces: Option<SecretString>,
}

impl Beginning {
    pub fn new(
        kind: SessionKind,
        client: &Client,
        guest: Option<AccountId>,
        replaces: Option<SecretString>,
    ) -> Beginning {
        Beginning {
            id: session_id(),
            secret: secret(),
            kind,
            device: client.device.clone(),
            guest,
            replaces,
        }
    }

    /// Begins the session in an account, and returns what this ends: the session that this device had, and the oldest
    /// where there are too many.
    pub fn begin_in(&self, draft: &mut Draft) -> Vec<String> {
        let (account, now) = (&mut draft.account, draft.now);
        let before = self.replaces.as_ref().and_then(SessionCookie::read);
        let is_before = |session: &Session| {
            before.as_ref().is_some_and(|before| {
                session.id == before.session
                    && is_hash_of(&session.secret, before.secret.expose_secret())
            })
        };
        let is_own = before.as_ref().is_some_and(|one| one.account == account.id);
        let mut ended = match is_own {
            true => account.end_sessions(is_before),
            false => Vec::new(),
        };
        if let Some(guest) = self.guest
            && account.kind == AccountKind::Customer
        {
            account.adopt_guest(guest);
        }
        let session = Session {
            id: self.id.clone(),
            kind: self.kind,
            secret: match self.kind {
                SessionKind::Page => hash_secret(self.secret.expose_secret()),
                SessionKind::Token => String::new(),
            },
            counter: 0,
            rotated_at: now,
            device: self.device.clone().unwrap_or_else(|| account.name.clone()),
            made_at: now,
            used_at: now,
            person: None,
            person_version: None,
        };
        ended.extend(account.begin_session(session, now));
        ended
    }
}

impl AccountService {
    /// What the device gets of a session that has begun in this account. The one that it had, if that is another
    /// account's, ends.
    pub(super) async fn begun(
        &self,
        account: Account,
        beginning: Beginning,
    ) -> Result<Begun, Error> {
        if let Some(cookie) = &beginning.replaces {
            self.end_replaced(account.id, cookie).await;
        }
        let limits = account.kind.session_limits().ok_or(Error::Internal)?;
        let session = account.sessions.iter().find(|one| one.id == beginning.id);
        let session = session.ok_or(Error::Internal)?;
        Ok(Begun {
            cookie: match beginning.kind {
                SessionKind::Page => {
                    SessionCookie::write(account.id, &session.id, &beginning.secret)
                }
                SessionKind::Token => String::new().into(),
            },
            ends_at: session.ends_at(limits),
            session: beginning.id,
            account,
        })
    }

    /// Ends the session of another account that a device had before it signed in. Where that fails the session stays:
    /// its cookie is overwritten all the same.
    async fn end_replaced(&self, account: AccountId, cookie: &SecretString) {
        let Some(before) = SessionCookie::read(cookie).filter(|one| one.account != account) else {
            return;
        };
        let secret = before.secret.expose_secret();
        let ending = self.change_itself(before.account, |draft| {
            let ended = draft.account.end_sessions(|session| {
                session.id == before.session && is_hash_of(&session.secret, secret)
            });
            if !ended.is_empty() {
                draft.tell_ended(AccountEvent::SignedOut, ended);
            }
            Ok(())
        });
        if let Err(error) = ending.await {
            tracing::warn!(%error, "the session that a device had before was not ended");
        }
    }

    /// Accepts a code of an authenticator, or a recovery code: each once. An account without codes needs none, unless its
    /// kind wants them.
    pub(super) fn accept_code(
        &self,
        draft: &mut Draft,
        code: Option<&SecretString>,
    ) -> Result<(), Error> {
        let Some(factor) = draft.secrets.totp_mut() else {
            return match draft.account.kind.wants_codes() {
                true => Err(Error::WrongCredentials),
                false => Ok(()),
            };
        };
        let code = code.map(|code| code.expose_secret().trim());
        let code = code.filter(|code| !code.is_empty());
        let code = code.ok_or(Error::CodeNeeded)?;
        let context = factor_context(draft.account.id);
        let opened = self.credentials.open(&factor.secret, &context);
        let step =
            opened.and_then(|secret| accepted_step(&secret, code, draft.now, factor.last_step));
        if step.is_some() {
            factor.last_step = step;
            // So that an older AUTH_SECRET can be taken away.
            if let Some(renewed) = self.credentials.renew_seal(&factor.secret, &context) {
                factor.secret = renewed;
            }
            return Ok(());
        }
        match use_recovery_code(&mut draft.secrets, code) {
            true => {
                draft.tell(AccountEvent::RecoveryUsed);
                Ok(())
            }
            false => Err(Error::WrongCredentials),
        }
    }

    /// A change in which the account itself is the actor.
    pub(super) async fn change_itself<T>(
        &self,
        id: AccountId,
        mut decide: impl FnMut(&mut Draft) -> Result<T, Error>,
    ) -> Result<(Account, T), Error> {
        let acting = Acting::Itself;
        self.change_as(acting, id, false, |_, draft| decide(draft))
            .await
    }
}

/// What the secret of an account's codes is sealed for.
pub fn factor_context(account: AccountId) -> String {
    format!("totp:{account}")
}

fn use_recovery_code(secrets: &mut Secrets, code: &str) -> bool {
    let Some(code) = read_recovery_code(code) else {
        return false;
    };
    let before = secrets.recovery.len();
    secrets
        .recovery
        .retain(|hash| !is_hash_of(hash, code.expose_secret()));
    secrets.recovery.len() < before
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::services::credentials::recovery_codes;

    #[test]
    fn a_recovery_code_is_used_once() {
        let codes = recovery_codes();
        let hashes = codes.iter().map(|code| hash_secret(code.expose_secret()));
        let mut secrets = Secrets {
            recovery: hashes.collect(),
            ..Secrets::default()
        };
        let code = codes[3].expose_secret().to_lowercase();
        assert!(use_recovery_code(&mut secrets, &code));
        assert_eq!(secrets.recovery.len(), 9);
        assert!(!use_recovery_code(&mut secrets, &code));
        assert!(!use_recovery_code(&mut secrets, "123456"));
        assert_eq!(secrets.recovery.len(), 9);
    }
}
