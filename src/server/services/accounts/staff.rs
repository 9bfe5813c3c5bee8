//! The people of a kitchen: each has a PIN, and a tap makes them the actor at a device.

use super::{
    AccountService, By, Credential, HandOver, Standing,
    acting::Acting,
    attempts::PIN,
    change::{Draft, Failure, deadline, in_time},
    claim::is_staff_of,
    documents::{self, Secrets},
    entry::AccountEvent,
    sign_in::new_id,
    sign_in_log::{How, record_sign_in},
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
        let known = known.ok_or_else(|| acting.unknown())?;
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
        let HandOver::Person { person, pin } = to else {
            return self.work_at(standing, None).await;
        };
        // Others than devices learn nothing of a PIN, and keep no thread busy that hashes them.
        let device = self.account(standing.account).await?;
        let device = device.ok_or(Error::NotSignedIn)?;
        if device.account.kind != AccountKind::Device {
            return Err(Error::NotAllowed);
        }
        let handed_over = async {
            let who = standing.account.to_string();
            self.take_place_for(HashingQueue::Pin, PIN, &who).await?;
            let phc = self.check_pin(&device.account, person, pin).await?;
            self.work_at(standing, Some((person, phc))).await
        };
        let handed_over = handed_over.await;
        let outcome = handed_over.as_ref().map(|()| person);
        record_sign_in(How::Pin, None, outcome);
        handed_over
    }

    /// The same, of a person whose PIN has been checked against this hash. They are read again with each attempt: who has
    /// left in the meantime, or has another PIN, does not begin.
    async fn work_at(
        &self,
        standing: &Standing,
        person: Option<(AccountId, String)>,
    ) -> Result<(), Error> {
        let Credential::Session(session) = &standing.credential else {
            return Err(Error::NotAllowed);
        };
        // The device itself acts, not the person who works at it now: they may have left.
        let (acting, until) = (Acting::Standing(standing.clone()), deadline());
        in_time(async {
            loop {
                let before = self.before(&acting, standing.account, false).await?;
                let mut draft = before.draft()?;
                acting.check_own(&draft.account, draft.now)?;
                if draft.account.kind != AccountKind::Device {
                    return Err(Error::NotAllowed.into());
                }
                let version = match &person {
                    Some((person, phc)) => Some(self.expect_staff(&mut draft, *person, phc).await?),
                    None => None,
                };
                let mut sessions = draft.account.sessions.iter_mut();
                let session = sessions.find(|one| one.id == *session);
                let session = session.ok_or(Error::NotSignedIn)?;
                session.person = person.as_ref().map(|(person, _)| *person);
                session.person_version = version;
                draft.tell(AccountEvent::HandedOver);
                let done = self.attempt(&acting, &before, draft, until).await?;
                if done.is_some() {
                    return Ok(());
                }
            }
        })
        .await
    }

    /// The hand-over happens only while the person is staff of the device, and has the PIN of this hash. Returns the version
    /// of their account.
    async fn expect_staff(
        &self,
        draft: &mut Draft,
        person: AccountId,
        phc: &str,
    ) -> Result<u32, Failure> {
        let known = self.read(person).await?.ok_or_else(wrong_pin)?;
        let text = self.store.get(&documents::secret_key(person)).await?;
        let secrets = text.as_deref().map(documents::read_secrets).transpose()?;
        let has_pin = secrets.is_some_and(|secrets| secrets.pin.as_deref() == Some(phc));
        if !has_pin || !is_staff_of(&known.account, &draft.account) {
            return Err(wrong_pin().into());
        }
        draft.expect(documents::key(person), Some(known.text.clone()));
        draft.expect(documents::secret_key(person), text);
        Ok(known.account.version)
    }

    /// The hash of the PIN of a person of the staff of a device, if this is it. Of anybody else it takes the same time to
    /// say that it is not.
    async fn check_pin(
        &self,
        device: &Account,
        person: AccountId,
        pin: SecretString,
    ) -> Result<String, Error> {
        let known = in_time(self.read(person)).await?;
        let is_staff = known.is_some_and(|known| is_staff_of(&known.account, device));
        let secrets = in_time(self.read_secrets(person)).await?;
        let phc = secrets.pin.filter(|_| is_staff);
        let verified = self
            .credentials
            .verify(pin, phc.clone(), HashingQueue::Pin)
            .await;
        match (verified.map_err(|_| Error::Busy)?, phc) {
            (Verified::Yes | Verified::YesAndOld, Some(phc)) => Ok(phc),
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
