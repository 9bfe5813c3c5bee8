//! The protocol between the log and a screen, without any I/O: the same ring, board and fold as in the server and in
//! the browser, under a hundred thousand schedules of what can go wrong between them.

mod page;

use crate::domain::{
    Actor, Board, Command, Cursor, Event, FoldResult, Order, OrderFacts, Ring, Scope, Sequence,
    Sight, Status, Subject, Viewer, Window,
    samples::{at, commands, id, offer},
};
use page::{account, counts, query, seen, viewer, within};
use std::collections::VecDeque;

/// Entries that the ring holds, and that can be resumed from.
const HELD: usize = 6;
const RETAINED: u64 = 10;

#[derive(Clone)]
enum Frame {
    Event(Box<Event>),
    Skip(Cursor, Cursor),
    Heartbeat(Cursor),
    Reset,
}

/// What keeps a screen true. Each can be taken away, to see that it is needed.
#[derive(Clone, Copy)]
struct Guards {
    /// A store that went back in time gets another epoch.
    fence: bool,
    /// A hole is doubted.
    gap: bool,
    /// So is one before a skip.
    skip: bool,
    /// A heartbeat that is elsewhere is doubted.
    heartbeat: bool,
    /// Who could see an order is told when it leaves their sight.
    leaving: bool,
    /// A screen drops what its viewer no longer sees.
    dropping: bool,
    /// Of what is over, a kitchen and a driver are told less.
    mask: bool,
}

const ALL: Guards = Guards {
    fence: true,
    gap: true,
    skip: true,
    heartbeat: true,
    leaving: true,
    dropping: true,
    mask: true,
};

struct Server {
    log: Vec<Event>,
    /// After each number of entries.
    boards: Vec<Board>,
    ring: Ring<Event>,
    epochs: u64,
    time: i64,
}

struct Client {
    viewer: Viewer,
    board: Board,
    line: Option<Line>,
}

/// A connection.
struct Line {
    /// What is on the way.
    frames: VecDeque<Frame>,
    /// How far the server has sent what is about the client's scope.
    sent: Cursor,
    /// The client's cursor, when it has heard everything.
    known: u64,
}

impl Line {
    /// As the server's sockets do: what is told of an event, if anything.
    fn push(&mut self, id: &Cursor, told: Option<Event>) {
        if let Some(event) = told {
            self.skip(id.seq - 1);
            self.known = id.seq;
            self.frames.push_back(Frame::Event(Box::new(event)));
        }
        self.sent.seq = id.seq;
    }

    fn skip(&mut self, seq: u64) {
        let at = |seq| Cursor {
            seq,
            ..self.sent.clone()
        };
        if self.known < seq {
            let skip = Frame::Skip(at(self.known), at(seq));
            self.frames.push_back(skip);
        }
    }

    fn heartbeat(&mut self) {
        self.skip(self.sent.seq);
        self.known = self.sent.seq;
        self.frames.push_back(Frame::Heartbeat(self.sent.clone()));
    }

    fn reset(&mut self, head: Cursor) {
        self.frames.push_back(Frame::Reset);
        self.known = head.seq;
        self.sent = head;
    }
}

impl Server {
    fn new() -> Server {
        Server {
            log: Vec::new(),
            boards: vec![Board::whole("e0-0", Sequence::Due, vec![])],
            ring: Ring::new(0, HELD),
            epochs: 0,
            time: 0,
        }
    }

    fn board(&self) -> &Board {
        self.boards.last().unwrap()
    }

    fn head(&self) -> Cursor {
        self.board().cursor().clone()
    }

    /// Something happens to one of a few orders.
    fn happen(&mut self, rng: &mut fastrand::Rng) {
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
        self.boards.push(board);
        self.ring.push(event.clone());
        self.log.push(event);
    }

    /// It ends and starts again, with what is in the log.
    fn restart(&mut self) {
        let held = self.log.len().min(HELD);
        let begin = self.log.len() - held;
        self.ring = Ring::new(begin as u64, HELD);
        let epoch = self.head().epoch;
        for event in &self.log[begin..] {
            match event.id.epoch == epoch {
                true => self.ring.push(event.clone()),
                false => self.ring = Ring::new(event.id.seq, HELD),
            }
        }
    }

