//! The server program: everything that only it does.

mod actor;
mod adopt;
mod audit;
mod cli;
mod commands;
mod config;
mod desk;
mod document;
mod drawing;
mod export;
mod feed;
mod health;
mod layers;
mod ledger;
mod limits;
mod listen;
mod metrics;
mod once;
mod openapi;
mod orders;
mod pages;
mod peer;
mod posted;
mod query;
mod requests;
mod rest;
mod router;
mod seats;
mod settings;
mod socket;
mod state;
mod stored;
mod telemetry;
mod upgrade;

pub use cli::main;
pub use posted::{desk, posted};

use crate::domain::Time;
use config::{Config, ConfigError, Sources, Store};
use desk::Desk;
use feed::Feed;
use ledger::{
    Embedded, Instrumented, Ledger, Redis, StoreError, Target, admin_socket, fresh_epoch,
};
use limits::Limits;
use metrics::Metrics;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use seats::Seats;
use state::{App, Sockets};
use std::{io, net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};
use telemetry::{Telemetry, TelemetryError, trace};
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
    #[error("DATA_DIR: {0}: {1}")]
    DataDir(String, io::Error),
    #[error("DATA_DIR: {0}")]
    File(StoreError),
    #[error("{0}")]
    Store(#[from] StoreError),
    #[error("{0}: cannot listen on {1}: {2}")]
    Listen(&'static str, SocketAddr, io::Error),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    #[error("the figures cannot be kept: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    #[error("{0}")]
    Runtime(#[from] io::Error),
}

/// Runs until it is told to stop.
fn serve() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            telemetry::report_start_failure(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

/// Takes the settings of `.env`, where there is one.
fn read_env() -> Result<(), StartError> {
    Sources::read()?;
    Ok(())
}

fn start() -> Result<(), StartError> {
    read_env()?;
    let telemetry = Telemetry::begin()?;
    let config = Config::read()?;
    allow_files();
    let ran = tokio::runtime::Runtime::new()?.block_on(run(config));
    telemetry.end();
    ran
}

/// As many open files as the system lets this program have: each connection is one. What it begins with is often less,
/// for the sake of programs that cannot do with more.
fn allow_files() {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current, ..limit }) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

async fn run(config: Config) -> Result<(), StartError> {
    // An executor that was set before does as well.
    let _ = any_spawner::Executor::init_tokio();
    let mut terminate = signal(SignalKind::terminate())?;
    let listener = bind("LEPTOS_SITE_ADDR", config.addr()).await?;
    let apart = match config.metrics {
        Some(addr) => Some(bind("METRICS_ADDR", addr).await?),
        None => None,
    };
    let metrics = Metrics::begin()?;
    let tidier = tokio::spawn(metrics.clone().run_upkeep());
    socket::begin_counting();
    let sockets = Sockets::new(Seats::new(config.sockets, config.sockets_per_address));
    let (ledger, readers) = open(&config, &sockets).await?;
    let ledger: Arc<dyn Ledger> = Arc::new(Instrumented::new(ledger));
    let feed = Arc::new(Feed::default());
    let follower = tokio::spawn(feed.clone().follow(ledger.clone()));

    let app = App {
        desk: Arc::new(Desk::new(ledger, feed)),
        limits: Arc::new(Limits::new(config.rate)),
        leptos: config.leptos.clone(),
        config: Arc::new(config),
        sockets: sockets.clone(),
        metrics,
    };
    if let Some(listener) = apart {
        tracing::info!("figures on http://{}/metrics", listener.local_addr()?);
        let stop = sockets.stop.clone().cancelled_owned();
        tokio::spawn(listen::serve(
            listener,
            router::metrics_alone(app.clone()),
            stop,
        ));
    }
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
    tidier.abort();
    readers.stop();
    Ok(())
}

/// Listens where a setting says.
async fn bind(setting: &'static str, addr: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(addr)
        .await
        .map_err(|error| StartError::Listen(setting, addr, error))
}

async fn open(
    config: &Config,
    sockets: &Sockets,
) -> Result<(Arc<dyn Ledger>, admin_socket::Readers), StartError> {
    match &config.store {
        Store::Embedded(folder) => {
            let failed = |error| StartError::DataDir(folder.display().to_string(), error);
            stored::make_folder(folder).map_err(failed)?;
            let file = stored::file(folder);
            tracing::info!(file = %file.display(), durability = "fsync", "embedded store");
            let ledger = Embedded::open(&file, fresh_epoch(), config.retention);
            let ledger = Arc::new(ledger.map_err(StartError::File)?);
            let stop = sockets.stop.clone();
            let readers = admin_socket::offer(folder, ledger.clone(), stop);
            Ok((ledger, readers))
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
            let client = stored::client(&target.info)?;
            let ledger = Redis::open(target).await?;
            tokio::spawn(adopt::warn(client));
            Ok((Arc::new(ledger), admin_socket::Readers::default()))
        }
    }
}
