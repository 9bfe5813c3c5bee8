//! `verify`: checks everything that is stored, and repairs what follows from the rest.

use super::{
    output::{self, count},
    store_args::{CommandError, StoreArgs, orders_bar},
};
use crate::server::{
    config::StoreConfig,
    services::{
        document_kinds,
        integrity::{Counts, Fault, Findings, audit},
    },
    store::{
        Batch, Embedded, IndexChange, Key, Outcome, Redis, Result as Stored, Store, Target,
        embedded::is_held,
        fresh_epoch, open, schema,
        snapshot::{Head, Snapshot},
    },
};
use futures::{StreamExt, TryStreamExt, stream};
use indicatif::ProgressBar;
use serde::Serialize;
use std::{process::ExitCode, sync::Arc};

/// How many repairs run at the same time.
const CONCURRENCY: usize = 64;

#[derive(clap::Args)]
pub struct Args {
    /// Rebuild what follows from the rest: indexes, and how many entries they have. Nothing else is changed. With the
    /// embedded store the server must be stopped; with Redis servers may run.
    #[arg(long)]
    repair: bool,
    /// Print one JSON object: {"sound", "engine", "cursor", "orders", "restaurants", "events", "remembered", "faults":
    /// [{"key", "kind", "detail"}], "repaired": [{"key", "detail"}]}. With --repair the faults are those that remain.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> ExitCode {
    match verify(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            output::note(format_args!("Nothing could be verified: {why}"));
            ExitCode::from(2)
        }
    }
}

#[derive(Serialize)]
struct VerifyReport {
    sound: bool,
    engine: String,
    cursor: String,
    orders: u64,
    restaurants: u64,
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

fn verify(args: &Args) -> Result<bool, CommandError> {
    let store = StoreArgs::from_settings()?;
    let printing = match args.json {
        true => Printing::Nothing,
        false => Printing::EachFault,
    };
    if !args.repair {
        let (head, counts, found) = audit_all(store.snapshot()?, printing)?;
        return Ok(print(args, &head, counts, found.faults, Vec::new()));
    }
    let repairer = Repairer::open(&store)?;
    let (_, _, found) = audit_all(repairer.snapshot(&store)?, printing)?;
    let totals = match found
        .faults
        .iter()
        .any(|fault| fault.kind.follows_from_the_rest())
    {
        true => IndexTotals::Recount,
        false => IndexTotals::Keep,
    };
    let repaired = store.run(repairer.repair(found.repairs, totals))?;
    if !args.json {
        for Repaired { key, detail } in &repaired {
            output::line(format_args!("repaired: {key} {detail}"));
        }
    }
    // A second audit finds what remains, whatever the repairs should have done.
    let (head, counts, left) = audit_all(repairer.snapshot(&store)?, Printing::Nothing)?;
    if !args.json {
        for fault in &left.faults {
            output::line(format_args!("left: {}: {}", fault.key, fault.detail));
        }
    }
    Ok(print(args, &head, counts, left.faults, repaired))
}

impl StoreArgs {
    fn snapshot(&self) -> Result<Snapshot, CommandError> {
        self.run(open::snapshot(&self.store, document_kinds::KINDS))
    }
}

/// What an audit prints while it runs.
#[derive(Clone, Copy, PartialEq)]
enum Printing {
    EachFault,
    Nothing,
}

/// What a repair does with the totals of the embedded store's indexes.
#[derive(Clone, Copy, PartialEq)]
enum IndexTotals {
    Recount,
    Keep,
}

fn audit_all(
    snapshot: Snapshot,
    printing: Printing,
) -> Result<(Head, Counts, FoundFaults), CommandError> {
    let head = snapshot.head.clone();
    schema::check(head.schema, None)?;
    let mut found = FoundFaults {
        printing,
        bar: orders_bar(head.documents, "verifying"),
        faults: Vec::new(),
        repairs: Vec::new(),
    };
    let counts = audit(snapshot, &mut found)?;
    found.bar.finish_and_clear();
    Ok((head, counts, found))
}

/// Prints the result. Returns whether the store is sound.
fn print(
    args: &Args,
    head: &Head,
    counts: Counts,
    faults: Vec<Fault>,
    repaired: Vec<Repaired>,
) -> bool {
    let sound = faults.is_empty();
    let Counts {
        orders,
        restaurants,
        events,
        idempotency_records: remembered,
    } = counts;
    if args.json {
        output::json(&VerifyReport {
            sound,
            engine: head.engine.clone(),
            cursor: head.cursor.to_string(),
            orders,
            restaurants,
            events,
            remembered,
            faults,
            repaired,
        });
        return sound;
    }
    let (orders, events) = (count(orders, "order"), count(events, "event"));
    let restaurants = match restaurants {
        0 => String::new(),
        many => format!(", {}", count(many, "pizzeria")),
    };
    let looked = format!(
        "{orders}{restaurants}, {events} ({} store, up to {})",
        head.engine, head.cursor
    );
    match sound {
        true => output::line(format_args!("sound: {looked}")),
        false => {
            let faults = count(faults.len() as u64, "fault");
            output::line(format_args!("not sound: {faults} in {looked}"));
        }
    }
    sound
}

struct FoundFaults {
    printing: Printing,
    bar: ProgressBar,
    faults: Vec<Fault>,
    repairs: Vec<Batch>,
}

impl Findings for FoundFaults {
    fn fault(&mut self, fault: Fault) {
        if self.printing == Printing::EachFault {
            let print = || output::line(format_args!("{}: {}", fault.key, fault.detail));
            self.bar.suspend(print);
        }
        self.faults.push(fault);
    }

