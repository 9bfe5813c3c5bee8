//! The name of every Redis key. `order:{uuid}` and the channel are part of the public contract; all other names begin
//! with `pizza:`.

use crate::server::store::{Index, Key};

/// The prefix of the names of batches that only their sender sends again. No other reader needs them.
pub const OWN: &str = "own:";

/// The prefix of the keys of documents that are for servers alone.
pub const OWN_DOCUMENT: &str = "pizza:document:";

/// All names of one store share a prefix, empty by default.
#[derive(Clone, Debug)]
pub struct Keys {
    prefix: String,
}

impl Keys {
    pub fn new(prefix: &str) -> Keys {
        Keys {
            prefix: prefix.to_owned(),
        }
    }

    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// String: a document.
    pub fn document(&self, key: &Key) -> String {
        format!("{}{}", self.prefix, key.0)
    }

    /// Whether a name is one of those here that are not part of the public contract.
    pub fn is_internal(&self, name: &str) -> bool {
        let own = name.strip_prefix(&self.prefix);
        own.is_some_and(|own| own.starts_with("pizza:"))
    }

    /// Hash: `epoch`, `seq` (the newest entry's number), `run` (the run id of the Redis that has them), `schema` (the
    /// schema version); and `restoring` (when the restore began), while a restore is in progress.
    pub fn meta(&self) -> String {
        format!("{}pizza:meta", self.prefix)
    }

    /// Stream: the log. Ids are `<seq>-0`, the one field is `entry`.
    pub fn log(&self) -> String {
        format!("{}pizza:events", self.prefix)
    }

    /// List: all log entries about a document.
    pub fn history(&self, about: &Key) -> String {
        format!("{}pizza:history:{}", self.prefix, about.0)
    }

    /// Sorted set: keys of documents, all with score 0, so that they sort by name.
    pub fn index(&self, index: &Index) -> String {
        format!("{}pizza:index:{}", self.prefix, index.0)
    }

    /// String with an expiry: the record that the batch of this name has happened.
    pub fn idempotency(&self, name: &str) -> String {
        format!("{}pizza:once:{name}", self.prefix)
    }

    /// The channel on which every entry is published.
    pub fn channel(&self) -> String {
        format!("{}pizza_orders", self.prefix)
    }
}
