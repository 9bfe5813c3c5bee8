//! What a cookie, a token or a key stands for: the account that it belongs to, as long as it is good.

use super::{
    AccountService, Authority, Credential, Known, KnownAccount, Standing,
    change::{Failure, deadline, in_time},
    documents,
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRefusal, AccountRole, Error, Identity, Session,
        SessionKind, Time, Viewer,
    },
    server::{
        clock::now,
        services::{
            credentials::{api_key_account, is_hash_of},
            order_documents,
        },
        store::{Batch, Outcome},
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

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
enum Claim<'a> {
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

impl AccountService {
    /// An account, from memory where it is held there.
    pub async fn account(&self, id: AccountId) -> Result<Option<Arc<KnownAccount>>, Error> {
        if (self.is_current)()
            && let Some(held) = self.cache.get(id)
        {
            return Ok(Some(held));
        }
        match in_time(self.read(id)).await {
            // Whoever is known goes on reading. What they change needs the store.
            Err(Error::StoreUnavailable) => match self.cache.get(id) {
                Some(held) => Ok(Some(held)),
                None => Err(Error::StoreUnavailable),
            },
            read => read,
        }
    }

    /// The account of this id has changed: what is held in memory of it is read again.
    pub fn forget(&self, id: AccountId) {
        self.cache.forget(id);
    }

    /// Any account may have changed.
    pub fn forget_all(&self) {
        self.cache.forget_all();
    }

    /// What the value of a session cookie stands for. `NotSignedIn` where it is none, or has ended.
    pub async fn by_cookie(&self, cookie: &SecretString) -> Result<Known, Error> {
        let cookie = SessionCookie::read(cookie).ok_or(Error::NotSignedIn)?;
        let secret = Some(&cookie.secret);
        self.by_session(cookie.account, cookie.session, secret)
            .await
    }

    /// What a session stands for, by the secret of its cookie, or by an access token that has been checked. Its use is
    /// stored where that is due.
    pub async fn by_session(
        &self,
        account: AccountId,
        session: &str,
        secret: Option<&SecretString>,
    ) -> Result<Known, Error> {
        let claim = match secret {
            Some(secret) => Claim::Cookie(session, secret),
            None => Claim::Token(session),
        };
        self.judge(account, &claim, true).await
    }

    pub async fn by_api_key(&self, key: &SecretString) -> Result<Known, Error> {
        let account = api_key_account(key.expose_secret()).ok_or(Error::NotSignedIn)?;
        self.judge(account, &Claim::Key(key), true).await
    }

    /// Whether what a socket was opened with is still good, and until when. With `is_use` that counts as its use.
    pub async fn still(&self, standing: &Standing, is_use: bool) -> Result<Known, Error> {
        let claim = match &standing.credential {
            Credential::Session(id) => Claim::Proved(id),
            Credential::ApiKey(hash) => Claim::ProvedKey(hash),
        };
        self.judge(standing.account, &claim, is_use).await
    }

    /// The authority as it stands now, after a commit has found that an account had changed: with the new texts to
    /// expect. `NotSignedIn` where its session or key has ended, or its rights are others.
    pub async fn renew(&self, authority: &Authority) -> Result<Authority, Error> {
        let standing = authority.standing.as_ref().ok_or(Error::NotSignedIn)?;
        let before = authority.viewer.identity().ok_or(Error::NotSignedIn)?;
        for (key, _) in &standing.expect {
            documents::id(&key.0).inspect(|id| self.forget(*id));
        }
        let known = self.still(standing, false).await?;
        let mut identity = known.identity;
        if !has_same_rights(before, &identity) {
            return Err(Error::NotSignedIn);
        }
        if before.id != identity.id {
            // Another person has taken over, or the one who worked there is no longer staff.
            return Err(Error::Account(AccountRefusal::PersonLeft));
        }
        identity.follows = before.follows.clone();
        Ok(Authority {
            viewer: Viewer::Known(Box::new(identity)),
            standing: Some(known.standing),
            ..authority.clone()
        })
    }

    async fn judge(
        &self,
        account: AccountId,
        claim: &Claim<'_>,
        is_use: bool,
    ) -> Result<Known, Error> {
        let held = self.account(account).await?;
        if let Some(known) = self.judge_by(held, claim, is_use).await? {
            return Ok(known);
        }
        // It may have begun, or been used, at another instance a moment ago.
        let fresh = in_time(self.read(account)).await?;
        let known = self.judge_by(fresh, claim, is_use).await?;
        known.ok_or(Error::NotSignedIn)
    }

    async fn judge_by(
        &self,
        held: Option<Arc<KnownAccount>>,
        claim: &Claim<'_>,
        is_use: bool,
    ) -> Result<Option<Known>, Error> {
        let Some(mut held) = held else {
            return Ok(None);
        };
        let now = now();
        let Some(credential) = claim.credential(&held.account, now) else {
            return Ok(None);
        };
        if is_use && let Some(used) = self.store_use(&held, &credential, now).await {
            held = used;
        }
        let person = self.person_at(&held.account, &credential).await?;
        let person = person.as_deref();
        let mut expect = vec![(documents::key(held.account.id), held.text.clone())];
        expect
            .extend(person.map(|person| (documents::key(person.account.id), person.text.clone())));
        Ok(Some(Known {
            identity: identity(&held.account, person.map(|person| &person.account)),
            until: until(&held.account, &credential),
            standing: Standing {
                account: held.account.id,
                credential,
                expect,
            },
        }))
    }

    /// The person of the staff who works at a device; nobody where they may do so no longer.
    async fn person_at(
        &self,
        device: &Account,
        credential: &Credential,
    ) -> Result<Option<Arc<KnownAccount>>, Error> {
        let session = session_of(device, credential);
        let Some(person) = session.and_then(|session| session.person) else {
            return Ok(None);
        };
        let person = self.account(person).await?;
        Ok(person.filter(|person| is_staff_of(&person.account, device)))
    }

    /// Stores that a session or a key is used, if that is due: without an entry, since it ends nothing. Where it fails, a
    /// later use does it.
    async fn store_use(
        &self,
        held: &Arc<KnownAccount>,
        credential: &Credential,
        now: Time,
    ) -> Option<Arc<KnownAccount>> {
        let mut account = held.account.clone();
        if !record_use(&mut account, credential, now) {
            return None;
        }
        let store = async {
            let (key, text) = (
                documents::key(account.id),
                order_documents::write(&account)?,
            );
            let batch = Batch {
                expect: vec![(key.clone(), Some(held.text.clone()))],
                put: vec![(key, text.clone())],
                deadline: Some(deadline()),
                ..Batch::default()
            };
            let outcome = self.store.commit(batch).await?;
            self.forget(account.id);
            let is_stored = matches!(outcome, Outcome::Committed(_));
            Ok::<_, Failure>(is_stored.then_some(KnownAccount { account, text }))
        };
        in_time(store).await.ok().flatten().map(Arc::new)
    }
}

impl Claim<'_> {
    /// The credential, if the account has it and it is good.
    fn credential(&self, account: &Account, now: Time) -> Option<Credential> {
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

fn session_of<'a>(account: &'a Account, credential: &Credential) -> Option<&'a Session> {
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
fn until(account: &Account, credential: &Credential) -> Option<Time> {
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
fn record_use(account: &mut Account, credential: &Credential, now: Time) -> bool {
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

fn has_same_rights(before: &Identity, after: &Identity) -> bool {
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
        assert_eq!(until(&program, &credential), Some(at(10)));
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
        assert_eq!(until(&admin, &credential), Some(at(30 * 60)));
        assert!(!record_use(&mut admin, &credential, at(15 * 60 - 1)));
        assert!(record_use(&mut admin, &credential, at(15 * 60)));
        assert_eq!(until(&admin, &credential), Some(at(45 * 60)));
    }
}
