//! What an entry of the log says. Most are about orders; others are about accounts or the documents of a pizzeria, or of a
//! kind that a later program writes.

use crate::domain::{
    AccountId, Cursor, Event, EventType, Field, ShopKind, ShopNotice, Time,
    shop::{basket::RestaurantId, code::Code},
};
use serde::{Deserialize, de};
use serde_json::value::RawValue;
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub enum LogEvent {
    Order(Box<Event>),
    Account(AboutAccount),
    Shop(ShopEntry),
    /// Of a kind that this program does not know. It is skipped.
    Unknown {
        id: Cursor,
    },
}

/// Something happened to an account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct AboutAccount {
    pub event_type: String,
    pub account: AccountId,
    /// The sessions that it has ended, by their ids, and the keys, by the first 16 digits of their hashes.
    #[serde(default)]
    pub ended: Vec<String>,
    pub timestamp: Time,
    pub id: Cursor,
}

/// A document of a pizzeria has changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ShopEntry {
    pub kind: ShopKind,
    pub restaurant: RestaurantId,
    /// Of an item.
    pub code: Option<Code>,
    pub version: u32,
    /// The whole document, as it is stored.
    pub document: String,
    pub timestamp: Time,
    pub id: Cursor,
}

/// As the log has it: the document is the member that its kind names. What has no id of its pizzeria in it has beside it
/// the member `restaurant`, which is that id.
#[derive(Deserialize)]
struct ShopWire<'a> {
    #[serde(borrow)]
    restaurant: Option<&'a RawValue>,
    #[serde(borrow)]
    counter: Option<&'a RawValue>,
    #[serde(borrow)]
    menu: Option<&'a RawValue>,
    #[serde(borrow)]
    item: Option<&'a RawValue>,
    timestamp: Time,
    id: Cursor,
}

/// What each document has.
#[derive(Deserialize)]
struct DocumentHead {
    id: Option<String>,
    version: u32,
}

/// An entry whose kind is not known yet.
#[derive(Deserialize)]
struct Head {
    event_type: String,
    id: Cursor,
}

impl LogEvent {
    /// An entry about an order, an account or a pizzeria that cannot be read is an error: what it says would be missing.
    pub fn read(text: &str) -> Result<LogEvent, serde_json::Error> {
        let error = match serde_json::from_str::<Event>(text) {
            Ok(event) => return Ok(LogEvent::Order(Box::new(event))),
            Err(error) => error,
        };
        let Ok(head) = serde_json::from_str::<Head>(text) else {
            return Err(error);
        };
        match ShopKind::of_event(&head.event_type) {
            Some(kind) => ShopEntry::read(kind, text).map(LogEvent::Shop),
            None if head.event_type.starts_with(AboutAccount::PREFIX) => {
                serde_json::from_str(text).map(LogEvent::Account)
            }
            None if EventType::from_name(&head.event_type).is_none() => {
                Ok(LogEvent::Unknown { id: head.id })
            }
            None => Err(error),
        }
    }

    /// Where it stands in the log.
    pub fn id(&self) -> &Cursor {
        match self {
            LogEvent::Order(event) => &event.id,
            LogEvent::Account(event) => &event.id,
            LogEvent::Shop(entry) => &entry.id,
            LogEvent::Unknown { id } => id,
        }
    }
}

impl AboutAccount {
    /// What the names of events about accounts begin with.
    const PREFIX: &str = "account.";
}

impl ShopKind {
    /// The name of the events about it.
    pub fn event_type(self) -> String {
        format!("{self}{}", ShopEntry::CHANGED)
    }

    fn of_event(event_type: &str) -> Option<ShopKind> {
        let kind = event_type.strip_suffix(ShopEntry::CHANGED)?;
        ShopKind::from_name(kind)
    }
}

impl ShopEntry {
    const CHANGED: &str = ".changed";

    fn read(kind: ShopKind, text: &str) -> Result<ShopEntry, serde_json::Error> {
        let wire: ShopWire = serde_json::from_str(text)?;
        let document = match kind {
            ShopKind::Restaurant => wire.restaurant,
            ShopKind::Counter => wire.counter,
            ShopKind::Menu => wire.menu,
            ShopKind::Item => wire.item,
        };
        let document = document.ok_or_else(|| de::Error::missing_field(kind.name()))?;
        let head: DocumentHead = serde_json::from_str(document.get())?;
        let own = head.id.as_deref();
        let code = match (kind, own) {
            (ShopKind::Item, Some(code)) => Some(Code::parse(code).map_err(de::Error::custom)?),
            (ShopKind::Item, None) => return Err(de::Error::missing_field("id")),
            _ => None,
        };
        let restaurant = match own.and_then(|id| Uuid::try_parse(id).ok()) {
            Some(id) if kind != ShopKind::Item => id,
            _ => {
                let beside = wire.restaurant.map(RawValue::get);
                serde_json::from_str(beside.unwrap_or("null"))?
            }
        };
        Ok(ShopEntry {
            kind,
            restaurant,
            code,
            version: head.version,
            document: document.get().to_owned(),
            timestamp: wire.timestamp,
            id: wire.id,
        })
    }

