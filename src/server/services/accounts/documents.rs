//! Accounts as documents of the store: their keys, their indexes, and what belongs to each of them.
//!
//! `account:{uuid}` is the account, which commands expect and instances hold. `secret:{uuid}` is what it knows, read to
//! sign in and for nothing else. `email:{sha256}` says whose an e-mail address is, so that it is unique.

use crate::{
    domain::{Account, AccountId, AccountRole, AccountState, Email, Name},
    server::{
        services::{credentials::hash_secret, order_documents},
        store::{Index, IndexChange, JsonText, Key, Result, snapshot::DocumentKind},
    },
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

pub const KIND: DocumentKind = DocumentKind {
    has: |name| id(name).is_some(),
    // Entries say what has happened, and not how the account then was. Read from Redis it may be newer than its log.
    as_of: |_, _| None,
};

pub const SECRET_KIND: DocumentKind = DocumentKind {
    has: |name| secret_of(name).is_some(),
    as_of: |_, _| None,
};

pub const EMAIL_KIND: DocumentKind = DocumentKind {
    has: is_email_key,
    as_of: |_, _| None,
};

pub fn key(id: AccountId) -> Key {
    Key(format!("account:{id}"))
}

pub fn secret_key(id: AccountId) -> Key {
    Key(format!("secret:{id}"))
}

pub fn email_key(email: &Email) -> Key {
    Key(format!("email:{}", hash_secret(email)))
}

/// The account of a key, which has its UUID in the canonical spelling.
pub fn id(name: &str) -> Option<AccountId> {
    let id = name.strip_prefix("account:")?.parse().ok()?;
    (key(id).0 == name).then_some(id)
}

/// Whose secrets have this key.
pub fn secret_of(name: &str) -> Option<AccountId> {
    let id = name.strip_prefix("secret:")?.parse().ok()?;
    (secret_key(id).0 == name).then_some(id)
}

pub fn is_email_key(name: &str) -> bool {
    let is_digit = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let hash = name.strip_prefix("email:");
    hash.is_some_and(|hash| hash.len() == 64 && hash.bytes().all(is_digit))
}

/// Whether a key is of one of the three kinds.
pub fn is_key(name: &str) -> bool {
    id(name).is_some() || secret_of(name).is_some() || is_email_key(name)
}

/// All accounts.
pub fn all() -> Index {
    Index("accounts".to_owned())
}

pub fn of_role(role: AccountRole) -> Index {
    Index(format!("accounts:{role}"))
}

/// No role is named so.
pub fn of_supplier(supplier: &Name) -> Index {
    Index(format!("accounts:supplier:{supplier}"))
}

/// Every index that an account is in.
pub fn indexes(account: &Account) -> Vec<Index> {
    let supplier = account.supplier_name.as_ref().map(of_supplier);
    let general = [all(), of_role(account.role)];
    general.into_iter().chain(supplier).collect()
}

/// What changes in the indexes.
pub fn moves(before: Option<&Account>, after: &Account) -> Vec<IndexChange> {
    let was: BTreeSet<_> = before
        .map(indexes)
        .unwrap_or_default()
        .into_iter()
        .collect();
    let is: BTreeSet<_> = indexes(after).into_iter().collect();
    let key = key(after.id);
    let out = was.difference(&is).cloned();
    let into = is.difference(&was).cloned();
    out.map(|index| IndexChange::Out(index, key.clone()))
        .chain(into.map(|index| IndexChange::In(index, key.clone())))
        .collect()
}

pub fn read(text: &str) -> Result<Account> {
    serde_json::from_str(text).map_err(|error| order_documents::unreadable("an account", &error))
}

pub fn read_secrets(text: &str) -> Result<Secrets> {
    let read = serde_json::from_str(text);
    read.map_err(|error| order_documents::unreadable("what an account knows", &error))
}

/// Whose an e-mail address is; `None` where it is free again.
pub fn read_owner(text: &str) -> Result<Option<AccountId>> {
    let read = serde_json::from_str(text);
    read.map_err(|error| order_documents::unreadable("whose an e-mail address is", &error))
}

pub fn write_owner(owner: Option<AccountId>) -> JsonText {
    match owner {
        Some(id) => format!("\"{id}\"").into(),
        None => "null".into(),
    }
}

/// A document as a restore writes it: nobody is signed in, and nobody is invited. What has been ended since the backup
/// must not come back. `None` where it stays as it is.
pub fn restored(name: &str, text: &str) -> Option<String> {
    id(name)?;
    let mut account = read(text).ok()?;
    account.sessions.clear();
    account.invitation = None;
    serde_json::to_string(&account).ok()
}

/// What an account signs in with, as its document `secret:{uuid}` has it: hashes, and sealed.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Secrets {
    /// PHC strings.
    pub password: Option<String>,
    pub pin: Option<String>,
    pub factors: Vec<Factor>,
    /// The hashes of the recovery codes that have not been used.
    pub recovery: Vec<String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    pub kind: FactorKind,
    /// Sealed for this account.
    pub secret: String,
    /// The step of the last code that was accepted: it, and those before it, are not accepted again.
    pub last_step: Option<u64>,
}

