//! `verify`: whether what is stored is sound.

use super::{
    out,
    store::{At, Failed, count, orders_bar},
};
use crate::server::{
    audit::{Counts, Fault, Findings, audit},
    config::Store,
    ledger::{
        Batch, Embedded, IndexChange, Ledger, Outcome, Redis, Result as Stored, Target,
        embedded::is_held,
        fresh_epoch, schema,
        snapshot::{Head, Snapshot},
    },
    stored,
};
use futures::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use serde::Serialize;
use std::{process::ExitCode, sync::Arc};

/// Changes that are under way at the same time.
const AT_ONCE: usize = 64;

#[derive(clap::Args)]
pub struct Args {
    /// Rebuild what follows from the rest: indexes, and how much is in them. Nothing else is changed. With the
    /// embedded store it needs the server stopped; with Redis servers may run.
    #[arg(long)]
    repair: bool,
    /// Print one JSON object: {"sound", "engine", "cursor", "orders", "events", "remembered", "faults": [{"key",
    /// "kind", "detail"}], "repaired": [{"key", "detail"}]}. With --repair the faults are those that are left.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> ExitCode {
    match verify(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            out::note(format_args!("Nothing could be verified: {why}"));
            ExitCode::from(2)
        }
    }
}

#[derive(Serialize)]
struct Report {
    sound: bool,
    engine: String,
    cursor: String,
    orders: u64,
    events: u64,
    remembered: u64,
    faults: Vec<Fault>,
    repaired: Vec<Repaired>,
}

#[derive(Serialize)]
struct Repaired {
    key: String,
    detail: String,
}

fn verify(args: &Args) -> Result<bool, Failed> {
    let at = At::settings()?;
    if !args.repair {
        let (head, counts, found) = look(at.snapshot()?, !args.json)?;
        return Ok(say(args, &head, counts, found.faults, Vec::new()));
    }
    let mender = Mender::open(&at)?;
    let (_, _, found) = look(mender.snapshot(&at)?, !args.json)?;
    let miscounted = found
        .faults
        .iter()
        .any(|fault| fault.kind.follows_from_the_rest());
    let repaired = at.run(mender.mend(found.mends, miscounted))?;
    if !args.json {
        for Repaired { key, detail } in &repaired {
            out::line(format_args!("repaired: {key} {detail}"));
        }
    }
    // What is left is what another look finds, and not what should have helped.
    let (head, counts, left) = look(mender.snapshot(&at)?, false)?;
    if !args.json {
        for fault in &left.faults {
            out::line(format_args!("left: {}: {}", fault.key, fault.detail));
        }
    }
    Ok(say(args, &head, counts, left.faults, repaired))
}

impl At {
    fn snapshot(&self) -> Result<Snapshot, Failed> {
        self.run(stored::snapshot(&self.store))
    }
}

fn look(snapshot: Snapshot, aloud: bool) -> Result<(Head, Counts, Found), Failed> {
    let head = snapshot.head.clone();
    schema::check(head.schema, None)?;
    let mut found = Found {
        aloud,
        bar: orders_bar(head.documents, "verifying"),
        faults: Vec::new(),
        mends: Vec::new(),
    };
    let counts = audit(snapshot, &mut found)?;
    found.bar.finish_and_clear();
    Ok((head, counts, found))
}

/// The last word, and whether all is well.
fn say(
    args: &Args,
    head: &Head,
    counts: Counts,
    faults: Vec<Fault>,
    repaired: Vec<Repaired>,
) -> bool {
    let sound = faults.is_empty();
    let Counts {
        orders,
        events,
        remembered,
        ..
    } = counts;
    if args.json {
        out::json(&Report {
            sound,
            engine: head.engine.clone(),
            cursor: head.cursor.to_string(),
            orders,
            events,
            remembered,
            faults,
            repaired,
        });
        return sound;
    }
    let (orders, events) = (count(orders, "order"), count(events, "event"));
    let looked = format!(
        "{orders}, {events} ({} store, up to {})",
        head.engine, head.cursor
    );
    match sound {
        true => out::line(format_args!("sound: {looked}")),
        false => {
            let faults = count(faults.len() as u64, "fault");
            out::line(format_args!("not sound: {faults} in {looked}"));
        }
    }
    sound
}

struct Found {
    /// Whether each fault is told at once.
    aloud: bool,
    bar: ProgressBar,
    faults: Vec<Fault>,
    mends: Vec<Batch>,
}

impl Findings for Found {
    fn fault(&mut self, fault: Fault) {
        if self.aloud {
            let tell = || out::line(format_args!("{}: {}", fault.key, fault.detail));
            self.bar.suspend(tell);
        }
        self.faults.push(fault);
    }

    fn repair(&mut self, repair: Batch) {
        self.mends.push(repair);
    }

    fn order(&mut self) {
        self.bar.inc(1);
    }
}

/// Who mends a store.
enum Mender {
    File(Arc<Embedded>),
    Redis(Arc<Redis>),
}

impl Mender {
    fn open(at: &At) -> Result<Mender, Failed> {
        match &at.store {
            Store::Embedded(folder) => {
                let file = stored::file_there(folder)?;
                if is_held(&file) {
                    let why = "a server holds the file. Stop it first; without --repair it may run";
                    return Err(Failed::Refused(why.to_owned()));
                }
                let ledger = Embedded::open(&file, fresh_epoch(), at.retention)?;
                Ok(Mender::File(Arc::new(ledger)))
            }
            Store::Redis { info, credentials } => {
                let target = Target {
                    info: (**info).clone(),
                    credentials,
                    prefix: String::new(),
                    retention: at.retention,
                };
                let ledger = at.run(Redis::open(target))?;
                Ok(Mender::Redis(Arc::new(ledger)))
            }
        }
    }

    fn snapshot(&self, at: &At) -> Result<Snapshot, Failed> {
        match self {
            Mender::File(ledger) => Ok(ledger.snapshot()?),
            Mender::Redis(_) => at.snapshot(),
        }
    }

    /// Makes each change whose document is still as it was seen.
    async fn mend(&self, mends: Vec<Batch>, recount: bool) -> Stored<Vec<Repaired>> {
        let ledger: Arc<dyn Ledger> = match self {
            Mender::File(ledger) => ledger.clone(),
            Mender::Redis(ledger) => ledger.clone(),
        };
        let changes = mends.into_iter().map(|mend| {
            let ledger = ledger.clone();
            async move {
                match ledger.commit(mend.clone()).await? {
                    Outcome::Done(_) => Ok(mend.index.iter().map(repaired).collect()),
                    // The order has moved on.
                    _ => Ok(Vec::new()),
                }
            }
        });
        let done: Stored<Vec<Vec<Repaired>>> =
            stream::iter(changes).buffered(AT_ONCE).try_collect().await;
        let mut done: Vec<_> = done?.into_iter().flatten().collect();
        if let (Mender::File(ledger), true) = (self, recount) {
            ledger.recount().await?;
            done.push(Repaired {
                key: "index totals".to_owned(),
                detail: "counted anew".to_owned(),
            });
        }
        Ok(done)
    }
}

fn repaired(change: &IndexChange) -> Repaired {
    let (key, detail) = match change {
        IndexChange::In(index, key) => (key, format!("put into index {}", index.0)),
        IndexChange::Out(index, key) => (key, format!("taken out of index {}", index.0)),
    };
    Repaired {
        key: key.0.clone(),
        detail,
    }
}
