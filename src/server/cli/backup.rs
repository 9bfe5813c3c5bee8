//! `backup`: everything that is stored, in one file.

use super::{
    out,
    store::{At, Failed, count, orders_bar},
};
use crate::server::{
    ledger::{
        Result as Stored, schema,
        snapshot::{Record, Snapshot, write},
    },
    stored,
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
    /// Where to; `-` is the standard output. A file of this name is replaced when the new one is whole and synced; into
    /// a pipe or a device it is written.
    file: PathBuf,
    /// Print one JSON object: {"file", "engine", "cursor", "records", "bytes"}. With `-` it goes to standard error.
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> ExitCode {
    match backup(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            out::note(format_args!("There is no backup: {why}"));
            ExitCode::FAILURE
        }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    file: &'a Path,
    engine: String,
    cursor: String,
    records: u64,
    bytes: u64,
}

fn backup(args: &Args) -> Result<(), Failed> {
    let at = At::settings()?;
    let snapshot = at.run(stored::snapshot(&at.store))?;
    let head = snapshot.head.clone();
    if head.schema > schema::SCHEMA || head.restoring.is_some() {
        schema::check(head.schema, head.restoring.as_deref())?;
    }
    let file = args.file.as_path();
    let to_stdout = file == Path::new("-");
    let (records, bytes) = match to_stdout {
        // Whoever does not take it to its end has no backup.
        true => stream(snapshot, io::stdout())?,
        false => into(snapshot, file)?,
    };
    let say: fn(&str) = match to_stdout {
        true => |text| out::note(text),
        false => |text| out::line(text),
    };
    let (engine, cursor) = (head.engine, head.cursor.to_string());
    if args.json {
        let report = Report {
            file,
            engine,
            cursor,
            records,
            bytes,
        };
        say(&serde_json::to_string(&report).unwrap_or_default());
    } else {
        let records = count(records, "record");
        say(&format!(
            "{records}, {bytes} bytes: the {engine} store up to {cursor}"
        ));
    }
    Ok(())
}

/// To the file that a name leads to. What is no file, a pipe or a device, is written to and stays.
fn into(snapshot: Snapshot, named: &Path) -> Result<(u64, u64), Failed> {
    let failed = |error: io::Error| Failed::There(named.display().to_string(), error.to_string());
    match fs::metadata(named) {
        Ok(about) if about.is_dir() => Err(Failed::There(
            named.display().to_string(),
            "it is a folder: name a file in it".to_owned(),
        )),
        Ok(about) if !about.is_file() => {
            let there = OpenOptions::new().write(true).open(named);
            stream(snapshot, there.map_err(failed)?)
        }
        // Through a link; the link stays.
        Ok(_) => into_file(snapshot, &fs::canonicalize(named).map_err(failed)?),
        Err(_) => into_file(snapshot, named),
    }
}

/// Without a name until it is whole, or, where the file system has no such files, under another one; nobody but its
/// owner may read it, for it holds addresses.
fn into_file(snapshot: Snapshot, file: &Path) -> Result<(u64, u64), Failed> {
    let failed = |error: io::Error| Failed::There(file.display().to_string(), error.to_string());
    let folder = file.parent().filter(|folder| *folder != Path::new(""));
    let folder = folder.unwrap_or(Path::new("."));
    let mut name = file.file_name().unwrap_or_default().to_owned();
    // In a container every process may have the same number.
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
        // What is not whole is no backup.
        let _ = fs::remove_file(&part);
    }
    written
}

/// A file that is gone with this process, however that ends, unless it is given a name.
fn nameless(folder: &Path) -> Option<File> {
    let flags = OFlags::TMPFILE | OFlags::WRONLY | OFlags::CLOEXEC;
    let made = rustix::fs::open(folder, flags, Mode::RUSR | Mode::WUSR).ok()?;
    // By way of it names are given.
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

/// How many records and bytes it was.
fn stream(snapshot: Snapshot, to: impl Write) -> Result<(u64, u64), Failed> {
    let head = snapshot.head.clone();
    let bar = orders_bar(head.documents, "saving");
    // What follows from the rest is made anew from it.
    let kept = |record: &Stored<Record>| {
        !matches!(record, Ok(Record::Logged { .. } | Record::Total { .. }))
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
