//! What can be wrong with the documents of an account.

use crate::server::{
    services::accounts::{AccountEntry, documents},
    store::snapshot::Held,
};

/// What is wrong with a document that belongs to an account. What it holds is not repeated.
pub fn account_faults(held: &Held) -> Vec<String> {
    let key = &*held.key.0;
    let Some(text) = &held.text else {
        return vec!["has events, and is itself missing".to_owned()];
    };
    let mut faults = Vec::new();
    let unreadable = if let Some(id) = documents::id(key) {
        if held.history.is_empty() {
            faults.push("has no events".to_owned());
        }
        let entries = held.history.iter();
        let of_others = entries
            .filter(|past| AccountEntry::read(&past.text).is_none_or(|entry| entry.account != id));
        faults.extend(of_others.map(|past| format!("event {} is not about it", past.seq)));
        let read = documents::read(text);
        if read.as_ref().is_ok_and(|account| account.id != id) {
            faults.push("its text has another id".to_owned());
        }
        read.err()
    } else if documents::secret_of(key).is_some() {
        documents::read_secrets(text).err()
    } else {
        documents::read_owner(text).err()
    };
    faults.extend(unreadable.map(|error| error.to_string()));
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::store::Key;

    fn held(key: &str, text: &str) -> Held {
        Held {
            key: Key(key.to_owned()),
            text: Some(text.to_owned()),
            indexes: Vec::new(),
            history: Vec::new(),
        }
    }

    #[test]
    fn each_document_of_an_account_is_checked() {
        let id = "00000000-0000-0000-0000-000000000007";
        let email = format!("email:{}", "0".repeat(64));
        let secret = format!("secret:{id}");
        let nothing = r#"{"password":null,"pin":null,"factors":[],"recovery":[]}"#;
        assert!(account_faults(&held(&email, "null")).is_empty());
        assert!(account_faults(&held(&email, &format!("\"{id}\""))).is_empty());
        assert_eq!(account_faults(&held(&email, "7")).len(), 1);
        assert!(account_faults(&held(&secret, nothing)).is_empty());
        let faults = account_faults(&held(&secret, r#"{"password":"hidden"}"#));
        assert!(
            faults.len() == 1 && !faults[0].contains("hidden"),
            "{faults:?}"
        );
        // Neither an account, nor with events.
        assert_eq!(
            account_faults(&held(&format!("account:{id}"), "{}")).len(),
            2
        );
    }
}
