//! Taking a place for an attempt: each is a name under which the store commits once. So all instances share them, and a
//! restart forgets none.

use super::{
    AccountService, Network,
    attempts::{GUEST_ORDERS, Limit, Places, window_at},
    change::{Failure, deadline, in_time},
};
use crate::{
    domain::Error,
    server::{
        clock::now,
        services::credentials::HashingQueue,
        store::{Batch, IdempotencyRecord, Outcome, StoreError},
    },
};
use std::time::{Duration, Instant};

/// The places of one name, in the window of a moment.
struct Window<'a> {
    name: &'a str,
    number: i64,
    left: Duration,
    limit: Limit,
    now: i64,
    deadline: Instant,
}

impl AccountService {
    /// Takes a place for something that is to be hashed, unless there is no room for it.
    pub(super) async fn take_place_for(
        &self,
        queue: HashingQueue,
        limit: Limit,
        who: &str,
    ) -> Result<(), Error> {
        self.check_room(queue)?;
        self.take_place(limit, who).await
    }

    pub(super) fn check_room(&self, queue: HashingQueue) -> Result<(), Error> {
        let room = self.credentials.check_room(queue);
        room.map_err(|_| Error::Busy)
    }

    /// Takes a place. Where there is none it is refused until one is free, and the store is not asked again until then.
    pub(super) async fn take_place(&self, limit: Limit, who: &str) -> Result<(), Error> {
        let now = now().millis();
        let (number, left) = window_at(now, limit.window);
        let name = format!("{}:{who}", limit.what);
        let window = Window {
            name: &name,
            number,
            left,
            limit,
            now,
            deadline: deadline(),
        };
        let (places, wait) = in_time(self.take_place_in(&window)).await?;
        self.attempts.record(name, number, places, left, limit);
        match wait {
            None => Ok(()),
            Some(wait) => {
                tracing::warn!(what = limit.what, "too many attempts");
                Err(Error::TooMany(wait.as_millis().div_ceil(1_000) as u64))
            }
        }
    }

    /// What is taken then, and how long it takes until there is a place where there is none.
    async fn take_place_in(
        &self,
        window: &Window<'_>,
    ) -> Result<(Places, Option<Duration>), Failure> {
        let known = self.attempts.known(window.name, window.number);
        let mut places = match known {
            Some(known) => known,
            None => self.places_before(window).await?,
        };
        loop {
            let wait = places.wait(window.limit, window.now);
            if wait.is_some() {
                return Ok((places, wait));
            }
            let record = IdempotencyRecord {
                name: window.place(window.number, places.taken.len()),
                text: window.now.to_string().into(),
                // The window after this one asks for it, too.
                keep: window.left + window.limit.window,
            };
            let batch = Batch {
                idempotency: Some(record),
                deadline: Some(window.deadline),
                ..Batch::default()
            };
            match self.store.commit(batch).await? {
                Outcome::Committed(_) => {
                    places.taken.push(window.now);
                    return Ok((places, None));
                }
                Outcome::Replayed(text, _) => places.taken.push(window.taken_at(&text)),
                Outcome::Conflict | Outcome::NotHighest(_) | Outcome::Full(_) => {
                    let why = "a place was in conflict with nothing".to_owned();
                    return Err(StoreError::Broken(why).into());
                }
            }
        }
    }

    /// The places that were taken in the window before this one.
    async fn places_before(&self, window: &Window<'_>) -> Result<Places, Failure> {
        let before = window.number - 1;
        let known = self.attempts.known(window.name, before);
        let mut taken = known.unwrap_or_default().taken;
        // Other instances may have taken more.
        while taken.len() < window.limit.places as usize {
            let name = window.place(before, taken.len());
            let Some(text) = self.store.idempotency_record(&name).await? else {
                break;
            };
            taken.push(window.taken_at(&text));
        }
        Ok(Places {
            before: taken,
            taken: Vec::new(),
        })
    }

    /// One more order of a guest from a network.
    pub async fn may_take_as_guest(&self, network: &Network) -> Result<(), Error> {
        self.take_place(GUEST_ORDERS, &network.to_string()).await
    }
}

impl Window<'_> {
    fn place(&self, window: i64, number: usize) -> String {
        format!("attempt:{}:{window}:{number}", self.name)
    }

    /// When a place was taken. One that does not tell counts as taken now.
    fn taken_at(&self, text: &str) -> i64 {
        text.parse().unwrap_or(self.now)
    }
}
