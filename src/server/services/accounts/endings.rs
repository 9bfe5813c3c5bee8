//! What ends: sessions, and accounts with everything that they are signed in with.

use super::{
    AccountService, By, Credential, Standing, Which,
    acting::Acting,
    change::{Draft, Failure, deadline, in_time},
    documents,
    entry::{AccountEvent, key_id},
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRefusal, AccountRole, AccountState, Error, Field,
        Name, Session,
    },
    server::store::{JsonText, Key},
};

/// As what a closed account is named.
const NOBODY: &str = "–";

/// What becomes of an account.
#[derive(Clone, Copy, PartialEq)]
enum End {
    Disable,
    Close,
}

impl AccountService {
    /// Ends the session that somebody has come with.
    pub async fn sign_out(&self, standing: &Standing) -> Result<(), Error> {
        let Credential::Session(session) = &standing.credential else {
            return Err(Error::NotAllowed);
        };
        let signed_out = self.change_itself(standing.account, |draft| {
            let ended = draft.account.end_sessions(|one| one.id == *session);
            // Signing out twice is no error.
            if !ended.is_empty() {
                draft.tell_ended(AccountEvent::SignedOut, ended);
            }
            Ok(())
        });
        signed_out.await.map(drop)
    }

    /// Ends sessions of an account: its own, or of one that is managed.
    pub async fn end_sessions(
        &self,
        by: By<'_>,
        id: AccountId,
        which: Which,
    ) -> Result<Account, Error> {
        let ended = self.change(by, id, |acting, draft| {
            acting.check_manages_or_is(&draft.account)?;
            let is_meant = |session: &Session| match &which {
                Which::One(id) => session.id == *id,
                Which::All => true,
                Which::Others(id) => session.id != *id,
            };
            let ended = draft.account.end_sessions(is_meant);
            let event = match which {
                Which::One(_) => AccountEvent::SessionEnded,
                Which::All | Which::Others(_) => AccountEvent::SessionsEnded,
            };
            if !ended.is_empty() {
                draft.tell_ended(event, ended);
            }
            Ok(())
        });
        Ok(ended.await?.0)
    }

    /// Ends the sessions of all accounts, and returns those that had some.
    pub async fn end_all_sessions(&self, by: By<'_>) -> Result<Vec<Account>, Error> {
        let mut changed = Vec::new();
        for account in self.all_of(documents::all()).await? {
            if !account.sessions.is_empty() {
                changed.push(self.end_sessions(by, account.id, Which::All).await?);
            }
        }
        Ok(changed)
    }

    /// Nothing of the account is accepted until it is enabled again.
    pub async fn disable(&self, by: By<'_>, id: AccountId) -> Result<Account, Error> {
        self.end(by, id, End::Disable).await
    }

    /// Overwrites everything personal; the id stays, and the e-mail address is free.
    pub async fn close(&self, by: By<'_>, id: AccountId) -> Result<Account, Error> {
        self.end(by, id, End::Close).await
    }

    async fn end(&self, by: By<'_>, id: AccountId, end: End) -> Result<Account, Error> {
        let mut acting = Acting::new(by)?;
        let until = deadline();
        in_time(async {
            loop {
                let before = self.before(&acting, id, end == End::Close).await?;
                let mut draft = before.draft()?;
                acting.check_own(&draft.account, draft.now)?;
                match end {
                    End::Disable => acting.check_manages(&draft.account)?,
                    // Others than customers are closed by who answers for them: a device is no person's own.
                    End::Close if draft.account.kind == AccountKind::Customer => {
                        acting.check_manages_or_is(&draft.account)?;
                    }
                    End::Close => acting.check_manages(&draft.account)?,
                }
                match (draft.account.state, end) {
                    (AccountState::Closed, End::Disable) => {
                        return Err(AccountRefusal::Closed.into());
                    }
                    (AccountState::Closed, _) | (AccountState::Disabled, End::Disable) => {
                        return Ok(draft.account);
                    }
                    _ => {}
                }
                // An admin who stays has to be there when the other one goes.
                if draft.account.kind == AccountKind::Admin && draft.account.is_active() {
                    let (key, text) = self.other_admin(id).await?;
                    draft.expect(key, Some(text));
                }
                self.end_in(&mut draft, end).await?;
                let done = self.attempt(&acting, &before, draft, until).await?;
                if let Some(account) = done {
                    return Ok(account);
                }
                acting.renew(self).await?;
            }
        })
        .await
    }

