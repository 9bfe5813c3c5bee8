//! Why a socket ends, and the codes and reasons that it is closed with.

use crate::server::telemetry::metrics::SOCKETS_CLOSED;
use metrics::counter;

/// Why a socket ends.
pub enum End {
    /// It is gone.
    Gone,
    /// It has sent a close frame; the library has an answer ready.
    Closed,
    Close(u16, &'static str),
}

impl End {
    const NAMES: [&str; 9] = [
        "gone",
        "goodbye",
        "too_slow",
        "silent",
        "ended",
        "stopping",
        "too_large",
        "too_many",
        "malformed",
    ];

    /// The stable name of its kind.
    pub fn name(&self) -> &'static str {
        let [
            gone,
            closed,
            too_slow,
            silent,
            ended,
            stopping,
            too_large,
            too_many,
            malformed,
        ] = End::NAMES;
        match self {
            End::Gone => gone,
            End::Closed => closed,
            End::Close(4008, _) => too_slow,
            End::Close(4012, _) => silent,
            End::Close(4401, _) => ended,
            End::Close(1012, _) => stopping,
            End::Close(1009, _) => too_large,
            End::Close(1008, _) => too_many,
            End::Close(..) => malformed,
        }
    }
}

/// What has never happened is 0, not unknown.
pub fn register_metrics() {
    for reason in End::NAMES {
        counter!(SOCKETS_CLOSED, "reason" => reason).absolute(0);
    }
}

pub const TOO_SLOW: End = End::Close(4008, "You read too slowly. Come back with since.");
pub const SILENT: End = End::Close(4012, "You did not answer a ping. Come back with since.");
/// What it was opened with has ended.
pub const ENDED: End = End::Close(4401, "Sign in, and come back with since.");
pub const STOPPING: End = End::Close(1012, "The server stops. Come back with since.");
pub const TOO_MANY: End = End::Close(1008, "Sockets send at most 50 frames a second.");
const NO_TEXT: End = End::Close(1007, "That text is not valid UTF-8.");
const MALFORMED: End = End::Close(1002, "That is no WebSocket frame.");
const TOO_LARGE: End = End::Close(1009, "Messages to this socket hold at most 4 KiB.");

/// Every close code of the server with its reason.
pub fn close_codes() -> impl Iterator<Item = (u16, &'static str)> {
    let all = [
        MALFORMED, NO_TEXT, TOO_MANY, TOO_LARGE, STOPPING, TOO_SLOW, SILENT, ENDED,
    ];
    all.into_iter().filter_map(|end| match end {
        End::Close(code, reason) => Some((code, reason)),
        End::Gone | End::Closed => None,
    })
}

/// Why a socket ends whose peer does not keep to the protocol (RFC 6455, section 7.4.1).
pub fn of_error(error: &axum::Error) -> End {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    match cause {
        Some(tungstenite::Error::Capacity(_)) => TOO_LARGE,
        Some(tungstenite::Error::Utf8(_)) => NO_TEXT,
        // It has gone without a close frame, as many do.
        Some(tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        )) => End::Gone,
        Some(tungstenite::Error::Protocol(_)) => MALFORMED,
        _ => End::Gone,
    }
}