    /// The store loses its end, and goes on in another history.
    fn roll_back(&mut self, lost: usize, fence: bool) {
        let left = self.log.len() - lost.min(self.log.len());
        self.log.truncate(left);
        self.boards.truncate(left + 1);
        if fence {
            self.epochs += 1;
            let cursor = format!("e{}-{left}", self.epochs).parse().unwrap();
            let last = self.boards.pop().unwrap();
            self.boards.push(last.in_history(cursor));
        }
        self.restart();
    }

    /// What is told of an event to a viewer of a scope.
    fn told(&self, event: &Event, scope: &Scope, viewer: &Viewer, guards: Guards) -> Option<Event> {
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
    fn send(&self, line: &mut Line, scope: &Scope, viewer: &Viewer, guards: Guards) {
        let head = self.head();
        loop {
            let sent = line.sent.seq;
            if line.sent.epoch != head.epoch || sent > head.seq {
                line.reset(head.clone());
            }
            let events: Vec<_> = match self.ring.after(line.sent.seq) {
                Some(events) => events.map(|(_, event)| event).take(3).collect(),
                None if head.seq - sent <= RETAINED => {
                    let events = self.log[sent as usize..].iter().take(3);
                    events.collect()
                }
                None => {
                    line.reset(head.clone());
                    continue;
                }
            };
            if events.iter().any(|event| event.id.epoch != head.epoch) {
                line.reset(head.clone());
                continue;
            }
            if events.is_empty() {
                break;
            }
            for event in events {
                line.push(&event.id, self.told(event, scope, viewer, guards));
            }
        }
        line.heartbeat();
    }
}

impl Client {
    /// What its viewer sees of a market.
    fn seen(&self, market: &Board) -> Board {
        seen(market, &self.viewer)
    }

    fn read_again(&mut self, server: &Server) {
        self.board = within(&self.seen(server.board()), self.board.query().clone());
        self.line = None;
    }

    /// Reads twice as many orders beside its line, as `ui::live` does when the reader scrolls or a window runs dry.
    fn read_on(&mut self, server: &Server) {
        let (mut query, own) = (self.board.query().clone(), self.board.cursor());
        query.first *= 2;
        let larger = within(&self.seen(server.board()), query);
        let read = larger.cursor();
        if own.epoch != read.epoch || own.seq <= read.seq {
            self.board = larger;
        }
    }

    /// Takes the next frame, as `ui::live` does.
    fn hear(&mut self, server: &Server, guards: Guards) -> Result<(), String> {
        let frame = self.line.as_mut().and_then(|line| line.frames.pop_front());
        match frame {
            None => {}
            Some(Frame::Reset) => self.read_again(server),
            Some(Frame::Event(event)) => {
                let folded = match guards.dropping {
                    true => self.board.fold_for(&event, &self.viewer),
                    false => self.board.fold(&event),
                };
                match (folded, guards.gap) {
                    (FoldResult::Gap, true) => self.read_again(server),
                    (FoldResult::Gap, false) => {
                        self.board.put(&event.order);
                        self.board = self.board.clone().in_history(event.id);
                    }
                    _ => {}
                }
            }
            Some(Frame::Skip(after, to)) => match (self.board.skip(&after, &to), guards.skip) {
                (FoldResult::Gap, true) => self.read_again(server),
                (FoldResult::Gap, false) => self.board = self.board.clone().in_history(to),
                _ => {}
            },
            Some(Frame::Heartbeat(cursor)) if *self.board.cursor() == cursor => {
                // It shows this as live: then it must be what the market was at this cursor.
                let then = server.boards.get(cursor.seq as usize);
                let then = then.filter(|board| *board.cursor() == cursor);
                if then.is_some_and(|board| !self.shows(&self.seen(board))) {
                    return Err(format!("shows at {cursor} what was not so"));
                }
            }
            // It was sent before the larger board was read.
            Some(Frame::Heartbeat(cursor)) if self.is_past(&cursor) => {}
            Some(Frame::Heartbeat(_)) if guards.heartbeat => self.read_again(server),
            Some(Frame::Heartbeat(_)) => {}
        }
        Ok(())
    }

