//! `restore`: a store as a backup has it.

use super::{
    out,
    store::{At, Failed, bar, count},
};
use crate::{
    domain::Cursor,
    server::{
        config::Store,
        ledger::{
            Result as Stored, StoreError, schema,
            snapshot::{Contents, Head, IntoFile, IntoRedis, Lines, Record},
        },
        orders, stored,
    },
};
use indicatif::ProgressBar;
use serde::Serialize;
use std::{
    fs::File,
    io::{Read, Seek},
    path::PathBuf,
    process::ExitCode,
};

#[derive(clap::Args)]
pub struct Args {
    /// What `pizza-market backup` has written, of either engine. It is read twice: first to see whether it is whole.
    file: PathBuf,
    /// Delete what is in the store, and put the backup in its place.
    #[arg(long)]
    replace: bool,
    /// Print one JSON object: {"orders", "events", "cursor"}.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> ExitCode {
    match restore(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err((why, begun)) => {
            let outcome = match begun {
                true => "The restore did not end; no server starts on this store until one does",
                false => "Nothing was restored, and nothing was changed",
            };
            out::note(format_args!("{outcome}: {why}"));
            ExitCode::FAILURE
        }
    }
}

/// What has come in.
#[derive(Default, Serialize)]
struct Report {
    orders: u64,
    events: u64,
    cursor: String,
}

fn restore(args: &Args) -> Result<(), (Failed, bool)> {
    let (at, file, mut target) = prepare(args).map_err(|why| (why, false))?;
    let report = fill(&at, file, &mut target).map_err(|why| {
        // Where that cannot be asked any more, it may have.
        let there = at.runtime.block_on(target.contents());
        (why, there.map_or(true, |there| there.restoring.is_some()))
    })?;
    if args.json {
        out::json(&report);
    } else {
        let (orders, events) = (count(report.orders, "order"), count(report.events, "event"));
        let into = &at.store;
        out::line(format_args!(
            "{orders}, {events}: restored into {into}, which begins a new history"
        ));
    }
    Ok(())
}

/// Everything that can be wrong before anything is written.
fn prepare(args: &Args) -> Result<(At, File, Target), Failed> {
    let at = At::settings()?;
    let name = args.file.display().to_string();
    let failed = |why: String| Failed::There(name.clone(), why);
    let mut file = File::open(&args.file).map_err(|error| failed(error.to_string()))?;
    let head = check(&file).map_err(|error| failed(error.to_string()))?;
    file.rewind()?;
    if head.schema > schema::SCHEMA {
        schema::check(head.schema, None)?;
    }
    let mut target = at.run(Target::open(&at.store))?;
    let there = at.run(target.contents())?;
    let is_free = there.is_empty() && there.restoring.is_none();
    if !args.replace && !is_free {
        return Err(Failed::Refused(refusal(&at.store, &there)));
    }
    Ok((at, file, target))
}

fn refusal(store: &Store, there: &Contents) -> String {
    let (orders, events) = (
        count(there.documents, "order"),
        count(there.events, "event"),
    );
    let remains = match there.restoring {
        Some(_) => ", and what a restore has left that did not end",
        None => "",
    };
    format!(
        "there is something in {store}: {orders}, {events}{remains}. To delete that, and put the backup in its \
         place: --replace"
    )
}

/// Reads it once, whole.
fn check(file: &File) -> Stored<Head> {
    let mut lines = Lines::open(shown(file, "checking"))?;
    let head = lines.head.clone();
    lines.try_for_each(|record| record.map(drop))?;
    Ok(head)
}

/// A file that shows how far it has been read.
fn shown(file: &File, what: &'static str) -> impl Read {
    let length = file.metadata().map_or(0, |about| about.len());
    let bar: ProgressBar = bar(
        length,
        what,
        "{msg} {wide_bar} {bytes}/{total_bytes}, {eta} left",
    );
    bar.wrap_read(file)
}

fn fill(at: &At, file: File, target: &mut Target) -> Result<Report, Failed> {
    let lines = Lines::open(shown(&file, "restoring"))?;
    let head = lines.head.clone();
    let mut report = Report::default();
    at.run(async {
        target.begin(&head, at.retention).await?;
        // It is summed up once more: what has changed since it was checked is noticed before the end.
        for record in lines {
            let record = record?;
            if let Record::Document(held) = &record {
                report.orders += u64::from(held.text.is_some());
                report.events += held.history.len() as u64;
            }
            target.put(record).await?;
        }
        report.cursor = target.finish().await?.to_string();
        Ok(report)
    })
}

/// Where it goes.
enum Target {
    File(IntoFile),
    Redis(IntoRedis),
}

impl Target {
    async fn open(store: &Store) -> Stored<Target> {
        match store {
            Store::Embedded(folder) => {
                let unmade =
                    |error| StoreError::Broken(format!("DATA_DIR: {}: {error}", folder.display()));
                std::fs::create_dir_all(folder).map_err(unmade)?;
                Ok(Target::File(IntoFile::open(&stored::file(folder))?))
            }
            Store::Redis { info, .. } => {
                let client = stored::client(info)?;
                Ok(Target::Redis(
                    IntoRedis::open(&client, "", orders::KINDS).await?,
                ))
            }
        }
    }

    async fn contents(&mut self) -> Stored<Contents> {
        match self {
            Target::File(file) => file.contents(),
            Target::Redis(redis) => redis.contents().await,
        }
    }

    async fn begin(&mut self, head: &Head, retention: u64) -> Stored<()> {
        match self {
            Target::File(file) => file.begin(head, retention),
            Target::Redis(redis) => redis.begin(head, retention).await,
        }
    }

    async fn put(&mut self, record: Record) -> Stored<()> {
        match self {
            Target::File(file) => file.put(record),
            Target::Redis(redis) => redis.put(record).await,
        }
    }

    async fn finish(&mut self) -> Stored<Cursor> {
        match self {
            Target::File(file) => file.finish(),
            Target::Redis(redis) => redis.finish().await,
        }
    }
}
