//! All settings: from the environment, `.env`, and `Leptos.toml` for what Leptos needs to run. Read once, at
//! the start; a value that makes no sense stops the start with a sentence that names its variable.

use crate::ui::Currency;
use axum::http::{HeaderValue, Uri, uri::Authority};
use leptos::config::{LeptosOptions, get_config_from_str};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};
use std::{
    env,
    net::SocketAddr,
    num::{NonZeroU16, NonZeroU32, NonZeroU64},
    path::{Path, PathBuf},
    str::FromStr,
};
use tracing_subscriber::EnvFilter;

/// As in `Leptos.toml` of the source, for a program that runs elsewhere.
const LEPTOS: &str = include_str!("../../Leptos.toml");

#[derive(Clone)]
pub struct Config {
    pub leptos: LeptosOptions,
    pub store: Store,
    pub origins: Vec<HeaderValue>,
    /// Requests per second and address; `None`: as many as come.
    pub rate: Option<NonZeroU32>,
    /// How many events can be resumed from, at least.
    pub retention: u64,
    /// Live connections, in all and of one address.
    pub sockets: usize,
    pub sockets_per_address: usize,
    pub currency: Currency,
    /// Where to show what is measured, and nothing else; `None`: beside everything else.
    pub metrics: Option<SocketAddr>,
}

#[derive(Clone)]
pub enum Store {
    /// In one file of this folder.
    Embedded(PathBuf),
    Redis {
        info: Box<ConnectionInfo>,
        /// The setting that holds the credentials.
        credentials: &'static str,
    },
}

/// The name of the embedded store's file.
pub const MARKET: &str = "market.redb";

impl Store {
    /// The file that holds everything, if it is one.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Store::Embedded(folder) => Some(folder.join(MARKET)),
            Store::Redis { .. } => None,
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct ConfigError {
    variable: &'static str,
    why: String,
}

fn wrong(variable: &'static str, why: impl Into<String>) -> ConfigError {
    ConfigError {
        variable,
        why: why.into(),
    }
}

impl Config {
    pub fn read() -> Result<Config, ConfigError> {
        Ok(Config {
            leptos: leptos()?,
            store: store()?,
            origins: origins()?,
            rate: rate()?,
            retention: number("EVENT_RETENTION")?.unwrap_or(100_000),
            sockets: number("MAX_SOCKETS")?.map_or(10_000, |n| n as usize),
            currency: currency()?,
            metrics: parsed("METRICS_ADDR")?,
            sockets_per_address: number("MAX_SOCKETS_PER_ADDRESS")?.map_or(1_000, |n| n as usize),
        })
    }

