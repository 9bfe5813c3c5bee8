//! Tokens of the API: an access token for a quarter of an hour, and a refresh token that is replaced with each use.

use super::{
    AccountService, Begun, SignIn, Tokens,
    entry::AccountEvent,
    sign_in::new_id,
    sign_in_log::{How, record_sign_in},
};
use crate::{
    domain::{AccountId, AccountRole, Error, Session, SessionKind, Time},
    server::{
        clock::now,
        services::credentials::{AccessClaims, RefreshClaims},
    },
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

const ACCESS: TimeDelta = TimeDelta::minutes(15);
const GUEST: TimeDelta = TimeDelta::hours(24);
/// How long the refresh token before the newest is answered with the newest: the answer may have been lost.
const REPEATED: TimeDelta = TimeDelta::seconds(30);

/// What a refresh token leads to.
#[derive(Debug, PartialEq)]
enum Refresh {
    /// It is the newest one, and is replaced.
    Rotated,
    /// The one before, a moment ago: its replacement is given again.
    Repeated,
    /// It was replaced: somebody else has it as well.
    Replayed,
}

impl Refresh {
    fn judge(session: &Session, counter: u32, now: Time) -> Refresh {
        match session.counter.checked_sub(counter) {
            Some(0) => Refresh::Rotated,
            Some(1) if now - session.rotated_at <= REPEATED => Refresh::Repeated,
            _ => Refresh::Replayed,
        }
    }
}

impl AccountService {
    pub async fn tokens_by_password(&self, mut request: SignIn) -> Result<Tokens, Error> {
        request.kind = SessionKind::Token;
        let Begun {
            account, session, ..
        } = self.sign_in(request).await?;
        Ok(self.tokens(account.id, account.role, session, 0))
    }

    /// Replaces a refresh token.
    pub async fn tokens_by_refresh(&self, token: &SecretString) -> Result<Tokens, Error> {
        let refreshed = self.try_refresh(token).await;
        let outcome = refreshed.as_ref().map(|(account, _)| *account);
        record_sign_in(How::Refresh, None, outcome);
        refreshed.map(|(_, tokens)| tokens)
    }

    async fn try_refresh(&self, token: &SecretString) -> Result<(AccountId, Tokens), Error> {
        let claims = self
            .credentials
            .read_refresh_token(token.expose_secret())
            .ok_or(Error::NotSignedIn)?;
        let refreshed = self.change_itself(claims.account, |draft| {
            let (account, now) = (&mut draft.account, draft.now);
            let is_live = account.live_session(&claims.session, now).is_some();
            let mut sessions = account.sessions.iter_mut();
            let session = sessions.find(|one| one.id == claims.session);
            let session = session.filter(|one| is_live && one.kind == SessionKind::Token);
            let session = session.ok_or(Error::NotSignedIn)?;
            let refresh = Refresh::judge(session, claims.counter, now);
            match refresh {
                Refresh::Rotated => {
                    session.counter += 1;
                    (session.rotated_at, session.used_at) = (now, now);
                }
                Refresh::Repeated => {}
                Refresh::Replayed => {
                    let ended = account.end_sessions(|one| one.id == claims.session);
                    draft.tell_ended(AccountEvent::RefreshReplayed, ended);
                    return Ok(None);
                }
            }
            Ok(Some(session.counter))
        });
        let (account, counter) = refreshed.await.map_err(|error| match error {
            Error::Account(_) => Error::NotSignedIn,
            other => other,
        })?;
        let counter = counter.ok_or(Error::NotSignedIn)?;
        let tokens = self.tokens(account.id, account.role, claims.session, counter);
        Ok((account.id, tokens))
    }

    /// A token for a new guest: it is signed, and nothing is stored.
    pub fn guest_tokens(&self) -> Tokens {
        let claims = AccessClaims {
            subject: new_guest(),
            session: None,
            role: AccountRole::Customer,
            expires_at: now() + GUEST,
        };
        Tokens {
            access: self.credentials.access_token(&claims, now()),
            expires_in: GUEST.num_seconds().unsigned_abs(),
            refresh: None,
        }
    }

    fn tokens(
        &self,
        account: AccountId,
        role: AccountRole,
        session: String,
        counter: u32,
    ) -> Tokens {
        let now = now();
        let claims = AccessClaims {
            subject: account,
            session: Some(session.clone()),
            role,
            expires_at: now + ACCESS,
        };
        let refresh = RefreshClaims {
            account,
            session,
            counter,
        };
        Tokens {
            access: self.credentials.access_token(&claims, now),
            expires_in: ACCESS.num_seconds().unsigned_abs(),
            refresh: Some(self.credentials.refresh_token(&refresh)),
        }
    }
}

/// An id for a new guest.
pub fn new_guest() -> AccountId {
    new_id()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, Name, samples::at};

    #[test]
    fn a_refresh_token_is_good_once_and_a_moment_longer() {
        let session = Session {
            id: "1".to_owned(),
            kind: SessionKind::Token,
            secret: String::new(),
            counter: 5,
            rotated_at: at(100),
            device: Name::parse("-").unwrap(),
            made_at: at(0),
            used_at: at(100),
            person: None,
            person_version: None,
        };
        let judge = |counter, second| Refresh::judge(&session, counter, at(second));
        assert_eq!(judge(5, 10_000), Refresh::Rotated);
        assert_eq!(judge(4, 130), Refresh::Repeated);
        assert_eq!(judge(4, 131), Refresh::Replayed);
        assert_eq!(judge(3, 100), Refresh::Replayed);
        assert_eq!(judge(6, 100), Refresh::Replayed);
    }
}
