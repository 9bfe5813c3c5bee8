//! `inspect events`: the log, as far as it has come, and as it goes on.

use super::{
    Failure, Result, Wanted,
    out::{self, plain, plain_json},
    source::{Follower, Heard, Source},
    table::{self, cut},
    when::second,
};
use crate::{
    domain::{Cursor, Event, EventType, Frame, Signal, Sought, Time},
    server::{ledger::Text, now},
};
use clap::Args;
use std::{io, os::fd::AsFd};
use tokio::{io::Interest, net::unix::pipe, select};

/// Events without another word.
const LAST: u64 = 20;

/// Show what has happened, oldest first, and follow what happens.
///
/// With --json each line is an event as on the live channel (`/ws`). Where events are missing a line says so, and
/// with --json it is the channel's own: `stream.reset` (what came before is not held any more, or was of another
/// store) or `stream.away` (the store does not answer: nothing is sure until the next line).
///
/// Filters look at the order as it was at the event. Ctrl-C ends it, with exit status 0.
#[derive(Args)]
pub struct Events {
    #[command(flatten)]
    wanted: Wanted,
    /// Go on with what happens, until Ctrl-C.
    #[arg(long, short)]
    follow: bool,
    /// Begin after this cursor: the `id` of an event, of the live channel, or what this command said at its end.
    #[arg(long, value_name = "CURSOR", value_parser = cursor, conflicts_with = "last")]
    since: Option<Cursor>,
    /// Begin with so many events before now [default: 20, or none with --follow].
    #[arg(long, value_name = "COUNT")]
    last: Option<u64>,
}

fn cursor(text: &str) -> std::result::Result<Cursor, String> {
    text.parse()
        .map_err(|_| "a cursor looks like 9d49ffaa7fd6a7aa-5".to_owned())
}

/// How events are told.
struct Teller {
    sought: Sought,
    json: bool,
    width: usize,
}

pub async fn show(source: Source, asked: Events, json: bool) -> Result<()> {
    let teller = Teller {
        sought: asked.wanted.sought(),
        json,
        width: table::width(),
    };
    let last = asked.last.unwrap_or(if asked.follow { 0 } else { LAST });
    let since = match asked.since {
        Some(since) => since,
        None => source.before_last(last).await?,
    };
    if asked.follow {
        return follow(source.follow(since)?, &teller).await;
    }
    let events = source.up_to_now(&since).await?;
    let head = source.head().await?;
    drop(source);
    let Some(events) = events else {
        teller.signal(Signal::Reset, &head, "");
        let why =
            format!("The events after {since} are not held any more, or were of another store.");
        return Err(Failure::NotFound(format!(
            "{why} The newest one is {head}."
        )));
    };
    events.iter().for_each(|event| teller.event(event));
    teller.end(&Cursor {
        seq: since.seq + events.len() as u64,
        ..since
    });
    Ok(())
}

/// Until Ctrl-C, or until nobody reads any more.
async fn follow(mut follower: Follower, teller: &Teller) -> Result<()> {
    let stop = async {
        select! {
            _ = tokio::signal::ctrl_c() => {}
            () = nobody_reads() => {}
        }
    };
    tokio::pin!(stop);
    loop {
        let heard = select! {
            () = &mut stop => break,
            heard = follower.next() => heard?,
        };
        match heard {
            Heard::Event(event) => teller.event(&event),
            Heard::Reset => teller.signal(
                Signal::Reset,
                &follower.cursor,
                "what came before is not held any more, or was of another store",
            ),
            Heard::Away(why) => teller.signal(Signal::Away, &follower.cursor, &why),
            Heard::Back => teller.signal(
                Signal::Heartbeat,
                &follower.cursor,
                "nothing is missing up to here",
            ),
        }
    }
    teller.end(&follower.cursor);
    follower.leave().await;
    Ok(())
}

/// Ends when the other side of the pipe has been closed, where there is one.
async fn nobody_reads() {
    let output = io::stdout().as_fd().try_clone_to_owned();
    // As it is: writing to it goes on to wait where it must.
    let output = output.and_then(pipe::Sender::from_owned_fd_unchecked);
    match &output {
        Ok(output) => {
            // Whatever it is, writing would not go well.
            let _ = output.ready(Interest::ERROR).await;
        }
        // A file: it has no other side.
        Err(_) => std::future::pending().await,
    }
}

impl Teller {
    fn event(&self, text: &Text) {
        let event = serde_json::from_str::<Event>(text);
        let wanted = |event: &Event| self.sought.takes(&event.order, str::to_lowercase);
        match event {
            Ok(event) if !wanted(&event) => {}
            _ if self.json => out::line(plain_json(text)),
            Ok(event) => self.line(&told(&event)),
            Err(_) => self.line(&format!("cannot be read: {text}")),
        }
    }

    fn signal(&self, signal: Signal, cursor: &Cursor, why: &str) {
        let now = now();
        match self.json {
            true => out::line(Frame::signal(signal, now, cursor)),
            false => self.line(&line(now, signal.name(), why)),
        }
    }

    fn line(&self, text: &str) {
        out::line(cut(&plain(text), self.width));
    }

    /// Where to go on.
    fn end(&self, cursor: &Cursor) {
        out::note(format!("Go on from here with --since {cursor}"));
    }
}

/// An event in a line: when, what, to which order, and what is new about it.
fn told(event: &Event) -> String {
    let order = &event.order;
    let new = match event.event_type {
        EventType::CustomerAccepted => order.customer_name.as_deref(),
        EventType::Dispatched => order.driver_name.as_deref(),
        EventType::SupplierRejected | EventType::Cancelled => order.supplier_notes.as_deref(),
        _ => None,
    };
    let what = match new {
        Some(new) => format!("{}, {new}", order.pizza_name),
        None => format!("{}, {}", order.pizza_name, order.supplier_name),
    };
    line(
        event.timestamp,
        event.event_type.name(),
        &format!("{}  {what}", order.id),
    )
}

/// With room for the longest name.
fn line(time: Time, name: &str, rest: &str) -> String {
    format!("{}  {:<17}  {rest}", second(time), short(name))
}

/// What is said of an event where nothing else is meant.
pub fn short(name: &str) -> &str {
    name.strip_prefix("order.").unwrap_or(name)
}
