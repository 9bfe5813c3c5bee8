//! The server's end: the log, its ring, and what is on the way to a client.

use super::page::{SHOP, account};
use crate::domain::{
    Actor, Board, Command, Cursor, Event, FoldResult, Order, OrderFacts, Ring, Scope, Sequence,
    Sight, Subject, Viewer,
    samples::{at, commands, id, offer},
};
use std::collections::VecDeque;

/// Entries that the ring holds, and that can be resumed from.
pub const HELD: usize = 6;
pub const RETAINED: u64 = 10;

/// An entry of the log.
#[derive(Clone)]
pub enum Entry {
    Order(Box<Event>),
    /// The counter of the pizzeria has this version.
    Shop(u32, Cursor),
}

impl Entry {
    fn id(&self) -> &Cursor {
        match self {
            Entry::Order(event) => &event.id,
            Entry::Shop(_, id) => id,
        }
    }
}

#[derive(Clone)]
pub enum Frame {
    Event(Box<Event>),
    Shop(u32, Cursor),
    Skip(Cursor, Cursor),
    Heartbeat(Cursor),
    Reset,
}

/// What keeps a screen true. Each can be taken away, to see that it is needed.
#[derive(Clone, Copy)]
pub struct Guards {
    /// A store that went back in time gets another epoch.
    pub fence: bool,
    /// A hole is doubted.
    pub gap: bool,
    /// So is one before a skip.
    pub skip: bool,
    /// And one before a notice of a pizzeria.
    pub notice: bool,
    /// A heartbeat that is elsewhere is doubted.
    pub heartbeat: bool,
    /// Who could see an order is told when it leaves their sight.
    pub leaving: bool,
    /// A screen drops what its viewer no longer sees.
    pub dropping: bool,
    /// Of what is over, a kitchen and a driver are told less.
    pub mask: bool,
}

pub const ALL: Guards = Guards {
    fence: true,
    gap: true,
    skip: true,
    notice: true,
    heartbeat: true,
    leaving: true,
    dropping: true,
    mask: true,
};

pub struct Server {
    pub log: Vec<Entry>,
    /// After each number of entries.
    pub boards: Vec<Board>,
    /// The versions of the counter, likewise.
    pub counters: Vec<u32>,
    pub ring: Ring<Entry>,
    pub epochs: u64,
    pub time: i64,
}

/// A connection.
pub struct Line {
    /// What is on the way.
    pub frames: VecDeque<Frame>,
    /// How far the server has sent what is about the client's scope.
    pub sent: Cursor,
    /// The client's cursor, when it has heard everything.
    pub known: u64,
}

impl Line {
    /// As the server's sockets do: what is told of an event, if anything.
    pub fn push(&mut self, id: &Cursor, told: Option<Frame>) {
        if let Some(frame) = told {
            self.skip(id.seq - 1);
            self.known = id.seq;
            self.frames.push_back(frame);
        }
        self.sent.seq = id.seq;
    }

    pub fn skip(&mut self, seq: u64) {
        let at = |seq| Cursor {
            seq,
            ..self.sent.clone()
        };
        if self.known < seq {
            let skip = Frame::Skip(at(self.known), at(seq));
            self.frames.push_back(skip);
        }
    }

    pub fn heartbeat(&mut self) {
        self.skip(self.sent.seq);
        self.known = self.sent.seq;
        self.frames.push_back(Frame::Heartbeat(self.sent.clone()));
    }

    pub fn reset(&mut self, head: Cursor) {
        self.frames.push_back(Frame::Reset);
        self.known = head.seq;
        self.sent = head;
    }
}

impl Server {
    pub fn new() -> Server {
        Server {
            log: Vec::new(),
            boards: vec![Board::whole("e0-0", Sequence::Due, vec![])],
            counters: vec![1],
            ring: Ring::new(0, HELD),
            epochs: 0,
            time: 0,
        }
    }

    pub fn board(&self) -> &Board {
        self.boards.last().unwrap()
    }

    pub fn counter(&self) -> u32 {
        *self.counters.last().unwrap()
    }

    pub fn head(&self) -> Cursor {
        self.board().cursor().clone()
    }

    /// Something happens: to the counter of the pizzeria, or to one of a few orders.
    pub fn happen(&mut self, rng: &mut fastrand::Rng) {
        match rng.u8(0..6) {
            0 => self.change_counter(),
            _ => self.change_order(rng),
        }
    }

    fn change_counter(&mut self) {
        let head = self.head();
        let id = Cursor {
            seq: head.seq + 1,
            ..head.clone()
        };
        let mut board = self.board().clone();
        assert_eq!(board.skip(&head, &id), FoldResult::Skipped);
        let version = self.counter() + 1;
        self.append(Entry::Shop(version, id), board, version);
    }

