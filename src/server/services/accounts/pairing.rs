//! Devices of kitchens: a manager gets a code of eight letters, and the device types it.

use super::{
    AccountService, Begun, By, Client,
    attempts::PAIR,
    begin_session::Beginning,
    change::{Draft, in_time},
    entry::AccountEvent,
    sign_in::new_id,
    sign_in_log::{How, record_sign_in},
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRefusal, AccountRole, AccountState, Error,
        Invitation, Name, SessionKind,
    },
    server::{
        clock::now,
        services::credentials::{pairing_code, read_pairing_code},
        store::IdempotencyRecord,
    },
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// How long a code can be typed.
const GOOD_FOR: Duration = Duration::from_secs(10 * 60);

impl AccountService {
    /// Makes the account of a device, and the code that pairs it.
    pub async fn add_device(
        &self,
        by: By<'_>,
        name: Name,
        supplier: Name,
    ) -> Result<(Account, SecretString), Error> {
        let (kind, role) = (AccountKind::Device, AccountRole::Supplier);
        let mut account = Account::new(new_id(), kind, role, name, now());
        account.supplier_name = Some(supplier);
        let code = pairing_code();
        let draft = || {
            let mut draft = Draft::new(account.clone(), Default::default(), now());
            self.begin_pairing(&mut draft, &code);
            draft.tell(AccountEvent::Invited);
            draft
        };
        let account = self.make_with(by, None, draft).await?;
        Ok((account, code))
    }

    /// A new code for a device. When it is typed, the session before ends.
    pub async fn renew_device(
        &self,
        by: By<'_>,
        id: AccountId,
    ) -> Result<(Account, SecretString), Error> {
        let code = pairing_code();
        let changed = self.change(by, id, |acting, draft| {
            acting.check_manages(&draft.account)?;
            let is_usable = matches!(
                draft.account.state,
                AccountState::Invited | AccountState::Active
            );
            if draft.account.kind != AccountKind::Device || !is_usable {
                return Err(Error::Account(AccountRefusal::NotActive));
            }
            self.begin_pairing(draft, &code);
            draft.tell(AccountEvent::PairingBegun);
            Ok(())
        });
        let (account, ()) = changed.await?;
        Ok((account, code))
    }

    /// The code itself is in no document: a MAC of it leads to the account for ten minutes, and has to be the one that
    /// the account was given last.
    fn begin_pairing(&self, draft: &mut Draft, code: &SecretString) {
        let mac = self.credentials.pairing_name(code.expose_secret());
        draft.keep(IdempotencyRecord {
            name: record_name(&mac),
            text: format!("\"{}\"", draft.account.id).into(),
            keep: GOOD_FOR,
        });
        draft.account.invitation = Some(Invitation {
            secret: mac,
            until: draft.now + TimeDelta::from_std(GOOD_FOR).unwrap_or_default(),
            factors: false,
        });
    }

    /// Signs a device in with the code that somebody types on it.
    pub async fn pair(
        &self,
        code: &str,
        client: Client,
        replaces: Option<SecretString>,
    ) -> Result<Begun, Error> {
        let network = client.network.clone();
        let paired = self.try_pair(code, client, replaces).await;
        let outcome = paired.as_ref().map(|begun| begun.account.id);
        record_sign_in(How::Pairing, Some(&network), outcome);
        paired
    }

    async fn try_pair(
        &self,
        code: &str,
        client: Client,
        replaces: Option<SecretString>,
    ) -> Result<Begun, Error> {
        self.take_place(PAIR, &client.network.to_string()).await?;
        let code = read_pairing_code(code).ok_or(Error::WrongCredentials)?;
        let mac = self.credentials.pairing_name(code.expose_secret());
        let name = record_name(&mac);
        let found = in_time(async { Ok(self.store.idempotency_record(&name).await?) });
        let found = found.await?.ok_or(Error::WrongCredentials)?;
        let id: AccountId = serde_json::from_str(&found).map_err(|_| Error::Internal)?;
        let beginning = Beginning::new(SessionKind::Page, &client, None, replaces);
        let paired = self.change_itself(id, |draft| {
            let now = draft.now;
            let account = &mut draft.account;
            let invitation = account.invitation.as_ref();
            let is_it = invitation.is_some_and(|one| one.secret == mac && now < one.until);
            let is_usable = matches!(account.state, AccountState::Invited | AccountState::Active);
            if !is_it || !is_usable {
                return Err(Error::WrongCredentials);
            }
            account.state = AccountState::Active;
            account.invitation = None;
            let ended = beginning.begin_in(draft);
            draft.tell_ended(AccountEvent::Paired, ended);
            Ok(())
        });
        let (account, ()) = paired.await?;
        self.begun(account, beginning).await
    }
}

/// The record that leads from the MAC of a code to its account.
fn record_name(mac: &str) -> String {
    format!("{PAIRING}{mac}")
}

/// A restore leaves these records out.
pub const PAIRING: &str = "pairing:";
