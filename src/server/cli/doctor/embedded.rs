//! The embedded store: its folder, its file, and whoever holds it.

use super::{
    report::{Finding, Report, State},
    serving::{Own, ask},
};
use crate::server::{
    ledger::{check, embedded::Checked, schema},
    stored,
};
use indicatif::HumanBytes;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    net::SocketAddr,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio::{task::spawn_blocking, time::timeout};

const GROUP: &str = "embedded";
const CHECKS: [&str; 5] = ["folder", "space", "file", "integrity", "schema"];

/// Bytes that should be free, and without which the next hours are not certain.
const ROOM: u64 = 256 * 1024 * 1024;
const NO_ROOM: u64 = 16 * 1024 * 1024;
/// How long the file is read.
const PATIENCE: Duration = Duration::from_secs(60);

/// `address` is where a server with these settings listens.
pub async fn examine(report: &mut Report, folder: &Path, address: Option<SocketAddr>, own: &Own) {
    if let Err(why) = walk(report, folder, address, own).await {
        report.skip_rest(GROUP, &CHECKS, &why);
    }
}

async fn walk(
    report: &mut Report,
    folder: &Path,
    address: Option<SocketAddr>,
    own: &Own,
) -> Result<(), String> {
    let writable = writable(folder);
    let failed = writable.state == State::Error;
    report.add(GROUP, "folder", writable);
    report.add(GROUP, "space", space(folder));
    if failed {
        return Err("its folder will not do".to_owned());
    }
    let path = stored::file(folder);
    let file = match open(&path) {
        Ok(Some(file)) => file,
        Ok(None) => {
            report.add(
                GROUP,
                "file",
                Finding::ok(format!("{} is made at the first start", path.display())),
            );
            return Err("there is no file yet".to_owned());
        }
        Err(error) => {
            report.add(GROUP, "file", Finding::error(
                format!("{} cannot be opened: {error}", path.display()),
                "Give the file to the user that runs the server, or set DATA_DIR to another folder",
            ));
            return Err("the file cannot be opened".to_owned());
        }
    };
    let length = file.metadata().map_or(0, |file| file.len());
    if length == 0 {
        report.add(
            GROUP,
            "file",
            damaged(&path, "it is empty, with not one byte in it"),
        );
        return Err("the file is empty".to_owned());
    }
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            report.doing("asking who has the file");
            report.add(GROUP, "file", held(&path, &file, address, own).await);
            return Err("the file is in use".to_owned());
        }
        // A file system without locks: the engine has none either.
        Err(TryLockError::Error(_)) | Ok(()) => {}
    }
    // A server that starts now shall not be told that somebody has the file.
    let _ = file.unlock();
    report.add(
        GROUP,
        "file",
        Finding::ok(format!("{}, {}", path.display(), HumanBytes(length))).with("bytes", length),
    );
    report.doing(format!("reading {}", HumanBytes(length)));
    let (finding, checked) = integrity(path, file).await;
    report.add(GROUP, "integrity", finding);
    let checked = checked.ok_or("nothing could be read")?;
    report.add(
        GROUP,
        "schema",
        shape(checked.schema, checked.restoring.as_deref()),
    );
    Ok(())
}

/// Whether files can be made in a folder: by making one.
fn writable(folder: &Path) -> Finding {
    let there = folder
        .ancestors()
        .find(|place| place.exists() || place.as_os_str().is_empty());
    let there = match there {
        Some(place) if !place.as_os_str().is_empty() => place,
        _ => Path::new("."),
    };
    let trial = there.join(format!(".doctor-{}", std::process::id()));
    let made = OpenOptions::new().write(true).create_new(true).open(&trial);
    let done = made.and_then(|_| fs::remove_file(&trial));
    match done {
        Ok(()) if there == folder => Finding::ok(format!("{} can be written", folder.display())),
        Ok(()) => Finding::ok(format!("{} is made at the first start", folder.display())),
        Err(error) => Finding::error(
            format!("{} cannot be written: {error}", there.display()),
            "Give the folder to the user that runs the server (chown), or set DATA_DIR to another",
        ),
    }
}

