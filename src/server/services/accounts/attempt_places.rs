//! Taking a place for an attempt: each is a name under which the store commits once. So all instances share them, and a
//! restart forgets none.

use super::{
    AccountService, Network,
    attempts::{GUEST_ORDERS, Limit, window_at},
    change::{deadline, in_time},
};
use crate::{
    domain::Error,
    server::{
        clock::now,
        store::{Batch, IdempotencyRecord, Outcome},
    },
};

impl AccountService {
    /// Takes a place. Where there is none left it is refused until the window is over, and the store is not asked again.
    pub(super) async fn take_place(&self, limit: Limit, who: &str) -> Result<(), Error> {
        let (window, left) = window_at(now().millis(), limit.window);
        let name = format!("{}:{who}", limit.what);
        let (mut place, until) = (self.attempts.next(&name, window), deadline());
        let taken = in_time(async {
            while place < limit.places {
                let record = IdempotencyRecord {
                    name: format!("attempt:{name}:{window}:{place}"),
                    text: "null".into(),
                    keep: left,
                };
                let batch = Batch {
                    idempotency: Some(record),
                    deadline: Some(until),
                    ..Batch::default()
                };
                place += 1;
                if let Outcome::Committed(_) = self.store.commit(batch).await? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        let taken = taken.await;
        self.attempts.record(name, window, place, left);
        match taken? {
            true => Ok(()),
            false => {
                tracing::warn!(what = limit.what, "too many attempts");
                Err(Error::TooMany(left.as_secs() + 1))
            }
        }
    }

    /// One more order of a guest from a network.
    pub async fn may_take_as_guest(&self, network: &Network) -> Result<(), Error> {
        self.take_place(GUEST_ORDERS, &network.to_string()).await
    }
}
