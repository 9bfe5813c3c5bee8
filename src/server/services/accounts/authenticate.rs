//! What a cookie, a token or a key stands for: the account that it belongs to, as long as it is good.

use super::{
    AccountService, Authority, Credential, KnownAccount, SignedIn, Standing,
    change::{Failure, deadline, in_time},
    claim::{
        Claim, SessionCookie, expires_at, has_same_rights, identity, is_staff_of, record_use,
        session_of,
    },
    documents,
};
use crate::{
    domain::{Account, AccountId, AccountRefusal, Error, Time, Viewer},
    server::{
        clock::now,
        services::{credentials::api_key_account, order_documents},
        store::{Batch, Outcome},
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

impl AccountService {
    /// An account, from memory where it is held there.
    pub async fn account(&self, id: AccountId) -> Result<Option<Arc<KnownAccount>>, Error> {
        if let Some(held) = self.held(id) {
            return Ok(Some(held));
        }
        match in_time(self.read(id)).await {
            // A known account goes on reading. What it changes needs the store.
            Err(Error::StoreUnavailable) => match self.cache.get(id) {
                Some(held) => Ok(Some(held)),
                None => Err(Error::StoreUnavailable),
            },
            read => read,
        }
    }

    /// An account as it is held in memory, while that is known to be current.
    fn held(&self, id: AccountId) -> Option<Arc<KnownAccount>> {
        (self.is_current)().then(|| self.cache.get(id)).flatten()
    }

    /// The account of this id has changed: what is held in memory of it is read again.
    pub fn forget(&self, id: AccountId) {
        self.cache.forget(id);
        self.drivers.forget();
    }

    /// Entries of the log may have been missed: everything that is held in memory is read again.
    pub fn forget_all(&self) {
        self.cache.forget_all();
        self.drivers.forget();
    }

    /// What the value of a session cookie stands for. `NotSignedIn` where it is none, or has ended.
    pub async fn by_cookie(&self, cookie: &SecretString) -> Result<SignedIn, Error> {
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
    ) -> Result<SignedIn, Error> {
        let claim = match secret {
            Some(secret) => Claim::Cookie(session, secret),
            None => Claim::Token(session),
        };
        self.judge(account, &claim, true).await
    }

    pub async fn by_api_key(&self, key: &SecretString) -> Result<SignedIn, Error> {
        let account = api_key_account(key.expose_secret()).ok_or(Error::NotSignedIn)?;
        self.judge(account, &Claim::Key(key), true).await
    }

    /// Whether what a socket was opened with is still good, and until when. With `is_use` that counts as its use.
    pub async fn still(&self, standing: &Standing, is_use: bool) -> Result<SignedIn, Error> {
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
    ) -> Result<SignedIn, Error> {
        if let Some(held) = self.held(account)
            && let Some(known) = self.judge_by(Some(held), claim, is_use).await?
        {
            return Ok(known);
        }
        // It may have begun, or been used, at another instance a moment ago. What is in no memory is read once.
        let (fresh, refusal) = match in_time(self.read(account)).await {
            Err(error @ Error::StoreUnavailable) => (self.cache.get(account), error),
            read => (read?, Error::NotSignedIn),
        };
        let known = self.judge_by(fresh, claim, is_use).await?;
        known.ok_or(refusal)
    }

    async fn judge_by(
        &self,
        held: Option<Arc<KnownAccount>>,
        claim: &Claim<'_>,
        is_use: bool,
    ) -> Result<Option<SignedIn>, Error> {
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
        Ok(Some(SignedIn {
            identity: identity(&held.account, person.map(|person| &person.account)),
            expires_at: expires_at(&held.account, &credential),
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
        let Some(session) = session_of(device, credential) else {
            return Ok(None);
        };
        let Some(person) = session.person else {
            return Ok(None);
        };
        let works = |person: &Account| {
            is_staff_of(person, device) && session.person_version == Some(person.version)
        };
        let person = self.account(person).await?;
        Ok(person.filter(|person| works(&person.account)))
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
