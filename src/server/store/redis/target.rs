//! Which Redis a store is in.

use redis::ConnectionInfo;

/// Which Redis, and how it is used.
#[derive(Clone)]
pub struct Target {
    pub info: ConnectionInfo,
    /// The setting that holds the credentials, for the error message when they are wrong.
    pub credentials: &'static str,
    /// The prefix of all key names.
    pub prefix: String,
    /// How many entries of the log can be resumed from, at least.
    pub retention: u64,
    /// Whether the entries of the log are published, too.
    pub publishes: bool,
}

impl Target {
    /// The store of a market, as its settings name it.
    pub fn of_market(info: ConnectionInfo, credentials: &'static str, retention: u64) -> Target {
        Target {
            info,
            credentials,
            prefix: String::new(),
            retention,
            publishes: true,
        }
    }
}
