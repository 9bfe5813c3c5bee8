//! What the commands that work on a whole store share: the store that the settings name, their errors, progress bars.

use crate::server::{
    config::{self, StoreConfig},
    serve::StartError,
    store::{Result as StoreResult, StoreError},
};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};
use std::io;
use tokio::runtime::Runtime;

#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("{0}")]
    Store(#[from] StoreError),
    /// The name of a file or a store, and what is wrong with it.
    #[error("{0}: {1}")]
    At(String, String),
    #[error("{0}")]
    Refused(String),
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> CommandError {
        CommandError::Start(error.into())
    }
}

/// The store that the settings name, and a runtime to work on it.
pub struct StoreArgs {
    pub store: StoreConfig,
    pub retention: u64,
    pub runtime: Runtime,
}

impl StoreArgs {
    pub fn from_settings() -> Result<StoreArgs, CommandError> {
        let invalid = |error| CommandError::Start(StartError::Config(error));
        config::Sources::read().map_err(invalid)?;
        Ok(StoreArgs {
            store: config::store().map_err(invalid)?,
            retention: config::retention().map_err(invalid)?,
            runtime: Runtime::new()?,
        })
    }

    /// Runs work on the store. The error of a Redis names its address and the setting that this comes from.
    pub fn run<T>(&self, work: impl Future<Output = StoreResult<T>>) -> Result<T, CommandError> {
        self.runtime
            .block_on(work)
            .map_err(|error| match &self.store {
                StoreConfig::Embedded(_) => CommandError::Store(error),
                StoreConfig::Redis { credentials, .. } => {
                    CommandError::At(format!("{} ({credentials})", self.store), error.to_string())
                }
            })
    }
}

/// A progress bar on a terminal's standard error; nothing elsewhere.
pub fn bar(length: u64, what: &'static str, template: &str) -> ProgressBar {
    let style = ProgressStyle::with_template(template);
    let bar = ProgressBar::new(length)
        .with_message(what)
        .with_finish(ProgressFinish::AndClear);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A progress bar that counts orders.
pub fn orders_bar(orders: u64, what: &'static str) -> ProgressBar {
    bar(
        orders,
        what,
        "{msg} {wide_bar} {human_pos}/{human_len} orders, {eta} left",
    )
}
