//! Accepts connections and serves them until it is told to stop; then it accepts no new ones, and running requests end.

use axum::{BoxError, Router, body::Body, extract::ConnectInfo, http::Request};
use futures::{TryStreamExt, stream::try_unfold};
use hyper::{
    body::{Body as _, Incoming},
    server::conn::http1::Builder,
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{io, net::SocketAddr, pin::pin, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

/// How long a client may take to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may then take to send the body.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long running requests may take to end.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(6);

/// Bytes that may wait in a connection's own buffer before they are sent.
const MAX_UNSENT: u32 = 16 * 1024;

pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    // HTTP/1 alone: detecting the version would wait without a limit on a client that sends nothing.
    let mut http = Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    let (running, stopping) = (TaskTracker::new(), CancellationToken::new());
    tokio::pin!(stop);
    loop {
        let connection = select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let Some((stream, address)) = ready(connection).await else {
            continue;
        };
        let router = router.clone();
        let service =
            TowerToHyperService::new(tower::service_fn(move |mut request: Request<_>| {
                request.extensions_mut().insert(ConnectInfo(address));
                router.clone().oneshot(request.map(with_deadline))
            }));
        let connection = http.serve_connection(TokioIo::new(stream), service);
        let stopping = stopping.clone();
        running.spawn(async move {
            let mut connection = pin!(connection.with_upgrades());
            // An error here means that the client broke off or did not speak HTTP: there is nothing to do about it.
            select! {
                _ = connection.as_mut() => return,
                () = stopping.cancelled() => connection.as_mut().graceful_shutdown(),
            }
            let _ = connection.await;
        });
    }
    drop(listener);
    stopping.cancel();
    running.close();
    if timeout(SHUTDOWN_TIMEOUT, running.wait()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
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

/// A connection ready to be served. Where none can be accepted (no file descriptors left, say) it waits a moment.
async fn ready(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<(TcpStream, SocketAddr)> {
    match accepted {
        Ok((stream, address)) => {
            // An event is one small packet, and must not wait for the next.
            stream.set_nodelay(true).ok()?;
            // A client that does not read costs no more memory than this: the rest stays where all clients share it.
            let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT);
            Some((stream, address))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
