//! `inspect events`: the log up to now, and as it goes on.

use super::{
    Failure, FilterArgs, Result,
    follower::{Followed, Follower},
    output::{self, Format, plain, plain_json},
    source::Source,
    table::{self, cut},
    time_format::second,
};
use crate::{
    domain::{Cursor, Event, EventType, Frame, LogEvent, OrderFilter, Signal, Time},
    server::{clock::now, store::JsonText},
};
use clap::Args;
use std::{io, os::fd::AsFd};
use tokio::{io::Interest, net::unix::pipe, select};

/// How many events are shown by default.
const LAST: u64 = 20;

/// Show events, oldest first, and follow new ones.
///
/// With --json each line is an event as on the live channel (`/ws`). Where events are missing a line reports
/// it, with --json that of the channel: `stream.reset` (earlier events are not held any more, or were of another
/// store) or `stream.away` (the store does not answer: events may be missing until the next line).
///
/// Filters apply to the order as it was at the event. Ctrl-C ends it, with exit status 0.
#[derive(Args)]
pub struct Events {
    #[command(flatten)]
    filter: FilterArgs,
    /// Go on with new events, until Ctrl-C.
    #[arg(long, short)]
    follow: bool,
    /// Begin after this cursor: the `id` of an event or of the live channel, or the one that this command ended with.
    #[arg(long, value_name = "CURSOR", value_parser = cursor, conflicts_with = "last")]
    since: Option<Cursor>,
    /// Begin with this many events before now [default: 20, or none with --follow].
    #[arg(long, value_name = "COUNT")]
    last: Option<u64>,
}

fn cursor(text: &str) -> std::result::Result<Cursor, String> {
    text.parse()
        .map_err(|_| "a cursor looks like 9d49ffaa7fd6a7aa-5".to_owned())
}

/// How events are printed.
struct Printer {
    search: OrderFilter,
    format: Format,
    width: usize,
}

pub async fn show(source: Source, args: Events, format: Format) -> Result<()> {
    let printer = Printer {
        search: args.filter.search(),
        format,
        width: table::width(),
    };
    let last = args.last.unwrap_or(if args.follow { 0 } else { LAST });
    let since = match args.since {
        Some(since) => since,
        None => source.before_last(last).await?,
    };
    if args.follow {
        return follow(Follower::new(source, since)?, &printer).await;
    }
    let events = source.up_to_now(&since).await?;
    let head = source.head().await?;
    drop(source);
    let Some(events) = events else {
        printer.signal(Signal::Reset, &head, "");
        let why =
            format!("The events after {since} are not held any more, or are of another store.");
        return Err(Failure::NotFound(format!(
            "{why} The newest one is {head}."
        )));
    };
    events.iter().for_each(|event| printer.event(event));
    printer.end(&Cursor {
        seq: since.seq + events.len() as u64,
        ..since
    });
    Ok(())
}

/// Until Ctrl-C, or until the reader of the output has left.
async fn follow(mut follower: Follower, printer: &Printer) -> Result<()> {
    let stop = async {
        select! {
            _ = tokio::signal::ctrl_c() => {}
            () = reader_left() => {}
        }
    };
    tokio::pin!(stop);
    loop {
        let followed = select! {
            () = &mut stop => break,
            followed = follower.next() => followed?,
        };
        match followed {
            Followed::Event(event) => printer.event(&event),
            Followed::Reset => printer.signal(
                Signal::Reset,
                &follower.cursor,
                "earlier events are not held any more, or were of another store",
            ),
            Followed::Unavailable(why) => {
                printer.signal(Signal::StoreUnavailable, &follower.cursor, &why)
            }
            Followed::Recovered => printer.signal(
                Signal::Heartbeat,
                &follower.cursor,
                "nothing is missing up to here",
            ),
        }
    }
    printer.end(&follower.cursor);
    follower.close().await;
    Ok(())
}

/// Returns when the reading end of the pipe is closed; never where the output is not a pipe.
async fn reader_left() {
    let output = io::stdout().as_fd().try_clone_to_owned();
    // Unchecked, because that keeps the pipe in blocking mode for the writes.
    let output = output.and_then(pipe::Sender::from_owned_fd_unchecked);
    match &output {
        Ok(output) => {
            // After an error, too, the output cannot be written.
            let _ = output.ready(Interest::ERROR).await;
        }
        // The output is a file.
        Err(_) => std::future::pending().await,
    }
}

impl Printer {
    fn event(&self, text: &JsonText) {
        let line = match LogEvent::read(text) {
            Ok(LogEvent::Order(event)) if !self.matches(&event) => return,
            Ok(LogEvent::Order(event)) => described(&event),
            // A filter is about orders.
            Ok(LogEvent::Account(_)) if self.search != OrderFilter::default() => return,
            Ok(LogEvent::Account(event)) => {
                let account = format!("account {}", event.account);
                line(event.timestamp, &event.event_type, &account)
            }
            Ok(LogEvent::Shop(_)) if self.search != OrderFilter::default() => return,
            Ok(LogEvent::Shop(entry)) => {
                let code = entry.code.iter().map(|code| format!(" {code}"));
                let code = code.collect::<String>();
                let about = format!("restaurant {}{code}", entry.restaurant);
                line(entry.timestamp, &entry.kind.event_type(), &about)
            }
            Ok(LogEvent::Unknown { .. }) => return,
            Err(_) => format!("cannot be read: {text}"),
        };
        match self.format {
            Format::Json => output::line(plain_json(text)),
            Format::Text => self.line(&line),
        }
    }

    fn matches(&self, event: &Event) -> bool {
        self.search.matches(&event.order, crate::domain::fold_text)
    }

    fn signal(&self, signal: Signal, cursor: &Cursor, why: &str) {
        let now = now();
        match self.format {
            Format::Json => output::line(Frame::signal(signal, now, cursor)),
            Format::Text => self.line(&line(now, signal.name(), why)),
        }
    }

    fn line(&self, text: &str) {
        output::line(cut(&plain(text), self.width));
    }

    /// Prints the cursor to go on from.
    fn end(&self, cursor: &Cursor) {
        output::note(format!("Go on from here with --since {cursor}"));
    }
}

/// An event on one line: when, what, to which order, and what is new about it.
fn described(event: &Event) -> String {
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

/// With space for the longest name.
fn line(time: Time, name: &str, rest: &str) -> String {
    format!("{}  {:<17}  {rest}", second(time), short(name))
}

/// The name of an event without its prefix.
pub fn short(name: &str) -> &str {
    name.strip_prefix("order.").unwrap_or(name)
}