    fn append(&mut self, entry: Entry, board: Board, counter: u32) {
        self.boards.push(board);
        self.counters.push(counter);
        self.ring.push(entry.clone());
        self.log.push(entry);
    }

    fn change_order(&mut self, rng: &mut fastrand::Rng) {
        self.time += 1;
        let (order, now) = (id(rng.u128(0..5)), at(self.time));
        let changed = match self.board().get(order) {
            None => Some(Order::new(order, offer(), now)),
            Some(known) => {
                let mut command = commands()[rng.usize(0..commands().len())].clone();
                match &mut command {
                    Command::Take {
                        customer_id: by, ..
                    }
                    | Command::Dispatch { driver_id: by, .. } => *by = Some(account(rng)),
                    _ => {}
                }
                known.clone().apply(command, Actor::AnyRole, now).ok()
            }
        };
        let Some((order, event_type)) = changed else {
            return;
        };
        let mut next = self.head();
        next.seq += 1;
        let event = Event {
            event_type,
            order,
            timestamp: now,
            actor: None,
            id: next,
        };
        let mut board = self.board().clone();
        assert!(matches!(board.fold(&event), FoldResult::Applied { .. }));
        self.append(Entry::Order(Box::new(event)), board, self.counter());
    }

    /// It ends and starts again, with what is in the log.
    pub fn restart(&mut self) {
        let held = self.log.len().min(HELD);
        let begin = self.log.len() - held;
        self.ring = Ring::new(begin as u64, HELD);
        let epoch = self.head().epoch;
        for entry in &self.log[begin..] {
            match entry.id().epoch == epoch {
                true => self.ring.push(entry.clone()),
                false => self.ring = Ring::new(entry.id().seq, HELD),
            }
        }
    }

    /// The store loses its end, and goes on in another history.
    pub fn roll_back(&mut self, lost: usize, fence: bool) {
        let left = self.log.len() - lost.min(self.log.len());
        self.log.truncate(left);
        self.boards.truncate(left + 1);
        self.counters.truncate(left + 1);
        if fence {
            self.epochs += 1;
            let cursor = format!("e{}-{left}", self.epochs).parse().unwrap();
            let last = self.boards.pop().unwrap();
            self.boards.push(last.in_history(cursor));
        }
        self.restart();
    }

    /// What is told of an entry to a viewer of a scope.
    fn told(&self, entry: &Entry, scope: &Scope, viewer: &Viewer, guards: Guards) -> Option<Frame> {
        match entry {
            Entry::Order(event) => {
                let told = self.told_of_order(event, scope, viewer, guards)?;
                Some(Frame::Event(Box::new(told)))
            }
            Entry::Shop(version, id) => {
                let is_told = scope.tells_of(SHOP);
                is_told.then(|| Frame::Shop(*version, id.clone()))
            }
        }
    }

    fn told_of_order(
        &self,
        event: &Event,
        scope: &Scope,
        viewer: &Viewer,
        guards: Guards,
    ) -> Option<Event> {
        let before = &self.boards[event.id.seq as usize - 1];
        let driver_before = before.get(event.order.id).and_then(|order| order.driver_id);
        let subject = Subject::of(event, driver_before);
        let now = self.board().get(event.order.id);
        let sight = match guards {
            Guards { leaving: false, .. } => viewer.view(&OrderFacts::from(&event.order)),
            _ => viewer.told_since(&subject, now),
        };
        match sight {
            _ if !scope.concerns(&subject) => None,
            Sight::None => None,
            Sight::Outside if guards.mask => Some(viewer.outside_of(event.clone())),
            Sight::Outside | Sight::Whole => Some(event.clone()),
        }
    }

    /// Sends a client everything that is there.
    pub fn send(&self, line: &mut Line, scope: &Scope, viewer: &Viewer, guards: Guards) {
        let head = self.head();
        loop {
            let sent = line.sent.seq;
            if line.sent.epoch != head.epoch || sent > head.seq {
                line.reset(head.clone());
            }
            let entries: Vec<_> = match self.ring.after(line.sent.seq) {
                Some(entries) => entries.map(|(_, entry)| entry).take(3).collect(),
                None if head.seq - sent <= RETAINED => {
                    let entries = self.log[sent as usize..].iter().take(3);
                    entries.collect()
                }
                None => {
                    line.reset(head.clone());
                    continue;
                }
            };
            if entries.iter().any(|entry| entry.id().epoch != head.epoch) {
                line.reset(head.clone());
                continue;
            }
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                line.push(entry.id(), self.told(entry, scope, viewer, guards));
            }
        }
        line.heartbeat();
    }
}