    fn repair(&mut self, repair: Batch) {
        self.repairs.push(repair);
    }

    fn order(&mut self) {
        self.bar.inc(1);
    }
}

/// A store that is open for repairs.
enum Repairer {
    File(Arc<Embedded>),
    Redis(Arc<Redis>),
}

impl Repairer {
    fn open(args: &StoreArgs) -> Result<Repairer, CommandError> {
        match &args.store {
            StoreConfig::Embedded(folder) => {
                let file = open::file_there(folder)?;
                if is_held(&file) {
                    let why = "a server holds the file. Stop it first; without --repair it may run";
                    return Err(CommandError::Refused(why.to_owned()));
                }
                let store = Embedded::open(&file, fresh_epoch(), args.retention)?;
                Ok(Repairer::File(Arc::new(store)))
            }
            StoreConfig::Redis { info, credentials } => {
                let target = Target::of_market((**info).clone(), credentials, args.retention);
                let store = args.run(Redis::open(target))?;
                Ok(Repairer::Redis(Arc::new(store)))
            }
        }
    }

    fn snapshot(&self, args: &StoreArgs) -> Result<Snapshot, CommandError> {
        match self {
            Repairer::File(store) => Ok(store.snapshot()?),
            Repairer::Redis(_) => args.snapshot(),
        }
    }

    /// Makes each repair whose document has not changed since the audit.
    async fn repair(&self, repairs: Vec<Batch>, totals: IndexTotals) -> Stored<Vec<Repaired>> {
        let store: Arc<dyn Store> = match self {
            Repairer::File(store) => store.clone(),
            Repairer::Redis(store) => store.clone(),
        };
        let changes = repairs.into_iter().map(|repair| {
            let store = store.clone();
            async move {
                match store.commit(repair.clone()).await? {
                    Outcome::Committed(_) => {
                        let rewritten = repair.put.iter().map(|(key, _)| rewritten(key));
                        Ok(repair.index.iter().map(repaired).chain(rewritten).collect())
                    }
                    // The order has changed since.
                    _ => Ok(Vec::new()),
                }
            }
        });
        let done: Stored<Vec<Vec<Repaired>>> = stream::iter(changes)
            .buffered(CONCURRENCY)
            .try_collect()
            .await;
        let mut done: Vec<_> = done?.into_iter().flatten().collect();
        if let (Repairer::File(store), IndexTotals::Recount) = (self, totals) {
            store.recount().await?;
            done.push(Repaired {
                key: "index totals".to_owned(),
                detail: "counted again".to_owned(),
            });
        }
        Ok(done)
    }
}

/// Whose an e-mail address is.
fn rewritten(key: &Key) -> Repaired {
    Repaired {
        key: key.0.clone(),
        detail: "leads to its account again".to_owned(),
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