    pub fn addr(&self) -> SocketAddr {
        self.leptos.site_addr
    }
}

/// A variable's value; one that is empty counts as not set.
fn value(variable: &'static str) -> Result<Option<String>, ConfigError> {
    match env::var(variable) {
        Ok(value) if value.trim().is_empty() => Ok(None),
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(wrong(variable, "this is not valid UTF-8")),
    }
}

fn parsed<T: FromStr>(variable: &'static str) -> Result<Option<T>, ConfigError>
where
    T::Err: std::fmt::Display,
{
    let parse = |text: String| {
        text.trim()
            .parse()
            .map_err(|why| wrong(variable, format!("“{text}” will not do: {why}")))
    };
    value(variable)?.map(parse).transpose()
}

fn currency() -> Result<Currency, ConfigError> {
    let Some(code) = value("CURRENCY")? else {
        return Ok(Currency::Euro);
    };
    Currency::from_name(&code.trim().to_uppercase()).ok_or_else(|| {
        let known: Vec<_> = Currency::ALL.iter().map(|one| one.name()).collect();
        let why = format!("“{code}” is none of {}", known.join(", "));
        wrong("CURRENCY", why)
    })
}

/// A number that is not 0.
fn number(variable: &'static str) -> Result<Option<u64>, ConfigError> {
    Ok(parsed::<NonZeroU64>(variable)?.map(NonZeroU64::get))
}

fn leptos() -> Result<LeptosOptions, ConfigError> {
    // Leptos' own messages would not say which variable it was.
    parsed::<SocketAddr>("LEPTOS_SITE_ADDR")?;
    parsed::<bool>("LEPTOS_HASH_FILES")?;
    let file = Path::new("Leptos.toml");
    let text = if file.exists() {
        std::fs::read_to_string(file).map_err(|e| wrong("Leptos.toml", e.to_string()))?
    } else {
        LEPTOS.to_owned()
    };
    let mut options =
        get_config_from_str(&text).map_err(|e| wrong("Leptos.toml", e.to_string()))?;
    match value("LEPTOS_SITE_ROOT")? {
        None => options.site_root = site(&options.site_root).to_string_lossy().into(),
        Some(root) if !Path::new(root.trim()).is_dir() => {
            return Err(wrong(
                "LEPTOS_SITE_ROOT",
                format!("there is no folder “{root}”"),
            ));
        }
        Some(_) => {}
    }
    if value("LEPTOS_HASH_FILES")?.is_none() {
        options.hash_files = is_hashed(&options);
    }
    Ok(options)
}

/// The site's folder: beside the program, where it was built with it; else where `Leptos.toml` says, from here;
/// else where a release build puts it, seen from the program.
fn site(configured: &str) -> PathBuf {
    let beside = |path| {
        env::current_exe()
            .ok()?
            .parent()
            .map(|folder| folder.join(path))
    };
    let places = [beside("site"), Some(configured.into()), beside("../site")];
    places
        .into_iter()
        .flatten()
        .find(|place| place.is_dir())
        .unwrap_or_else(|| configured.into())
}

/// Whether the build has put hashes into the names of the site's files: it then leaves a list beside the program.
fn is_hashed(options: &LeptosOptions) -> bool {
    let list = env::current_exe().ok().and_then(|program| {
        std::fs::read_to_string(program.with_file_name(&*options.hash_file)).ok()
    });
    let Some(hash) = list
        .as_deref()
        .and_then(|list| list.lines().find_map(|line| line.strip_prefix("js: ")))
    else {
        return false;
    };
    let script = format!("{}.{}.js", options.output_name, hash.trim());
    Path::new(&*options.site_root)
        .join(&*options.site_pkg_dir)
        .join(script)
        .exists()
}

fn store() -> Result<Store, ConfigError> {
    // All of them are read, so that none is wrong and idle.
    let host = value("REDIS_HOST")?;
    let port = parsed::<NonZeroU16>("REDIS_PORT")?.map(NonZeroU16::get);
    let user = value("REDIS_USERNAME")?;
    let password = value("REDIS_PASSWORD")?;
    let database = parsed::<i64>("REDIS_DB")?;
    let tls = parsed::<bool>("REDIS_TLS")?;
    if host
        .as_ref()
        .is_some_and(|host| host.contains(|c: char| c.is_whitespace() || c == '/'))
    {
        return Err(wrong(
            "REDIS_HOST",
            "write a name or an address, without anything around it",
        ));
    }
    if user.is_some() && password.is_none() {
        return Err(wrong(
            "REDIS_PASSWORD",
            "REDIS_USERNAME is set, and this is not",
        ));
    }
    if database.is_some_and(|n| n < 0) {
        return Err(wrong("REDIS_DB", "databases are counted from 0"));
    }
    if let Some(url) = value("REDIS_URL")? {
        let url = url.trim();
        let known = url.starts_with("redis://") || url.starts_with("rediss://");
        let info = known.then(|| url.into_connection_info().ok()).flatten();
        // The value itself may hold a password: it is not repeated.
        let info = info.ok_or_else(|| {
            wrong(
                "REDIS_URL",
                "write it like redis://user:password@host:6379/0, or rediss:// for TLS",
            )
        })?;
        return Ok(Store::Redis {
            info: Box::new(info),
            credentials: "REDIS_URL",
        });
    }
    if host.is_none()
        && port.is_none()
        && user.is_none()
        && password.is_none()
        && database.is_none()
        && tls.is_none()
    {
        return Ok(Store::Embedded(
            value("DATA_DIR")?
                .unwrap_or_else(|| "data".to_owned())
                .into(),
        ));
    }
    let (host, port) = (
        host.unwrap_or_else(|| "127.0.0.1".to_owned()),
        port.unwrap_or(6379),
    );
    let addr = match tls.unwrap_or(false) {
        true => ConnectionAddr::TcpTls {
            host,
            port,
            insecure: false,
            tls_params: None,
        },
        false => ConnectionAddr::Tcp(host, port),
    };
    let mut account = RedisConnectionInfo::default().set_db(database.unwrap_or(0));
    if let Some(user) = user {
        account = account.set_username(user);
    }
    if let Some(password) = password {
        account = account.set_password(password);
    }
    let info = addr
        .into_connection_info()
        .map_err(|e| wrong("REDIS_HOST", e.to_string()))?
        .set_redis_settings(account);
    Ok(Store::Redis {
        info: Box::new(info),
        credentials: "REDIS_USERNAME and REDIS_PASSWORD",
    })
}

fn origins() -> Result<Vec<HeaderValue>, ConfigError> {
    const VARIABLE: &str = "CORS_ALLOWED_ORIGINS";
    let list = value(VARIABLE)?
        .unwrap_or_else(|| "http://localhost:5173,http://localhost:3000".to_owned());
    list.split(',').map(str::trim).filter(|origin| !origin.is_empty()).map(|origin| {
        // What stands before an @ may be a password.
        let shown = origin.rsplit('@').next().unwrap_or_default();
        let example = || wrong(VARIABLE, format!("“{shown}” is no origin. Write it like https://shop.example:8443, without a path"));
        let uri: Uri = origin.parse().map_err(|_| example())?;
        let plain = matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some_and(is_plain);
        let no_path = !origin.ends_with('/') && uri.path() == "/" && uri.query().is_none();
        (plain && no_path).then(|| HeaderValue::from_str(origin).ok()).flatten().ok_or_else(example)
    }).collect()
}

fn is_plain(authority: &Authority) -> bool {
    !authority.as_str().contains('@')
}

/// What is logged. A word alone is a level: it would else be taken for a module, and silence everything.
pub fn log_filter() -> Result<EnvFilter, ConfigError> {
    const VARIABLE: &str = "RUST_LOG";
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let text = value(VARIABLE)?.unwrap_or_else(|| "info".to_owned());
    let unknown = text.split(',').map(str::trim).find(|part| {
        let plain = part.chars().all(|c| c.is_alphanumeric());
        plain && !LEVELS.contains(&part.to_ascii_lowercase().as_str())
    });
    if let Some(word) = unknown {
        return Err(wrong(
            VARIABLE,
            format!("“{word}” is no level: write one of {}", LEVELS.join(", ")),
        ));
    }
    EnvFilter::try_new(&text).map_err(|why| wrong(VARIABLE, format!("“{text}” will not do: {why}")))
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LogFormat {
    /// Lines for people.
    Pretty,
    /// One JSON object per line.
    Json,
}

/// As asked for; else for people where there is a terminal, and for programs where there is none.
pub fn log_format(terminal: bool) -> Result<LogFormat, ConfigError> {
    match value("LOG_FORMAT")?.as_deref().map(str::trim) {
        None if terminal => Ok(LogFormat::Pretty),
        None => Ok(LogFormat::Json),
        Some("pretty") => Ok(LogFormat::Pretty),
        Some("json") => Ok(LogFormat::Json),
        Some(text) => Err(wrong(
            "LOG_FORMAT",
            format!("“{text}” is no format: write pretty or json"),
        )),
    }
}

/// Whether traces are exported: where a collector is set, unless something else switches them off. The library reads
/// the rest of the standard's variables itself.
pub fn exports_traces() -> Result<bool, ConfigError> {
    const COLLECTORS: [&str; 2] = [
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ];
    const PROTOCOLS: [&str; 2] = [
        "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
        "OTEL_EXPORTER_OTLP_PROTOCOL",
    ];
    let mut collector = false;
    for variable in COLLECTORS {
        let Some(text) = value(variable)? else {
            continue;
        };
        let uri = text.trim().parse::<Uri>().ok();
        let scheme = uri.as_ref().and_then(Uri::scheme_str);
        // The value itself may hold a password: it is not repeated.
        if !matches!(scheme, Some("http" | "https")) {
            return Err(wrong(
                variable,
                "write it like http://collector.example:4318",
            ));
        }
        collector = true;
    }
    let off = parsed::<bool>("OTEL_SDK_DISABLED")?.unwrap_or(false);
    let none = match value("OTEL_TRACES_EXPORTER")?.as_deref().map(str::trim) {
        None | Some("otlp") => false,
        Some("none") => true,
        Some(text) => {
            let why = format!("“{text}” is not known here: write otlp or none");
            return Err(wrong("OTEL_TRACES_EXPORTER", why));
        }
    };
    if !collector || off || none {
        return Ok(false);
    }
    // The first one that is set counts.
    for variable in PROTOCOLS {
        match value(variable)?.as_deref().map(str::trim) {
            None => {}
            Some("http/protobuf") => break,
            Some(text) => {
                let why = format!(
                    "“{text}” is not spoken here: write http/protobuf (port 4318, as a rule)"
                );
                return Err(wrong(variable, why));
            }
        }
    }
    Ok(true)
}

fn rate() -> Result<Option<NonZeroU32>, ConfigError> {
    match value("RATE_LIMIT")?.as_deref().map(str::trim) {
        None => Ok(NonZeroU32::new(100)),
        Some("off") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| {
            wrong(
                "RATE_LIMIT",
                format!("“{text}” will not do: write requests per second, like 100, or off"),
            )
        }),
    }
}