    /// What screens are told of it.
    pub fn notice(&self) -> ShopNotice {
        let is_counter = self.kind == ShopKind::Counter;
        let counter = is_counter.then(|| serde_json::from_str(&self.document).ok());
        ShopNotice {
            restaurant: self.restaurant,
            kind: self.kind,
            code: self.code.clone(),
            version: self.version,
            counter: counter.flatten(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Order,
        samples::{at, id, offer},
        shop::counter::Counter,
    };

    #[test]
    fn each_kind_of_entry_is_read() {
        let (order, event_type) = Order::new(id(1), offer(), at(0));
        let event = Event {
            event_type,
            order,
            timestamp: at(0),
            actor: None,
            id: "e-1".parse().unwrap(),
        };
        let text = serde_json::to_string(&event).unwrap();
        let broken = text.replace("\"supplier_name\"", "\"supplier\"");
        assert_eq!(
            LogEvent::read(&text).unwrap(),
            LogEvent::Order(Box::new(event))
        );
        assert!(LogEvent::read(&broken).is_err());

        let account = "00000000-0000-0000-0000-000000000007";
        let text = format!(
            r#"{{"event_type":"account.disabled","account":"{account}","by":null,"ended":["ab"],"timestamp":"2026-05-28T20:26:40.000Z","id":"e-2"}}"#
        );
        let expected = AboutAccount {
            event_type: "account.disabled".to_owned(),
            account: account.parse().unwrap(),
            ended: vec!["ab".to_owned()],
            timestamp: at(0),
            id: "e-2".parse().unwrap(),
        };
        assert_eq!(LogEvent::read(&text).unwrap(), LogEvent::Account(expected));
        // What it ends must not be missed.
        assert!(LogEvent::read(&text.replace(account, "7")).is_err());

        let later = r#"{"event_type":"order.sung_about","order":7,"id":"e-3"}"#;
        let read = LogEvent::read(later).unwrap();
        assert_eq!(read.id(), &"e-3".parse().unwrap());
        assert!(matches!(read, LogEvent::Unknown { .. }));
        assert!(LogEvent::read("{}").is_err());
    }

    fn shop(entry: &str) -> Result<ShopEntry, serde_json::Error> {
        match LogEvent::read(entry)? {
            LogEvent::Shop(entry) => Ok(entry),
            other => panic!("{other:?}"),
        }
    }

    const PIZZERIA: &str = "00000000-0000-0000-0000-000000000007";
    const REST: &str = r#""by":null,"timestamp":"2026-05-28T20:26:40.000Z","id":"e-4"}"#;

    #[test]
    fn an_entry_of_a_pizzeria_has_the_document_as_it_is_stored() {
        let profile = format!(r#"{{"id":"{PIZZERIA}", "slug":"roma","version":3}}"#);
        let counter = serde_json::to_string(&Counter::new(id(7).0)).unwrap();
        let outline = r#"{"sizes":[],"version":4}"#.to_owned();
        let item = r#"{"id":"12","name":"Diavola","gone":false,"version":5}"#.to_owned();
        let beside = format!(r#""restaurant":"{PIZZERIA}","#);
        for (kind, document, beside, version) in [
            (ShopKind::Restaurant, &profile, "", 3),
            (ShopKind::Counter, &counter, "", 1),
            (ShopKind::Counter, &counter, &*beside, 1),
            (ShopKind::Menu, &outline, &beside, 4),
            (ShopKind::Item, &item, &beside, 5),
        ] {
            let event_type = kind.event_type();
            let entry =
                format!(r#"{{"event_type":"{event_type}","{kind}":{document},{beside}{REST}"#);
            let read = shop(&entry).unwrap();
            assert_eq!(
                read,
                ShopEntry {
                    kind,
                    restaurant: id(7).0,
                    code: (kind == ShopKind::Item).then(|| Code::numbered(12)),
                    version,
                    document: document.clone(),
                    timestamp: at(0),
                    id: "e-4".parse().unwrap(),
                }
            );
            let notice = read.notice();
            assert_eq!(notice.counter.is_some(), kind == ShopKind::Counter);
            assert_eq!((notice.version, notice.code), (version, read.code));
        }
    }

    #[test]
    fn an_entry_of_a_pizzeria_that_cannot_be_read_is_an_error() {
        let beside = format!(r#""restaurant":"{PIZZERIA}","#);
        for (kind, members) in [
            // No document, no version, no pizzeria, no code.
            ("counter", String::new()),
            ("item", beside.clone()),
            (
                "restaurant",
                format!(r#""restaurant":{{"id":"{PIZZERIA}"}},"#),
            ),
            ("menu", r#""menu":{"version":1},"#.to_owned()),
            ("item", r#""item":{"id":"12","version":1},"#.to_owned()),
            ("item", format!(r#""item":{{"version":1}},{beside}"#)),
            (
                "item",
                format!(r#""item":{{"id":"A-1","version":1}},{beside}"#),
            ),
        ] {
            let entry = format!(r#"{{"event_type":"{kind}.changed",{members}{REST}"#);
            assert!(LogEvent::read(&entry).is_err(), "{entry}");
        }
        let later = format!(r#"{{"event_type":"coupon.changed",{REST}"#);
        let read = LogEvent::read(&later).unwrap();
        assert!(matches!(read, LogEvent::Unknown { .. }));
    }
}
