//! How live a page is.

/// The state of the live connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ConnectionState {
    /// There was none yet: the page is as it was rendered.
    Page,
    /// The page shows nothing live, and needs none.
    Still,
    Live,
    /// It is lost, and the page tries to connect again.
    Lost,
    /// The page is connected, but the server cannot reach its store.
    StoreUnavailable,
}

/// What the status indicator in the header shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum StatusIndicator {
    Page,
    Still,
    Live,
    Reconnecting,
    Stale,
}
