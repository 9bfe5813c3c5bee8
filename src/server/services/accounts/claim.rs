//! What somebody has come with, and what it is good for in an account.

use super::Credential;
use crate::{
    domain::{Account, AccountId, AccountKind, AccountRole, Identity, Session, SessionKind, Time},
    server::services::credentials::is_hash_of,
};
use secrecy::{ExposeSecret, SecretString};

/// The use of a key is stored to the day.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// The parts of a session cookie: `account.session.secret`.
pub struct SessionCookie<'a> {
    pub account: AccountId,
    pub session: &'a str,
    pub secret: SecretString,
}

impl SessionCookie<'_> {
    pub fn read(value: &SecretString) -> Option<SessionCookie<'_>> {
        let mut parts = value.expose_secret().splitn(3, '.');
        let account = parts.next()?.parse().ok()?;
        let session = parts.next()?;
        let secret = parts.next()?.to_owned().into();
        Some(SessionCookie {
            account,
            session,
            secret,
        })
    }

    pub fn write(account: AccountId, session: &str, secret: &SecretString) -> SecretString {
        format!("{account}.{session}.{}", secret.expose_secret()).into()
    }
}

/// What somebody has come with, before it is known to be good.
pub enum Claim<'a> {
    /// A session by the secret of its cookie.
    Cookie(&'a str, &'a SecretString),
    /// A session by an access token, which was checked.
    Token(&'a str),
    /// A session that was proved before.
    Proved(&'a str),
    Key(&'a SecretString),
    /// The hash of a key that was proved before.
    ProvedKey(&'a str),
}

impl Claim<'_> {
    /// The credential, if the account has it and it is good.
    pub fn credential(&self, account: &Account, now: Time) -> Option<Credential> {
        let session = |id: &str| account.live_session(id, now);
        match self {
            Claim::Cookie(id, secret) => session(id)
                .filter(|session| session.kind == SessionKind::Page)
                .filter(|session| is_hash_of(&session.secret, secret.expose_secret()))
                .map(|session| Credential::Session(session.id.clone())),
            Claim::Token(id) => session(id)
                .filter(|session| session.kind == SessionKind::Token)
                .map(|session| Credential::Session(session.id.clone())),
            Claim::Proved(id) => session(id).map(|session| Credential::Session(session.id.clone())),
            Claim::Key(key) => {
                let mut keys = account.keys.iter();
                let key = keys.find(|one| is_hash_of(&one.secret, key.expose_secret()))?;
                let credential = Credential::ApiKey(key.secret.clone());
                credential.is_live(account, now).then_some(credential)
            }
            Claim::ProvedKey(hash) => {
                let credential = Credential::ApiKey((*hash).to_owned());
                credential.is_live(account, now).then_some(credential)
            }
        }
    }
}

pub fn session_of<'a>(account: &'a Account, credential: &Credential) -> Option<&'a Session> {
    match credential {
        Credential::Session(id) => account.sessions.iter().find(|session| session.id == *id),
        Credential::ApiKey(_) => None,
    }
}

/// Whether somebody may work at a device.
pub fn is_staff_of(person: &Account, device: &Account) -> bool {
    person.kind == AccountKind::Staff
        && person.is_active()
        && person.supplier_name.is_some()
        && person.supplier_name == device.supplier_name
}

/// When a credential ends without further use.
pub fn expires_at(account: &Account, credential: &Credential) -> Option<Time> {
    match credential {
        Credential::Session(_) => {
            let limits = account.kind.session_limits()?;
            let session = session_of(account, credential)?;
            Some(session.ends_at(limits).min(session.used_at + limits.idle))
        }
        Credential::ApiKey(hash) => {
            let key = account.keys.iter().find(|key| key.secret == *hash)?;
            key.until
        }
    }
}

/// Moves the last use on, if that is worth being stored.
pub fn record_use(account: &mut Account, credential: &Credential, now: Time) -> bool {
    match credential {
        Credential::Session(id) => {
            let limits = account.kind.session_limits();
            let mut sessions = account.sessions.iter_mut();
            let session = sessions.find(|session| session.id == *id);
            match session.zip(limits) {
                Some((session, limits)) if session.is_use_due(limits, now) => {
                    session.used_at = now;
                    true
                }
                _ => false,
            }
        }
        Credential::ApiKey(hash) => {
            let today = Time::from_millis(now.millis() / DAY * DAY);
            let mut keys = account.keys.iter_mut();
            match keys.find(|key| key.secret == *hash) {
                Some(key) if key.used_at.is_none_or(|used| used < today) => {
                    key.used_at = Some(today);
                    true
                }
                _ => false,
            }
        }
    }
}

/// What decides the rights of an account. A person at a device acts with the rights of the device.
pub fn identity(account: &Account, person: Option<&Account>) -> Identity {
    let is_customer = account.kind == AccountKind::Customer;
    let own = is_customer.then_some(account.id).into_iter();
    Identity {
        id: Some(person.map_or(account.id, |person| person.id)),
        kind: account.kind,
        role: account.role,
        name: Some(person.map_or(&account.name, |person| &person.name).clone()),
        supplier_name: account.supplier_name.clone(),
        driver_id: match account.kind {
            AccountKind::Driver => Some(account.id),
            _ => account.driver_id,
        },
        own: own.chain(account.guests.iter().copied()).collect(),
        follows: Vec::new(),
        read_only: account.read_only,
        sees_offers: account.role == AccountRole::Customer,
    }
}

