//! All settings: from the environment, `.env`, and `Leptos.toml` for what Leptos needs to run. Read once, at
//! the start; a value that makes no sense stops the start with a sentence that names its variable.

use super::stored;
use crate::ui::Currency;
use axum::http::{HeaderValue, Uri, uri::Authority};
use ipnet::IpNet;
use leptos::config::{LeptosOptions, get_config_from_str};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};
use std::{
    collections::HashSet,
    env,
    ffi::{OsStr, OsString},
    fmt, fs,
    net::{IpAddr, SocketAddr},
    num::{NonZeroU16, NonZeroU32, NonZeroU64},
    path::{Path, PathBuf},
    str::FromStr,
};
use tracing_subscriber::EnvFilter;

/// As in `Leptos.toml` of the source, for a program that runs elsewhere.
const LEPTOS: &str = include_str!("../../Leptos.toml");
/// Read from the folder that the program is started in.
pub const LEPTOS_FILE: &str = "Leptos.toml";

/// A setting: its variable, and what counts where that is not set.
pub struct Setting {
    pub name: &'static str,
    /// `None`: nothing does, or what `Leptos.toml` says.
    pub default: Option<&'static str>,
}

const fn setting(name: &'static str, default: Option<&'static str>) -> Setting {
    Setting { name, default }
}

/// All settings, in the order of `.env.example`.
pub const SETTINGS: [Setting; 27] = [
    setting("LEPTOS_SITE_ADDR", None),
    setting("LEPTOS_SITE_ROOT", None),
    setting("LEPTOS_HASH_FILES", None),
    setting("DATA_DIR", Some("data")),
    setting("REDIS_URL", None),
    setting("REDIS_HOST", Some("127.0.0.1")),
    setting("REDIS_PORT", Some("6379")),
    setting("REDIS_USERNAME", None),
    setting("REDIS_PASSWORD", None),
    setting("REDIS_DB", Some("0")),
    setting("REDIS_TLS", Some("false")),
    setting("EVENT_RETENTION", Some("100000")),
    setting(
        "CORS_ALLOWED_ORIGINS",
        Some("http://localhost:5173,http://localhost:3000"),
    ),
    setting("MAX_SOCKETS", Some("10000")),
    setting("MAX_SOCKETS_PER_ADDRESS", Some("1000")),
    setting("TRUSTED_PROXIES", None),
    setting("CURRENCY", Some("EUR")),
    setting("RATE_LIMIT", Some("100")),
    setting("RUST_LOG", Some("info")),
    setting("LOG_FORMAT", None),
    setting("METRICS_ADDR", None),
    setting("OTEL_EXPORTER_OTLP_ENDPOINT", None),
    setting("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", None),
    setting("OTEL_EXPORTER_OTLP_PROTOCOL", Some("http/protobuf")),
    setting("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", Some("http/protobuf")),
    setting("OTEL_TRACES_EXPORTER", Some("otlp")),
    setting("OTEL_SDK_DISABLED", Some("false")),
];

impl Setting {
    /// What its variable holds, without its secrets; `None` where it is not set.
    pub fn shown(&self) -> Option<String> {
        let held = env::var(self.name).ok()?;
        let held = held.trim();
        (!held.is_empty()).then(|| match self.name {
            "REDIS_URL" => without_password(held),
            "REDIS_PASSWORD" => HIDDEN.to_owned(),
            // What stands before an @ may be a password, wherever it was put.
            _ if held.contains('@') => HIDDEN.to_owned(),
            _ => held.to_owned(),
        })
    }
}

const HIDDEN: &str = "(hidden)";

fn without_password(url: &str) -> String {
    let Some(info) = connection_info(url) else {
        return HIDDEN.to_owned();
    };
    let account = info.redis_settings();
    let scheme = match info.addr() {
        ConnectionAddr::TcpTls { .. } => "rediss",
        _ => "redis",
    };
    let user = account.username().unwrap_or_default();
    let user = match account.password() {
        Some(_) => format!("{user}:{HIDDEN}@"),
        None if user.is_empty() => String::new(),
        None => format!("{user}@"),
    };
    format!("{scheme}://{user}{}/{}", info.addr(), account.db())
}

