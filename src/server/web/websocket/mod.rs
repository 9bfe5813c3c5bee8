//! `/ws`: the upgrade to the live channel, and where a client wants to begin.

pub mod close;
mod frame_rate;
mod lease;
mod session;
mod since;
mod upgrade;

use super::{
    auth::{Door, bearer::PROTOCOL},
    listener::Connection,
    middleware::request_log::RequestId,
    query_string,
    state::AppState,
};
use super::{
    openapi::{components::Live, responses::Upgraded},
    problem::Problem,
};
use crate::domain::Scope;
use axum::{
    extract::{ConnectInfo, Extension, RawQuery, State},
    response::Response,
};
use since::Since;
use std::net::SocketAddr;
use upgrade::Upgrade;

/// The library's own buffers are 128 KiB for each socket. A client sends little more than pongs.
const READ_BUFFER: usize = 1024;
const WRITE_BUFFER: usize = 4 * 1024;
/// The contract's 4 KiB.
const LARGEST_MESSAGE: usize = 4 * 1024;

/// Follow every change
///
/// A WebSocket: each text frame is a `Frame` (see the schemas). What it sends, and when it is closed, stands at the
/// beginning of this page.
#[utoipa::path(
    get,
    path = "/ws",
    tag = "Live",
    operation_id = "follow",
    params(Live),
    responses(Upgraded)
)]
pub async fn open(
    State(app): State<AppState>,
    from: ConnectInfo<SocketAddr>,
    Extension(id): Extension<RequestId>,
    RawQuery(query): RawQuery,
    connection: Extension<Connection>,
    door: Door,
    upgrade: Result<Upgrade, Problem>,
) -> Result<Response, Problem> {
    // Its topics are encoded one by one.
    let mut fields = query_string::read_encoded(query.as_deref().unwrap_or_default(), &["about"]);
    let since = fields.optional::<Since>("since");
    let about = fields.optional::<Scope>("about");
    let (since, about) = fields.finish(|| Some((since, about)))?;
    let about = about.unwrap_or(Scope::everything());
    let Upgrade(upgrade) = upgrade?;
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_write_buffer_size(64 * WRITE_BUFFER)
        .max_message_size(LARGEST_MESSAGE)
        .max_frame_size(LARGEST_MESSAGE)
        .protocols(app.config.auth.is_required().then_some(PROTOCOL));
    let permit = app
        .sockets
        .limit
        .acquire_for(from.ip(), door.is_signed_in())?;
    let open = app.sockets.open.clone();
    let id = id.as_str();
    // A root of its own: the request ends now.
    let log = tracing::error_span!(parent: None, "socket", request_id = id);
    Ok(upgrade.on_upgrade(move |socket| {
        open.track_future(async move {
            session::serve(app, socket, since, about, door, log).await;
            drop((permit, connection));
        })
    }))
}
