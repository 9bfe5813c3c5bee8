//! What the live channel carries: events, notices of pizzerias, and signals about the stream itself.

use super::event::Wire;
use crate::domain::{
    Cursor, Event, EventType, ShopKind, ShopNotice, Time,
    named_enum::named_enum,
    shop::{basket::RestaurantId, code::Code, counter::Counter},
};
use serde::{Deserialize, Serialize};

named_enum! {
    /// A statement about the stream itself, for clients that gave a `since`.
    Signal {
        /// What came before is no longer held, or belongs to another store: read everything again.
        Reset = "stream.reset",
        /// Nothing is missing up to this position.
        Heartbeat = "stream.heartbeat",
        /// The server has lost its store: nothing is guaranteed until the next frame.
        StoreUnavailable = "stream.away",
    }
}

/// One frame of the live channel, as it is read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Wire")]
pub enum Frame {
    Event(Box<Event>),
    Signal {
        signal: Signal,
        at: Time,
        id: Cursor,
    },
    /// For clients that gave an `about`: nothing after `after`, up to and including `id`, is about that.
    Skip {
        after: Cursor,
        at: Time,
        id: Cursor,
    },
    /// For clients that gave a `since`: a document of a pizzeria has changed.
    Shop {
        notice: ShopNotice,
        at: Time,
        id: Cursor,
    },
    /// A kind of frame that a later server may send.
    Unknown,
}

/// The notice of a shop document, as it is sent.
#[derive(Serialize)]
struct ShopWire<'a> {
    event_type: &'a str,
    order: (),
    timestamp: Time,
    id: &'a Cursor,
    restaurant: RestaurantId,
    kind: ShopKind,
    code: Option<&'a Code>,
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<&'a Counter>,
}

impl TryFrom<Wire> for Frame {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Frame, &'static str> {
        if EventType::from_name(&wire.event_type).is_some() {
            return Ok(Frame::Event(Box::new(wire.try_into()?)));
        }
        if wire.event_type == Frame::SKIP {
            return Ok(Frame::Skip {
                after: wire.after.ok_or("a skip without its beginning")?,
                at: wire.timestamp,
                id: wire.id,
            });
        }
        if wire.event_type == Frame::SHOP {
            return wire.shop();
        }
        let signal = Signal::from_name(&wire.event_type);
        Ok(signal.map_or(Frame::Unknown, |signal| Frame::Signal {
            signal,
            at: wire.timestamp,
            id: wire.id,
        }))
    }
}

impl Wire {
    fn shop(self) -> Result<Frame, &'static str> {
        let missing = "a notice of a shop without its document";
        let notice = ShopNotice {
            restaurant: self.restaurant.ok_or(missing)?,
            kind: self.kind.ok_or(missing)?,
            code: self.code,
            version: self.version.ok_or(missing)?,
            counter: self.counter,
        };
        let (at, id) = (self.timestamp, self.id);
        Ok(Frame::Shop { notice, at, id })
    }
}

impl Frame {
    /// The name of a skip on the wire.
    pub const SKIP: &str = "stream.skip";
    /// The name of the notice of a shop document on the wire.
    pub const SHOP: &str = "stream.shop";

    /// The text of such a notice, as it is sent.
    pub fn shop(notice: &ShopNotice, at: Time, id: &Cursor) -> String {
        let wire = ShopWire {
            event_type: Frame::SHOP,
            order: (),
            timestamp: at,
            id,
            restaurant: notice.restaurant,
            kind: notice.kind,
            code: notice.code.as_ref(),
            version: notice.version,
            counter: notice.counter.as_ref(),
        };
        serde_json::to_string(&wire).unwrap_or_default()
    }

    /// The text of a signal, as it is sent.
    pub fn signal(signal: Signal, at: Time, id: &Cursor) -> String {
        Frame::without_order(signal.name(), at, None, id)
    }

    /// The text of a skip, as it is sent.
    pub fn skip(after: &Cursor, at: Time, id: &Cursor) -> String {
        Frame::without_order(Frame::SKIP, at, Some(after), id)
    }

