//! An entry of the log as the ring holds it, and how much of it a reader is told.

use super::{order_index::OrderIndex, reader::Reader};
use crate::domain::{Event, Sight, Subject, Topic, Viewer, shop::basket::RestaurantId};
use bytes::Bytes;
use std::sync::OnceLock;

pub enum FeedEntry {
    /// No socket sends it: it is about an account, or of a kind that is not known.
    Silent,
    Order(Box<OrderEntry>),
    /// The notice of a document of a pizzeria: for everybody who asks for notices.
    Shop {
        text: Bytes,
        restaurant: RestaurantId,
    },
}

pub struct OrderEntry {
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
        FeedEntry::Order(Box::new(OrderEntry {
            text,
            outside: OnceLock::new(),
            outside_for_driver: OnceLock::new(),
            subject,
        }))
    }

    /// `text` is the notice as it is sent.
    pub fn shop(text: Bytes, restaurant: RestaurantId) -> FeedEntry {
        FeedEntry::Shop { text, restaurant }
    }

    pub fn silent() -> FeedEntry {
        FeedEntry::Silent
    }

    pub fn is_silent(&self) -> bool {
        matches!(self, FeedEntry::Silent)
    }

    /// How long its text is.
    pub fn bytes(&self) -> usize {
        match self {
            FeedEntry::Silent => 0,
            FeedEntry::Order(entry) => entry.text.len(),
            FeedEntry::Shop { text, .. } => text.len(),
        }
    }

    /// Every topic that it is told under.
    pub fn topics(&self) -> Vec<Topic> {
        match self {
            FeedEntry::Silent => Vec::new(),
            FeedEntry::Order(entry) => entry.subject.topics().collect(),
            FeedEntry::Shop { restaurant, .. } => Topic::of_shop(*restaurant).into(),
        }
    }

    /// Whether it is told under a topic.
    pub fn is_about(&self, topic: &Topic) -> bool {
        match self {
            FeedEntry::Silent => false,
            FeedEntry::Order(entry) => topic.concerns(&entry.subject),
            FeedEntry::Shop { restaurant, .. } => topic.tells_of(*restaurant),
        }
    }

    /// What a reader whose scope it is in is sent of it, if anything. `index` has the orders as they are now.
    pub fn told(&self, reader: &Reader, index: &OrderIndex) -> Option<Bytes> {
        match self {
            FeedEntry::Silent => None,
            FeedEntry::Order(entry) => match told(&reader.viewer, &entry.subject, index) {
                Sight::None => None,
                Sight::Outside => entry.outside(&reader.viewer),
                Sight::Whole => Some(entry.text.clone()),
            },
            FeedEntry::Shop { text, .. } => reader.notices.then(|| text.clone()),
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
