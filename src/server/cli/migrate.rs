//! `migrate`: brings a store to the shape that this program works on.

use super::{
    output::{self, count},
    store_args::{CommandError, StoreArgs, orders_bar},
};
use crate::{
    domain::Time,
    server::{
        clock::now,
        config::StoreConfig,
        services::{
            accounts::documents, document_kinds, duty_document, legacy_import, order_documents,
            upgrade::Upgrade,
        },
        store::{
            Key, Outcome, Redis, Result as Stored, Store, StoreError, Target, open, schema,
            snapshot::{Record, RewriteFile, RewriteRedis, Snapshot},
        },
    },
};
use serde::Serialize;
use std::{
    io::{IsTerminal, stderr, stdin},
    process::ExitCode,
};

/// There is something to do, and it has not been agreed to.
const NOT_ASKED: u8 = 3;

#[derive(clap::Args)]
pub struct Args {
    /// Do it without asking. Otherwise the plan is shown first; without a terminal that is all.
    #[arg(long, short)]
    yes: bool,
    /// Print one JSON object: {"version", "wanted", "adopt", "unreadable": [{"key", "why"}], "done", "adopted"}.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> ExitCode {
    match migrate(args) {
        Ok(code) => ExitCode::from(code),
        Err(why) => {
            output::note(format_args!("It could not be migrated: {why}"));
            ExitCode::from(2)
        }
    }
}

/// What there is to do.
struct Plan {
    version: u32,
    /// Documents in the store.
    documents: u64,
    /// Orders of the Python backend, by when they were made.
    adopt: Vec<(Time, Key)>,
    unreadable: Vec<Unreadable>,
}

#[derive(Serialize)]
struct Unreadable {
    key: String,
    why: String,
}

#[derive(Serialize)]
struct Report {
    version: u32,
    wanted: u32,
    adopt: usize,
    unreadable: Vec<Unreadable>,
    done: bool,
    adopted: u64,
}

fn migrate(args: &Args) -> Result<u8, CommandError> {
    let at = StoreArgs::from_settings()?;
    let plan = plan(at.run(open::snapshot(&at.store, document_kinds::KINDS))?)?;
    if !args.json {
        plan.show();
    }
    let is_needed = plan.is_needed();
    let done = is_needed && (args.yes || !args.json && agreed());
    let adopted = match done {
        true => carry_out(&at, &plan)?,
        false => 0,
    };
    let code = match (is_needed && !done, plan.unreadable.is_empty()) {
        (true, _) => NOT_ASKED,
        (false, true) => 0,
        (false, false) => 1,
    };
    if args.json {
        output::json(&Report {
            version: plan.version,
            wanted: schema::SCHEMA,
            adopt: plan.adopt.len(),
            unreadable: plan.unreadable,
            done,
            adopted,
        });
    } else if done {
        let adopted = count(adopted, "order");
        output::line(format_args!(
            "done: {adopted} adopted; the store's version is {}",
            schema::SCHEMA
        ));
    } else if is_needed {
        output::note("Nothing has been done. To do it: pizza-market migrate --yes");
    }
    Ok(code)
}

fn plan(snapshot: Snapshot) -> Result<Plan, CommandError> {
    let head = &snapshot.head;
    if head.schema > schema::SCHEMA || head.restoring.is_some() {
        schema::check(head.schema, head.restoring.as_deref())?;
    }
    let bar = orders_bar(head.documents, "reading");
    let mut plan = Plan {
        version: head.schema,
        documents: head.documents,
        adopt: Vec::new(),
        unreadable: Vec::new(),
    };
    let mut upgrade = Upgrade::new(now());
    for record in snapshot {
        let Record::Document(held) = upgrade.record(record?) else {
            continue;
        };
        bar.inc(1);
        // An order of this program that has lost its events is not one of theirs.
        let is_no_order = duty_document::is_key(&held.key) || documents::is_key(&held.key.0);
        let is_ours = |text: &str| is_no_order || order_documents::read(text).is_ok();
        let is_theirs = |text: &String| held.history.is_empty() && !is_ours(text);
        let Some(text) = held.text.filter(is_theirs) else {
            continue;
        };
        match legacy_import::read(&held.key, &text) {
            Ok(order) => plan.adopt.push((order.created_at, held.key)),
            Err(why) => plan.unreadable.push(Unreadable {
                key: held.key.0,
                why,
            }),
        }
    }
    bar.finish_and_clear();
    plan.adopt.sort();
    Ok(plan)
}

impl Plan {
    fn is_old(&self) -> bool {
        self.version < schema::SCHEMA
    }

    fn is_needed(&self) -> bool {
        self.is_old() || !self.adopt.is_empty()
    }

