//! What an entry of the log says. Most are about orders; others are about accounts, or of a kind that a later program
//! writes.

use crate::domain::{AccountId, Cursor, Event, EventType, Time};
use serde::Deserialize;

#[derive(Clone, Debug, PartialEq)]
pub enum LogEvent {
    Order(Box<Event>),
    Account(AboutAccount),
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

/// An entry whose kind is not known yet.
#[derive(Deserialize)]
struct Head {
    event_type: String,
    id: Cursor,
}

impl LogEvent {
    /// An entry about an order or an account that cannot be read is an error: what it says would be missing.
    pub fn read(text: &str) -> Result<LogEvent, serde_json::Error> {
        let error = match serde_json::from_str::<Event>(text) {
            Ok(event) => return Ok(LogEvent::Order(Box::new(event))),
            Err(error) => error,
        };
        match serde_json::from_str::<Head>(text) {
            Ok(head) if head.event_type.starts_with(AboutAccount::PREFIX) => {
                serde_json::from_str(text).map(LogEvent::Account)
            }
            Ok(head) if EventType::from_name(&head.event_type).is_none() => {
                Ok(LogEvent::Unknown { id: head.id })
            }
            _ => Err(error),
        }
    }

    /// Where it stands in the log.
    pub fn id(&self) -> &Cursor {
        match self {
            LogEvent::Order(event) => &event.id,
            LogEvent::Account(event) => &event.id,
            LogEvent::Unknown { id } => id,
        }
    }
}

impl AboutAccount {
    /// What the names of events about accounts begin with.
    const PREFIX: &str = "account.";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Order,
        samples::{at, id, offer},
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
}
