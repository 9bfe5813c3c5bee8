//! What an error of Redis means: which kind of trouble it is, and whether the connection can still be used.

use crate::server::store::{Trouble, TroubleKind};
use redis::{ErrorKind, RedisError, ServerErrorKind};

/// The kind of trouble; `None` for a defect of the program, or of what is stored.
pub fn kind(error: &RedisError) -> Option<TroubleKind> {
    use ServerErrorKind::{BusyLoading, MasterDown, ReadOnly, TryAgain};
    Some(match (error.kind(), error.code()) {
        (ErrorKind::Io | ErrorKind::Parse, _) => TroubleKind::Unreachable,
        (ErrorKind::Server(BusyLoading | TryAgain), _) => TroubleKind::Unreachable,
        (ErrorKind::Server(ReadOnly | MasterDown), _) => TroubleKind::ReadOnly,
        (_, Some("OOM")) => TroubleKind::StoreFull,
        (_, Some("MISCONF")) => TroubleKind::DiskFailed,
        (_, Some("NOREPLICAS")) => TroubleKind::TooFewReplicas,
        _ if is_refused(error) || lacks_permission(error) => TroubleKind::NotAllowed,
        _ => return None,
    })
}

/// The trouble where Redis takes no changes, or not from this account, and may still be read.
pub fn refusal(error: &RedisError) -> Option<Trouble> {
    let kind = kind(error)?;
    let is_lost =
        matches!(kind, TroubleKind::Unreachable | TroubleKind::ReadOnly) || is_refused(error);
    (!is_lost).then(|| kind.because(error))
}

/// Whether Redis rejects the credentials.
pub fn is_refused(error: &RedisError) -> bool {
    error.kind() == ErrorKind::AuthenticationFailed
        || matches!(error.code(), Some("NOAUTH" | "WRONGPASS"))
        // With a database number in the settings, the SELECT is what Redis refuses.
        || error.to_string().contains("Authentication required")
}

/// Whether the account may not run a command, or one of the script that it runs.
pub fn lacks_permission(error: &RedisError) -> bool {
    const IN_A_SCRIPT: [&str; 2] = [
        "The user executing the script can't",
        "ACL failure in script",
    ];
    let text = error.to_string();
    error.code() == Some("NOPERM") || IN_A_SCRIPT.iter().any(|words| text.contains(words))
}