pub fn has_same_rights(before: &Identity, after: &Identity) -> bool {
    let rights = |of: &Identity| {
        let Identity {
            kind,
            role,
            supplier_name,
            driver_id,
            read_only,
            ..
        } = of;
        (*kind, *role, supplier_name.clone(), *driver_id, *read_only)
    };
    rights(before) == rights(after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ApiKey, Field, Name, samples::at};
    use crate::server::services::credentials::hash_secret;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn account(kind: AccountKind, n: u128) -> Account {
        let name = Name::parse("Ana").unwrap();
        let role = kind.role().unwrap_or(AccountRole::Integrator);
        let mut account = Account::new(AccountId(Uuid::from_u128(n)), kind, role, name, at(0));
        account.state = crate::domain::AccountState::Active;
        account
    }

    fn session(kind: SessionKind) -> Session {
        Session {
            id: "0123456789abcdef".to_owned(),
            kind,
            secret: hash_secret("secret"),
            counter: 0,
            rotated_at: at(0),
            device: Name::parse("Firefox").unwrap(),
            made_at: at(0),
            used_at: at(0),
            person: None,
            person_version: None,
        }
    }

    #[test]
    fn a_cookie_is_read_as_it_is_written() {
        let id = AccountId(Uuid::from_u128(7));
        let value = SessionCookie::write(id, "0123456789abcdef", &"se.cret".to_owned().into());
        let read = SessionCookie::read(&value).unwrap();
        assert_eq!((read.account, read.session), (id, "0123456789abcdef"));
        assert_eq!(read.secret.expose_secret(), "se.cret");
        for bad in ["", "..", "x.y.z", "00000000-0000-0000-0000-000000000007.a"] {
            assert!(
                SessionCookie::read(&bad.to_owned().into()).is_none(),
                "{bad}"
            );
        }
    }

    #[test]
    fn each_session_is_good_by_its_own_door_alone() {
        let mut ana = account(AccountKind::Customer, 1);
        let (right, wrong) = ("secret".to_owned().into(), "secreT".to_owned().into());
        let id = "0123456789abcdef";
        let good = |ana: &Account, claim: Claim| claim.credential(ana, at(1)).is_some();
        ana.sessions = vec![session(SessionKind::Page)];
        assert!(good(&ana, Claim::Cookie(id, &right)) && good(&ana, Claim::Proved(id)));
        assert!(!good(&ana, Claim::Cookie(id, &wrong)) && !good(&ana, Claim::Token(id)));
        assert!(!good(&ana, Claim::Cookie("0", &right)));
        ana.sessions = vec![session(SessionKind::Token)];
        assert!(good(&ana, Claim::Token(id)) && !good(&ana, Claim::Cookie(id, &right)));
        ana.state = crate::domain::AccountState::Disabled;
        assert!(!good(&ana, Claim::Token(id)) && !good(&ana, Claim::Proved(id)));
    }

    #[test]
    fn a_key_is_good_until_its_date() {
        let mut program = account(AccountKind::Integration, 2);
        program.keys.push(ApiKey {
            secret: hash_secret("key"),
            made_at: at(0),
            until: Some(at(10)),
            used_at: None,
        });
        let key = "key".to_owned().into();
        let claim = Claim::Key(&key);
        let credential = claim.credential(&program, at(9)).unwrap();
        assert!(claim.credential(&program, at(10)).is_none());
        assert_eq!(expires_at(&program, &credential), Some(at(10)));
        assert!(record_use(&mut program, &credential, at(9)));
        assert!(!record_use(&mut program, &credential, at(10)));
    }

    #[test]
    fn a_person_acts_with_the_rights_of_the_device() {
        let mut device = account(AccountKind::Device, 3);
        let mut person = account(AccountKind::Staff, 4);
        device.supplier_name = Some(Name::parse("Roma").unwrap());
        assert!(!is_staff_of(&person, &device));
        person.supplier_name = device.supplier_name.clone();
        assert!(is_staff_of(&person, &device));
        let both = identity(&device, Some(&person));
        assert_eq!((both.id, both.kind), (Some(person.id), AccountKind::Device));
        assert!(has_same_rights(&identity(&device, None), &both));
        device.supplier_name = Some(Name::parse("Napoli").unwrap());
        assert!(!is_staff_of(&person, &device));
        assert!(!has_same_rights(&identity(&device, None), &both));
    }

    #[test]
    fn the_use_of_a_session_is_stored_at_most_twice_in_an_idle_time() {
        let mut admin = account(AccountKind::Admin, 5);
        admin.sessions.push(session(SessionKind::Page));
        let credential = Credential::Session("0123456789abcdef".to_owned());
        assert_eq!(expires_at(&admin, &credential), Some(at(30 * 60)));
        assert!(!record_use(&mut admin, &credential, at(15 * 60 - 1)));
        assert!(record_use(&mut admin, &credential, at(15 * 60)));
        assert_eq!(expires_at(&admin, &credential), Some(at(45 * 60)));
    }

    proptest! {
        #[test]
        fn any_bytes_in_a_cookie_are_no_other_session(bytes: Vec<u8>, dots in "[.]{0,4}") {
            let text = format!("{}{dots}{}", Uuid::from_u128(7), String::from_utf8_lossy(&bytes));
            let value: SecretString = text.clone().into();
            if let Some(cookie) = SessionCookie::read(&value) {
                // It reads as it is written.
                let again = SessionCookie::write(cookie.account, cookie.session, &cookie.secret);
                prop_assert_eq!(again.expose_secret(), &text);
            }
        }
    }
}