fn space(folder: &Path) -> Finding {
    let there = folder
        .ancestors()
        .find(|place| place.exists())
        .unwrap_or(Path::new("."));
    let Ok(disk) = rustix::fs::statvfs(there) else {
        return Finding::skipped("this file system does not say");
    };
    let free = disk.f_bavail * disk.f_frsize;
    let says = format!("{} free", HumanBytes(free));
    let remedy =
        "Make room, or set DATA_DIR to a folder on another disk: a full disk refuses every change";
    let finding = match free {
        ..NO_ROOM => Finding::error(says, remedy),
        NO_ROOM..ROOM => Finding::warning(says, remedy),
        _ => Finding::ok(says),
    };
    finding.with("free_bytes", free)
}

/// As the server would open it; `None` where there is none.
fn open(path: &Path) -> io::Result<Option<File>> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Somebody else has the file: a server that runs is asked how it is.
async fn held(path: &Path, file: &File, address: Option<SocketAddr>, own: &Own) -> Finding {
    let holder = holder(file).unwrap_or_else(|| "another process".to_owned());
    let says = format!("{} is held by {holder}", path.display());
    let server = match address {
        Some(address) if address.port() != 0 => ask(address).await.map(|server| (address, server)),
        _ => None,
    };
    match server {
        Some((address, server)) if own.is_served_by(&server) && server.ready => {
            Finding::ok(format!("{says}, and the server at {address} is ready"))
        }
        Some((address, server)) if own.is_served_by(&server) => Finding::error(
            format!(
                "{says}, and the server at {address} is not ready: {}",
                server.trouble
            ),
            "Start that server again; if it stays so, see its log",
        ),
        _ => {
            let place = address.map_or("its address".to_owned(), |address| address.to_string());
            Finding::error(
                format!("{says}, and no server of this market answers at {place}"),
                "One file serves one server: stop that process, or set LEPTOS_SITE_ADDR to where it listens",
            )
        }
    }
}

/// Who has locked a file, where this system says so.
fn holder(file: &File) -> Option<String> {
    let inode = file.metadata().ok()?.ino().to_string();
    let locks = fs::read_to_string("/proc/locks").ok()?;
    // `1: FLOCK  ADVISORY  WRITE 4711 fd:00:131 0 EOF`
    let own = locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(1);
        let kind = words.next()?;
        let process: u32 = words.nth(2)?.parse().ok()?;
        let same = words.next()?.rsplit(':').next()? == inode;
        (kind == "FLOCK" && same).then_some(process)
    })?;
    let name = fs::read_to_string(format!("/proc/{own}/comm")).unwrap_or_default();
    Some(format!("process {own} ({})", name.trim()))
}

/// Every page of the file is read and checked, without a change.
async fn integrity(path: PathBuf, file: File) -> (Finding, Option<Checked>) {
    let before = changed(&path);
    let finding = match timeout(PATIENCE, spawn_blocking(move || check(file))).await {
        Err(_) => Finding::skipped(format!("not done within {} s", PATIENCE.as_secs())),
        Ok(Ok(Ok(Some(checked)))) => {
            let end = &checked.end;
            let finding = Finding::ok(format!("sound, up to event {}", end.seq))
                .with("cursor", end.to_string());
            return (finding, Some(checked));
        }
        Ok(Ok(Ok(None))) => Finding::ok("sound, and nothing is stored in it yet"),
        // A server that has started meanwhile writes while we read.
        _ if changed(&path) != before => {
            Finding::skipped("the file has changed while it was read: a server has started")
        }
        Ok(Ok(Err(redb::Error::UpgradeRequired(format)))) => Finding::error(
            format!("{} has the older format {format}", path.display()),
            "Open it with the release that wrote it, and bring it over with a backup",
        ),
        Ok(Ok(Err(error))) => damaged(&path, &error.to_string()),
        Ok(Err(_)) => damaged(&path, "the check broke off"),
    };
    (finding, None)
}

fn damaged(path: &Path, why: &str) -> Finding {
    Finding::error(
        format!("{} is damaged: {why}", path.display()),
        "Move it (and market.end) aside, then restore a backup (`pizza-market restore`); nothing here repairs it",
    )
}

/// Whether a server would work on a store of this shape.
pub fn shape(version: u32, restoring: Option<&str>) -> Finding {
    let finding = match schema::check(version, restoring) {
        Ok(()) => Finding::ok(format!("version {version}, as this program writes it")),
        Err(error) => Finding::error(
            error.to_string(),
            "Until then the server does not start on it",
        ),
    };
    finding.with("version", version)
}

fn changed(path: &Path) -> Option<(i64, i64, u64)> {
    let file = fs::metadata(path).ok()?;
    Some((file.mtime(), file.mtime_nsec(), file.len()))
}
