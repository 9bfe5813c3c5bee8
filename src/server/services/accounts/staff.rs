//! The people of a kitchen: each has a PIN, and a tap makes them the actor at a device.

use super::{
    AccountService, By, Credential, HandOver, KnownAccount, Standing,
    acting::Acting,
    attempts::PIN,
    change::{Draft, in_time},
    claim::is_staff_of,
    documents::{self, Secrets},
    entry::AccountEvent,
    sign_in::new_id,
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRefusal, AccountRole, AccountState, Error,
        FieldError, Name, fold_name,
    },
    server::{
        clock::now,
        services::credentials::{HashingQueue, Verified},
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

impl AccountService {
    pub async fn add_staff(
        &self,
        by: By<'_>,
        name: Name,
        supplier: Name,
        pin: SecretString,
    ) -> Result<Account, Error> {
        let (kind, role) = (AccountKind::Staff, AccountRole::Supplier);
        let mut account = Account::new(new_id(), kind, role, name, now());
        account.supplier_name = Some(supplier);
        account.state = AccountState::Active;
        Acting::new(by)?.check_manages(&account)?;
        let secrets = Secrets {
            pin: Some(self.new_pin(pin).await?),
            ..Secrets::default()
        };
        let draft = || {
            let mut draft = Draft::new(account.clone(), secrets.clone(), now());
            draft.tell(AccountEvent::Invited);
            draft
        };
        self.make_with(by, None, draft).await
    }

    pub async fn set_pin(
        &self,
        by: By<'_>,
        id: AccountId,
        pin: SecretString,
    ) -> Result<Account, Error> {
        let acting = Acting::new(by)?;
        let known = in_time(self.read(id)).await?;
        let known = known.ok_or(Error::Account(AccountRefusal::Unknown))?;
        acting.check_manages(&known.account)?;
        let pin = self.new_pin(pin).await?;
        let changed = self.change_secrets(acting, id, |acting, draft| {
            acting.check_manages(&draft.account)?;
            if draft.account.kind != AccountKind::Staff || !draft.account.is_active() {
                return Err(Error::Account(AccountRefusal::NotActive));
            }
            draft.secrets.pin = Some(pin.clone());
            draft.tell(AccountEvent::PinChanged);
            Ok(())
        });
        Ok(changed.await?.0)
    }

    /// Makes a person the actor at a device, or the device itself again. `standing` is that of the device.
    pub async fn hand_over(&self, standing: &Standing, to: HandOver) -> Result<(), Error> {
        let Credential::Session(session) = &standing.credential else {
            return Err(Error::NotAllowed);
        };
        let person = match to {
            HandOver::Device => None,
            HandOver::Person { person, pin } => {
                self.take_place(PIN, &standing.account.to_string()).await?;
                Some(self.check_pin(person, pin).await?)
            }
        };
        // The device itself acts, whoever works at it now: they may have left.
        let acting = Acting::Standing(standing.clone());
        let changed = self.change_as(acting, standing.account, false, |_, draft| {
            let Draft {
                account: device, ..
            } = &mut *draft;
            if device.kind != AccountKind::Device {
                return Err(Error::NotAllowed);
            }
            if let Some(person) = &person
                && !is_staff_of(&person.account, device)
            {
                return Err(wrong_pin());
            }
            let mut sessions = device.sessions.iter_mut();
            let session = sessions.find(|one| one.id == *session);
            let session = session.ok_or(Error::NotSignedIn)?;
            session.person = person.as_ref().map(|person| person.account.id);
            if let Some(person) = &person {
                draft.expect(documents::key(person.account.id), Some(person.text.clone()));
            }
            draft.tell(AccountEvent::HandedOver);
            Ok(())
        });
        changed.await.map(drop)
    }

    async fn check_pin(
        &self,
        person: AccountId,
        pin: SecretString,
    ) -> Result<Arc<KnownAccount>, Error> {
        let known = in_time(self.read(person)).await?;
        let phc = in_time(self.read_secrets(person)).await?.pin;
        let verified = self.credentials.verify(pin, phc, HashingQueue::Pin).await;
        match (verified.map_err(|_| Error::Busy)?, known) {
            (Verified::Yes | Verified::YesAndOld, Some(known)) => Ok(known),
            _ => Err(wrong_pin()),
        }
    }

    async fn new_pin(&self, pin: SecretString) -> Result<String, Error> {
        if !is_pin(pin.expose_secret()) {
            return Err(Error::invalid("pin", FieldError::NotAPin));
        }
        let hash = self.credentials.hash(pin, HashingQueue::Pin);
        hash.await.map_err(|_| Error::Busy)
    }

    /// The people who may work at a device of a supplier.
    pub async fn staff_of(&self, supplier: &Name) -> Result<Vec<Account>, Error> {
        let all = self.all_of(documents::of_supplier(supplier)).await?;
        let is_staff = |account: &Account| {
            account.kind == AccountKind::Staff && account.state == AccountState::Active
        };
        let mut staff: Vec<_> = all.into_iter().filter(is_staff).collect();
        // By name, so that each finds their chip in the same place.
        staff.sort_by_cached_key(|person| (fold_name(&person.name), person.id));
        Ok(staff)
    }
}

fn is_pin(pin: &str) -> bool {
    (4..=8).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit())
}

fn wrong_pin() -> Error {
    Error::invalid("pin", FieldError::WrongCode)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_four_to_eight_digits() {
        for good in ["0000", "12345678"] {
            assert!(is_pin(good), "{good}");
        }
        for bad in ["", "123", "123456789", "12a4", "١٢٣٤", " 1234"] {
            assert!(!is_pin(bad), "{bad}");
        }
    }
}
