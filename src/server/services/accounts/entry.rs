//! Entries of the log about accounts: the trail of what has happened, without names, addresses or secrets.

use super::documents;
use crate::{
    domain::{AccountId, Cursor, Time, named_enum},
    server::{
        services::order_documents,
        store::{NewEntry, Result},
    },
};
use serde::{Deserialize, Serialize};

named_enum! {
    /// What has happened to an account.
    AccountEvent {
        /// It was made, by an invitation or complete.
        Invited = "account.invited",
        Joined = "account.joined",
        SignedUp = "account.signed_up",
        /// Somebody has tried to sign up with its address.
        SignUpTried = "account.sign_up_tried",
        SignedIn = "account.signed_in",
        SignedOut = "account.signed_out",
        /// A recovery code was used to sign in.
        RecoveryUsed = "account.recovery_used",
        SessionEnded = "account.session_ended",
        SessionsEnded = "account.sessions_ended",
        Disabled = "account.disabled",
        Enabled = "account.enabled",
        Closed = "account.closed",
        /// Its name, its supplier, or another right.
        Changed = "account.changed",
        PasswordChanged = "account.password_changed",
        PinChanged = "account.pin_changed",
        /// A link was made with which it is joined again.
        Reset = "account.reset",
        /// Such a link, that takes its codes away.
        FactorsReset = "account.factors_reset",
        FactorsSet = "account.factors_set",
        KeyMade = "account.key_made",
        KeyEnded = "account.key_ended",
        PairingBegun = "account.pairing_begun",
        Paired = "account.paired",
        /// Another person works at this device, or none.
        HandedOver = "account.handed_over",
        /// A refresh token was used that had been replaced: its session has ended.
        RefreshReplayed = "account.refresh_replayed",
    }
}

/// An entry of the log about an account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountEntry {
    pub event_type: AccountEvent,
    pub account: AccountId,
    /// Who did it; `None` for an operator.
    pub by: Option<AccountId>,
    /// What it has ended: ids of sessions, and the first 16 digits of hashes of keys.
    pub ended: Vec<String>,
    pub timestamp: Time,
    /// The engine adds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Cursor>,
}

impl AccountEntry {
    /// As the log takes it. Other programs are not told.
    pub fn new_entry(&self) -> Result<NewEntry> {
        Ok(NewEntry {
            about: documents::key(self.account),
            body: order_documents::write(self)?,
            repeats: None,
            published: false,
        })
    }

    /// `None` where the text is no entry about an account that this program knows.
    pub fn read(text: &str) -> Option<AccountEntry> {
        serde_json::from_str(text).ok()
    }
}

/// As what an ended key is named.
pub fn key_id(hash: &str) -> String {
    hash.chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::at;
    use uuid::Uuid;

    #[test]
    fn an_entry_is_read_as_it_is_written() {
        let mut entry = AccountEntry {
            event_type: AccountEvent::Disabled,
            account: AccountId(Uuid::from_u128(1)),
            by: None,
            ended: vec!["0123456789abcdef".to_owned()],
            timestamp: at(0),
            id: None,
        };
        let new = entry.new_entry().unwrap();
        assert!(!new.published);
        let body = &*new.body;
        assert!(body.starts_with(
            r#"{"event_type":"account.disabled","account":"00000000-0000-0000-0000-000000000001","by":null,"ended":["0123456789abcdef"],"timestamp":""#
        ), "{body}");
        let stored = format!(r#"{},"id":"e-7"}}"#, body.strip_suffix('}').unwrap());
        entry.id = Some("e-7".parse().unwrap());
        assert_eq!(AccountEntry::read(&stored), Some(entry));
        assert_eq!(
            AccountEntry::read(r#"{"event_type":"order.offered"}"#),
            None
        );
    }
}
