//! Accounts as documents of the store: their keys, their indexes, and the entries of the log about them.

use crate::{
    domain::{Account, AccountId, AccountRole},
    server::{
        services::order_documents,
        store::{Index, Key, Result},
    },
};

pub fn key(id: AccountId) -> Key {
    Key(format!("account:{id}"))
}

/// Accounts of one role.
pub fn role_index(role: AccountRole) -> Index {
    Index(format!("accounts:{role}"))
}

pub fn read(text: &str) -> Result<Account> {
    serde_json::from_str(text).map_err(|error| order_documents::unreadable("an account", &error))
}
