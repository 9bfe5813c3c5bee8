//! The name of every Redis key. `order:{uuid}` and the channel are part of the public contract; all other names begin
//! with `pizza:`.

use crate::server::store::{Index, Key};

/// The prefix of the names of batches that only their sender sends again. No other reader needs them.
pub const OWN: &str = "own:";

/// Documents of this kind have their keys as names: they are part of the public contract.
const PUBLIC: &str = "order:";
/// With this begins every other name.
const INTERNAL: &str = "pizza:";

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

    /// String: a document. `list.lua` makes the same names.
    pub fn document(&self, Key(key): &Key) -> String {
        let is_whole = key.starts_with(PUBLIC) || key.starts_with(INTERNAL);
        let below = if is_whole { "" } else { INTERNAL };
        format!("{}{below}{key}", self.prefix)
    }

    /// The key of the document that has this name. That there is such a kind of documents is not checked.
    pub fn document_key<'a>(&self, name: &'a str) -> Option<&'a str> {
        let own = name.strip_prefix(&self.prefix)?;
        if own.starts_with(PUBLIC) || own.starts_with(OWN_DOCUMENT) {
            return Some(own);
        }
        let key = own.strip_prefix(INTERNAL)?;
        // These would be two names of one key.
        let is_whole = key.starts_with(PUBLIC) || key.starts_with(INTERNAL);
        (!is_whole).then_some(key)
    }

    /// Whether a name is one of those here that are not part of the public contract.
    pub fn is_internal(&self, name: &str) -> bool {
        let own = name.strip_prefix(&self.prefix);
        own.is_some_and(|own| own.starts_with(INTERNAL))
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

    /// The channel on which entries about orders are published.
    pub fn channel(&self) -> String {
        format!("{}pizza_orders", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_but_orders_is_below_one_name() {
        let keys = Keys::new("test:");
        for (key, name) in [
            ("order:1", "test:order:1"),
            ("account:1", "test:pizza:account:1"),
            ("restaurant:1", "test:pizza:restaurant:1"),
            ("counter:1", "test:pizza:counter:1"),
            ("menu:1", "test:pizza:menu:1"),
            ("item:1.a2", "test:pizza:item:1.a2"),
            ("pizza:document:duty", "test:pizza:document:duty"),
        ] {
            assert_eq!(keys.document(&Key(key.to_owned())), name);
            assert_eq!(keys.document_key(name), Some(key));
        }
        for other in [
            "order:1",
            "test:account:1",
            "test:pizza:order:1",
            "test:pizza:pizza:document:duty",
        ] {
            assert_eq!(keys.document_key(other), None, "{other}");
        }
    }
}
