//! The use-cases together, on a store of their own: what somebody signs in with, and what ends it.

use super::*;
use crate::{
    domain::{AccountRefusal, AccountState, Error, Field, FieldError, Viewer},
    server::store::{Embedded, LogRead, fresh_epoch},
};
use secrecy::ExposeSecret;
use std::time::Duration;
use tempfile::TempDir;

const PASSWORD: &str = "wolke treppe gabel sieben ž";

pub(super) struct World {
    pub accounts: AccountService,
    store: Arc<dyn Store>,
    _folder: TempDir,
}

pub(super) fn world() -> World {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("market.redb");
    let store: Arc<dyn Store> = Arc::new(Embedded::open(&file, fresh_epoch(), 1_000).unwrap());
    let origin = "http://127.0.0.1:8000".to_owned();
    let credentials = Arc::new(Credentials::new(vec![vec![7; 32]], &origin));
    World {
        accounts: AccountService::new(store.clone(), credentials, || true),
        store,
        _folder: folder,
    }
}

pub(super) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(super) fn client(address: &str) -> Client {
    Client {
        network: Network::of(address.parse().unwrap()),
        device: device_name(Some("Firefox")),
        known: None,
    }
}

fn signing_in(email: &str, password: &str) -> SignIn {
    SignIn {
        email: email.to_owned(),
        password: password.into(),
        code: None,
        kind: SessionKind::Page,
        client: client("192.0.2.1"),
        guest: None,
        replaces: None,
    }
}

fn joining(link: &SecretString) -> Join {
    let link = link.expose_secret().strip_prefix(JOIN).unwrap();
    Join {
        link: link.into(),
        password: None,
        code: None,
        factor: None,
        client: client("192.0.2.1"),
        guest: None,
        replaces: None,
    }
}

impl World {
    async fn sign_up(&self, email: &str) {
        let request = SignUp {
            email: email.to_owned(),
            name: "Ana".to_owned(),
            password: PASSWORD.into(),
            client: client("192.0.2.1"),
        };
        self.accounts.sign_up(request).await.unwrap();
    }

    async fn invite_driver(&self) -> Invited {
        let invite = Invite {
            kind: AccountKind::Driver,
            name: name("Dino"),
            email: None,
            supplier_name: None,
        };
        self.accounts.invite(By::Operator, invite).await.unwrap()
    }

    async fn driver(&self) -> Begun {
        let invited = self.invite_driver().await;
        let joined = self.accounts.join(joining(&invited.link)).await.unwrap();
        joined.unwrap().begun
    }

    pub async fn authority(&self, begun: &Begun) -> Authority {
        let known = self.accounts.by_cookie(&begun.cookie).await.unwrap();
        Authority {
            actor: known.identity.actor(),
            viewer: Viewer::Known(Box::new(known.identity)),
            admin_reason: None,
            standing: Some(known.standing),
        }
    }

