//! Why a store takes no changes: a kind that everybody may know, and a cause for operators alone.

use crate::domain::named_enum;
use serde::{Deserialize, Serialize};
use std::fmt;

named_enum! {
    /// The kind of a [`Trouble`], as `/readyz` names it.
    TroubleKind {
        /// It cannot be connected to, or does not answer in time.
        Unreachable = "unreachable",
        /// It refuses the credentials, or they lack a right that a change needs.
        NotAllowed = "not-allowed",
        /// Its disk, its memory or its quota is used up.
        StoreFull = "store-full",
        /// It is a replica, or its disk is mounted for reading alone.
        ReadOnly = "read-only",
        TooFewReplicas = "too-few-replicas",
        /// Its disk fails in another way.
        DiskFailed = "disk-failed",
        /// The embedded file has lost its name, or another file has it.
        StoreReplaced = "store-replaced",
        /// It has another schema version, a restore into it has not ended, or it is damaged.
        Unusable = "unusable",
        /// This server has closed it.
        Closed = "closed",
        /// The feed of events has not been verified lately.
        NotCurrent = "not-current",
        /// This server has been told to stop.
        Stopping = "stopping",
    }
}

impl TroubleKind {
    /// What `/readyz` says about it: always the same, because anybody may read it.
    pub fn sentence(self) -> &'static str {
        match self {
            TroubleKind::Unreachable => "The store cannot be reached, or does not answer in time.",
            TroubleKind::NotAllowed => {
                "The store refuses the account of this server, or the account lacks a right."
            }
            TroubleKind::StoreFull => "The store has no room for a change.",
            TroubleKind::ReadOnly => "The store can be read, but not written.",
            TroubleKind::TooFewReplicas => "Too few replicas of the store are connected.",
            TroubleKind::DiskFailed => "The disk of the store fails.",
            TroubleKind::StoreReplaced => "The file of the store is not at its path any more.",
            TroubleKind::Unusable => {
                "The store has another version, is being restored, or is damaged."
            }
            TroubleKind::Closed => "The store is closed: the server has to be started again.",
            TroubleKind::NotCurrent => "The feed of events does not prove to be complete.",
            TroubleKind::Stopping => "The server is stopping.",
        }
    }

    /// A trouble of this kind.
    pub fn because(self, cause: impl fmt::Display) -> Trouble {
        Trouble {
            kind: self,
            cause: cause.to_string(),
        }
    }
}

/// Why a store takes no changes now. As text it has the cause: for the log, `doctor` and the administrative socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{kind}: {cause}")]
pub struct Trouble {
    pub kind: TroubleKind,
    pub cause: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documents_list_each_kind_with_its_sentence() {
        let page = include_str!("../../../docs/operate/monitor.md");
        for kind in TroubleKind::ALL {
            let row = format!("| `{kind}` | {} |", kind.sentence());
            assert!(page.contains(&row), "{row}");
        }
    }
}
