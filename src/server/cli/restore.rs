//! `restore`: puts a backup into the store.

use super::{
    output::{self, count},
    store_args::{CommandError, StoreArgs, bar},
};
use crate::{
    domain::Cursor,
    server::{
        clock::now,
        config::StoreConfig,
        services::{
            accounts::{PAIRING, documents},
            document_kinds, order_documents,
            upgrade::Upgrade,
        },
        store::{
            Result as Stored, StoreError, open, schema,
            snapshot::{Contents, Existing, Head, IntoFile, IntoRedis, Lines, Record},
        },
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

/// The limit of event numbers: Lua in Redis and JavaScript in clients represent integers exactly up to here.
const SEQ_LIMIT: u64 = 1 << 53;

#[derive(clap::Args)]
pub struct Args {
    /// A file of `pizza-market backup`, of either engine; `-` is standard input. It is read twice, the first time to
    /// check that it is complete, so input from a pipe is kept in the folder for temporary files (`TMPDIR`).
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
        Err((why, state)) => {
            let outcome = match state {
                StoreState::Incomplete => {
                    "The restore did not end; no server starts on this store until one does"
                }
                StoreState::Unchanged => "Nothing was restored, and nothing was changed",
            };
            output::note(format_args!("{outcome}: {why}"));
            ExitCode::FAILURE
        }
    }
}

/// What a failed restore leaves.
#[derive(Clone, Copy)]
enum StoreState {
    Unchanged,
    Incomplete,
}

/// What was restored.
#[derive(Default, Serialize)]
struct RestoreSummary {
    orders: u64,
    events: u64,
    cursor: String,
}

fn restore(args: &Args) -> Result<(), (CommandError, StoreState)> {
    let (store, file, mut target) = prepare(args).map_err(|why| (why, StoreState::Unchanged))?;
    let existing = match args.replace {
        true => Existing::Replace,
        false => Existing::MustBeUnchanged,
    };
    let summary = fill(&store, file, &mut target, existing).map_err(|why| {
        // The state below shows what a failure of this leaves.
        let _ = target.abandon();
        let contents = store.runtime.block_on(target.contents());
        let state = match contents {
            Ok(contents) if contents.restoring.is_none() => StoreState::Unchanged,
            // A store that cannot be read may be incomplete.
            _ => StoreState::Incomplete,
        };
        (why, state)
    })?;
    if args.json {
        output::json(&summary);
    } else {
        let (orders, events) = (
            count(summary.orders, "order"),
            count(summary.events, "event"),
        );
        let into = &store.store;
        output::line(format_args!(
            "{orders}, {events}: restored into {into}, which begins a new history"
        ));
    }
    Ok(())
}

/// Checks everything that can be checked before anything is written.
fn prepare(args: &Args) -> Result<(StoreArgs, File, RestoreTarget), CommandError> {
    let store = StoreArgs::from_settings()?;
    let name = args.file.display().to_string();
    let mut file = open(&args.file, &name)?;
    let head = check(&file).map_err(|error| CommandError::At(name, error.to_string()))?;
    file.rewind()?;
    if head.schema > schema::SCHEMA {
        schema::check(head.schema, None)?;
    }
    let mut target = store.run(RestoreTarget::open(&store.store))?;
    let contents = store.run(target.contents())?;
    if !args.replace && !contents.is_free() {
        return Err(CommandError::Refused(refusal(&store.store, &contents)));
    }
    Ok((store, file, target))
}

/// A file that can be read twice.
fn open(file: &Path, name: &str) -> Result<File, CommandError> {
    let failed = |error: io::Error| CommandError::At(name.to_owned(), error.to_string());
    if file != Path::new("-") {
        let file = File::open(file).map_err(failed)?;
        return match file.metadata().map_err(failed)?.is_file() {
            true => Ok(file),
            false => keep(file, name),
        };
    }
    let input = io::stdin().lock();
    match input.is_terminal() {
        true => Err(failed(io::Error::other("nothing is piped in"))),
        false => keep(input, name),
    }
}

/// Keeps the input of a pipe in a file without a name: it disappears with this process, and no other can read it.
fn keep(from: impl Read, name: &str) -> Result<File, CommandError> {
    let bar = bar(0, "receiving", "{msg} {bytes}, {bytes_per_sec}");
    let folder = env::temp_dir();
    let no_space = |error: io::Error| {
        let why = format!("the input cannot be kept there ({error}): set TMPDIR to another folder");
        CommandError::At(folder.display().to_string(), why)
    };
    let mut file = tempfile::tempfile_in(&folder).map_err(no_space)?;
    let copied = io::copy(&mut bar.wrap_read(from), &mut file);
    copied.map_err(|error| match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => no_space(error),
        _ => CommandError::At(name.to_owned(), error.to_string()),
    })?;
    bar.finish();
    file.rewind()?;
    Ok(file)
}

