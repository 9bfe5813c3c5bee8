//! A feed for unit tests, with what is written to its log; and viewers of it.

use super::{
    Basis, LiveFeed, OrderIndex, Reader, Subscription, endings::Endings, feed_ring::FeedRing,
    shelf::Shelf, stage_timers::StageTimers, view::Newest, view::View,
};
use crate::{
    domain::{
        AccountId, AccountKind, AccountRole, Actor, Command, Counts, Cursor, Event, EventType,
        Identity, Offer, Order, Scope, Viewer,
        samples::{at, commands, id, offer},
        shop::shelf::Catalogue,
    },
    server::store::LogEntry,
};
use std::sync::Arc;
use uuid::Uuid;

pub const CUSTOMER: u128 = 1;
const DRIVER: u128 = 2;

pub fn account(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

pub fn identity(role: AccountRole) -> Identity {
    Identity {
        sees_offers: role == AccountRole::Customer,
        ..Identity::new(Some(account(99)), AccountKind::Integration, role)
    }
}

pub fn known(identity: Identity) -> Viewer {
    Viewer::Known(Box::new(identity))
}

pub fn customer(n: u128) -> Viewer {
    known(Identity {
        own: vec![account(n)],
        ..identity(AccountRole::Customer)
    })
}

pub fn driver() -> Viewer {
    known(Identity {
        driver_id: Some(account(DRIVER)),
        ..identity(AccountRole::Driver)
    })
}

pub fn supplier(name: &str) -> Viewer {
    known(Identity {
        supplier_name: Some(name.to_owned().try_into().unwrap()),
        ..identity(AccountRole::Supplier)
    })
}

/// One that is told of orders alone.
pub fn reader(scope: Scope, viewer: Viewer, basis: Option<Basis>) -> Reader {
    Reader {
        scope,
        viewer,
        basis,
        notices: false,
    }
}

/// A feed, and what has been written.
pub struct Market {
    pub feed: Arc<LiveFeed>,
    seq: u64,
    orders: Vec<Order>,
}

impl Market {
    pub fn new(capacity: usize) -> Market {
        let feed = Arc::new(LiveFeed::default());
        let index = OrderIndex::new(start(), Counts::default(), vec![], None);
        let newest = Newest {
            ring: FeedRing::bounded(0, capacity, usize::MAX),
            endings: Endings::default(),
            stage_timers: StageTimers::default(),
        };
        feed.replace(View::new(
            index,
            Shelf::new(Catalogue::default(), usize::MAX),
            newest,
        ));
        Market {
            feed,
            seq: 0,
            orders: Vec::new(),
        }
    }

    pub fn write(&mut self, text: String) {
        let entry = LogEntry {
            text: text.into(),
            trace: None,
        };
        assert!(self.feed.take(&[entry]));
    }

    pub fn next_id(&mut self) -> Cursor {
        self.seq += 1;
        format!("e-{}", self.seq).parse().unwrap()
    }

    pub fn offer(&mut self, order: u128, supplier: &str) {
        let offer = Offer {
            supplier_name: supplier.to_owned().try_into().unwrap(),
            ..offer()
        };
        let (order, event_type) = Order::new(id(order), offer, at(0));
        self.event(order, event_type);
    }

    /// A sample command on an order.
    pub fn act(&mut self, order: u128, command: usize) {
        let mut command = commands()[command].clone();
        match &mut command {
            Command::Take { customer_id, .. } => *customer_id = Some(account(CUSTOMER)),
            Command::Dispatch { driver_id, .. } => *driver_id = Some(account(DRIVER)),
            _ => {}
        }
        let known = self.orders.iter().find(|known| known.id == id(order));
        let now = at(self.seq as i64);
        let changed = known.unwrap().clone().apply(command, Actor::AnyRole, now);
        let (order, event_type) = changed.unwrap();
        self.event(order, event_type);
    }

    fn event(&mut self, order: Order, event_type: EventType) {
        let event = Event {
            event_type,
            timestamp: order.updated_at,
            order: order.clone(),
            actor: None,
            id: self.next_id(),
        };
        self.orders.retain(|known| known.id != order.id);
        self.orders.push(order);
        self.write(serde_json::to_string(&event).unwrap());
    }

    pub fn ended(&mut self, account: AccountId, ended: &str) {
        let id = self.next_id();
        self.write(format!(
            r#"{{"event_type":"account.session_ended","account":"{account}","by":null,"ended":["{ended}"],"timestamp":"2026-05-28T20:26:40.000Z","id":"{id}"}}"#
        ));
    }

    pub fn reader(&self, scope: Scope, viewer: Viewer) -> Subscription {
        self.feed.subscribe(reader(scope, viewer, None))
    }
}

pub fn start() -> Cursor {
    "e-0".parse().unwrap()
}
