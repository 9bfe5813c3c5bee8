//! The protocol between the log and a screen, without any I/O: the same ring, board and fold as in the server and in
//! the browser, under a hundred thousand schedules of what can go wrong between them.

mod page;
mod server;

use crate::domain::{Board, Cursor, FoldResult, Status, Viewer, Window};
use page::{SHOP, counts, query, seen, viewer, within};
use server::{ALL, Frame, Guards, Line, Server};
use std::collections::VecDeque;

struct Client {
    viewer: Viewer,
    board: Board,
    /// The version of the pizzeria's counter that it shows, where it is told of that.
    counter: u32,
    line: Option<Line>,
}

impl Client {
    /// What its viewer sees of a market.
    fn seen(&self, market: &Board) -> Board {
        seen(market, &self.viewer)
    }

    fn read_again(&mut self, server: &Server) {
        self.board = within(&self.seen(server.board()), self.board.query().clone());
        self.counter = server.counter();
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
            self.counter = server.counter();
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
            Some(Frame::Shop(version, id)) => {
                match (self.board.skip(&id.before(), &id), guards.notice) {
                    (FoldResult::Gap, true) => self.read_again(server),
                    (FoldResult::Gap, false) => {
                        self.board = self.board.clone().in_history(id);
                        self.counter = version;
                    }
                    (FoldResult::Skipped, _) => self.counter = version,
                    _ => {}
                }
            }
            Some(Frame::Heartbeat(cursor)) if *self.board.cursor() == cursor => {
                // It shows this as live: then it must be what the market was at this cursor.
                let at = cursor.seq as usize;
                let then = server.boards.get(at);
                let then = then.filter(|board| *board.cursor() == cursor);
                let is_so = |board| self.shows(&self.seen(board), server.counters[at]);
                if !then.is_none_or(is_so) {
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

    /// Whether what it shows is true: it holds every order that its windows cover as it is, no other, and their number;
    /// and the counter, if it is told of that.
    fn shows(&self, market: &Board, counter: u32) -> bool {
        let (board, query) = (&self.board, self.board.query());
        if query.scope.tells_of(SHOP) && self.counter != counter {
            return false;
        }
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
        counter: server.counter(),
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
    match client.shows(&client.seen(server.board()), server.counter()) {
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
    let falls = |guards: Guards| (0..100_000).any(|seed| run(seed, guards).is_err());
    assert!(falls(Guards {
        fence: false,
        ..ALL
    }));
    assert!(falls(Guards { skip: false, ..ALL }));
    assert!(falls(Guards {
        notice: false,
        ..ALL
    }));
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
