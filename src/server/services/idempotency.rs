//! Requests that act once, however often they are sent: the `Idempotency-Key` of an integrator, the key of a form.
//!
//! The answer is stored in the same step as the change itself. A request that is sent again (after a lost answer, at
//! the same time, to another instance, after a crash) gets the answer of the first one.

use super::order_documents;
use crate::domain::{AccountId, Error, FieldError, Order, OrderFacts, Sight, Viewer};
use crate::server::store::{IdempotencyRecord, JsonText, Result as Stored};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::{fmt::Write, time::Duration};
use uuid::Uuid;

/// How long an answer is kept, as the contract promises.
const KEEP: Duration = Duration::from_secs(24 * 60 * 60);

/// One sending of a request that has a key.
#[derive(Clone)]
pub struct IdempotentRequest {
    /// The name that its answer is stored under.
    name: String,
    /// Where the key stands in the client's request, for the refusal when it is used for another request.
    field: &'static str,
    /// Distinguishes this request from another one with the same key.
    fingerprint: String,
    /// Distinguishes this sending of the request from a repetition.
    token: Uuid,
}

/// What a request is answered with.
pub struct Answer {
    pub result: Result<Order, Error>,
    /// Whether it is the stored answer to an earlier sending.
    pub replayed: bool,
}

#[derive(Serialize, Deserialize)]
struct StoredAnswer<R> {
    token: Uuid,
    #[serde(rename = "print")]
    fingerprint: String,
    result: R,
}

impl IdempotentRequest {
    /// Two requests with the same key and the same `content` are the same request.
    pub fn new(field: &'static str, key: &str, content: &[&[u8]]) -> IdempotentRequest {
        let mut digest = Sha256::new();
        for part in content {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        let hash = digest.finalize();
        let fingerprint = hash.iter().fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        IdempotentRequest {
            name: format!("{field}:{key}"),
            field,
            fingerprint,
            token: Uuid::now_v7(),
        }
    }

    /// The same request of an account: a key is each account's own. In the open mode all share them.
    pub fn of(&self, account: Option<AccountId>) -> IdempotentRequest {
        let name = match account {
            Some(account) => format!("{account}:{}", self.name),
            None => self.name.clone(),
        };
        IdempotentRequest {
            name,
            ..self.clone()
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What to store with this answer.
    pub fn record<T: Serialize, E: Serialize>(
        &self,
        result: &Result<T, E>,
    ) -> Stored<IdempotencyRecord> {
        let text = order_documents::write(&StoredAnswer {
            token: self.token,
            fingerprint: self.fingerprint.clone(),
            result,
        })?;
        Ok(IdempotencyRecord {
            name: self.name.clone(),
            text,
            keep: KEEP,
        })
    }

    /// The answer to it, from what is stored under its name.
    pub fn stored_answer(&self, text: &JsonText) -> Stored<Answer> {
        let (result, replayed) = self.stored_result(text)?;
        Ok(Answer { result, replayed })
    }

    /// The result that is stored under its name, and whether it is that of an earlier sending.
    pub fn stored_result<T: DeserializeOwned, E: DeserializeOwned + From<Error>>(
        &self,
        text: &JsonText,
    ) -> Stored<(Result<T, E>, bool)> {
        let record: StoredAnswer<Result<T, E>> = serde_json::from_str(text)
            .map_err(|error| order_documents::unreadable("a stored answer", &error))?;
        if record.fingerprint != self.fingerprint {
            let refusal = Error::invalid(self.field, FieldError::UsedBefore);
            return Ok((Err(refusal.into()), false));
        }
        // With the same token, it is this sending's own answer, lost between here and the store.
        Ok((record.result, record.token != self.token))
    }
}

impl Answer {
    /// As a viewer may see the order as it stands `now`, which may have passed out of its sight. Without `now` the answer
    /// has just been made.
    pub fn seen_by(self, viewer: &Viewer, now: Option<&OrderFacts>) -> Answer {
        let shown = |order: Order| {
            let told = OrderFacts::from(&order);
            match viewer.view(now.unwrap_or(&told)) {
                Sight::None => Err(Error::UnknownOrder(order.id)),
                Sight::Outside => Ok(viewer.outside(order)),
                Sight::Whole => Ok(order),
            }
        };
        let was_told = self.result.is_ok();
        let result = self.result.and_then(shown);
        Answer {
            // What does not exist is answered alike, whether it was asked before or not.
            replayed: self.replayed && result.is_ok() == was_told,
            result,
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
    fn a_fingerprint_depends_on_where_the_parts_end() {
        let fingerprint =
            |content: &[&[u8]]| IdempotentRequest::new("key", "k", content).fingerprint;
        assert_eq!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"ab", b"c"]));
        assert_ne!(fingerprint(&[b"ab", b"c"]), fingerprint(&[b"a", b"bc"]));
        assert_ne!(fingerprint(&[b"abc"]), fingerprint(&[b"abc", b""]));
    }
}
