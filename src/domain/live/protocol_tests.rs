//! The protocol between the log and a screen, without any I/O: the same ring, board and fold as in the server and in
//! the browser, under a hundred thousand schedules of what can go wrong between them.

use crate::domain::{
    Actor, Board, Counts, Cursor, Event, FoldResult, Order, Ring, RingRead,
    samples::{at, commands, id, offer},
};
use std::collections::VecDeque;

/// Entries that the ring holds, and that can be resumed from.
const HELD: usize = 6;
const RETAINED: u64 = 10;

enum Frame {
    Event(Box<Event>),
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
    /// A heartbeat that is elsewhere is doubted.
    heartbeat: bool,
}

const ALL: Guards = Guards {
    fence: true,
    gap: true,
    heartbeat: true,
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
    board: Board,
    /// Its connection: what is on the way, and how far the server has sent.
    line: Option<(VecDeque<Frame>, Cursor)>,
}

impl Server {
    fn new() -> Server {
        let cursor = "e0-0".parse().unwrap();
        Server {
            log: Vec::new(),
            boards: vec![Board::new(cursor, Counts::default(), vec![], None)],
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
                let command = commands()[rng.usize(0..commands().len())].clone();
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

    /// Sends a client everything that is there, as the server's sockets do.
    fn send(&self, frames: &mut VecDeque<Frame>, sent: &mut Cursor) {
        let head = self.head();
        loop {
            let reach = match sent.epoch == head.epoch {
                true => self.ring.after(sent.seq, 3),
                false => RingRead::Ahead,
            };
            let events = match reach {
                RingRead::Items(events) if events.is_empty() => break,
                RingRead::Items(events) => events,
                RingRead::Dropped if head.seq - sent.seq <= RETAINED => {
                    let from = sent.seq as usize;
                    let events: Vec<_> = self.log[from..].iter().take(3).cloned().collect();
                    if events.iter().any(|event| event.id.epoch != head.epoch) {
                        frames.push_back(Frame::Reset);
                        *sent = head.clone();
                        continue;
                    }
                    events
                }
                RingRead::Dropped | RingRead::Ahead => {
                    frames.push_back(Frame::Reset);
                    *sent = head.clone();
                    continue;
                }
            };
            sent.seq += events.len() as u64;
            frames.extend(
                events
                    .into_iter()
                    .map(|event| Frame::Event(Box::new(event))),
            );
        }
        frames.push_back(Frame::Heartbeat(sent.clone()));
    }
}

impl Client {
    fn read_again(&mut self, server: &Server) {
        self.board = server.board().clone();
        self.line = None;
    }

    /// Takes the next frame, as `ui::live` does.
    fn hear(&mut self, server: &Server, guards: Guards) -> Result<(), String> {
        let Some((frames, _)) = &mut self.line else {
            return Ok(());
        };
        match frames.pop_front() {
            None => {}
            Some(Frame::Reset) => self.read_again(server),
            Some(Frame::Event(event)) => match (self.board.fold(&event), guards.gap) {
                (FoldResult::Gap, true) => self.read_again(server),
                (FoldResult::Gap, false) => {
                    self.board.put(&event.order);
                    self.board = self.board.clone().in_history(event.id);
                }
                _ => {}
            },
            Some(Frame::Heartbeat(cursor)) if *self.board.cursor() == cursor => {
                // It shows this as live: then it must be what the market was at this cursor.
                let then = server.boards.get(cursor.seq as usize);
                let then = then.filter(|board| *board.cursor() == cursor);
                if then.is_some_and(|board| *board != self.board) {
                    return Err(format!("shows at {cursor} what was not so"));
                }
            }
            Some(Frame::Heartbeat(_)) if guards.heartbeat => self.read_again(server),
            Some(Frame::Heartbeat(_)) => {}
        }
        Ok(())
    }

    fn connect(&mut self, server: &Server) {
        let mut sent = self.board.cursor().clone();
        let mut frames = VecDeque::new();
        server.send(&mut frames, &mut sent);
        self.line = Some((frames, sent));
    }
}

fn run(seed: u64, guards: Guards) -> Result<(), String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut server = Server::new();
    let mut client = Client {
        board: server.board().clone(),
        line: None,
    };
    for _ in 0..rng.usize(5..40) {
        match rng.u8(0..100) {
            0..40 => server.happen(&mut rng),
            40..65 => client.hear(&server, guards)?,
            65..75 => match &mut client.line {
                None => client.connect(&server),
                Some((frames, sent)) => server.send(frames, sent),
            },
            75..80 => client.line = None,
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
                let Some((frames, _)) = client.line.as_mut().filter(|(frames, _)| frames.len() > 1)
                else {
                    continue;
                };
                match fault {
                    87..91 => drop(frames.pop_front()),
                    91..96 => frames.swap(0, 1),
                    _ => {
                        if let Some(Frame::Event(event)) = frames.front() {
                            let again = Frame::Event(event.clone());
                            frames.push_front(again);
                        }
                    }
                }
            }
        }
    }
    // In the end the line holds.
    for _ in 0..3 {
        client.connect(&server);
        while client
            .line
            .as_ref()
            .is_some_and(|(frames, _)| !frames.is_empty())
        {
            client.hear(&server, guards)?;
        }
    }
    match client.board == *server.board() {
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
    assert!(falls(Guards {
        gap: false,
        heartbeat: false,
        ..ALL
    }));
}
