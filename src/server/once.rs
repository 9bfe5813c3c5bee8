//! Requests that act once, however often they are sent: the `Idempotency-Key` of an integrator, the key of a form.
//!
//! What was answered is remembered in the same step as the change itself. So whoever comes again (after a lost
//! answer, at the same time, on another instance, after a crash) is told what the first one was told.

use super::{
    ledger::{Once, Text},
    orders,
};
use crate::domain::{Error, Order, What};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt::Write, time::Duration};
use uuid::Uuid;

/// The contract's.
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// One sending of a request that has a key.
#[derive(Clone)]
pub struct Sending {
    /// Under which it is remembered.
    name: String,
    /// Where it stands in the client's request, for the refusal when it is used for something else.
    field: &'static str,
    /// What tells this request from another one that has the same key.
    print: String,
    /// What tells this sending from another one.
    token: Uuid,
}

/// What a request is answered with.
pub struct Answer {
    pub result: Result<Order, Error>,
    /// It was answered so before.
    pub replayed: bool,
}

#[derive(Serialize, Deserialize)]
struct Record {
    token: Uuid,
    print: String,
    result: Result<Order, Error>,
}

impl Sending {
    /// `content` is everything that makes two requests the same.
    pub fn new(field: &'static str, key: &str, content: &[&[u8]]) -> Sending {
        let mut digest = Sha256::new();
        for part in content {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let print = digest
            .finalize()
            .iter()
            .fold(String::new(), |mut print, byte| {
                let _ = write!(print, "{byte:02x}");
                print
            });
        Sending {
            name: format!("{field}:{key}"),
            field,
            print,
            token: Uuid::now_v7(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What to remember if it is answered so.
    pub fn remember(&self, result: &Result<Order, Error>) -> Result<Once, Error> {
        let text = orders::write(&Record {
            token: self.token,
            print: self.print.clone(),
            result: result.clone(),
        })?;
        Ok(Once {
            name: self.name.clone(),
            text,
            keep: KEEP,
        })
    }

    /// The answer to it, from what is remembered under its name.
    pub fn recall(&self, text: &Text) -> Answer {
        let Ok(record) = serde_json::from_str::<Record>(text) else {
            tracing::error!("a remembered answer cannot be read");
            return Err(Error::Internal).into();
        };
        if record.print != self.print {
            return Err(Error::invalid(self.field, What::UsedBefore)).into();
        }
        Answer {
            result: record.result,
            // Its own first answer was lost between here and the store, and nowhere else.
            replayed: record.token != self.token,
        }
    }
}

impl From<Result<Order, Error>> for Answer {
    fn from(result: Result<Order, Error>) -> Answer {
        Answer {
            result,
            replayed: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_part_ends_and_the_next_begins_is_told_apart() {
        let print = |content: &[&[u8]]| Sending::new("key", "k", content).print;
        assert_eq!(print(&[b"ab", b"c"]), print(&[b"ab", b"c"]));
        assert_ne!(print(&[b"ab", b"c"]), print(&[b"a", b"bc"]));
        assert_ne!(print(&[b"abc"]), print(&[b"abc", b""]));
    }
}
