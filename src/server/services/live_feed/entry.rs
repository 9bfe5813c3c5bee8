//! An entry of the log as the ring holds it, and how much of it a reader is told.

use super::order_index::OrderIndex;
use crate::domain::{Event, Sight, Subject, Viewer};
use bytes::Bytes;
use std::sync::OnceLock;

/// `None` for an entry that no socket sends: it is about an account, or of a kind that is not known.
pub struct FeedEntry(Option<OrderEntry>);

struct OrderEntry {
    /// As every socket sends it that is told the whole.
    text: Bytes,
    /// As the others send it, and as that of its driver does. Each is made when the first of them wants it.
    outside: OnceLock<Option<Bytes>>,
    outside_for_driver: OnceLock<Option<Bytes>>,
    /// Whom it concerns, so that no reader parses it.
    subject: Subject,
}

impl FeedEntry {
    pub fn order(text: Bytes, subject: Subject) -> FeedEntry {
        FeedEntry(Some(OrderEntry {
            text,
            outside: OnceLock::new(),
            outside_for_driver: OnceLock::new(),
            subject,
        }))
    }

    pub fn silent() -> FeedEntry {
        FeedEntry(None)
    }

    pub fn subject(&self) -> Option<&Subject> {
        self.0.as_ref().map(|entry| &entry.subject)
    }

    /// What a viewer is sent of it, if anything. `index` has the orders as they are now.
    pub fn told(&self, viewer: &Viewer, index: &OrderIndex) -> Option<Bytes> {
        let entry = self.0.as_ref()?;
        match told(viewer, &entry.subject, index) {
            Sight::None => None,
            Sight::Outside => entry.outside(viewer),
            Sight::Whole => Some(entry.text.clone()),
        }
    }
}

impl OrderEntry {
    fn outside(&self, viewer: &Viewer) -> Option<Bytes> {
        let text = match viewer.drives(self.subject.after.driver_id) {
            true => &self.outside_for_driver,
            false => &self.outside,
        };
        let text = text.get_or_init(|| {
            let event: Event = serde_json::from_slice(&self.text).ok()?;
            let outside = serde_json::to_vec(&viewer.outside_of(event)).ok()?;
            // The same bytes where nothing differs.
            Some(match *outside == *self.text {
                true => self.text.clone(),
                false => outside.into(),
            })
        });
        text.clone()
    }
}

/// How much of an event a viewer is told. `index` has every order that is not over.
pub fn told(viewer: &Viewer, subject: &Subject, index: &OrderIndex) -> Sight {
    match viewer {
        Viewer::Open => Sight::Whole,
        Viewer::Known(_) => viewer.told_since(subject, index.get(subject.after.id)),
    }
}
