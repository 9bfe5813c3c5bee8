//! What a running server gives to an operator on the same machine: everything that its embedded file holds, which
//! nobody else can open meanwhile. It is sent over a socket beside the file; only the account that the server runs
//! under, and root, may connect.

use super::ledger::{Embedded, Result, StoreError, snapshot};
use std::{
    fs::{self, Permissions},
    io::{self, BufWriter},
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        net,
    },
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::net::{UnixListener, UnixStream};

/// A reader that takes nothing for so long is given up: what it reads keeps old pages in the file.
const STUCK: Duration = Duration::from_secs(30);

fn beside(folder: &Path) -> PathBuf {
    folder.join("market.sock")
}

/// Answers each connection with a snapshot, for as long as the server runs. Where no socket can be made, the market
/// runs without it.
pub fn offer(folder: &Path, ledger: Arc<Embedded>) {
    let path = beside(folder);
    match bind(&path) {
        Ok((listener, owner)) => drop(tokio::spawn(answer(listener, owner, ledger))),
        Err(error) => tracing::warn!(
            socket = %path.display(),
            %error,
            "no socket for operators: `verify`, `backup` and `inspect` need this server stopped"
        ),
    }
}

/// The socket, and whose it is. The file is this server's, so is a socket that was left there.
fn bind(path: &Path) -> io::Result<(UnixListener, u32)> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok((listener, fs::metadata(path)?.uid()))
}

async fn answer(listener: UnixListener, owner: u32, ledger: Arc<Embedded>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files: it may be better in a moment.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Between its making and its permissions somebody else may have come in.
        let allowed = |uid| uid == owner || uid == 0;
        if !stream.peer_cred().is_ok_and(|peer| allowed(peer.uid())) {
            continue;
        }
        let ledger = ledger.clone();
        // A thread that nobody waits for when the server stops.
        std::thread::spawn(move || {
            if let Err(error) = send(stream, &ledger) {
                tracing::debug!(%error, "a snapshot was not read to its end");
            }
        });
    }
}

fn send(stream: UnixStream, ledger: &Embedded) -> Result<()> {
    let ready = || {
        let stream = stream.into_std()?;
        stream.set_nonblocking(false)?;
        stream.set_write_timeout(Some(STUCK))?;
        Ok(stream)
    };
    let stream = ready().map_err(|error: io::Error| StoreError::Away(error.to_string()))?;
    let snapshot = ledger.snapshot()?;
    let head = snapshot.head.clone();
    snapshot::write(&head, snapshot, BufWriter::new(stream)).map(drop)
}

/// What the server that holds this folder's file sends.
pub fn ask(folder: &Path) -> Result<snapshot::Snapshot> {
    let path = beside(folder);
    let stream = net::UnixStream::connect(&path).map_err(|error| {
        let why = format!(
            "a server holds the file, and cannot be asked at {} ({error}): stop it first, or run this as the \
             account that it runs under",
            path.display()
        );
        StoreError::Broken(why)
    })?;
    snapshot::Snapshot::from_lines(stream)
}
