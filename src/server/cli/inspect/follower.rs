//! Follows the log of a store or a server, and reports where events are missing.

use super::{
    failure::{Failure, Result},
    remote::LiveChannel,
    source::{CHUNK, Source},
};
use crate::{
    domain::{Cursor, Frame, Signal},
    server::store::{JsonText, LogRead},
};
use std::{collections::VecDeque, time::Duration};
use tokio::time::sleep;

/// How long one read waits for new events.
const WAIT: Duration = Duration::from_millis(700);
/// The pause before a source that failed is asked again.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Reads the log to its end, and then waits for new events.
pub struct Follower {
    source: Source,
    /// The last event that was returned.
    pub cursor: Cursor,
    live: Option<LiveChannel>,
    read: VecDeque<JsonText>,
    /// Whether the last item was [`Followed::Unavailable`].
    is_unavailable: bool,
}

/// What a follower returns.
pub enum Followed {
    Event(JsonText),
    /// Earlier events are not held any more, or were of another store. It goes on at the cursor.
    Reset,
    /// The source failed, and why; events may be missing until the next item.
    Unavailable(String),
    /// The source answers again, and nothing is missing up to the cursor.
    Recovered,
}

impl Follower {
    /// Follows the log after a cursor. Fails for a file, which does not change while it is open here.
    pub fn new(source: Source, since: Cursor) -> Result<Follower> {
        if matches!(source, Source::File(_)) {
            let why =
                "No server runs on this store, so it does not change. Start one, then follow.";
            return Err(Failure::Unreadable(why.to_owned()));
        }
        Ok(Follower {
            source,
            cursor: since,
            live: None,
            read: VecDeque::new(),
            is_unavailable: false,
        })
    }

    /// Closes the live channel of a server.
    pub async fn close(mut self) {
        if let Some(live) = &mut self.live {
            live.close().await;
        }
    }

    pub async fn next(&mut self) -> Result<Followed> {
        loop {
            if let Some(event) = self.read.pop_front() {
                // Counted by its place in the log, because its id may be of the history before this one.
                self.cursor.seq += 1;
                return Ok(Followed::Event(event));
            }
            let followed = if matches!(self.source, Source::Server(_)) {
                self.receive().await
            } else {
                self.read_log().await
            };
            match followed {
                Ok(None) => {}
                Ok(Some(Followed::Unavailable(_))) | Err(_) if self.is_unavailable => {
                    sleep(RETRY_DELAY).await;
                }
                Ok(Some(followed)) => {
                    self.is_unavailable = matches!(followed, Followed::Unavailable(_));
                    return Ok(followed);
                }
                Err(error) => {
                    self.is_unavailable = true;
                    return Ok(Followed::Unavailable(error.to_string()));
                }
            }
        }
    }

    async fn read_log(&mut self) -> Result<Option<Followed>> {
        let Ok(store) = self.source.store() else {
            return Ok(None);
        };
        match store.read_log(&self.cursor, CHUNK, WAIT).await? {
            LogRead::Entries(events) => {
                self.read.extend(events.into_iter().map(|entry| entry.text));
                Ok(self.recovered())
            }
            LogRead::CursorExpired => {
                self.cursor = store.list(&[]).await?.cursor;
                Ok(Some(Followed::Reset))
            }
        }
    }

    /// Receives one frame of a server.
    async fn receive(&mut self) -> Result<Option<Followed>> {
        let Err(server) = self.source.store() else {
            return Ok(None);
        };
        let live = match &mut self.live {
            Some(live) => live,
            None => self.live.insert(server.live(Some(&self.cursor)).await?),
        };
        let (text, frame) = match live.next().await {
            Ok(frame) => frame,
            Err(why) => {
                self.live = None;
                return Ok(Some(Followed::Unavailable(why)));
            }
        };
        Ok(match frame {
            Frame::Event(event) => {
                self.cursor = event.id;
                Some(Followed::Event(text))
            }
            Frame::Signal { signal, id, .. } => {
                self.cursor = id;
                match signal {
                    Signal::Reset => Some(Followed::Reset),
                    Signal::StoreUnavailable => Some(Followed::Unavailable(
                        "the server has lost its store".to_owned(),
                    )),
                    Signal::Heartbeat => self.recovered(),
                }
            }
            Frame::Skip { id, .. } | Frame::Shop { id, .. } => {
                self.cursor = id;
                None
            }
            Frame::Unknown => None,
        })
    }

    fn recovered(&self) -> Option<Followed> {
        self.is_unavailable.then_some(Followed::Recovered)
    }
}
