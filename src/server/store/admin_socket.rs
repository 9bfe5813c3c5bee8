//! The administrative socket: gives operators on the same machine a snapshot of the embedded file, which no other
//! process can open while the server runs. Only the account that the server runs under, and root, may connect.

use super::{Embedded, Result, SocketPath, StoreError, TroubleKind, snapshot};
use crate::server::config::database_file;
use std::{
    fs::{self, Permissions},
    io::{self, BufWriter},
    net::Shutdown,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        net,
    },
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// A reader that takes nothing for this long is disconnected: its snapshot keeps old pages in the file.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client waits for the server. Before the first document the server reads all names.
const READ_TIMEOUT: Duration = Duration::from_secs(120);

/// The clients that are being served. As long as one is, the file is open.
#[derive(Clone, Default)]
pub struct Readers(Arc<Mutex<Vec<Reader>>>);

struct Reader {
    stream: net::UnixStream,
    thread: JoinHandle<()>,
}

impl Readers {
    /// Disconnects all clients, and waits until they no longer use the file.
    pub fn stop(&self) {
        for reader in std::mem::take(&mut *self.lock()) {
            let _ = reader.stream.shutdown(Shutdown::Both);
            // A panic has been logged by the panic hook.
            let _ = reader.thread.join();
        }
    }

    fn add(&self, stream: net::UnixStream, store: Arc<Embedded>) -> io::Result<()> {
        let to = stream.try_clone()?;
        let thread = std::thread::Builder::new()
            .name("admin-socket".to_owned())
            .spawn(move || {
                if let Err(error) = send(&to, &store) {
                    tracing::debug!(%error, "a client did not read its snapshot to the end");
                }
                // The other handle would keep the connection open.
                let _ = to.shutdown(Shutdown::Both);
            })?;
        let mut all = self.lock();
        all.retain(|reader| !reader.thread.is_finished());
        all.push(Reader { stream, thread });
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Reader>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers each connection with a snapshot, until `stop`. Where the socket cannot be created, the server runs without.
pub fn offer(folder: &Path, store: Arc<Embedded>, stop: CancellationToken) -> Readers {
    let readers = Readers::default();
    let path = SocketPath::of(folder);
    match bind(&path) {
        Ok((listener, owner)) => {
            if let SocketPath::Private { socket, .. } = &path {
                tracing::warn!(
                    socket = %socket.display(),
                    "the path of DATA_DIR is too long for the administrative socket, which is in a private folder instead"
                );
            }
            let answering = answer(listener, owner, store, readers.clone());
            drop(tokio::spawn(stop.run_until_cancelled_owned(answering)));
        }
        Err(error) => tracing::warn!(
            socket = %path.socket().display(),
            %error,
            "cannot create the administrative socket: `verify`, `backup` and `inspect` need this server stopped"
        ),
    }
    readers
}

/// The socket, and its owner. This server holds the file, so a socket that is already there is a leftover.
fn bind(path: &SocketPath) -> io::Result<(UnixListener, u32)> {
    path.prepare()?;
    let path = path.socket();
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok((listener, fs::metadata(path)?.uid()))
}

async fn answer(listener: UnixListener, owner: u32, store: Arc<Embedded>, readers: Readers) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files: that may pass.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        // Another account may have connected between the socket's creation and its permissions.
        let allowed = |uid| uid == owner || uid == 0;
        if !stream.peer_cred().is_ok_and(|peer| allowed(peer.uid())) {
            continue;
        }
        let answered = blocking(stream).and_then(|stream| readers.add(stream, store.clone()));
        if let Err(error) = answered {
            tracing::warn!(%error, "cannot answer on the administrative socket");
        }
    }
}

fn blocking(stream: UnixStream) -> io::Result<net::UnixStream> {
    let stream = stream.into_std()?;
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(WRITE_TIMEOUT))?;
    Ok(stream)
}

fn send(stream: &net::UnixStream, store: &Embedded) -> Result<()> {
    let snapshot = store.snapshot()?;
    let head = snapshot.head.clone();
    snapshot::write(&head, snapshot, BufWriter::new(stream)).map(drop)
}

/// A snapshot from the server that holds this folder's file.
pub fn read_snapshot(folder: &Path) -> Result<snapshot::Snapshot> {
    let path = SocketPath::of(folder);
    let checked = path.check(&database_file(folder));
    let connected = checked.and_then(|()| net::UnixStream::connect(path.socket()));
    let stream = connected.map_err(|error| {
        let why = format!(
            "a server holds the file, and cannot be asked at {} ({error}): stop it first, or run this as the \
             account that it runs under",
            path.socket().display()
        );
        StoreError::Broken(why)
    })?;
    stream
        .set_read_timeout(Some(READ_TIMEOUT))
        .map_err(|error| TroubleKind::Unreachable.because(error))?;
    snapshot::Snapshot::from_lines(stream)
}
