//! Which store the settings name: the embedded file of a folder, or a Redis.

use super::{
    env::{Result, redis_url},
    settings::{
        DATA_DIR, EVENT_RETENTION, REDIS_CA, REDIS_DB, REDIS_HOST, REDIS_PASSWORD, REDIS_PORT,
        REDIS_TLS, REDIS_URL, REDIS_USERNAME,
    },
    tls::redis_authorities,
};
use redis::{
    Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo,
    TlsCertificates,
};
use std::{
    fmt,
    num::NonZeroU16,
    path::{Path, PathBuf},
};

#[derive(Clone)]
pub enum StoreConfig {
    /// One file in this folder.
    Embedded(PathBuf),
    Redis {
        info: Box<ConnectionInfo>,
        /// The setting that holds the credentials, for error messages.
        credentials: &'static str,
    },
}

impl StoreConfig {
    /// The file of the embedded store.
    pub fn file(&self) -> Option<PathBuf> {
        match self {
            StoreConfig::Embedded(folder) => Some(database_file(folder)),
            StoreConfig::Redis { .. } => None,
        }
    }
}

/// Where the store is, for people; without secrets.
impl fmt::Display for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreConfig::Embedded(folder) => write!(f, "{}", folder.display()),
            StoreConfig::Redis { info, .. } => write!(f, "Redis at {}", info.addr()),
        }
    }
}

/// The embedded file of a folder.
pub fn database_file(folder: &Path) -> PathBuf {
    folder.join("market.redb")
}

/// The number of events that can be resumed from, at least.
pub fn retention() -> Result<u64> {
    EVENT_RETENTION.number()
}

/// The store that the settings name.
pub fn store() -> Result<StoreConfig> {
    // The parts are checked also where REDIS_URL overrides them.
    let parts = RedisParts::read()?;
    let authorities = redis_authorities()?;
    if let Some(url) = REDIS_URL.value()? {
        // The error does not repeat the value, which may hold a password.
        let info = redis_url(&url).ok_or_else(|| {
            REDIS_URL
                .invalid("write it like redis://user:password@host:6379/0, or rediss:// for TLS")
        })?;
        return Ok(StoreConfig::Redis {
            info: Box::new(trusting(info, authorities)?),
            credentials: REDIS_URL.name,
        });
    }
    if !parts.is_any_set() {
        return Ok(StoreConfig::Embedded(DATA_DIR.text()?.into()));
    }
    Ok(StoreConfig::Redis {
        info: Box::new(trusting(parts.connection_info()?, authorities)?),
        credentials: "REDIS_USERNAME and REDIS_PASSWORD",
    })
}

/// A Redis with TLS is checked with these authorities, where some are set.
fn trusting(info: ConnectionInfo, authorities: Option<Vec<u8>>) -> Result<ConnectionInfo> {
    if !matches!(info.addr(), ConnectionAddr::TcpTls { .. }) || authorities.is_none() {
        return Ok(info);
    }
    let certificates = TlsCertificates {
        client_tls: None,
        root_cert: authorities,
    };
    let client = Client::build_with_tls(info, certificates);
    let client = client.map_err(|error| REDIS_CA.invalid(error.to_string()))?;
    Ok(client.get_connection_info().clone())
}

/// The settings that name a Redis in parts, as far as they are set.
struct RedisParts {
    host: Option<String>,
    port: Option<NonZeroU16>,
    user: Option<String>,
    password: Option<String>,
    database: Option<i64>,
    tls: Option<bool>,
}

impl RedisParts {
    fn read() -> Result<RedisParts> {
        let parts = RedisParts {
            host: REDIS_HOST.value()?,
            port: REDIS_PORT.parsed()?,
            user: REDIS_USERNAME.value()?,
            password: REDIS_PASSWORD.value()?,
            database: REDIS_DB.parsed()?,
            tls: REDIS_TLS.flag()?,
        };
        let around = |c: char| c.is_whitespace() || c == '/' || c == '@';
        let is_bare = |host: &str| !host.contains(around);
        if !parts.host.as_deref().is_none_or(is_bare) {
            let why = "write a name or an address, without anything around it";
            return Err(REDIS_HOST.invalid(why));
        }
        if parts.user.is_some() && parts.password.is_none() {
            return Err(REDIS_PASSWORD.invalid("REDIS_USERNAME is set, and this is not"));
        }
        if parts.database.is_some_and(|n| n < 0) {
            return Err(REDIS_DB.invalid("databases are counted from 0"));
        }
        Ok(parts)
    }

    fn is_any_set(&self) -> bool {
        self.host.is_some()
            || self.port.is_some()
            || self.user.is_some()
            || self.password.is_some()
            || self.database.is_some()
            || self.tls.is_some()
    }

    /// How to connect, with the defaults of the parts that are not set.
    fn connection_info(self) -> Result<ConnectionInfo> {
        let host = REDIS_HOST.text()?;
        let port = REDIS_PORT.parsed_or_default::<NonZeroU16>()?.get();
        let addr = match REDIS_TLS.flag_or_default()? {
            true => ConnectionAddr::TcpTls {
                host,
                port,
                insecure: false,
                tls_params: None,
            },
            false => ConnectionAddr::Tcp(host, port),
        };
        let mut account = RedisConnectionInfo::default().set_db(REDIS_DB.parsed_or_default()?);
        if let Some(user) = self.user {
            account = account.set_username(user);
        }
        if let Some(password) = self.password {
            account = account.set_password(password);
        }
        let info = addr
            .into_connection_info()
            .map_err(|error| REDIS_HOST.invalid(error.to_string()))?;
        Ok(info.set_redis_settings(account))
    }
}