    /// What orders of this version lack.
    fn added(&self) -> String {
        let parts = [
            (2, "the moments of its statuses (`times`)"),
            (3, "whose it is (`customer_id`, `driver_id`: nobody's)"),
            (
                4,
                "what it has from a menu and how it ended (`restaurant_id`, `cancellation`, `basket`: nothing)",
            ),
        ];
        let lacks = parts.iter().filter(|(since, _)| self.version < *since);
        let lacks: Vec<_> = lacks.map(|(_, what)| *what).collect();
        lacks.join("; ")
    }

    fn show(&self) {
        let (is, wanted) = (self.version, schema::SCHEMA);
        match self.is_old() {
            true => output::line(format_args!(
                "version  {is} becomes {wanted}: each order and each of its events gets {}, and a new history begins. \
                 No server may run meanwhile",
                self.added()
            )),
            false => output::line(format_args!("version  {is}, which this program needs")),
        }
        if !self.adopt.is_empty() {
            let orders = count(self.adopt.len() as u64, "order");
            output::line(format_args!(
                "adopt    {orders} of the Python backend: each becomes version 1, with its indexes and one event"
            ));
        }
        for Unreadable { key, why } in &self.unreadable {
            output::line(format_args!("leave    {key}: {why}"));
        }
        if !self.is_needed() {
            output::line("There is nothing to do.");
        }
    }
}

/// Asks at the terminal, if there is one.
fn agreed() -> bool {
    if !stdin().is_terminal() || !stderr().is_terminal() {
        return false;
    }
    output::note("Do this now? Type yes:");
    let mut answer = String::new();
    stdin().read_line(&mut answer).is_ok() && answer.trim().eq_ignore_ascii_case("yes")
}

/// How many orders have been adopted.
fn carry_out(at: &StoreArgs, plan: &Plan) -> Result<u64, CommandError> {
    if plan.is_old() {
        upgrade(at, plan.documents)?;
    }
    at.run(async {
        match &at.store {
            StoreConfig::Redis { info, credentials } if !plan.adopt.is_empty() => {
                let target = Target::of_market((**info).clone(), credentials, at.retention);
                adopt_all(&Redis::open(target).await?, plan).await
            }
            _ => Ok(0),
        }
    })
}

/// Gives every order the fields that it lacks, and the store this program's version.
fn upgrade(at: &StoreArgs, documents: u64) -> Result<(), CommandError> {
    let (mut target, snapshot) = at.run(Rewrite::open(at))?;
    let bar = orders_bar(documents, "upgrading");
    let mut upgrade = Upgrade::new(now());
    for record in snapshot {
        let old = record?;
        bar.inc(u64::from(matches!(old, Record::Document(_))));
        let new = upgrade.record(old.clone());
        at.run(target.put(&old, &new))?;
    }
    bar.finish_and_clear();
    at.run(target.finish())
}

/// The store, as it is rewritten.
enum Rewrite {
    File(Box<RewriteFile>),
    Redis(RewriteRedis),
}

impl Rewrite {
    async fn open(at: &StoreArgs) -> Stored<(Rewrite, Snapshot)> {
        match &at.store {
            StoreConfig::Embedded(folder) => {
                let (file, snapshot) = RewriteFile::open(&open::file_there(folder)?)?;
                Ok((Rewrite::File(Box::new(file)), snapshot))
            }
            StoreConfig::Redis { info, .. } => {
                let client = open::client(info)?;
                let open = RewriteRedis::open(&client, "", document_kinds::KINDS, at.retention);
                let (redis, snapshot) = open.await?;
                Ok((Rewrite::Redis(redis), snapshot))
            }
        }
    }

    async fn put(&mut self, old: &Record, new: &Record) -> Stored<()> {
        match self {
            Rewrite::File(file) => file.put(new),
            Rewrite::Redis(redis) => redis.put(old, new).await,
        }
    }

    async fn finish(self) -> Stored<()> {
        match self {
            Rewrite::File(file) => file.finish(schema::SCHEMA).map(drop),
            Rewrite::Redis(redis) => redis.finish(schema::SCHEMA).await.map(drop),
        }
    }
}

async fn adopt_all(store: &dyn Store, plan: &Plan) -> Stored<u64> {
    let bar = orders_bar(plan.adopt.len() as u64, "adopting");
    let mut adopted = 0;
    // One after the other, so that their events come in the order in which the orders were made.
    for (_, key) in &plan.adopt {
        bar.inc(1);
        let Some(text) = store.get(key).await? else {
            continue;
        };
        let order = legacy_import::read(key, &text).map_err(StoreError::Broken)?;
        match store.commit(legacy_import::import(text, &order)?).await? {
            Outcome::Committed(_) => adopted += 1,
            _ => output::note(format_args!(
                "{} has changed meanwhile, and is left as it is",
                key.0
            )),
        }
    }
    bar.finish_and_clear();
    Ok(adopted)
}
