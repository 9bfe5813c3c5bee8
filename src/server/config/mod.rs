//! The configuration: all settings, read once at the start, from the environment, `.env`, and `Leptos.toml`. An invalid
//! value stops the start with an error that names its variable.

mod auth;
mod clients;
mod env;
mod env_file;
mod hosts;
mod places;
mod settings;
mod site;
mod sources;
mod store;
mod telemetry;
mod tls;
mod web_origin;

pub use auth::{Auth, Reach, is_sign_in_required, market_key};
pub use clients::{is_proxy, proxies};
pub use env::ConfigError;
pub use hosts::{Hosts, site_origin};
pub use places::places;
pub use settings::{MARKET_KEY, SETTINGS, Setting};
pub use site::{LEPTOS_FILE, hashes, leptos, package_file, site_addr};
pub use sources::{Origin, Sources};
pub use store::{StoreConfig, database_file, retention, store};
pub use telemetry::{LogFormat, exports_traces, log_filter, log_format, metrics_addr};
pub use tls::{Pem, TlsFiles, authorities, own_scheme, tls};
pub use web_origin::WebOrigin;

use crate::domain::{Currency, shop::gazetteer::Gazetteer};
use ipnet::IpNet;
use leptos::config::LeptosOptions;
use settings::{
    CURRENCY, MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS, MAX_SOCKETS, MAX_SOCKETS_PER_ADDRESS,
    MENU_MEMORY,
};
use std::{net::SocketAddr, num::NonZeroU32, sync::Arc};

const MIB: usize = 1024 * 1024;

#[derive(Clone)]
pub struct Config {
    pub leptos: LeptosOptions,
    pub store: StoreConfig,
    /// The origins whose pages may use the API, beside our own.
    pub origins: Vec<WebOrigin>,
    /// The hosts that the server answers for.
    pub hosts: Hosts,
    /// Requests per second and address; `None` without a limit.
    pub rate: Option<NonZeroU32>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: Vec<IpNet>,
    /// The number of events that can be resumed from, at least.
    pub retention: u64,
    pub connections: Limits,
    /// Of WebSockets.
    pub sockets: Limits,
    /// With TLS: the server's certificate.
    pub tls: Option<TlsFiles>,
    pub currency: Currency,
    /// Where postcodes are.
    pub places: Arc<Gazetteer>,
    /// What the menus that are held may take, in bytes.
    pub menu_memory: usize,
    /// Whether people sign in.
    pub auth: Auth,
    /// The separate address of the metrics; `None`: they are served with everything else.
    pub metrics: Option<SocketAddr>,
}

/// The largest numbers of connections: in all, and from one address.
#[derive(Clone, Copy)]
pub struct Limits {
    pub total: usize,
    pub per_address: usize,
}

/// The errors so far.
#[derive(Default)]
struct Errors(Vec<ConfigError>);

impl Errors {
    /// The value; an error is kept.
    fn take<T>(&mut self, read: Result<T, ConfigError>) -> Option<T> {
        read.map_err(|error| self.0.push(error)).ok()
    }
}

impl Config {
    /// All settings; or the first error.
    pub fn read() -> Result<Config, ConfigError> {
        Config::read_all().map_err(|mut errors| errors.swap_remove(0))
    }

    /// All settings; or all errors, which is one at least.
    pub fn read_all() -> Result<Config, Vec<ConfigError>> {
        let mut errors = Errors::default();
        let leptos = errors.take(leptos());
        let store = errors.take(store());
        let origins = errors.take(clients::origins());
        // Without an address this setting cannot be judged, and the address is the error.
        let hosts = leptos
            .as_ref()
            .map(|options| Hosts::read(options.site_addr));
        let hosts = hosts.and_then(|hosts| errors.take(hosts));
        let rate = errors.take(clients::rate());
        let proxies = errors.take(proxies());
        let retention = errors.take(retention());
        let mut number = |setting: Setting| Some(errors.take(setting.number())? as usize);
        let mut limits = |total, per_address| {
            let (total, per_address) = (number(total), number(per_address));
            Some(Limits {
                total: total?,
                per_address: per_address?,
            })
        };
        let connections = limits(MAX_CONNECTIONS, MAX_CONNECTIONS_PER_ADDRESS);
        let sockets = limits(MAX_SOCKETS, MAX_SOCKETS_PER_ADDRESS);
        let tls = errors.take(tls());
        let currency = errors.take(currency());
        let places = errors.take(places());
        let menu_memory = errors.take(MENU_MEMORY.number());
        // As with the hosts: what it depends on is the error.
        let auth = match (&leptos, &hosts, &proxies) {
            (Some(leptos), Some(hosts), Some(proxies)) => {
                let read = Auth::read(reach(leptos.site_addr, hosts, proxies));
                read.map_err(|found| errors.0.extend(found)).ok()
            }
            _ => None,
        };
        let metrics = errors.take(metrics_addr());
        // The telemetry has read these already, and keeps them.
        errors.take(log_filter());
        errors.take(log_format());
        errors.take(exports_traces());
        let config = || {
            Some(Config {
                leptos: leptos?,
                store: store?,
                origins: origins?,
                hosts: hosts?,
                rate: rate?,
                proxies: proxies?,
                retention: retention?,
                connections: connections?,
                sockets: sockets?,
                tls: tls?,
                currency: currency?,
                places: Arc::new(places?),
                menu_memory: (menu_memory? as usize).saturating_mul(MIB),
                metrics: metrics?,
                auth: auth?,
            })
        };
        match config() {
            Some(config) if errors.0.is_empty() => Ok(config),
            _ => Err(errors.0),
        }
    }

    /// Whether browsers send our cookies by HTTPS alone.
    pub fn are_cookies_secure(&self) -> bool {
        self.tls.is_some() || self.hosts.are_https()
    }

    pub fn addr(&self) -> SocketAddr {
        self.leptos.site_addr
    }

    /// Whether others than this machine can reach the server, and nobody signs in.
    pub fn is_open_to_others(&self) -> bool {
        let reach = reach(self.addr(), &self.hosts, &self.proxies);
        !self.auth.is_required() && reach.beyond_this_machine().is_some()
    }
}

fn reach<'a>(addr: SocketAddr, hosts: &'a Hosts, proxies: &[IpNet]) -> Reach<'a> {
    Reach {
        addr,
        site: hosts.origin(),
        has_proxies: !proxies.is_empty(),
    }
}

fn currency() -> Result<Currency, ConfigError> {
    let code = CURRENCY.text()?;
    Currency::from_name(&code.trim().to_uppercase()).ok_or_else(|| {
        let known: Vec<_> = Currency::ALL.iter().map(|one| one.name()).collect();
        CURRENCY.invalid_value(&code, format_args!("is not one of {}", known.join(", ")))
    })
}