crate::domain::named_enum! {
    FactorKind {
        Totp = "totp",
    }
}

impl Secrets {
    /// The secret of the codes, as the account signs in with.
    pub fn totp(&self) -> Option<&Factor> {
        let mut factors = self.factors.iter();
        factors.find(|factor| factor.kind == FactorKind::Totp)
    }

    pub fn totp_mut(&mut self) -> Option<&mut Factor> {
        let mut factors = self.factors.iter_mut();
        factors.find(|factor| factor.kind == FactorKind::Totp)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

impl fmt::Debug for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Factor(…)")
    }
}

/// Whether the account still counts as one of those that exist.
pub fn is_there(account: &Account) -> bool {
    account.state != AccountState::Closed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountKind, Field, samples::at};
    use uuid::Uuid;

    fn account() -> Account {
        let (kind, role) = (AccountKind::Manager, AccountRole::Supplier);
        let name = Name::parse("Ana").unwrap();
        Account::new(AccountId(Uuid::from_u128(7)), kind, role, name, at(0))
    }

    #[test]
    fn keys_have_one_spelling() {
        let id_of = AccountId(Uuid::from_u128(7));
        assert_eq!(id(&key(id_of).0), Some(id_of));
        assert_eq!(secret_of(&secret_key(id_of).0), Some(id_of));
        assert_eq!(id("account:00000000000000000000000000000007"), None);
        assert_eq!(id("secret:00000000-0000-0000-0000-000000000007"), None);
        let email = email_key(&Email::parse("Ana@example.org").unwrap());
        assert_eq!(email, email_key(&Email::parse(" ana@example.org").unwrap()));
        assert!(is_email_key(&email.0));
        assert!(!is_email_key(&email.0.to_uppercase()));
        assert!(!is_email_key("email:ana@example.org"));
    }

    #[test]
    fn a_change_of_supplier_moves_between_indexes() {
        let mut one = account();
        one.supplier_name = Some(Name::parse("Roma").unwrap());
        assert_eq!(moves(None, &one).len(), 3);
        assert!(moves(Some(&one), &one).is_empty());
        let mut other = one.clone();
        other.supplier_name = Some(Name::parse("Napoli").unwrap());
        let moved = format!("{:?}", moves(Some(&one), &other));
        assert!(
            moved.starts_with("[Out(Index(\"accounts:supplier:Roma\")"),
            "{moved}"
        );
        assert!(
            moved.contains("In(Index(\"accounts:supplier:Napoli\")"),
            "{moved}"
        );
    }

    #[test]
    fn owners_are_read_as_they_are_written() {
        for owner in [None, Some(account().id)] {
            assert_eq!(read_owner(&write_owner(owner)).unwrap(), owner);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let secrets = Secrets {
            password: Some("hash".to_owned()),
            factors: vec![Factor {
                kind: FactorKind::Totp,
                secret: "sealed".to_owned(),
                last_step: None,
            }],
            ..Secrets::default()
        };
        let shown = format!("{secrets:?} {:?}", secrets.factors);
        assert!(!shown.contains("hash") && !shown.contains("sealed"));
        let text = serde_json::to_string(&secrets).unwrap();
        assert!(read_secrets(&text).unwrap() == secrets);
    }

    #[test]
    fn a_restored_account_is_signed_in_nowhere() {
        let mut account = account();
        account.invitation = Some(crate::domain::Invitation {
            secret: "hash".to_owned(),
            until: at(9),
            factors: false,
        });
        let text = serde_json::to_string(&account).unwrap();
        let restored = restored(&key(account.id).0, &text).unwrap();
        let restored = read(&restored).unwrap();
        account.invitation = None;
        assert_eq!(super::restored(&secret_key(account.id).0, &text), None);
        assert_eq!(restored, account);
    }
}
