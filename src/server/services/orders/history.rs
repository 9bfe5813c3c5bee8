//! What has happened to an order, and what happened in the market before the feed begins.

use super::{Failure, OrderService, in_time};
use crate::{
    domain::{
        AccountRole, Cursor, Error, Event, LogEvent, OrderFacts, OrderId, Sight, Subject, Viewer,
    },
    server::{
        services::{
            live_feed::{Reader, driver_before, frame, notice, told},
            order_documents,
        },
        store::{JsonText, LogEntry, LogRead, Result as Stored},
    },
};
use bytes::Bytes;
use std::time::Duration;

impl OrderService {
    /// All events of an order, oldest first, as they were sent. Whether a viewer is told of them, and how much, follows
    /// from the order as it is now.
    pub async fn history(&self, id: OrderId, viewer: &Viewer) -> Result<Vec<JsonText>, Error> {
        in_time(async {
            let sight = self.sight(id, viewer).await?;
            let entries = self.store.history(&order_documents::key(id)).await?;
            match (entries.is_empty(), sight) {
                (true, _) | (_, Sight::None) => Err(Error::UnknownOrder(id).into()),
                (false, Sight::Whole) => Ok(entries),
                (false, Sight::Outside) => {
                    let outside = entries.iter().map(|text| {
                        let event = viewer.outside_of(read(text)?);
                        order_documents::write(&event)
                    });
                    Ok(outside.collect::<Stored<_>>()?)
                }
            }
        })
        .await
    }

    pub async fn events(&self, id: OrderId, viewer: &Viewer) -> Result<Vec<Event>, Error> {
        let texts = self.history(id, viewer).await?;
        let events: Stored<_> = texts.iter().map(read).collect();
        events.map_err(|error| Failure::from(error).into_logged())
    }

    /// How much of an order a viewer sees.
    async fn sight(&self, id: OrderId, viewer: &Viewer) -> Result<Sight, Failure> {
        match viewer {
            Viewer::Open => Ok(Sight::Whole),
            Viewer::Known(_) => {
                let (order, _) = self.read(id).await?;
                Ok(viewer.view(&OrderFacts::from(&order)))
            }
        }
    }

    /// What a reader is sent of at most `limit` entries after a cursor that the feed no longer holds, how far that is
    /// everything, and whether its session ends there. `None` where there are none, or they have left the log.
    pub async fn older(
        &self,
        cursor: &Cursor,
        limit: usize,
        reader: &Reader,
    ) -> Stored<Option<Older>> {
        let read = self.store.read_log(cursor, limit, Duration::ZERO);
        let entries = match read.await? {
            LogRead::Entries(entries) if !entries.is_empty() => entries,
            _ => return Ok(None),
        };
        let mut frames = Vec::new();
        let at = |seq| Cursor {
            seq,
            ..cursor.clone()
        };
        let mut reached = cursor.seq;
        for LogEntry { text, .. } in &entries {
            let number = reached + 1;
            match self.sent(text, reader).await? {
                Sent::End => return Ok(Some((frames, at(reached), true))),
                Sent::Frame(frame) => frames.push((number, frame)),
                Sent::Nothing => {}
            }
            reached = number;
        }
        Ok(Some((frames, at(reached), false)))
    }

    /// What a reader is sent of an entry that the feed does not hold.
    async fn sent(&self, text: &JsonText, reader: &Reader) -> Stored<Sent> {
        let Reader {
            scope,
            viewer,
            basis,
            notices,
        } = reader;
        let event = match LogEvent::read(text) {
            Ok(LogEvent::Order(event)) => event,
            Ok(LogEvent::Account(event)) => {
                let is_own = basis.as_ref().is_some_and(|basis| {
                    basis.account == event.account && event.ended.contains(&basis.credential)
                });
                return Ok(if is_own { Sent::End } else { Sent::Nothing });
            }
            Ok(LogEvent::Shop(entry)) => {
                let is_told = *notices && scope.tells_of(entry.restaurant);
                return Ok(match is_told {
                    true => Sent::Frame(notice(&entry)),
                    false => Sent::Nothing,
                });
            }
            Ok(LogEvent::Unknown { .. }) => return Ok(Sent::Nothing),
            // What cannot be read may be about its scope. It is not told to whom not everything is.
            Err(_) => {
                return Ok(match viewer {
                    Viewer::Open => Sent::Frame(frame(text)),
                    Viewer::Known(_) => Sent::Nothing,
                });
            }
        };
        let is_driver = viewer
            .identity()
            .is_some_and(|identity| identity.role == AccountRole::Driver);
        let driver_before = match is_driver {
            true => driver_before(&*self.store, &event).await?,
            false => None,
        };
        let subject = Subject::of(&event, driver_before);
        if !scope.concerns(&subject) {
            return Ok(Sent::Nothing);
        }
        // A reader comes here from the feed, which has read the orders.
        let sight = self.feed.read_index(|index| told(viewer, &subject, index));
        Ok(match sight.unwrap_or(Sight::None) {
            Sight::None => Sent::Nothing,
            Sight::Outside => {
                let outside = viewer.outside_of(*event);
                Sent::Frame(frame(&order_documents::write(&outside)?))
            }
            Sight::Whole => Sent::Frame(frame(text)),
        })
    }
}

/// Frames with their numbers, how far they are everything, and whether the session of their reader ends there.
type Older = (Vec<(u64, Bytes)>, Cursor, bool);

/// What is sent of one entry.
enum Sent {
    Frame(Bytes),
    Nothing,
    /// It ends the session of the reader.
    End,
}

fn read(text: &JsonText) -> Stored<Event> {
    let event = serde_json::from_str(text);
    event.map_err(|error| order_documents::unreadable("an event", &error))
}