    fn without_order(name: &str, at: Time, after: Option<&Cursor>, id: &Cursor) -> String {
        let wire = Wire {
            event_type: name.to_owned(),
            order: None,
            timestamp: at,
            after: after.cloned(),
            actor: None,
            id: id.clone(),
            restaurant: None,
            kind: None,
            code: None,
            version: None,
            counter: None,
        };
        serde_json::to_string(&wire).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Order,
        samples::{at, id, offer},
    };

    #[test]
    fn each_kind_of_frame_is_read_back() {
        let (order, event_type) = Order::new(id(1), offer(), at(0));
        let event = Event {
            event_type,
            order,
            timestamp: at(0),
            actor: None,
            id: "e-1".parse().unwrap(),
        };
        let text = serde_json::to_string(&event).unwrap();
        assert!(
            text.starts_with(r#"{"event_type":"order.created","order":{"id":"#),
            "{text}"
        );
        assert!(
            text.ends_with(r#""timestamp":"2026-05-28T20:26:40.000Z","id":"e-1"}"#),
            "{text}"
        );
        assert_eq!(
            serde_json::from_str::<Frame>(&text).unwrap(),
            Frame::Event(Box::new(event))
        );

        for &signal in Signal::ALL {
            let text = Frame::signal(signal, at(0), &"e-7".parse().unwrap());
            assert_eq!(
                text,
                format!(
                    r#"{{"event_type":"{signal}","order":null,"timestamp":"2026-05-28T20:26:40.000Z","id":"e-7"}}"#
                )
            );
            let frame = Frame::Signal {
                signal,
                at: at(0),
                id: "e-7".parse().unwrap(),
            };
            assert_eq!(serde_json::from_str::<Frame>(&text).unwrap(), frame);
        }
        let (after, to) = ("e-7".parse().unwrap(), "e-9".parse().unwrap());
        let text = Frame::skip(&after, at(0), &to);
        assert_eq!(
            text,
            r#"{"event_type":"stream.skip","order":null,"timestamp":"2026-05-28T20:26:40.000Z","after":"e-7","id":"e-9"}"#
        );
        let skip = Frame::Skip {
            after,
            at: at(0),
            id: to,
        };
        assert_eq!(serde_json::from_str::<Frame>(&text).unwrap(), skip);
        let notice = ShopNotice {
            restaurant: id(7).0,
            kind: ShopKind::Item,
            code: Some(Code::numbered(3)),
            version: 2,
            counter: None,
        };
        let shop = |notice: &ShopNotice| Frame::shop(notice, at(0), &"e-9".parse().unwrap());
        let of_item = shop(&notice);
        assert_eq!(
            of_item,
            r#"{"event_type":"stream.shop","order":null,"timestamp":"2026-05-28T20:26:40.000Z","id":"e-9","restaurant":"00000000-0000-0000-0000-000000000007","kind":"item","code":"3","version":2}"#
        );
        let of_counter = ShopNotice {
            kind: ShopKind::Counter,
            code: None,
            counter: Some(Counter::new(id(7).0)),
            ..notice.clone()
        };
        for notice in [notice, of_counter] {
            let read = serde_json::from_str::<Frame>(&shop(&notice)).unwrap();
            let (at, id) = (at(0), "e-9".parse().unwrap());
            assert_eq!(read, Frame::Shop { notice, at, id });
        }
        let nothing = of_item.replace(r#""kind":"item","#, "");
        assert!(serde_json::from_str::<Frame>(&nothing).is_err());

        let endless = text.replace(r#""after":"e-7","#, "");
        assert!(serde_json::from_str::<Frame>(&endless).is_err());
        let later = r#"{"event_type":"stream.news","order":null,"timestamp":"2026-05-28T20:26:40.000Z","id":"e-7"}"#;
        assert_eq!(
            serde_json::from_str::<Frame>(later).unwrap(),
            Frame::Unknown
        );
    }
}
