//! Why a use-case has no result, and the end of each: in time, with the cause in the log.

use crate::{
    domain::{AccountRefusal, Error},
    server::store::StoreError,
};
use std::time::Duration;
use tokio::time::timeout;

/// A request is answered within this time, if only with a refusal.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(4_500);
/// A change may be made until then: early enough for its answer to arrive before the request times out.
pub const COMMIT_DEADLINE: Duration = Duration::from_secs(4);

/// Why a use-case has no result.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error(transparent)]
    Refused(#[from] Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AccountRefusal> for Failure {
    fn from(refusal: AccountRefusal) -> Failure {
        Failure::Refused(Error::Account(refusal))
    }
}

impl Failure {
    /// The error for the client. What went wrong in the store goes to the log, and to the log only.
    pub fn into_logged(self) -> Error {
        match self {
            Failure::Refused(error) => error,
            Failure::Store(error @ (StoreError::Unavailable(_) | StoreError::Ambiguous(_))) => {
                tracing::warn!(%error, "the store is unavailable");
                Error::StoreUnavailable
            }
            Failure::Store(error @ StoreError::Broken(_)) => {
                tracing::error!(%error, "the store failed");
                Error::Internal
            }
        }
    }
}

/// The end of each use-case, where a failure is logged: once.
pub fn in_time<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> impl Future<Output = Result<T, Error>> {
    // On the heap, once: whatever waits for it would otherwise hold it twice, and move it.
    let work = Box::pin(timeout(REQUEST_TIMEOUT, work));
    async move {
        let late = || StoreError::Ambiguous("the request timed out".to_owned());
        let done = work.await.unwrap_or_else(|_| Err(late().into()));
        done.map_err(Failure::into_logged)
    }
}
