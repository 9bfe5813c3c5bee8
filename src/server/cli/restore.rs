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
            snapshot::{Contents, Existing, Head, IntoFile, IntoRedis, Lines, Record},
        },
        now, orders, stored,
        upgrade::{HAS_TIMES, Upgrade},
    },
};
use indicatif::ProgressBar;
use serde::Serialize;
use std::{
    collections::HashSet,
    env,
    fs::File,
    io::{self, ErrorKind, IsTerminal, Read, Seek},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Numbers of events end here: scripts in Redis, and clients in JavaScript, count exactly as far.
const LAST: u64 = 1 << 53;

#[derive(clap::Args)]
pub struct Args {
    /// What `pizza-market backup` has written, of either engine; `-` is the standard input. It is read twice: first to
    /// see whether it is whole. So what comes through a pipe is kept in the folder for temporary files (`TMPDIR`).
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
    let report = fill(&at, file, &mut target, args.replace).map_err(|why| {
        // What it leaves where that fails is found below.
        let _ = target.abandon();
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
    let mut file = opened(&args.file, &name)?;
    let head = check(&file).map_err(|error| Failed::There(name, error.to_string()))?;
    file.rewind()?;
    if head.schema > schema::SCHEMA {
        schema::check(head.schema, None)?;
    }
    let mut target = at.run(Target::open(&at.store))?;
    let there = at.run(target.contents())?;
    if !args.replace && !there.is_free() {
        return Err(Failed::Refused(refusal(&at.store, &there)));
    }
    Ok((at, file, target))
}

/// A file that can be read from its beginning, and again.
fn opened(file: &Path, name: &str) -> Result<File, Failed> {
    let failed = |error: io::Error| Failed::There(name.to_owned(), error.to_string());
    if file != Path::new("-") {
        let file = File::open(file).map_err(failed)?;
        return match file.metadata().map_err(failed)?.is_file() {
            true => Ok(file),
            false => kept(file, name),
        };
    }
    let input = io::stdin().lock();
    match input.is_terminal() {
        true => Err(failed(io::Error::other("nothing is piped in"))),
        false => kept(input, name),
    }
}

/// What comes through a pipe, in a file without a name: it is gone with this process, and nobody else can read it.
fn kept(from: impl Read, name: &str) -> Result<File, Failed> {
    let bar = bar(0, "receiving", "{msg} {bytes}, {bytes_per_sec}");
    let folder = env::temp_dir();
    let no_place = |error: io::Error| {
        let why = format!(
            "what is piped in cannot be kept there ({error}): set TMPDIR to another folder"
        );
        Failed::There(folder.display().to_string(), why)
    };
    let mut file = tempfile::tempfile_in(&folder).map_err(no_place)?;
    let copied = io::copy(&mut bar.wrap_read(from), &mut file);
    copied.map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => no_place(error),
        _ => Failed::There(name.to_owned(), error.to_string()),
    })?;
    bar.finish();
    file.rewind()?;
    Ok(file)
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
    let foreign = match there.is_foreign {
        true => ", and something else under the name `pizza:meta`",
        false => "",
    };
    format!(
        "there is something in {store}: {orders}, {events}{remains}{foreign}. To delete that, and put the backup in its \
         place: --replace"
    )
}

/// Reads it once, whole. What a server could not go on from is refused, and so is what is none of the market's: in
/// Redis it would be written over somebody else's.
fn check(file: &File) -> Stored<Head> {
    let lines = Lines::open(shown(file, "checking"))?;
    let head = lines.head.clone();
    if head.cursor.seq >= LAST {
        return Err(refused(format!(
            "it ends at {}, which is too far",
            head.cursor
        )));
    }
    let mut seen = HashSet::new();
    for record in lines {
        let Record::Document(held) = record? else {
            continue;
        };
        let key = held.key.0;
        if !orders::KINDS.iter().any(|kind| (kind.has)(&key)) {
            return Err(refused(format!("{key:?} is no order")));
        }
        if let Some(past) = held.history.iter().find(|past| past.seq > head.cursor.seq) {
            let (is, last) = (past.seq, head.cursor.seq);
            return Err(refused(format!(
                "{key} has an event with number {is}, and it ends at {last}"
            )));
        }
        if let Some(twice) = seen.replace(key) {
            return Err(refused(format!("{twice} is there twice")));
        }
    }
    Ok(head)
}

fn refused(why: String) -> StoreError {
    StoreError::Broken(format!("it cannot be restored: {why}"))
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

fn fill(at: &At, file: File, target: &mut Target, replace: bool) -> Result<Report, Failed> {
    let lines = Lines::open(shown(&file, "restoring"))?;
    let mut head = lines.head.clone();
    let mut upgrade = (head.schema < HAS_TIMES).then(|| Upgrade::new(now()));
    head.schema = schema::SCHEMA;
    let mut report = Report::default();
    at.run(async {
        target.begin(&head, at.retention, replace).await?;
        // It is summed up once more: what has changed since it was checked is noticed before the end.
        for record in lines {
            let mut record = record?;
            if let Some(upgrade) = &mut upgrade {
                record = upgrade.record(record);
            }
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
                stored::make_folder(folder).map_err(unmade)?;
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

    async fn begin(&mut self, head: &Head, retention: u64, replace: bool) -> Stored<()> {
        match self {
            Target::File(file) => file.begin(head, retention),
            Target::Redis(redis) => {
                let existing = match replace {
                    true => Existing::Replace,
                    false => Existing::MustBeUnchanged,
                };
                redis.begin(head, retention, existing).await
            }
        }
    }

    /// Leaves what was there, where that is still there: Redis has been emptied.
    fn abandon(&mut self) -> Stored<()> {
        match self {
            Target::File(file) => file.abandon(),
            Target::Redis(_) => Ok(()),
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
