//! The embedded store: its folder, its file, and the process that has locked it.

use super::{
    clock,
    report::{Finding, Report, State},
    serving::{OwnStore, ask},
};
use crate::server::store::{
    Embedded, SocketPath, Trouble, TroubleKind, Unreadable, admin_socket, check, embedded::Checked,
    open, schema,
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
const CHECKS: [&str; 7] = [
    "folder",
    "space",
    "socket",
    "file",
    "integrity",
    "schema",
    clock::NAME,
];

/// Free bytes below which there is a warning, and an error.
const LITTLE_SPACE: u64 = 256 * 1024 * 1024;
const NO_SPACE: u64 = 16 * 1024 * 1024;
/// Of reading the whole file.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// `address` is where a server with these settings listens.
pub async fn examine(
    report: &mut Report,
    folder: &Path,
    address: Option<SocketAddr>,
    own: &OwnStore,
) {
    if let Err(why) = examine_store(report, folder, address, own).await {
        report.skip_rest(GROUP, &CHECKS, &why);
    }
}

async fn examine_store(
    report: &mut Report,
    folder: &Path,
    address: Option<SocketAddr>,
    own: &OwnStore,
) -> Result<(), String> {
    let writable = writable(folder);
    let failed = writable.state == State::Error;
    report.add(GROUP, "folder", writable);
    report.add(GROUP, "space", space(folder));
    report.add(GROUP, "socket", socket(folder));
    if failed {
        return Err("its folder cannot be used".to_owned());
    }
    let path = open::file(folder);
    let (file, length) = match examine_file(report, &path, address, own).await {
        Ok(opened) => opened,
        Err((finding, why)) => {
            report.add(GROUP, "file", finding);
            return Err(why.to_owned());
        }
    };
    let finding = Finding::ok(format!("{}, {}", path.display(), HumanBytes(length)));
    report.add(GROUP, "file", finding.with("bytes", length));
    report.doing(format!("reading {}", HumanBytes(length)));
    let (finding, checked) = integrity(path.clone(), file).await;
    report.add(GROUP, "integrity", finding);
    let checked = checked.ok_or("nothing could be read")?;
    let restoring = checked.restoring.as_deref();
    let finding = schema_version(checked.schema, restoring);
    let is_read = finding.state == State::Ok;
    report.add(GROUP, "schema", finding);
    if !is_read {
        return Err("the schema is another one".to_owned());
    }
    let store = Embedded::open_read_only(&path).map_err(|why| match why {
        Unreadable::Held => "a server has started".to_owned(),
        Unreadable::Broken(error) => error.to_string(),
    })?;
    report.add(GROUP, clock::NAME, clock::compare_with(&store).await);
    Ok(())
}

/// The file, if it can be read, and its length. An error is the finding, and why the checks that follow are skipped.
async fn examine_file(
    report: &Report,
    path: &Path,
    address: Option<SocketAddr>,
    own: &OwnStore,
) -> Result<(File, u64), (Finding, &'static str)> {
    if let Some(finding) = lost(path) {
        return Err((finding, "the server has another file open"));
    }
    let shown = path.display();
    let opened = open(path).map_err(|error| {
        let finding = Finding::error(
            format!("{shown} cannot be opened: {error}"),
            "Give the file to the user that runs the server, or set DATA_DIR to another folder",
        );
        (finding, "the file cannot be opened")
    })?;
    let Some(file) = opened else {
        let finding = Finding::ok(format!("{shown} is made at the first start"));
        return Err((finding, "there is no file yet"));
    };
    let length = file.metadata().map_or(0, |file| file.len());
    if length == 0 {
        return Err((damaged(path, "it is empty"), "the file is empty"));
    }
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => {
            report.doing("looking for the process that has the file");
            let finding = held(path, &file, address, own).await;
            return Err((finding, "the file is in use"));
        }
        // On a file system without locks the engine has none either.
        Err(TryLockError::Error(_)) | Ok(()) => {}
    }
    // The lock would keep a server from starting now.
    let _ = file.unlock();
    Ok((file, length))
}

/// That a running server has a file open which is no longer at its path.
fn lost(path: &Path) -> Option<Finding> {
    let trouble = trouble_of_server(path)?;
    (trouble.kind == TroubleKind::StoreReplaced).then(|| {
        Finding::error(
            format!("a server runs that has lost its file: {}", trouble.cause),
            "Save what it still has open (`pizza-market backup`), stop it, and restore that",
        )
    })
}