    /// What the log says of accounts: what has happened, and how much it has ended.
    pub async fn entries(&self) -> Vec<(&'static str, usize)> {
        let mut start = self.store.list(&[]).await.unwrap().cursor;
        start.seq = 0;
        let read = self.store.read_log(&start, 1_000, Duration::ZERO);
        let LogRead::Entries(entries) = read.await.unwrap() else {
            panic!("the log begins later");
        };
        let read = entries
            .iter()
            .filter_map(|entry| AccountEntry::read(&entry.text));
        read.map(|entry| (entry.event_type.name(), entry.ended.len()))
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_used_once_and_a_new_one_ends_the_old_phone() {
    let world = world();
    let invited = world.invite_driver().await;
    let link = joining(&invited.link).link;
    for _ in 0..2 {
        let seen = world.accounts.invitee(&link).await.unwrap().unwrap();
        assert!(seen.factor.is_none() && !seen.asks_for_code);
    }
    let joined = world.accounts.join(joining(&invited.link)).await.unwrap();
    let first = joined.unwrap().begun;
    let known = world.accounts.by_cookie(&first.cookie).await.unwrap();
    assert_eq!(known.identity.driver_id, Some(first.account.id));
    assert!(world.accounts.invitee(&link).await.unwrap().is_none());
    let again = world.accounts.join(joining(&invited.link)).await.unwrap();
    assert!(again.is_none());

    let id = first.account.id;
    let reset = world.accounts.reset(By::Operator, id, false).await.unwrap();
    assert!(world.accounts.by_cookie(&first.cookie).await.is_ok());
    let second = world.accounts.join(joining(&reset.link)).await.unwrap();
    let second = second.unwrap().begun;
    assert!(world.accounts.by_cookie(&second.cookie).await.is_ok());
    let old = world.accounts.by_cookie(&first.cookie).await;
    assert_eq!(old.unwrap_err(), Error::NotSignedIn);
    let expected = [
        ("account.invited", 0),
        ("account.joined", 0),
        ("account.reset", 0),
        ("account.joined", 1),
    ];
    assert_eq!(world.entries().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_answered_alike_and_limited() {
    let world = world();
    world.sign_up("ana@example.org").await;
    // A second time it is answered alike.
    world.sign_up("Ana@Example.org ").await;
    for (email, password) in [
        ("ana@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
    ] {
        let refused = world.accounts.sign_in(signing_in(email, password)).await;
        assert_eq!(refused.unwrap_err(), Error::WrongCredentials);
    }
    let signed_in = signing_in("ana@example.org", PASSWORD);
    let begun = world.accounts.sign_in(signed_in).await.unwrap();
    let known = world.accounts.by_cookie(&begun.cookie).await.unwrap();
    assert_eq!(known.identity.own, [begun.account.id]);
    for _ in 0..8 {
        let refused = world
            .accounts
            .sign_in(signing_in("ana@example.org", "wrong"));
        assert_eq!(refused.await.unwrap_err(), Error::WrongCredentials);
    }
    let right = world
        .accounts
        .sign_in(signing_in("ana@example.org", PASSWORD));
    assert!(matches!(right.await, Err(Error::TooMany(seconds)) if seconds <= 900));
    // A device that is known has places of its own.
    let mut known_device = signing_in("ana@example.org", PASSWORD);
    known_device.client.known = Some(world.accounts.credentials.known(begun.account.id));
    assert!(world.accounts.sign_in(known_device).await.is_ok());
    let told: Vec<_> = world
        .entries()
        .await
        .into_iter()
        .map(|(what, _)| what)
        .collect();
    let expected = [
        "account.signed_up",
        "account.sign_up_tried",
        "account.signed_in",
        "account.signed_in",
    ];
    assert_eq!(told, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_at_once_and_takes_its_authority_with_it() {
    let world = world();
    let begun = world.driver().await;
    let authority = world.authority(&begun).await;
    assert!(world.accounts.renew(&authority).await.is_ok());
    let own = begun.account.id;
    let all = Which::All;
    let ended = world
        .accounts
        .end_sessions(By::Account(&authority), own, all);
    assert!(ended.await.unwrap().sessions.is_empty());
    let renewed = world.accounts.renew(&authority).await;
    assert_eq!(renewed.unwrap_err(), Error::NotSignedIn);
    let renamed = world.accounts.change_name(&authority, name("Dora")).await;
    assert_eq!(renamed.unwrap_err(), Error::NotSignedIn);
    // Nobody manages others without the right to.
    let other = world.driver().await;
    let authority = world.authority(&other).await;
    let refused = world.accounts.disable(By::Account(&authority), own).await;
    assert_eq!(refused.unwrap_err(), Error::NotAllowed);
    let disabled = world.accounts.disable(By::Operator, other.account.id);
    assert_eq!(disabled.await.unwrap().state, AccountState::Disabled);
    let gone = world.accounts.by_cookie(&other.cookie).await;
    assert_eq!(gone.unwrap_err(), Error::NotSignedIn);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_was_replaced_ends_its_session() {
    let world = world();
    world.sign_up("ana@example.org").await;
    let request = signing_in("ana@example.org", PASSWORD);
    let first = world.accounts.tokens_by_password(request).await.unwrap();
    let refresh = |tokens: &Tokens| tokens.refresh.clone().unwrap();
    let second = world.accounts.tokens_by_refresh(&refresh(&first)).await;
    let second = second.unwrap();
    // Its answer may have been lost.
    let repeated = world.accounts.tokens_by_refresh(&refresh(&first)).await;
    let repeated = refresh(&repeated.unwrap());
    assert_eq!(repeated.expose_secret(), refresh(&second).expose_secret());
    let third = world.accounts.tokens_by_refresh(&refresh(&second)).await;
    let third = third.unwrap();
    let replayed = world.accounts.tokens_by_refresh(&refresh(&first)).await;
    assert_eq!(replayed.err(), Some(Error::NotSignedIn));
    let ended = world.accounts.tokens_by_refresh(&refresh(&third)).await;
    assert_eq!(ended.err(), Some(Error::NotSignedIn));
    let last = world.entries().await.pop();
    assert_eq!(last, Some(("account.refresh_replayed", 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_rolled_by_a_second_one() {
    let world = world();
    let new = || NewKey {
        name: name("till"),
        role: AccountRole::Supplier,
        supplier_name: Some(name("Roma")),
        driver_id: None,
        read_only: false,
        until: None,
    };
    let (account, first) = world.accounts.make_key(By::Operator, new()).await.unwrap();
    let (same, second) = world.accounts.make_key(By::Operator, new()).await.unwrap();
    assert_eq!((account.id, same.keys.len()), (same.id, 2));
    let third = world.accounts.make_key(By::Operator, new()).await;
    let two = Error::Account(AccountRefusal::TwoKeys);
    assert_eq!(third.err(), Some(two));
    for key in [&first, &second] {
        assert!(world.accounts.by_api_key(key).await.is_ok());
    }
    let start = key_id(&same.keys[0].secret);
    let ended = world
        .accounts
        .end_key(By::Operator, account.id, &start)
        .await;
    assert_eq!(ended.unwrap().keys.len(), 1);
    let gone = world.accounts.by_api_key(&first).await;
    assert_eq!(gone.err(), Some(Error::NotSignedIn));
    assert!(world.accounts.by_api_key(&second).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_free_again_once_its_account_is_closed() {
    let world = world();
    world.sign_up("ana@example.org").await;
    let find = || world.accounts.by_email("ana@example.org");
    let first = find().await.unwrap().unwrap().account.id;
    let closed = world.accounts.close(By::Operator, first).await.unwrap();
    assert_eq!((closed.state, closed.email), (AccountState::Closed, None));
    assert!(find().await.unwrap().is_none());
    world.sign_up("ana@example.org").await;
    assert_ne!(find().await.unwrap().unwrap().account.id, first);
    let signed_in = world
        .accounts
        .sign_in(signing_in("ana@example.org", PASSWORD));
    assert!(signed_in.await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays() {
    let world = world();
    let invite = |email: &str| Invite {
        kind: AccountKind::Admin,
        name: name("Ana"),
        email: Some(email.to_owned()),
        supplier_name: None,
    };
    let mut admins = Vec::new();
    for email in ["a@example.org", "b@example.org"] {
        let invited = world.accounts.invite(By::Operator, invite(email)).await;
        let invited = invited.unwrap();
        let id = invited.account.id;
        // As if they had joined.
        let active = world.accounts.change(By::Operator, id, |_, draft| {
            draft.account.state = AccountState::Active;
            Ok(())
        });
        active.await.unwrap();
        admins.push(id);
    }
    let taken = world
        .accounts
        .invite(By::Operator, invite("A@example.org"))
        .await;
    let in_use = Error::invalid("email", FieldError::InUse);
    assert_eq!(taken.err(), Some(in_use));
    // Both at once: one of them stays.
    let (one, other) = tokio::join!(
        world.accounts.disable(By::Operator, admins[0]),
        world.accounts.disable(By::Operator, admins[1]),
    );
    let last = Error::Account(AccountRefusal::LastAdmin);
    let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused, [last]);
}
