//! Whether each e-mail address leads to the account that has it.

use crate::{
    domain::AccountId,
    server::{
        services::accounts::documents,
        store::{Batch, Key, snapshot::Held},
    },
};
use std::collections::BTreeMap;

/// The addresses of all accounts, and where their documents lead.
#[derive(Default)]
pub struct Pointers {
    /// By the key of the document of an address.
    wanted: BTreeMap<Key, AccountId>,
    /// The texts of these documents.
    found: BTreeMap<Key, String>,
}

impl Pointers {
    /// Adds a document that belongs to an account.
    pub fn add(&mut self, held: &Held) {
        let Some(text) = &held.text else { return };
        if documents::is_email_key(&held.key.0) {
            self.found.insert(held.key.clone(), text.clone());
        } else if documents::id(&held.key.0).is_some()
            && let Ok(account) = documents::read(text)
            && let Some(email) = &account.email
        {
            let key = documents::email_key(email);
            self.wanted.insert(key, account.id);
        }
    }

    /// The documents that lead elsewhere, and what repairs each of them.
    pub fn faults(self) -> Vec<(Key, &'static str, Batch)> {
        let mut faults = Vec::new();
        let owner = |text: &String| documents::read_owner(text).ok().flatten();
        for (key, account) in &self.wanted {
            let text = self.found.get(key);
            if text.and_then(owner) != Some(*account) {
                let detail = "does not lead to the account that has this address";
                faults.push((key.clone(), detail, repair(key, text, Some(*account))));
            }
        }
        for (key, text) in &self.found {
            if owner(text).is_some() && !self.wanted.contains_key(key) {
                let detail = "leads to an account that does not have this address";
                faults.push((key.clone(), detail, repair(key, Some(text), None)));
            }
        }
        faults
    }
}

fn repair(key: &Key, before: Option<&String>, owner: Option<AccountId>) -> Batch {
    Batch {
        expect: vec![(key.clone(), before.map(|text| text.as_str().into()))],
        put: vec![(key.clone(), documents::write_owner(owner))],
        ..Batch::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, AccountKind, AccountRole, Email, Field, Name, samples::at};
    use uuid::Uuid;

    fn held(key: Key, text: impl Into<String>) -> Held {
        Held {
            key,
            text: Some(text.into()),
            indexes: Vec::new(),
            history: Vec::new(),
        }
    }

    #[test]
    fn an_address_leads_to_its_account() {
        let id = AccountId(Uuid::from_u128(7));
        let (kind, role) = (AccountKind::Customer, AccountRole::Customer);
        let mut account = Account::new(id, kind, role, Name::parse("Ana").unwrap(), at(0));
        let email = Email::parse("ana@example.org").unwrap();
        account.email = Some(email.clone());
        let faults = |account: &Account, owner: Option<&str>| {
            let mut pointers = Pointers::default();
            let text = serde_json::to_string(account).unwrap();
            pointers.add(&held(documents::key(account.id), text));
            if let Some(owner) = owner {
                pointers.add(&held(documents::email_key(&email), owner));
            }
            let faults = pointers.faults().into_iter();
            faults
                .map(|(_, _, repair)| repair.put[0].1.to_string())
                .collect::<Vec<_>>()
        };
        let owner = format!("\"{id}\"");
        assert!(faults(&account, Some(&owner)).is_empty());
        for wrong in [None, Some("null"), Some("7")] {
            assert_eq!(
                faults(&account, wrong),
                std::slice::from_ref(&owner),
                "{wrong:?}"
            );
        }
        account.email = None;
        assert!(faults(&account, Some("null")).is_empty());
        assert_eq!(faults(&account, Some(&owner)), ["null"]);
    }
}
