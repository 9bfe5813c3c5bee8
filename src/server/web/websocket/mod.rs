//! `/ws`: the upgrade to the live channel, and where a client wants to begin.

pub mod close;
mod frame_rate;
mod session;
mod upgrade;

use super::{listener::Connection, query_string, state::AppState};
use super::{
    openapi::{components::Since as SinceParameter, responses::Upgraded},
    problem::Problem,
};
use crate::domain::{Cursor, Field, FieldError, ValueKind};
use axum::{
    extract::{ConnectInfo, Extension, RawQuery, State},
    response::Response,
};
use std::net::SocketAddr;
use tower_http::request_id::RequestId;
use upgrade::Upgrade;

/// The library's own buffers are 128 KiB for each socket.
const BUFFER: usize = 4 * 1024;
/// The contract's 4 KiB.
const LARGEST_MESSAGE: usize = 4 * 1024;

/// Where a client wants to begin.
enum Since {
    /// From now on, with signals.
    Now,
    After(Cursor),
}

impl Field for Since {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        if text.is_empty() {
            Ok(Since::Now)
        } else {
            text.parse().map(Since::After)
        }
    }
}

/// Follow every change
///
/// A WebSocket: each text frame is a `Frame` (see the schemas). What it sends, and when it is closed, stands at the
/// beginning of this page.
#[utoipa::path(
    get,
    path = "/ws",
    tag = "Live",
    operation_id = "follow",
    params(SinceParameter),
    responses(Upgraded)
)]
pub async fn open(
    State(app): State<AppState>,
    from: ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    RawQuery(query): RawQuery,
    connection: Extension<Connection>,
    upgrade: Result<Upgrade, Problem>,
) -> Result<Response, Problem> {
    let mut fields = query_string::read(query.as_deref().unwrap_or_default());
    let since = fields.optional::<Since>("since");
    let since = fields.finish(|| Some(since))?;
    let Upgrade(upgrade) = upgrade?;
    let upgrade = upgrade
        .read_buffer_size(BUFFER)
        .write_buffer_size(BUFFER)
        .max_write_buffer_size(64 * BUFFER)
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE);
    let permit = app.sockets.limit.acquire(from.ip())?;
    let open = app.sockets.open.clone();
    let id = id.header_value().to_str().unwrap_or_default();
    // A root of its own: the request ends now.
    let log = tracing::error_span!(parent: None, "socket", request_id = id);
    Ok(upgrade.on_upgrade(move |socket| {
        open.track_future(async move {
            session::serve(app, socket, since, log).await;
            drop((permit, connection));
        })
    }))
}
