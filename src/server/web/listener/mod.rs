//! Accepts connections and serves them until it is told to stop; then it accepts no new ones, and running requests end.

mod admission;
mod certificate;
mod head_timer;

pub use admission::Connection;
pub use certificate::Certificate;

use super::connection_limit::ConnectionLimit;
use admission::Admission;
use axum::{BoxError, Router, body::Body, extract::ConnectInfo, http::Request};
use futures::{
    StreamExt, TryStreamExt,
    stream::{FuturesUnordered, try_unfold},
};
use head_timer::HeadTimer;
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1::Builder,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use std::{
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_util::{either::Either, sync::CancellationToken, task::TaskTracker};
use tower::Service;

/// How long a client may take for the handshake of TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may then take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take nothing of what is sent to it.
const WRITE_TIMEOUT: Duration = Duration::from_secs(20);
/// How long running requests may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(6);

/// Bytes of the head of a request.
const LARGEST_HEAD: usize = 32 * 1024;
/// Bytes that may wait in a connection's own buffer before they are sent.
const MAX_UNSENT: u32 = 16 * 1024;

/// A connection that fails where its peer takes nothing for [`WRITE_TIMEOUT`].
type Stream = Pin<Box<TimeoutStream<TcpStream>>>;

/// An address that is listened on.
pub struct Listener {
    socket: TcpListener,
    admission: Admission,
    /// With TLS: how it is spoken, with the newest certificate.
    tls: Option<watch::Receiver<Arc<ServerConfig>>>,
}

impl Listener {
    pub fn new(
        socket: TcpListener,
        limit: Arc<ConnectionLimit>,
        certificate: Option<&Certificate>,
    ) -> Listener {
        Listener {
            socket,
            admission: Admission::new(limit),
            tls: certificate.map(Certificate::subscribe),
        }
    }

    /// The address, as a URL.
    pub fn url(&self) -> io::Result<String> {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        Ok(format!("{scheme}://{}", self.socket.local_addr()?))
    }

    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let (running, stopping) = (TaskTracker::new(), CancellationToken::new());
        tokio::pin!(stop);
        loop {
            let accepted = select! {
                accepted = self.socket.accept() => accepted,
                () = &mut stop => break,
            };
            let Some((stream, peer)) = ready(accepted).await else {
                continue;
            };
            let Some(connection) = self.admission.admit(peer.ip()) else {
                continue;
            };
            let tls = self.tls.as_ref().map(|tls| tls.borrow().clone());
            let (router, stopping) = (router.clone(), stopping.clone());
            running.spawn(async move {
                let handshake = async {
                    match tls {
                        Some(tls) => secure(stream, tls).await.map(Either::Left),
                        None => Some(Either::Right(stream)),
                    }
                };
                let stream = select! {
                    stream = handshake => stream,
                    () = stopping.cancelled() => None,
                };
                if let Some(stream) = stream {
                    answer(stream, peer, connection, router, stopping).await;
                }
            });
        }
        drop(self.socket);
        stopping.cancel();
        running.close();
        if timeout(SHUTDOWN_TIMEOUT, running.wait()).await.is_err() {
            tracing::warn!("some requests did not end in time");
        }
    }
}

/// A connection ready to be served. Where none can be accepted (no file descriptors left, say) it waits a moment.
async fn ready(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<(Stream, SocketAddr)> {
    match accepted {
        Ok((stream, peer)) => {
            // An event is one small packet, and must not wait for the next.
            stream.set_nodelay(true).ok()?;
            // A client that does not read costs no more memory than this: the rest stays where all clients share it.
            let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT);
            let mut stream = TimeoutStream::new(stream);
            stream.set_write_timeout(Some(WRITE_TIMEOUT));
            Some((Box::pin(stream), peer))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            sleep(Duration::from_millis(50)).await;
            None
        }
    }
}

/// The handshake of TLS; `None` where it fails: the client has been told why, and there is nothing else to do about it.
async fn secure(stream: Stream, tls: Arc<ServerConfig>) -> Option<TlsStream<Stream>> {
    let handshake = TlsAcceptor::from(tls).accept(stream);
    let stream = timeout(HANDSHAKE_TIMEOUT, handshake).await.ok()?;
    stream
        .inspect_err(|error| tracing::debug!(%error, "a TLS handshake failed"))
        .ok()
}

/// Answers the requests on a connection, until it ends.
async fn answer(
    stream: Either<TlsStream<Stream>, Stream>,
    peer: SocketAddr,
    connection: Connection,
    router: Router,
    stopping: CancellationToken,
) {
    // HTTP/1 alone: detecting the version would wait without a limit on a client that sends nothing.
    let mut http = Builder::new();
    http.timer(HeadTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(LARGEST_HEAD)
        .keep_alive(!connection.is_refused());
    let service = service_fn(move |mut request: Request<_>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        request.extensions_mut().insert(connection.clone());
        // A router is always ready.
        router.clone().call(request.map(with_deadline))
    });
    let served = http.serve_connection(TokioIo::new(stream), service);
    let mut served = pin!(served.with_upgrades());
    // It polls the token only when that wakes it: polling takes a lock that all connections share.
    let mut stop = FuturesUnordered::from_iter([stopping.cancelled()]);
    // An error here means that the client broke off or did not speak HTTP: there is nothing to do about it.
    select! {
        biased;
        _ = served.as_mut() => return,
        _ = stop.next() => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

/// Ends a body with an error where it does not come in time; the connection ends with the answer.
fn with_deadline(body: Incoming) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let deadline = Instant::now() + BODY_TIMEOUT;
    let chunks = Body::new(body).into_data_stream();
    Body::from_stream(try_unfold(chunks, move |mut chunks| async move {
        let chunk = timeout_at(deadline, chunks.try_next()).await??;
        Ok::<_, BoxError>(chunk.map(|chunk| (chunk, chunks)))
    }))
}