/// Why the server that has this file open, or had it under this name, can store no change.
fn trouble_of_server(path: &Path) -> Option<Trouble> {
    let server = admin_socket::connect(path.parent()?).ok()??;
    server.trouble().ok()?
}

/// Whether files can be made in a folder, by making one.
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
        return Finding::skipped("this file system does not report it");
    };
    let free = disk.f_bavail * disk.f_frsize;
    let says = format!("{} free", HumanBytes(free));
    let remedy = "Free some space, or set DATA_DIR to a folder on another disk: a full disk refuses every change";
    let finding = match free {
        ..NO_SPACE => Finding::error(says, remedy),
        NO_SPACE..LITTLE_SPACE => Finding::warning(says, remedy),
        _ => Finding::ok(says),
    };
    finding.with("free_bytes", free)
}

/// Where a server that has the file offers it to the other commands.
fn socket(folder: &Path) -> Finding {
    let path = SocketPath::of(folder);
    let shown = path.socket().display().to_string();
    let finding = match &path {
        SocketPath::BesideFile(_) => Finding::ok(&*shown),
        SocketPath::Private { .. } => Finding::warning(
            format!("{shown}, because the path of DATA_DIR is too long for a socket"),
            "Set DATA_DIR to a folder with a shorter path; until then run the commands where they share /tmp with the server",
        ),
    };
    finding.with("path", shown)
}

/// Opens it as the server would; `None` where there is none.
fn open(path: &Path) -> io::Result<Option<File>> {
    match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Another process has the file: if it is our server, its state is the finding.
async fn held(path: &Path, file: &File, address: Option<SocketAddr>, own: &OwnStore) -> Finding {
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
        Some((address, server)) if own.is_served_by(&server) => {
            let why = trouble_of_server(path);
            let why = why.map_or(server.trouble, |trouble| trouble.cause);
            Finding::error(
                format!("{says}, and the server at {address} is not ready: {why}"),
                "Remove the cause: the server goes on by itself. If it does not, restart it",
            )
        }
        _ => {
            let place = address.map_or("its address".to_owned(), |address| address.to_string());
            Finding::error(
                format!("{says}, and no server of this market answers at {place}"),
                "One file serves one server: stop that process, or set LEPTOS_SITE_ADDR to where it listens",
            )
        }
    }
}

/// The process that has locked a file, on systems with /proc.
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
    let finding = match timeout(READ_TIMEOUT, spawn_blocking(move || check(file))).await {
        Err(_) => Finding::skipped(format!("not done within {} s", READ_TIMEOUT.as_secs())),
        Ok(Ok(Ok(Some(checked)))) => {
            let end = &checked.end;
            let finding = Finding::ok(format!("sound, up to event {}", end.seq))
                .with("cursor", end.to_string());
            return (finding, Some(checked));
        }
        Ok(Ok(Ok(None))) => Finding::ok("sound, and nothing is stored in it yet"),
        // A server that has started meanwhile may have written.
        _ if changed(&path) != before => {
            Finding::skipped("the file has changed while it was read: a server has started")
        }
        Ok(Ok(Err(redb::Error::UpgradeRequired(format)))) => Finding::error(
            format!("{} has the older format {format}", path.display()),
            "Open it with the release that wrote it, and migrate with a backup",
        ),
        Ok(Ok(Err(error))) => damaged(&path, &error.to_string()),
        Ok(Err(_)) => damaged(&path, "the check broke off"),
    };
    (finding, None)
}

fn damaged(path: &Path, why: &str) -> Finding {
    Finding::error(
        format!("{} is damaged: {why}", path.display()),
        "Move it (and market.end) aside, then restore a backup (`pizza-market restore`); no tool repairs it",
    )
}

/// Whether a server would work on a store of this schema version.
pub fn schema_version(version: u32, restoring: Option<&str>) -> Finding {
    let finding = match schema::check(version, restoring) {
        Ok(()) => Finding::ok(format!("version {version}, as this program writes it")),
        Err(error) => Finding::error(
            error.to_string(),
            "Until then the server does not start with it",
        ),
    };
    finding.with("version", version)
}

fn changed(path: &Path) -> Option<(i64, i64, u64)> {
    let file = fs::metadata(path).ok()?;
    Some((file.mtime(), file.mtime_nsec(), file.len()))
}
