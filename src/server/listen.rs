//! Takes connections and serves them until it is told to stop; then no new ones, and the running requests end.

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    time::{sleep, timeout},
};
use tower::ServiceExt;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// How long running requests may take to end.
const GRACE: Duration = Duration::from_secs(6);

/// Bytes that may wait in a connection's own buffer before they are sent.
const UNSENT: u32 = 16 * 1024;

pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let mut http = Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD);
    let graceful = GracefulShutdown::new();
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
                router.clone().oneshot(request.map(Body::new))
            }));
        let connection = http
            .serve_connection_with_upgrades(TokioIo::new(stream), service)
            .into_owned();
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // It broke off, or was no HTTP: nothing that anybody could do something about.
            let _ = connection.await;
        });
    }
    drop(listener);
    if timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// A connection ready to be served. Where none can be taken (no file descriptors left, say) a moment passes.
async fn ready(accepted: io::Result<(TcpStream, SocketAddr)>) -> Option<(TcpStream, SocketAddr)> {
    match accepted {
        Ok((stream, address)) => {
            // An event is one small packet, and is not to wait for the next.
            stream.set_nodelay(true).ok()?;
            // Whoever does not read costs no more memory than this: the rest stays where it is shared by all.
            let _ = socket2::SockRef::from(&stream).set_tcp_notsent_lowat(UNSENT);
            Some((stream, address))
        }
        Err(error) => {
            tracing::warn!(%error, "cannot take a connection");
            sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