/// Where the values of variables come from.
pub struct Sources {
    /// `.env`, and all names in it.
    pub file: Option<(PathBuf, Vec<String>)>,
    /// What was set before that file was read.
    environment: HashSet<OsString>,
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    Environment,
    File(PathBuf),
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Origin::Environment => f.write_str("environment"),
            Origin::File(file) => {
                let here = env::current_dir().unwrap_or_default();
                file.strip_prefix(here).unwrap_or(file).display().fmt(f)
            }
            Origin::Default => f.write_str("default"),
        }
    }
}

impl Sources {
    /// Adds what stands in `.env`, of this folder or of one around it, to the environment, which wins.
    pub fn read() -> Result<Sources, ConfigError> {
        let environment = env::vars_os().map(|(name, _)| name).collect();
        let file = match dotenvy::dotenv() {
            Ok(file) => Some((file.clone(), names(&file))),
            Err(error) if error.not_found() => None,
            Err(error) => return Err(unreadable(&error)),
        };
        Ok(Sources { file, environment })
    }

    pub fn of(&self, name: &str) -> Origin {
        let set = env::var_os(name).is_some_and(|value| !value.is_empty());
        match &self.file {
            _ if !set => Origin::Default,
            _ if self.environment.contains(OsStr::new(name)) => Origin::Environment,
            Some((file, _)) => Origin::File(file.clone()),
            None => Origin::Environment,
        }
    }
}

/// The names that a `.env` sets.
fn names(file: &Path) -> Vec<String> {
    let pairs = dotenvy::from_path_iter(file).into_iter().flatten();
    pairs.flatten().map(|(name, _)| name).collect()
}

/// Without the line itself, which may hold a secret.
fn unreadable(error: &dotenvy::Error) -> ConfigError {
    let dotenvy::Error::LineParse(line, _) = error else {
        return wrong(".env", error.to_string());
    };
    let here = env::current_dir().unwrap_or_default();
    let file = here
        .ancestors()
        .map(|folder| folder.join(".env"))
        .find(|file| file.is_file());
    let text = file
        .and_then(|file| fs::read_to_string(file).ok())
        .unwrap_or_default();
    // What could not be read is the line, or only its value.
    let part = line.lines().next().unwrap_or_default().trim_end();
    let number = text
        .lines()
        .position(|own| !part.is_empty() && own.contains(part));
    let place = number.map_or("a line".to_owned(), |n| format!("line {}", n + 1));
    wrong(
        ".env",
        format!(
            "{place} cannot be read: write NAME=value, and quotes around a value with spaces, quotes, $ or #"
        ),
    )
}

#[derive(Clone)]
pub struct Config {
    pub leptos: LeptosOptions,
    pub store: Store,
    pub origins: Vec<HeaderValue>,
    /// Requests per second and address; `None`: as many as come.
    pub rate: Option<NonZeroU32>,
    /// Proxies that are believed whose request they bring.
    pub proxies: Vec<IpNet>,
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

impl Store {
    /// The file that holds everything, if it is one.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            Store::Embedded(folder) => Some(stored::file(folder)),
            Store::Redis { .. } => None,
        }
    }
}

/// Where it is, for people; without anything secret.
impl std::fmt::Display for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Store::Embedded(folder) => write!(f, "{}", folder.display()),
            Store::Redis { info, .. } => write!(f, "Redis at {}", info.addr()),
        }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct ConfigError {
    pub variable: &'static str,
    pub why: String,
}

fn wrong(variable: &'static str, why: impl Into<String>) -> ConfigError {
    ConfigError {
        variable,
        why: why.into(),
    }
}

/// What is wrong, so far.
#[derive(Default)]
struct Faults(Vec<ConfigError>);

