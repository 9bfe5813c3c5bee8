//! What the commands that work on a whole store share.

use super::super::{
    StartError,
    config::{self, Store},
    ledger::{Result as StoreResult, StoreError},
    read_env,
};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use std::io;
use tokio::runtime::Runtime;

/// Why a command could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Failed {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    Store(#[from] StoreError),
    /// A file or a store, and what is wrong with it.
    #[error("{0}: {1}")]
    There(String, String),
    #[error("{0}")]
    Refused(String),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Failed {
        Failed::Start(error.into())
    }
}

/// The store that the settings name, and what it takes to work on it.
pub struct At {
    pub store: Store,
    pub retention: u64,
    pub runtime: Runtime,
}

impl At {
    pub fn settings() -> Result<At, Failed> {
        read_env()?;
        let wrong = |error| Failed::Start(StartError::Config(error));
        Ok(At {
            store: config::store().map_err(wrong)?,
            retention: config::retention().map_err(wrong)?,
            runtime: Runtime::new()?,
        })
    }

    /// Does something with the store. Where that is a Redis, an error says which, and what names it.
    pub fn run<T>(&self, work: impl Future<Output = StoreResult<T>>) -> Result<T, Failed> {
        self.runtime
            .block_on(work)
            .map_err(|error| match &self.store {
                Store::Embedded(_) => Failed::Store(error),
                Store::Redis { credentials, .. } => {
                    Failed::There(format!("{} ({credentials})", self.store), error.to_string())
                }
            })
    }
}

/// A bar on a terminal's standard error; nothing elsewhere.
pub fn bar(length: u64, what: &'static str, shape: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(shape);
    let bar = ProgressBar::new(length)
        .with_message(what)
        .with_finish(ProgressFinish::AndClear);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A bar that counts orders.
pub fn orders_bar(orders: u64, what: &'static str) -> ProgressBar {
    bar(
        orders,
        what,
        "{msg} {wide_bar} {human_pos}/{human_len} orders, {eta} left",
    )
}

/// `1 order`, `2 orders`.
pub fn count(n: u64, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {what}{plural}")
}
