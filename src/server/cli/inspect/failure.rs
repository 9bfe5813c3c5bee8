//! Why `inspect` shows nothing, or not all.

use crate::server::{config::ConfigError, store::StoreError};

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Unreadable(String),
}

pub type Result<T> = std::result::Result<T, Failure>;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        let why = match error {
            StoreError::Unavailable(trouble) => trouble.to_string(),
            StoreError::Ambiguous(why) | StoreError::Broken(why) => why,
        };
        Failure::Unreadable(format!("The store cannot be read: {why}"))
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::Unreadable(error.to_string())
    }
}
