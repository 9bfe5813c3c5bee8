//! Inviting somebody, and the link with which a password is set again or a driver's phone is changed.

use super::{
    AccountService, By, Invite, Invited,
    acting::Acting,
    change::{Before, Draft, deadline, in_time},
    documents,
    entry::AccountEvent,
    sign_in::{new_id, read_email},
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRefusal, AccountState, Email, Error, FieldError,
        Invitation, Time,
    },
    server::{
        clock::now,
        services::credentials::{hash_secret, secret},
    },
};
use chrono::TimeDelta;
use secrecy::{ExposeSecret, SecretString};

/// How long a link can be used.
const LINK: TimeDelta = TimeDelta::hours(72);
const DRIVERS_LINK: TimeDelta = TimeDelta::hours(1);

impl AccountService {
    /// Makes an account that is joined by a link.
    pub async fn invite(&self, by: By<'_>, invite: Invite) -> Result<Invited, Error> {
        let email = wanted_email(&invite)?;
        let role = invite.kind.role();
        let role = role.ok_or_else(|| Error::invalid("kind", FieldError::NotAKind))?;
        let mut account = Account::new(new_id(), invite.kind, role, invite.name, now());
        account.email = email.clone();
        if invite.kind == AccountKind::Manager {
            let supplier = invite.supplier_name;
            let missing = || Error::invalid("supplier_name", FieldError::Missing);
            account.supplier_name = Some(supplier.ok_or_else(missing)?);
        }
        let secret = secret();
        account.invitation = Some(invitation(account.kind, &secret, false, now()));
        let account = self
            .make(by, account, email.as_ref(), AccountEvent::Invited)
            .await?;
        Ok(Invited {
            link: link(account.id, &secret),
            account,
        })
    }

    /// Makes a link with which somebody joins again: with a new password, or on a new phone. What they have goes on until
    /// it is used. With `factors` it takes their codes away, and sets them up again.
    pub async fn reset(&self, by: By<'_>, id: AccountId, factors: bool) -> Result<Invited, Error> {
        let secret = secret();
        let reset = self.change(by, id, |acting, draft| {
            let account = &mut draft.account;
            acting.check_manages(account)?;
            // Who is signed in has the codes: another admin takes them away from who has lost them.
            if factors && acting.is(account) {
                return Err(Error::NotAllowed);
            }
            let is_joined_by_link =
                account.kind.has_password() || account.kind == AccountKind::Driver;
            match account.state {
                AccountState::Closed => return Err(Error::Account(AccountRefusal::Closed)),
                AccountState::Disabled => return Err(Error::Account(AccountRefusal::NotActive)),
                _ if !is_joined_by_link => {
                    return Err(Error::Account(AccountRefusal::NoPassword));
                }
                AccountState::Invited | AccountState::Active => {}
            }
            account.invitation = Some(invitation(account.kind, &secret, factors, draft.now));
            draft.tell(match factors {
                true => AccountEvent::FactorsReset,
                false => AccountEvent::Reset,
            });
            Ok(())
        });
        let (account, ()) = reset.await?;
        Ok(Invited {
            link: link(account.id, &secret),
            account,
        })
    }

    /// Stores a new account. Its address must be nobody's.
    pub(super) async fn make(
        &self,
        by: By<'_>,
        account: Account,
        email: Option<&Email>,
        event: AccountEvent,
    ) -> Result<Account, Error> {
        self.make_with(by, email, || {
            let mut draft = Draft::new(account.clone(), Default::default(), now());
            draft.tell(event);
            draft
        })
        .await
    }

    /// Stores the account of a draft, until it is done or refused.
    pub(super) async fn make_with(
        &self,
        by: By<'_>,
        email: Option<&Email>,
        draft: impl Fn() -> Draft,
    ) -> Result<Account, Error> {
        let mut acting = Acting::new(by)?;
        let (nothing, until) = (Before::nothing(), deadline());
        in_time(async {
            loop {
                let mut draft = draft();
                acting.check_manages(&draft.account)?;
                if let Some(email) = email {
                    let owner = self.owner_of(email).await?;
                    if owner.account.is_some() {
                        return Err(Error::invalid("email", FieldError::InUse).into());
                    }
                    let id = documents::write_owner(Some(draft.account.id));
                    draft.replace(documents::email_key(email), owner.text, id);
                }
                let made = self.attempt(&acting, &nothing, draft, until);
                if let Some(account) = made.await? {
                    return Ok(account);
                }
                acting.renew(self).await?;
            }
        })
        .await
    }
}

fn wanted_email(invite: &Invite) -> Result<Option<Email>, Error> {
    use AccountKind::*;
    let email = invite.email.as_deref().filter(|email| !email.is_empty());
    match (invite.kind, email) {
        (Admin | Dispatcher | Manager, None) => Err(Error::invalid("email", FieldError::Missing)),
        (Admin | Dispatcher | Manager | Driver, Some(email)) => read_email(email).map(Some),
        (Driver, None) => Ok(None),
        _ => Err(Error::invalid("kind", FieldError::NotAKind)),
    }
}

fn invitation(kind: AccountKind, secret: &SecretString, factors: bool, now: Time) -> Invitation {
    let good_for = match kind {
        AccountKind::Driver => DRIVERS_LINK,
        _ => LINK,
    };
    Invitation {
        secret: hash_secret(secret.expose_secret()),
        until: now + good_for,
        factors,
    }
}

/// The path of an invitation begins so. What follows, `{account}.{secret}`, is what one joins with.
pub const JOIN: &str = "/join/";

fn link(account: AccountId, secret: &SecretString) -> SecretString {
    format!("{JOIN}{account}.{}", secret.expose_secret()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, Name};

    #[test]
    fn who_signs_in_with_a_password_has_an_address() {
        let email = |kind, email: Option<&str>| {
            wanted_email(&Invite {
                kind,
                name: Name::parse("Ana").unwrap(),
                email: email.map(str::to_owned),
                supplier_name: None,
            })
        };
        use AccountKind::*;
        for kind in [Admin, Dispatcher, Manager] {
            let missing = Error::invalid("email", FieldError::Missing);
            assert_eq!(email(kind, None), Err(missing.clone()));
            assert_eq!(email(kind, Some("")), Err(missing));
            assert!(email(kind, Some("a@b")).unwrap().is_some());
        }
        assert_eq!(email(Driver, None), Ok(None));
        for kind in [Device, Staff, Customer, Guest, Integration] {
            let error = Error::invalid("kind", FieldError::NotAKind);
            assert_eq!(email(kind, Some("a@b")), Err(error));
        }
    }
}