    async fn end_in(&self, draft: &mut Draft, end: End) -> Result<(), Failure> {
        let account = &mut draft.account;
        let live = account.keys.iter().filter(|key| key.is_live(draft.now));
        let keys: Vec<_> = live.map(|key| key_id(&key.secret)).collect();
        let mut ended = account.end_sessions(|_| true);
        ended.extend(keys);
        account.invitation = None;
        if end == End::Disable {
            account.state = AccountState::Disabled;
            // What has ended stays so when the account is enabled again.
            account.keys.clear();
            draft.tell_ended(AccountEvent::Disabled, ended);
            return Ok(());
        }
        let email = account.email.clone();
        let nobody = Name::parse(NOBODY).map_err(|_| Error::Internal)?;
        account.close(nobody);
        draft.secrets = documents::Secrets::default();
        draft.tell_ended(AccountEvent::Closed, ended);
        if let Some(email) = email {
            let owner = self.owner_of(&email).await?;
            let is_own = owner
                .account
                .is_some_and(|one| one.account.id == draft.account.id);
            if is_own {
                let free = documents::write_owner(None);
                draft.replace(documents::email_key(&email), owner.text, free);
            }
        }
        Ok(())
    }

    /// An admin beside this one, as their document is now.
    async fn other_admin(&self, id: AccountId) -> Result<(Key, JsonText), Failure> {
        let admins = self
            .page_texts(documents::of_role(AccountRole::Admin))
            .await?;
        for (account, text) in admins {
            if account.id != id && account.kind == AccountKind::Admin && account.is_active() {
                return Ok((documents::key(account.id), text));
            }
        }
        Err(AccountRefusal::LastAdmin.into())
    }

    /// A disabled account may sign in again.
    pub async fn enable(&self, by: By<'_>, id: AccountId) -> Result<Account, Error> {
        let acting = Acting::new(by)?;
        let enabled = self.change_secrets(acting, id, |acting, draft| {
            acting.check_manages(&draft.account)?;
            match draft.account.state {
                AccountState::Closed => return Err(Error::Account(AccountRefusal::Closed)),
                AccountState::Disabled => {}
                AccountState::Invited | AccountState::Active => return Ok(()),
            }
            // One that has never joined still has nothing to sign in with.
            let has_joined = !draft.account.kind.has_password() || draft.secrets.password.is_some();
            draft.account.state = match has_joined {
                true => AccountState::Active,
                false => AccountState::Invited,
            };
            draft.tell(AccountEvent::Enabled);
            Ok(())
        });
        Ok(enabled.await?.0)
    }

    /// Gives a manager, a device or a person of the staff another supplier. Those are other rights, and so it ends all
    /// sessions.
    pub async fn change_supplier(
        &self,
        by: By<'_>,
        id: AccountId,
        supplier: Name,
    ) -> Result<Account, Error> {
        let changed = self.change(by, id, |acting, draft| {
            acting.check_manages(&draft.account)?;
            if !draft.account.kind.is_of_a_supplier() {
                return Err(Error::NotAllowed);
            }
            if draft.account.supplier_name.as_ref() == Some(&supplier) {
                return Ok(());
            }
            draft.account.supplier_name = Some(supplier.clone());
            acting.check_manages(&draft.account)?;
            let ended = draft.account.end_sessions(|_| true);
            draft.tell_ended(AccountEvent::Changed, ended);
            Ok(())
        });
        Ok(changed.await?.0)
    }
}