impl Faults {
    /// What was read; where it could not be, that is kept.
    fn of<T>(&mut self, read: Result<T, ConfigError>) -> Option<T> {
        read.map_err(|fault| self.0.push(fault)).ok()
    }
}

impl Config {
    /// The settings; or the first that is wrong.
    pub fn read() -> Result<Config, ConfigError> {
        Config::all().map_err(|mut faults| faults.swap_remove(0))
    }

    /// Everything that keeps [`Config::read`] from succeeding, where it names only the first.
    pub fn faults() -> Vec<ConfigError> {
        Config::all().err().unwrap_or_default()
    }

    /// The settings; or all that are wrong, which is one at least.
    fn all() -> Result<Config, Vec<ConfigError>> {
        let mut faults = Faults::default();
        let leptos = faults.of(leptos());
        let store = faults.of(store());
        let origins = faults.of(origins());
        let rate = faults.of(rate());
        let proxies = faults.of(proxies());
        let retention = faults.of(retention());
        let sockets = faults.of(number("MAX_SOCKETS"));
        let sockets_per_address = faults.of(number("MAX_SOCKETS_PER_ADDRESS"));
        let currency = faults.of(currency());
        let metrics = faults.of(metrics_addr());
        // Whoever logs and exports traces has read these already, and keeps them.
        faults.of(log_filter());
        faults.of(log_format(false));
        faults.of(exports_traces());
        let config = || {
            Some(Config {
                leptos: leptos?,
                store: store?,
                origins: origins?,
                rate: rate?,
                proxies: proxies?,
                retention: retention?,
                sockets: sockets? as usize,
                sockets_per_address: sockets_per_address? as usize,
                currency: currency?,
                metrics: metrics?,
            })
        };
        match config() {
            Some(config) if faults.0.is_empty() => Ok(config),
            _ => Err(faults.0),
        }
    }

    pub fn addr(&self) -> SocketAddr {
        self.leptos.site_addr
    }
}

/// Where the server of these settings listens, for whoever only wants to ask it something.
pub fn site_addr() -> Result<SocketAddr, ConfigError> {
    Ok(leptos()?.site_addr)
}

