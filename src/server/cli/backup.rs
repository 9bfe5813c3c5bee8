//! `backup`: writes everything that is stored to one file.

use super::{
    output::{self, count},
    store_args::{CommandError, StoreArgs, orders_bar},
};
use crate::server::{
    services::document_kinds,
    store::{
        Result as Stored, open, schema,
        snapshot::{Record, Snapshot, write},
    },
};
use rustix::fs::{AtFlags, CWD, Mode, OFlags, linkat};
use serde::Serialize;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(clap::Args)]
pub struct Args {
    /// The file to write; `-` is standard output. A file of this name is replaced when the new one is complete and
    /// synced; a pipe or a device is written to.
    file: PathBuf,
    /// Print one JSON object: {"file", "engine", "cursor", "records", "bytes"}. With `-` it goes to standard error.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> ExitCode {
    match backup(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            output::note(format_args!("No backup was written: {why}"));
            ExitCode::FAILURE
        }
    }
}

#[derive(Serialize)]
struct BackupSummary<'a> {
    file: &'a Path,
    engine: String,
    cursor: String,
    records: u64,
    bytes: u64,
}

fn backup(args: &Args) -> Result<(), CommandError> {
    let store = StoreArgs::from_settings()?;
    let snapshot = store.run(open::snapshot(&store.store, document_kinds::KINDS))?;
    let head = snapshot.head.clone();
    if head.schema > schema::SCHEMA || head.restoring.is_some() {
        schema::check(head.schema, head.restoring.as_deref())?;
    }
    let file = args.file.as_path();
    let to_stdout = file == Path::new("-");
    let (records, bytes) = match to_stdout {
        // A reader that leaves early has no backup, so a broken pipe is an error.
        true => stream(snapshot, io::stdout())?,
        false => write_to(snapshot, file)?,
    };
    let print: fn(&str) = match to_stdout {
        true => |text| output::note(text),
        false => |text| output::line(text),
    };
    let (engine, cursor) = (head.engine, head.cursor.to_string());
    if args.json {
        let summary = BackupSummary {
            file,
            engine,
            cursor,
            records,
            bytes,
        };
        print(&serde_json::to_string(&summary).unwrap_or_default());
    } else {
        let records = count(records, "record");
        print(&format!(
            "{records}, {bytes} bytes: the {engine} store up to {cursor}"
        ));
    }
    Ok(())
}

/// Writes to the file that a name leads to. A pipe or a device is written to directly.
fn write_to(snapshot: Snapshot, named: &Path) -> Result<(u64, u64), CommandError> {
    let failed =
        |error: io::Error| CommandError::At(named.display().to_string(), error.to_string());
    match fs::metadata(named) {
        Ok(about) if about.is_dir() => Err(CommandError::At(
            named.display().to_string(),
            "it is a folder: name a file in it".to_owned(),
        )),
        Ok(about) if !about.is_file() => {
            let there = OpenOptions::new().write(true).open(named);
            stream(snapshot, there.map_err(failed)?)
        }
        // Replaces the target of a link, and keeps the link.
        Ok(_) => replace_file(snapshot, &fs::canonicalize(named).map_err(failed)?),
        Err(_) => replace_file(snapshot, named),
    }
}

/// Writes a file that has no name until it is complete, or a temporary one where the file system has no such files.
/// Only its owner may read it, because it holds addresses.
fn replace_file(snapshot: Snapshot, file: &Path) -> Result<(u64, u64), CommandError> {
    let failed = |error: io::Error| CommandError::At(file.display().to_string(), error.to_string());
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let mut name = file.file_name().unwrap_or_default().to_owned();
    // In containers processes share numbers.
    name.push(format!(".{}.part", uuid::Uuid::now_v7()));
    let part = file.with_file_name(name);
    let nameless = nameless(folder);
    let is_nameless = nameless.is_some();
    let made = nameless.map_or_else(|| named(&part), Ok).map_err(failed)?;
    let written = stream(snapshot, &made).and_then(|written| {
        made.sync_all().map_err(failed)?;
        if is_nameless {
            give_name(&made, &part).map_err(failed)?;
        }
        fs::rename(&part, file).map_err(failed)?;
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)?;
        Ok(written)
    });
    if written.is_err() {
        // An incomplete file is no backup.
        let _ = fs::remove_file(&part);
    }
    written
}

/// A file that disappears with this process, however that ends, unless it is given a name.
fn nameless(folder: &Path) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let made = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).ok()?;
    // `give_name` needs it.
    Path::new("/proc/self/fd").exists().then(|| made.into())
}

fn give_name(file: &File, name: &Path) -> io::Result<()> {
    let open = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(linkat(CWD, open, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
}

fn named(file: &Path) -> io::Result<File> {
    let mut new = OpenOptions::new();
    new.write(true).create_new(true).mode(0o600).open(file)
}

/// Writes all records. Returns their number, and the bytes.
fn stream(snapshot: Snapshot, to: impl Write) -> Result<(u64, u64), CommandError> {
    let head = snapshot.head.clone();
    let bar = orders_bar(head.documents, "saving");
    // A restore derives these from the rest.
    let kept = |record: &Stored<Record>| {
        !matches!(record, Ok(Record::LogEntry { .. } | Record::Total { .. }))
    };
    let records = snapshot.filter(kept).inspect(|record| {
        if matches!(record, Ok(Record::Document(_))) {
            bar.inc(1);
        }
    });
    let mut to = Counting { to, bytes: 0 };
    let records = write(&head, records, BufWriter::new(&mut to))?;
    bar.finish_and_clear();
    Ok((records, to.bytes))
}

struct Counting<W> {
    to: W,
    bytes: u64,
}

impl<W: Write> Write for Counting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
