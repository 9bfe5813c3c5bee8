//! Start and stop: from the settings to the exit status.

use super::{
    config::{Config, ConfigError, Limits, Sources, StoreConfig},
    services::{
        accounts::AccountService,
        credentials::Credentials,
        legacy_import,
        live_feed::LiveFeed,
        orders::OrderService,
        shops::{ShopService, expiry},
    },
    store::{
        Embedded, Instrumented, Redis, Store, StoreError, Target, admin_socket, fresh_epoch, open,
    },
    telemetry::{Telemetry, TelemetryError, metrics::Metrics, report_start_failure},
    web::{
        auth::wrong_credentials::WrongCredentials,
        connection_limit::ConnectionLimit,
        listener::{Certificate, Listener},
        middleware::rate_limit::RateLimit,
        operations,
        pages::flash::FlashCookie,
        router,
        state::{AppParts, AppState, Sockets},
        websocket::close,
    },
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use secrecy::ExposeSecret;
use std::{io, net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    runtime::Handle,
    select,
    signal::unix::{Signal, SignalKind, signal},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long a stopping server goes on behind a proxy, which meanwhile sees that it is not ready. A proxy that is refused
/// a connection instead may not be able to send a request with a body to another instance.
const DRAIN_TIME: Duration = Duration::from_secs(2);
/// How long sockets may take to close.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// Files that a server opens beside its connections: the store, the site, connections that it refuses.
pub const OTHER_FILES: u64 = 512;

/// What keeps the server from starting, as a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
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
    #[error("the metrics cannot be recorded: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
    #[error("{0}")]
    Runtime(#[from] io::Error),
}

/// Runs until it is told to stop.
pub fn serve() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report_start_failure(&error.to_string());
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), StartError> {
    let sources = Sources::read()?;
    let telemetry = Telemetry::begin()?;
    if let Some(file) = &sources.file {
        tracing::info!(file = %file.path.display(), "read settings from .env");
    }
    let mut config = Config::read()?;
    if let Some(files) = raise_file_limit() {
        let connections = files.saturating_sub(OTHER_FILES).max(1);
        config.connections.total = config.connections.total.min(connections as usize);
    }
    if config.hosts.refuse_proxies(&config.proxies) {
        tracing::warn!(
            "TRUSTED_PROXIES is set without SITE_ORIGIN: requests for the host that a proxy passes on are refused. Set SITE_ORIGIN to the origin that people open, like https://market.example"
        );
    }
    if config.is_open_to_others() {
        tracing::warn!(
            "AUTH is open, and others than this machine can reach the server: everybody sees and does everything. Set AUTH=required to have them sign in"
        );
    }
    let ran = tokio::runtime::Runtime::new()?.block_on(run(config));
    telemetry.end();
    ran
}

/// Allows as many open files as the system lets this program have: each connection is one. The limit that a process
/// begins with is often lower, for the sake of programs that cannot work with more. Returns that limit, if there is one.
fn raise_file_limit() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    let current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current, ..limit }) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
    getrlimit(Resource::Nofile).current
}

/// How many connections there may be, of which a third is kept for those who have signed in where people do.
fn limit(config: &Config, limits: Limits) -> ConnectionLimit {
    let limit = ConnectionLimit::new(limits, &config.proxies);
    match config.auth.is_required() {
        true => limit.keeping_a_third(),
        false => limit,
    }
}

async fn run(config: Config) -> Result<(), StartError> {
    // An executor that was set before does as well.
    let _ = any_spawner::Executor::init_tokio();
    let terminate = signal(SignalKind::terminate())?;
    ignore_hangups()?;
    let metrics = Metrics::begin()?;
    let upkeep = tokio::spawn(metrics.clone().run_upkeep());
    close::register_metrics();
    let certificate = config.tls.clone().map(Certificate::load).transpose()?;
    let connections = Arc::new(limit(&config, config.connections));
    let (listener, metrics_listener) = listen(&config, &connections, certificate.as_ref()).await?;
    let sockets = Sockets::new(limit(&config, config.sockets));
    let renewal = certificate.map(|certificate| tokio::spawn(certificate.follow()));
    let (store, admin) = open(&config, &sockets).await?;
    let store: Arc<dyn Store> = Arc::new(Instrumented::new(store));
    let feed = Arc::new(LiveFeed::new(config.menu_memory));
    let (credentials, accounts) = accounts(&config, &store, &feed);
    let follower = tokio::spawn(feed.clone().follow(store.clone()));
    let (commands, runtime) = (accounts.clone(), Handle::current());
    admin.set_commands(move |line| runtime.block_on(commands.command_line(line)));
    let orders = OrderService::new(store.clone(), feed.clone(), accounts.clone());
    let orders = Arc::new(orders);
    let expiry = tokio::spawn(expiry::watch(orders.clone()));
    let shops = ShopService::new(
        store.clone(),
        feed,
        orders.clone(),
        accounts.clone(),
        config.places.clone(),
        config.currency,
    );
    let app = AppState::from(AppParts {
        flash: FlashCookie::new(store.clone(), &config),
        orders,
        shops: Arc::new(shops),
        accounts,
        credentials,
        rate_limit: RateLimit::new(config.rate),
        metrics_rate_limit: RateLimit::new(Some(operations::metrics::RATE)),
        wrong_credentials: WrongCredentials::default(),
        metrics,
        docs: router::docs(&config),
        config,
        connections,
        sockets: sockets.clone(),
        stopping: CancellationToken::new(),
    });
    if let Some(listener) = metrics_listener {
        tracing::info!("metrics on {}/metrics", listener.url()?);
        let stop = sockets.stop.clone().cancelled_owned();
        let router = router::metrics_alone(app.clone());
        tokio::spawn(listener.serve(router, stop));
    }
    tracing::info!("listening on {}", listener.url()?);
    let stop = stop(terminate, app.clone());
    listener.serve(router::router(app), stop).await;
    if timeout(CLOSE_TIMEOUT, sockets.open.wait()).await.is_err() {
        tracing::warn!("some sockets did not close in time");
    }
    if let Some(renewal) = renewal {
        renewal.abort();
    }
    expiry.abort();
    follower.abort();
    upkeep.abort();
    admin.stop();
    Ok(())
}

