//! API keys of integrations: each is shown once, and there may be two, so that one can be replaced by the other.

use super::{
    AccountService, By, NewKey,
    acting::Acting,
    change::Draft,
    documents,
    entry::{AccountEvent, key_id},
    sign_in::new_id,
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRefusal, AccountRole, AccountState, ApiKey, Error,
        FieldError, Time,
    },
    server::{
        clock::now,
        services::credentials::{api_key, hash_secret},
    },
};
use secrecy::{ExposeSecret, SecretString};

/// How many keys an integration has at once.
const KEYS: usize = 2;

impl AccountService {
    /// Makes a key: of a new integration, or the second one of the integration that has this name.
    pub async fn make_key(
        &self,
        by: By<'_>,
        new: NewKey,
    ) -> Result<(Account, SecretString), Error> {
        let shape = shape(&new);
        // First: what the fields name is nothing to others.
        Acting::new(by)?.check_manages(&shape)?;
        let shape = self.integration(shape, &new).await?;
        let known = self.integration_named(&shape).await?;
        let id = known.unwrap_or(shape.id);
        let key = api_key(id);
        let hash = hash_secret(key.expose_secret());
        let stored = |now: Time| ApiKey {
            secret: hash.clone(),
            made_at: now,
            until: new.until,
            used_at: None,
        };
        let account = match known {
            None => {
                let draft = || {
                    let mut draft = Draft::new(shape.clone(), Default::default(), now());
                    draft.account.keys.push(stored(draft.now));
                    draft.tell(AccountEvent::KeyMade);
                    draft
                };
                self.make_with(by, None, draft).await?
            }
            Some(id) => {
                let changed = self.change(by, id, |acting, draft| {
                    acting.check_manages(&draft.account)?;
                    let (account, now) = (&mut draft.account, draft.now);
                    account.keys.retain(|key| key.is_live(now));
                    check_second(account, &shape)?;
                    account.keys.push(stored(now));
                    draft.tell(AccountEvent::KeyMade);
                    Ok(())
                });
                changed.await?.0
            }
        };
        Ok((account, key))
    }

    /// Ends the key whose hash begins so, as [`key_id`] names it.
    pub async fn end_key(&self, by: By<'_>, id: AccountId, name: &str) -> Result<Account, Error> {
        let changed = self.change(by, id, |acting, draft| {
            acting.check_manages(&draft.account)?;
            let keys = std::mem::take(&mut draft.account.keys);
            let (ended, kept): (Vec<_>, Vec<_>) = keys
                .into_iter()
                .partition(|key| key_id(&key.secret) == name);
            draft.account.keys = kept;
            if !ended.is_empty() {
                let ended = ended.iter().map(|key| key_id(&key.secret)).collect();
                draft.tell_ended(AccountEvent::KeyEnded, ended);
            }
            Ok(())
        });
        Ok(changed.await?.0)
    }

    /// The same account, with the supplier or the driver that it acts for.
    async fn integration(&self, mut account: Account, new: &NewKey) -> Result<Account, Error> {
        let missing = |field| Error::invalid(field, FieldError::Missing);
        match new.role {
            AccountRole::Supplier => {
                let supplier = new.supplier_name.clone();
                let supplier = supplier.ok_or_else(|| missing("supplier_name"))?;
                account.supplier_name = Some(supplier);
            }
            AccountRole::Driver => {
                let driver = new.driver_id.ok_or_else(|| missing("driver_id"))?;
                let known = self.account(driver).await?;
                let is_driver =
                    known.is_some_and(|known| known.account.kind == AccountKind::Driver);
                if !is_driver {
                    return Err(Error::Account(AccountRefusal::Unknown));
                }
                account.driver_id = Some(driver);
            }
            AccountRole::Dispatch | AccountRole::Integrator => {}
            AccountRole::Admin | AccountRole::Customer => {
                return Err(Error::invalid("role", FieldError::NotAKind));
            }
        }
        Ok(account)
    }

    /// The integration that has the name of this one already, if there is one.
    async fn integration_named(&self, shape: &Account) -> Result<Option<AccountId>, Error> {
        use AccountRole::{Dispatch, Driver, Integrator, Supplier};
        for role in [Supplier, Dispatch, Driver, Integrator] {
            let all = self.all_of(documents::of_role(role)).await?;
            let mut named = all.iter().filter(|account| {
                account.kind == AccountKind::Integration
                    && account.is_active()
                    && account.name == shape.name
            });
            if let Some(account) = named.next() {
                return Ok(Some(account.id));
            }
        }
        Ok(None)
    }
}

/// The account of a new integration, without its key, and without whom it acts for.
fn shape(new: &NewKey) -> Account {
    let (kind, name) = (AccountKind::Integration, new.name.clone());
    let mut account = Account::new(new_id(), kind, new.role, name, now());
    account.state = AccountState::Active;
    account.read_only = new.read_only;
    account
}

/// Whether an integration may get another key, with these rights.
fn check_second(account: &Account, shape: &Account) -> Result<(), Error> {
    let rights = |of: &Account| {
        let supplier = of.supplier_name.clone();
        (of.role, supplier, of.driver_id, of.read_only)
    };
    if !account.is_active() {
        return Err(Error::Account(AccountRefusal::NotActive));
    }
    if rights(account) != rights(shape) {
        return Err(Error::Account(AccountRefusal::OtherRights));
    }
    match account.keys.len() < KEYS {
        true => Ok(()),
        false => Err(Error::Account(AccountRefusal::TwoKeys)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, Name, samples::at};

    #[test]
    fn a_second_key_has_the_same_rights_and_a_third_is_refused() {
        let name = Name::parse("till").unwrap();
        let (kind, role) = (AccountKind::Integration, AccountRole::Dispatch);
        let mut account = Account::new(new_id(), kind, role, name, at(0));
        account.state = AccountState::Active;
        let key = || ApiKey {
            secret: String::new(),
            made_at: at(0),
            until: None,
            used_at: None,
        };
        let mut shape = account.clone();
        account.keys.push(key());
        assert_eq!(check_second(&account, &shape), Ok(()));
        shape.read_only = true;
        let other = Error::Account(AccountRefusal::OtherRights);
        assert_eq!(check_second(&account, &shape), Err(other));
        shape.read_only = false;
        account.keys.push(key());
        let two = Error::Account(AccountRefusal::TwoKeys);
        assert_eq!(check_second(&account, &shape), Err(two));
    }
}
