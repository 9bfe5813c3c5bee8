//! The administrative socket: gives operators on the same machine a snapshot of the embedded file, which no other
//! process can open while the server runs, the cause where no change can be stored, and commands on accounts. Only the account that the server
//! runs under, and root, may connect.

use super::{
    Embedded, Result, SocketPath, Store, StoreError, Trouble, TroubleKind, admin_reads, snapshot,
};
use crate::{domain::named_enum, server::config::database_file};
use futures::future::OptionFuture;
use std::{
    fs::{self, Permissions},
    io::{self, BufRead, BufReader, BufWriter, Read, Write},
    net::Shutdown,
    os::unix::{
        fs::{MetadataExt, PermissionsExt},
        net,
    },
    path::Path,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use tokio::{
    net::{UnixListener, UnixStream},
    runtime::Handle,
};
use tokio_util::sync::CancellationToken;

/// A reader that takes nothing for this long is disconnected: its snapshot keeps old pages in the file.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a client waits for the server. Before the first document the server reads all names.
const READ_TIMEOUT: Duration = Duration::from_secs(120);

/// How long the server waits for the line in which a client says what it asks for, and how long that is at most.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);
/// With the line after it, where a client asks for a command.
const LONGEST_REQUEST: u64 = 16 * 1024;
/// The same for the answer to [`Request::Trouble`].
const TROUBLE_TIMEOUT: Duration = Duration::from_secs(2);
/// How often the server looks whether its socket is still there.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

named_enum! {
    /// What a client asks for, in one line. Clients before this line was introduced send none, and want a snapshot.
    Request {
        Snapshot = "snapshot",
        /// Why no change can be stored, as JSON; `null` where it can.
        Trouble = "trouble",
        /// What the next line says, see [`Readers::set_commands`].
        Command = "command",
        /// What the next line says is read, see [`admin_reads`].
        Read = "read",
    }
}

/// Carries out a command that has come in one line, and answers in one.
type Commands = Box<dyn Fn(&str) -> String + Send + Sync>;

/// The clients that are being served. As long as one is, the file is open.
#[derive(Clone, Default)]
pub struct Readers {
    all: Arc<Mutex<Vec<Reader>>>,
    commands: Arc<OnceLock<Commands>>,
}

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

    /// From now on commands are carried out, on the thread of their client.
    pub fn set_commands(&self, commands: impl Fn(&str) -> String + Send + Sync + 'static) {
        let _ = self.commands.set(Box::new(commands));
    }

    fn add(&self, stream: net::UnixStream, store: Arc<Embedded>) -> io::Result<()> {
        let (to, commands) = (stream.try_clone()?, self.commands.clone());
        let runtime = Handle::current();
        let thread = std::thread::Builder::new()
            .name("admin-socket".to_owned())
            .spawn(move || {
                if let Err(error) = answer(&to, &store, &commands, &runtime) {
                    tracing::debug!(%error, "a client did not read its answer to the end");
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
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Answers each connection, until `stop`. Where the socket cannot be created, the server runs without.
pub fn offer(folder: &Path, store: Arc<Embedded>, stop: CancellationToken) -> Readers {
    let readers = Readers::default();
    let (path, private) = (SocketPath::of(folder), SocketPath::private(folder));
    if let SocketPath::Private { socket, .. } = &path {
        tracing::warn!(
            socket = %socket.display(),
            "the path of DATA_DIR is too long for the administrative socket, which is in a private folder instead"
        );
    }
    let own = listen(&path).map(|listening| accept(listening, store.clone(), readers.clone()));
    let stand_in = stand_in(path, private, store, readers.clone());
    let serving = async { tokio::join!(OptionFuture::from(own), stand_in) };
    drop(tokio::spawn(stop.run_until_cancelled_owned(serving)));
    readers
}

/// The socket, and its owner.
type Listening = (UnixListener, u32);

fn listen(path: &SocketPath) -> Option<Listening> {
    let listening = bind(path);
    let listening = listening.inspect_err(|error| {
        tracing::warn!(
            socket = %path.socket().display(),
            %error,
            "cannot create the administrative socket: `verify`, `backup` and `inspect` need this server stopped"
        );
    });
    listening.ok()
}

/// Once the socket is gone, with the folder or without, answers at the private place. The folder is not made again: the
/// operator may be about to move it back.
async fn stand_in(path: SocketPath, private: SocketPath, store: Arc<Embedded>, readers: Readers) {
    let is_gone = |path: &Path| matches!(path.try_exists(), Ok(false));
    while !is_gone(path.socket()) {
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    if let Some(listening) = listen(&private) {
        let (lost, socket) = (path.socket().display(), private.socket().display());
        tracing::warn!(%lost, %socket, "the administrative socket is gone: it is elsewhere now");
        accept(listening, store, readers).await;
    }
}

/// This server holds the file, so a socket that is already there is a leftover.
fn bind(path: &SocketPath) -> io::Result<Listening> {
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

async fn accept((listener, owner): Listening, store: Arc<Embedded>, readers: Readers) {
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
    stream.set_read_timeout(Some(REQUEST_TIMEOUT))?;
    Ok(stream)
}

fn answer(
    stream: &net::UnixStream,
    store: &Embedded,
    commands: &OnceLock<Commands>,
    runtime: &Handle,
) -> Result<()> {
    let mut lines = BufReader::new(stream.take(LONGEST_REQUEST));
    match request(&mut lines) {
        None => Ok(()),
        Some(Request::Read) => {
            let mut line = String::new();
            let _ = lines.read_line(&mut line);
            let answer = runtime.block_on(admin_reads::answer(store, &line))?;
            let written = (&*stream).write_all(answer.as_bytes());
            written.map_err(|error| StoreError::Broken(error.to_string()))
        }
        Some(Request::Command) => {
            let mut line = String::new();
            let _ = lines.read_line(&mut line);
            let answer = commands.get().map(|commands| commands(line.trim_end()));
            let answer = answer.unwrap_or_default();
            let written = (&*stream).write_all(answer.as_bytes());
            written.map_err(|error| StoreError::Broken(error.to_string()))
        }
        Some(Request::Snapshot) => {
            let snapshot = store.snapshot()?;
            let head = snapshot.head.clone();
            snapshot::write(&head, snapshot, BufWriter::new(stream)).map(drop)
        }
        Some(Request::Trouble) => {
            let trouble = store.health().trouble;
            let written = serde_json::to_writer(stream, &trouble);
            written.map_err(|error| StoreError::Broken(error.to_string()))
        }
    }
}

/// What a client asks for; nothing where it has left.
fn request(lines: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    match lines.read_line(&mut line) {
        Ok(0) => None,
        _ => Request::from_name(line.trim_end()).or(Some(Request::Snapshot)),
    }
}

/// A connection to the server that has a folder's store open.
pub struct Server(net::UnixStream);

impl Server {
    /// Everything that is stored at this moment.
    pub fn snapshot(self) -> Result<snapshot::Snapshot> {
        snapshot::Snapshot::from_lines(self.ask(Request::Snapshot, READ_TIMEOUT)?)
    }

    /// Why it can store no change, if it cannot.
    pub fn trouble(self) -> Result<Option<Trouble>> {
        let answer = self.ask(Request::Trouble, TROUBLE_TIMEOUT)?;
        let answer = serde_json::from_reader(BufReader::new(answer));
        answer.map_err(|error| StoreError::Broken(error.to_string()))
    }

    /// Has it carry out a command, which is one line, and returns its answer. Nothing is answered by a server that does
    /// not know commands, or has not started yet.
    pub fn command(self, command: &str) -> Result<String> {
        self.ask_line(Request::Command, command)
    }

    /// Has it read what a line says, and returns its answer.
    pub fn read(self, what: &str) -> Result<String> {
        self.ask_line(Request::Read, what)
    }

    fn ask_line(self, request: Request, line: &str) -> Result<String> {
        let mut stream = self.ask(request, READ_TIMEOUT)?;
        let mut answer = String::new();
        writeln!(stream, "{line}")
            .and_then(|()| BufReader::new(stream).read_to_string(&mut answer))
            .map_err(|error| TroubleKind::Unreachable.because(error))?;
        Ok(answer)
    }

    fn ask(self, request: Request, wait: Duration) -> Result<net::UnixStream> {
        let Server(mut stream) = self;
        let asked = writeln!(stream, "{request}");
        asked
            .and_then(|()| stream.set_read_timeout(Some(wait)))
            .map_err(|error| TroubleKind::Unreachable.because(error))?;
        Ok(stream)
    }
}

/// Connects to the server that has a folder's store open, if one has. An error where it may not be asked.
pub fn connect(folder: &Path) -> io::Result<Option<Server>> {
    let file = database_file(folder);
    for path in [SocketPath::of(folder), SocketPath::private(folder)] {
        let checked = path.check(&file);
        match checked.and_then(|()| net::UnixStream::connect(path.socket())) {
            Ok(stream) => return Ok(Some(Server(stream))),
            Err(error) if is_absent(&error) => {}
            Err(error) => {
                let why = format!("{}: {error}", path.socket().display());
                return Err(io::Error::new(error.kind(), why));
            }
        }
    }
    Ok(None)
}

/// Whether nothing listens there: what a killed server leaves refuses the connection.
fn is_absent(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionRefused, NotFound};
    matches!(error.kind(), NotFound | ConnectionRefused)
}