    fn is_past(&self, cursor: &Cursor) -> bool {
        let own = self.board.cursor();
        own.epoch == cursor.epoch && own.seq > cursor.seq
    }

    /// Whether what it shows is true: it holds every order that its windows cover as it is, no other, and their number.
    fn shows(&self, market: &Board) -> bool {
        let (board, query) = (&self.board, self.board.query());
        let covered = market.orders().filter(|order| {
            let window = board.window(order.status);
            let is_here = window.covers(order) || query.names(order.id);
            window != Window::Closed && query.scope.holds(order) && is_here
        });
        let is_named = query.named().next().is_some();
        let counts = counts(market, query);
        let is_counted = |status: &Status| board.counts().of(*status) == counts.of(*status);
        board.listed().eq(covered)
            && (is_named || query.statuses.iter().all(is_counted))
            && (query.scope.topics().is_some() || board.market() == market.market())
            && board.cursor() == market.cursor()
    }

    fn connect(&mut self, server: &Server, guards: Guards) {
        let sent = self.board.cursor().clone();
        let mut line = Line {
            frames: VecDeque::new(),
            known: sent.seq,
            sent,
        };
        server.send(&mut line, &self.board.query().scope, &self.viewer, guards);
        self.line = Some(line);
    }
}

fn run(seed: u64, guards: Guards) -> Result<(), String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut server = Server::new();
    let mut client = Client {
        viewer: viewer(&mut rng),
        board: within(server.board(), query(&mut rng)),
        line: None,
    };
    for _ in 0..rng.usize(5..40) {
        match rng.u8(0..100) {
            0..40 => server.happen(&mut rng),
            40..65 => client.hear(&server, guards)?,
            65..75 => match &mut client.line {
                None => client.connect(&server, guards),
                Some(line) => {
                    let scope = &client.board.query().scope;
                    server.send(line, scope, &client.viewer, guards);
                }
            },
            75..77 => client.line = None,
            77..80 => client.read_on(&server),
            80..84 => {
                server.restart();
                client.line = None;
            }
            84..87 => {
                server.roll_back(rng.usize(0..4), guards.fence);
                client.line = None;
            }
            // What no honest line does.
            fault => {
                let frames = client.line.as_mut().map(|line| &mut line.frames);
                let Some(frames) = frames.filter(|frames| frames.len() > 1) else {
                    continue;
                };
                match fault {
                    87..91 => drop(frames.pop_front()),
                    91..96 => frames.swap(0, 1),
                    _ => frames.push_front(frames[0].clone()),
                }
            }
        }
    }
    // In the end the line holds.
    for _ in 0..3 {
        client.connect(&server, guards);
        while client
            .line
            .as_ref()
            .is_some_and(|line| !line.frames.is_empty())
        {
            client.hear(&server, guards)?;
        }
    }
    match client.shows(&client.seen(server.board())) {
        true => Ok(()),
        false => Err("does not show what is so in the end".to_owned()),
    }
}

#[test]
fn a_screen_is_true_under_a_hundred_thousand_schedules() {
    for seed in 0..100_000 {
        if let Err(why) = run(seed, ALL) {
            panic!("seed {seed}: it {why}");
        }
    }
}

#[test]
fn without_its_guards_it_is_not() {
    let falls = |guards: Guards| (0..20_000).any(|seed| run(seed, guards).is_err());
    assert!(falls(Guards {
        fence: false,
        ..ALL
    }));
    assert!(falls(Guards { skip: false, ..ALL }));
    assert!(falls(Guards {
        leaving: false,
        ..ALL
    }));
    assert!(falls(Guards {
        dropping: false,
        ..ALL
    }));
    assert!(falls(Guards { mask: false, ..ALL }));
    assert!(falls(Guards {
        gap: false,
        heartbeat: false,
        ..ALL
    }));
}
