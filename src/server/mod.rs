//! The server program: everything that only it does.

mod cli;
mod config;
mod desk;
mod docs;
mod document;
mod drawing;
mod export;
mod feed;
mod health;
mod layers;
mod ledger;
mod limits;
mod listen;
mod once;
mod orders;
mod pages;
mod posted;
mod query;
mod rest;
mod router;
mod seats;
mod settings;
mod socket;
mod state;
mod telemetry;

pub use cli::main;
pub use posted::{desk, posted};

use crate::domain::Time;
use config::{Config, ConfigError, Store};
use desk::Desk;
use feed::Feed;
use ledger::{Embedded, Ledger, Redis, StoreError, Target, fresh_epoch};
use limits::Limits;
use seats::Seats;
use state::{App, Sockets};
use std::{io, process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    select,
    signal::unix::{SignalKind, signal},
    time::timeout,
};

/// How long sockets may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// The one clock of the server.
fn now() -> Time {
    Time::from_millis(chrono::Utc::now().timestamp_millis())
}

/// What keeps the server from starting, as a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(".env: {0}")]
    Env(#[from] dotenvy::Error),
    #[error("DATA_DIR: {0}: {1}")]
    DataDir(String, io::Error),
    #[error("DATA_DIR: {0}")]
    File(StoreError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("LEPTOS_SITE_ADDR: cannot listen on {0}: {1}")]
    Listen(std::net::SocketAddr, io::Error),
    #[error("{0}")]
    Runtime(#[from] io::Error),
}

/// Runs until it is told to stop.
fn serve() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            telemetry::last_word(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), StartError> {
    match dotenvy::dotenv() {
        Err(error) if !error.not_found() => return Err(error.into()),
        _ => {}
    }
    telemetry::begin()?;
    let config = Config::read()?;
    tokio::runtime::Runtime::new()?.block_on(run(config))
}

async fn run(config: Config) -> Result<(), StartError> {
    // An executor that was set before does as well.
    let _ = any_spawner::Executor::init_tokio();
    let mut terminate = signal(SignalKind::terminate())?;
    let addr = config.addr();
    let listener = TcpListener::bind(addr)
        .await
        .map_err(|error| StartError::Listen(addr, error))?;
    let ledger = open(&config).await?;
    let feed = Arc::new(Feed::default());
    let follower = tokio::spawn(feed.clone().follow(ledger.clone()));

    let sockets = Sockets::new(Seats::new(config.sockets, config.sockets_per_address));
    let app = App {
        desk: Arc::new(Desk::new(ledger, feed)),
        limits: Arc::new(Limits::new(config.rate)),
        leptos: config.leptos.clone(),
        config: Arc::new(config),
        sockets: sockets.clone(),
    };
    tracing::info!("listening on http://{}", listener.local_addr()?);
    let stop = async {
        select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        }
        tracing::info!("stopping");
        sockets.stop.cancel();
        sockets.open.close();
    };
    listen::serve(listener, router::router(app), stop).await;
    if timeout(GOODBYE, sockets.open.wait()).await.is_err() {
        tracing::warn!("some sockets did not close in time");
    }
    follower.abort();
    Ok(())
}

async fn open(config: &Config) -> Result<Arc<dyn Ledger>, StartError> {
    match &config.store {
        Store::Embedded(folder) => {
            let failed = |error| StartError::DataDir(folder.display().to_string(), error);
            std::fs::create_dir_all(folder).map_err(failed)?;
            let file = folder.join("market.redb");
            tracing::info!(file = %file.display(), durability = "fsync", "embedded store");
            let ledger = Embedded::open(&file, fresh_epoch(), config.retention);
            Ok(Arc::new(ledger.map_err(StartError::File)?))
        }
        Store::Redis { info, credentials } => {
            let info = (**info).clone();
            tracing::info!(address = %info.addr(), "store in Redis");
            let target = Target {
                info,
                credentials,
                prefix: String::new(),
                retention: config.retention,
            };
            Ok(Arc::new(Redis::open(target).await?))
        }
    }
}
