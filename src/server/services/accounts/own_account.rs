//! What somebody changes in their own account.

use super::{
    AccountService, Authority, Begun, By, Client, Credential, NewFactor, acting::Acting,
    attempts::OWN_PASSWORD, begin_session::Beginning, change::in_time, entry::AccountEvent,
};
use crate::{
    domain::{AccountId, Error, FieldError, Name, Session, SessionKind},
    server::services::credentials::{HashingQueue, Verified, recovery_codes},
};
use secrecy::SecretString;

impl AccountService {
    /// Changes the own name.
    pub async fn change_name(&self, authority: &Authority, name: Name) -> Result<(), Error> {
        let (account, _) = own_session(authority)?;
        let changed = self.change(By::Account(authority), account, |_, draft| {
            if draft.account.name != name {
                draft.account.name = name.clone();
                draft.tell(AccountEvent::Changed);
            }
            Ok(())
        });
        changed.await.map(drop)
    }

    /// Changes the own password. The present session ends for a new one, and all others if that is wanted.
    pub async fn change_password(
        &self,
        authority: &Authority,
        old: SecretString,
        new: SecretString,
        ends_others: bool,
        client: Client,
    ) -> Result<Begun, Error> {
        let (account, session) = own_session(authority)?;
        let phc = self.check_password(account, old, "password").await?;
        let known = self.account(account).await?.ok_or(Error::NotSignedIn)?;
        let new = self
            .new_password(&known.account, Some(new), "new_password")
            .await?;
        let beginning = Beginning::new(SessionKind::Page, &client, None, None);
        let acting = Acting::new(By::Account(authority))?;
        let changed = self.change_secrets(acting, account, |_, draft| {
            if draft.secrets.password.as_ref() != Some(&phc) {
                return Err(Error::invalid("password", FieldError::WrongPassword));
            }
            draft.secrets.password = Some(new.clone());
            let is_meant = |one: &Session| ends_others || one.id == session;
            let mut ended = draft.account.end_sessions(is_meant);
            ended.extend(beginning.begin_in(draft));
            draft.tell_ended(AccountEvent::PasswordChanged, ended);
            Ok(())
        });
        let (account, ()) = changed.await?;
        self.begun(account, beginning).await
    }

    /// A secret for new codes of the own account.
    pub async fn new_factor(&self, authority: &Authority) -> Result<NewFactor, Error> {
        let (account, _) = own_session(authority)?;
        let known = self.account(account).await?.ok_or(Error::NotSignedIn)?;
        Ok(self.factor(&known.account))
    }

    /// Sets up codes in place of those that the account had, and returns new recovery codes.
    pub async fn set_factor(
        &self,
        authority: &Authority,
        sealed: &str,
        code: &SecretString,
        password: SecretString,
    ) -> Result<Vec<SecretString>, Error> {
        let (account, _) = own_session(authority)?;
        self.check_password(account, password, "password").await?;
        let recovery = recovery_codes();
        let acting = Acting::new(By::Account(authority))?;
        let changed = self.change_secrets(acting, account, |_, draft| {
            self.set_up_codes(draft, Some(sealed), Some(code), &recovery)?;
            draft.tell(AccountEvent::FactorsSet);
            Ok(())
        });
        changed.await?;
        Ok(recovery)
    }

    /// Whether this is the account's password: its PHC string.
    async fn check_password(
        &self,
        account: AccountId,
        password: SecretString,
        field: &'static str,
    ) -> Result<String, Error> {
        let queue = HashingQueue::Password;
        self.take_place_for(queue, OWN_PASSWORD, &account.to_string())
            .await?;
        let phc = in_time(self.read_secrets(account)).await?.password;
        let verified = self.credentials.verify(password, phc.clone(), queue).await;
        match (verified.map_err(|_| Error::Busy)?, phc) {
            (Verified::Yes | Verified::YesAndOld, Some(phc)) => Ok(phc),
            _ => Err(Error::invalid(field, FieldError::WrongPassword)),
        }
    }
}

/// The account, and the session that somebody has come with.
fn own_session(authority: &Authority) -> Result<(AccountId, String), Error> {
    let standing = authority.standing.as_ref().ok_or(Error::NotSignedIn)?;
    match &standing.credential {
        Credential::Session(session) => Ok((standing.account, session.clone())),
        Credential::ApiKey(_) => Err(Error::NotAllowed),
    }
}