/// Where figures alone are shown, if anywhere.
pub fn metrics_addr() -> Result<Option<SocketAddr>, ConfigError> {
    parsed("METRICS_ADDR")
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

/// A variable's value, or its default.
fn text(variable: &'static str) -> Result<String, ConfigError> {
    let setting = SETTINGS.iter().find(|setting| setting.name == variable);
    let default = setting.and_then(|setting| setting.default);
    Ok(value(variable)?.unwrap_or_else(|| default.unwrap_or_default().to_owned()))
}

fn parse<T: FromStr>(variable: &'static str, text: &str) -> Result<T, ConfigError>
where
    T::Err: std::fmt::Display,
{
    text.trim()
        .parse()
        .map_err(|why| wrong(variable, format!("“{text}” will not do: {why}")))
}

/// What a setting settles, by its default where it is not set.
fn settled<T: FromStr>(variable: &'static str) -> Result<T, ConfigError>
where
    T::Err: std::fmt::Display,
{
    parse(variable, &text(variable)?)
}

fn parsed<T: FromStr>(variable: &'static str) -> Result<Option<T>, ConfigError>
where
    T::Err: std::fmt::Display,
{
    value(variable)?
        .map(|text| parse(variable, &text))
        .transpose()
}

fn currency() -> Result<Currency, ConfigError> {
    let code = text("CURRENCY")?;
    Currency::from_name(&code.trim().to_uppercase()).ok_or_else(|| {
        let known: Vec<_> = Currency::ALL.iter().map(|one| one.name()).collect();
        let why = format!("“{code}” is none of {}", known.join(", "));
        wrong("CURRENCY", why)
    })
}

/// A number that is not 0.
fn number(variable: &'static str) -> Result<u64, ConfigError> {
    settled::<NonZeroU64>(variable).map(NonZeroU64::get)
}

pub fn leptos() -> Result<LeptosOptions, ConfigError> {
    // Leptos' own messages would not say which variable it was.
    parsed::<SocketAddr>("LEPTOS_SITE_ADDR")?;
    parsed::<bool>("LEPTOS_HASH_FILES")?;
    let file = Path::new(LEPTOS_FILE);
    let text = if file.exists() {
        fs::read_to_string(file).map_err(|e| wrong(LEPTOS_FILE, e.to_string()))?
    } else {
        LEPTOS.to_owned()
    };
    let mut options = get_config_from_str(&text).map_err(|e| wrong(LEPTOS_FILE, e.to_string()))?;
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
    let Some(list) = hashes(options) else {
        return false;
    };
    let Some(script) = package_file(options, Some(&list), "js") else {
        return false;
    };
    Path::new(&*options.site_root).join(script).exists()
}

/// The hashes in the names of the site's files, as the build has left them beside the program.
pub fn hashes(options: &LeptosOptions) -> Option<String> {
    let program = env::current_exe().ok()?;
    fs::read_to_string(program.with_file_name(&*options.hash_file)).ok()
}

/// The name of the site's file of this kind (`js`, `wasm` or `css`) below its root, with its hash where `hashes` has
/// one for it; `None` where that has none.
pub fn package_file(options: &LeptosOptions, hashes: Option<&str>, kind: &str) -> Option<String> {
    let hash = match hashes {
        None => String::new(),
        Some(list) => {
            let own = |line: &str| {
                line.strip_prefix(kind)?
                    .strip_prefix(": ")
                    .map(str::to_owned)
            };
            format!(".{}", list.lines().find_map(own)?.trim())
        }
    };
    let (folder, name) = (&options.site_pkg_dir, &options.output_name);
    Some(format!("{folder}/{name}{hash}.{kind}"))
}

fn connection_info(url: &str) -> Option<ConnectionInfo> {
    let known = url.starts_with("redis://") || url.starts_with("rediss://");
    known.then(|| url.into_connection_info().ok()).flatten()
}

/// How many events can be resumed from, at least.
pub fn retention() -> Result<u64, ConfigError> {
    number("EVENT_RETENTION")
}

/// Where everything is stored.
pub fn store() -> Result<Store, ConfigError> {
    // All of them are read, so that none is wrong and idle.
    let host = value("REDIS_HOST")?;
    let port = parsed::<NonZeroU16>("REDIS_PORT")?;
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
        // The value itself may hold a password: it is not repeated.
        let info = connection_info(url.trim()).ok_or_else(|| {
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
        return Ok(Store::Embedded(text("DATA_DIR")?.into()));
    }
    let host = text("REDIS_HOST")?;
    let port = settled::<NonZeroU16>("REDIS_PORT")?.get();
    let addr = match settled("REDIS_TLS")? {
        true => ConnectionAddr::TcpTls {
            host,
            port,
            insecure: false,
            tls_params: None,
        },
        false => ConnectionAddr::Tcp(host, port),
    };
    let mut account = RedisConnectionInfo::default().set_db(settled("REDIS_DB")?);
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
    let list = text(VARIABLE)?;
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
    let text = text(VARIABLE)?;
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
    match text("RATE_LIMIT")?.trim() {
        "off" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            wrong(
                "RATE_LIMIT",
                format!("“{text}” will not do: write requests per second, like 100, or off"),
            )
        }),
    }
}

/// Networks like 10.0.0.0/8, or single addresses.
pub fn proxies() -> Result<Vec<IpNet>, ConfigError> {
    const VARIABLE: &str = "TRUSTED_PROXIES";
    let list = value(VARIABLE)?.unwrap_or_default();
    let parts = list.split(',').map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let alone = || part.parse().map(|address: IpAddr| address.into());
            part.parse().or_else(|_| alone()).map_err(|_| {
                let why = format!(
                    "“{part}” is no address and no network. Write them like 10.0.0.7,10.1.0.0/16"
                );
                wrong(VARIABLE, why)
            })
        })
        .collect()
}