fn refusal(store: &StoreConfig, contents: &Contents) -> String {
    let (orders, events) = (
        count(contents.documents, "order"),
        count(contents.events, "event"),
    );
    let remains = match contents.restoring {
        Some(_) => ", and the rest of a restore that did not end",
        None => "",
    };
    let foreign = match contents.is_foreign {
        true => ", and something else under the name `pizza:meta`",
        false => "",
    };
    format!(
        "{store} is not empty: {orders}, {events}{remains}{foreign}. Pass --replace to delete that, and put the backup in \
         its place"
    )
}

/// Reads the whole file once. Rejects what a server could not go on from, and keys that are not the market's: in Redis
/// they would overwrite those of another program.
fn check(file: &File) -> Stored<Head> {
    let lines = Lines::open(with_progress(file, "checking"))?;
    let head = lines.head.clone();
    if head.cursor.seq >= SEQ_LIMIT {
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
        if !document_kinds::KINDS.iter().any(|kind| (kind.has)(&key)) {
            return Err(refused(format!("{key:?} is not a document of a market")));
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

/// A reader that shows its progress.
fn with_progress(file: &File, what: &'static str) -> impl Read {
    let length = file.metadata().map_or(0, |about| about.len());
    let bar: ProgressBar = bar(
        length,
        what,
        "{msg} {wide_bar} {bytes}/{total_bytes}, {eta} left",
    );
    bar.wrap_read(file)
}

fn fill(
    store: &StoreArgs,
    file: File,
    target: &mut RestoreTarget,
    existing: Existing,
) -> Result<RestoreSummary, CommandError> {
    let lines = Lines::open(with_progress(&file, "restoring"))?;
    let mut head = lines.head.clone();
    let mut upgrade = (head.schema < schema::SCHEMA).then(|| Upgrade::new(now()));
    head.schema = schema::SCHEMA;
    let mut summary = RestoreSummary::default();
    store.run(async {
        target.begin(&head, store.retention, existing).await?;
        // The checksum is computed again, so that a change since the check is found before the end.
        for record in lines {
            let mut record = record?;
            if let Some(upgrade) = &mut upgrade {
                record = upgrade.record(record);
            }
            if let Record::Idempotency(stored) = &record
                && stored.name.starts_with(PAIRING)
            {
                continue;
            }
            if let Record::Document(held) = &mut record {
                let restored = |text: &String| documents::restored(&held.key.0, text);
                if let Some(restored) = held.text.as_ref().and_then(restored) {
                    held.text = Some(restored);
                }
                let is_order = (order_documents::KIND.has)(&held.key.0);
                summary.orders += u64::from(is_order && held.text.is_some());
                summary.events += held.history.len() as u64;
            }
            target.put(record).await?;
        }
        summary.cursor = target.finish().await?.to_string();
        Ok(summary)
    })
}

/// The store that is restored.
enum RestoreTarget {
    File(IntoFile),
    Redis(IntoRedis),
}

impl RestoreTarget {
    async fn open(store: &StoreConfig) -> Stored<RestoreTarget> {
        match store {
            StoreConfig::Embedded(folder) => {
                let unmade =
                    |error| StoreError::Broken(format!("DATA_DIR: {}: {error}", folder.display()));
                open::make_folder(folder).map_err(unmade)?;
                Ok(RestoreTarget::File(IntoFile::open(&open::file(folder))?))
            }
            StoreConfig::Redis { info, .. } => {
                let client = open::client(info)?;
                Ok(RestoreTarget::Redis(
                    IntoRedis::open(&client, "", document_kinds::KINDS).await?,
                ))
            }
        }
    }

    async fn contents(&mut self) -> Stored<Contents> {
        match self {
            RestoreTarget::File(file) => file.contents(),
            RestoreTarget::Redis(redis) => redis.contents().await,
        }
    }

    async fn begin(&mut self, head: &Head, retention: u64, existing: Existing) -> Stored<()> {
        match self {
            RestoreTarget::File(file) => file.begin(head, retention),
            RestoreTarget::Redis(redis) => redis.begin(head, retention, existing).await,
        }
    }

    /// Keeps what was there before, where that still exists: a Redis has been emptied.
    fn abandon(&mut self) -> Stored<()> {
        match self {
            RestoreTarget::File(file) => file.abandon(),
            RestoreTarget::Redis(_) => Ok(()),
        }
    }

    async fn put(&mut self, record: Record) -> Stored<()> {
        match self {
            RestoreTarget::File(file) => file.put(record),
            RestoreTarget::Redis(redis) => redis.put(record).await,
        }
    }

    async fn finish(&mut self) -> Stored<Cursor> {
        match self {
            RestoreTarget::File(file) => file.finish(),
            RestoreTarget::Redis(redis) => redis.finish().await,
        }
    }
}