/// What proves who somebody is, and the accounts. What the feed reads of an account is not held any more.
fn accounts(
    config: &Config,
    store: &Arc<dyn Store>,
    feed: &Arc<LiveFeed>,
) -> (Arc<Credentials>, Arc<AccountService>) {
    let secrets = config.auth.secrets.iter();
    let secrets = secrets.map(|secret| secret.expose_secret().to_vec());
    let origin = config.hosts.origin();
    let issuer = origin.map_or_else(String::new, ToString::to_string);
    let credentials = Arc::new(Credentials::new(secrets.collect(), &issuer));
    let current = feed.clone();
    let is_current = move || current.is_current();
    let accounts = AccountService::new(store.clone(), credentials.clone(), is_current);
    let accounts = Arc::new(accounts);
    let watching = accounts.clone();
    feed.watch_accounts(move |account| match account {
        Some(account) => watching.forget(account),
        None => watching.forget_all(),
    });
    (credentials, accounts)
}

/// Keeps the server running where its terminal is closed: that sends SIGHUP, which would end it.
fn ignore_hangups() -> io::Result<()> {
    let mut hangups = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            tracing::info!("ignored SIGHUP: SIGTERM or Ctrl-C stops the server");
        }
    });
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C, and tells first the proxies and then the sockets.
async fn stop(mut terminate: Signal, app: AppState) {
    select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("stopping");
    app.stopping.cancel();
    if !app.config.proxies.is_empty() {
        sleep(DRAIN_TIME).await;
    }
    app.sockets.stop.cancel();
    app.sockets.open.close();
}

/// Listens at the address of the site, and at that of the metrics, if they have one.
async fn listen(
    config: &Config,
    limit: &Arc<ConnectionLimit>,
    certificate: Option<&Certificate>,
) -> Result<(Listener, Option<Listener>), StartError> {
    let site = bind("LEPTOS_SITE_ADDR", config.addr()).await?;
    let site = Listener::new(site, limit.clone(), certificate);
    let Some(addr) = config.metrics else {
        return Ok((site, None));
    };
    let metrics = bind("METRICS_ADDR", addr).await?;
    // Counted apart: when the public fills this server, its operator still sees it.
    let limit = ConnectionLimit::new(config.connections, &config.proxies);
    let metrics = Listener::new(metrics, Arc::new(limit), certificate);
    Ok((site, Some(metrics)))
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
) -> Result<(Arc<dyn Store>, admin_socket::Readers), StartError> {
    match &config.store {
        StoreConfig::Embedded(folder) => {
            let failed = |error| StartError::DataDir(folder.display().to_string(), error);
            open::make_folder(folder).map_err(failed)?;
            let file = open::file(folder);
            tracing::info!(file = %file.display(), durability = "fsync", "embedded store");
            let store = Embedded::open(&file, fresh_epoch(), config.retention);
            let store = Arc::new(store.map_err(StartError::File)?);
            let readers = admin_socket::offer(folder, store.clone(), sockets.stop.clone());
            Ok((store, readers))
        }
        StoreConfig::Redis { info, credentials } => {
            let info = (**info).clone();
            tracing::info!(address = %info.addr(), "store in Redis");
            let target = Target::of_market(info, credentials, config.retention);
            let client = open::client(&target.info)?;
            let store = Redis::open(target).await?;
            tokio::spawn(legacy_import::warn(client));
            Ok((Arc::new(store), admin_socket::Readers::default()))
        }
    }
}
