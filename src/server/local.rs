//! What a running server gives to an operator on the same machine: everything that its embedded file holds, which
//! nobody else can open meanwhile. It is sent over a socket beside the file; only the account that the server runs
//! under, and root, may connect.

use super::ledger::{Embedded, Result, StoreError, snapshot};
use std::{
    fs::{self, Permissions},
    io::{self, BufWriter},
    net::Shutdown,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        net,
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// A reader that takes nothing for so long is given up: what it reads keeps old pages in the file.
const STUCK: Duration = Duration::from_secs(30);
/// A server that sends nothing for so long will not any more. Before the first order it goes through all names.
const SILENT: Duration = Duration::from_secs(120);

fn beside(folder: &Path) -> PathBuf {
    folder.join("market.sock")
}

/// Everybody who is being answered: while they are, the file is open.
#[derive(Clone, Default)]
pub struct Readers(Arc<Mutex<Vec<Reader>>>);

struct Reader {
    stream: net::UnixStream,
    thread: JoinHandle<()>,
}

impl Readers {
    /// Cuts all of them off, and waits until they have let go of the file.
    pub fn stop(&self) {
        for reader in std::mem::take(&mut *self.all()) {
            let _ = reader.stream.shutdown(Shutdown::Both);
            // If it has panicked, that has been said.
            let _ = reader.thread.join();
        }
    }

    fn add(&self, stream: net::UnixStream, ledger: Arc<Embedded>) -> io::Result<()> {
        let to = stream.try_clone()?;
        let thread = std::thread::Builder::new()
            .name("operator".to_owned())
            .spawn(move || {
                if let Err(error) = send(&to, &ledger) {
                    tracing::debug!(%error, "a snapshot was not read to its end");
                }
                // The other handle would hold the line.
                let _ = to.shutdown(Shutdown::Both);
            })?;
        let mut all = self.all();
        all.retain(|reader| !reader.thread.is_finished());
        all.push(Reader { stream, thread });
        Ok(())
    }

    fn all(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers each connection with a snapshot, until it is told to `stop`. Where no socket can be made, the market runs
/// without it.
pub fn offer(folder: &Path, ledger: Arc<Embedded>, stop: CancellationToken) -> Readers {
    let readers = Readers::default();
    let path = beside(folder);
    match bind(&path) {
        Ok((listener, owner)) => {
            let answering = answer(listener, owner, ledger, readers.clone());
            drop(tokio::spawn(stop.run_until_cancelled_owned(answering)));
        }
        Err(error) => tracing::warn!(
            socket = %path.display(),
            %error,
            "no socket for operators: `verify`, `backup` and `inspect` need this server stopped"
        ),
    }
    readers
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

async fn answer(listener: UnixListener, owner: u32, ledger: Arc<Embedded>, readers: Readers) {
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
        let answered = blocking(stream).and_then(|stream| readers.add(stream, ledger.clone()));
        if let Err(error) = answered {
            tracing::warn!(%error, "an operator could not be answered");
        }
    }
}

fn blocking(stream: UnixStream) -> io::Result<net::UnixStream> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(STUCK))?;
    Ok(stream)
}

fn send(stream: &net::UnixStream, ledger: &Embedded) -> Result<()> {
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
    stream
        .set_read_timeout(Some(SILENT))
        .map_err(|error| StoreError::Away(error.to_string()))?;
    snapshot::Snapshot::from_lines(stream)
}
