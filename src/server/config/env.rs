//! How settings are read: from the environment, to which `.env` is added, and into types.

use super::settings::{Secrecy, Setting};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use std::{
    collections::HashSet,
    env,
    ffi::{OsStr, OsString},
    fmt, fs,
    num::NonZeroU64,
    path::{Path, PathBuf},
    str::FromStr,
};

/// A setting with an invalid value.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct ConfigError {
    pub variable: &'static str,
    pub why: String,
}

pub type Result<T> = std::result::Result<T, ConfigError>;

/// The error that a variable, or a file of settings, is invalid.
pub fn invalid(variable: &'static str, why: impl Into<String>) -> ConfigError {
    ConfigError {
        variable,
        why: why.into(),
    }
}

impl Setting {
    pub fn invalid(&self, why: impl Into<String>) -> ConfigError {
        invalid(self.name, why)
    }

    /// The value; `None` where the variable is not set, or empty.
    pub fn value(&self) -> Result<Option<String>> {
        match env::var(self.name) {
            Ok(value) if value.trim().is_empty() => Ok(None),
            Ok(value) => Ok(Some(value)),
            Err(env::VarError::NotPresent) => Ok(None),
            Err(env::VarError::NotUnicode(_)) => Err(self.invalid("this is not valid UTF-8")),
        }
    }

    /// The value, or its default.
    pub fn text(&self) -> Result<String> {
        let default = self.default_value().unwrap_or_default();
        Ok(self.value()?.unwrap_or_else(|| default.to_owned()))
    }

    /// The parsed value, if it is set.
    pub fn parsed<T: FromStr<Err: fmt::Display>>(&self) -> Result<Option<T>> {
        self.value()?.map(|text| self.parse(&text)).transpose()
    }

    /// The parsed value, or the parsed default.
    pub fn parsed_or_default<T: FromStr<Err: fmt::Display>>(&self) -> Result<T> {
        self.parse(&self.text()?)
    }

    /// A number that is not 0.
    pub fn number(&self) -> Result<u64> {
        self.parsed_or_default().map(NonZeroU64::get)
    }

    fn parse<T: FromStr<Err: fmt::Display>>(&self, text: &str) -> Result<T> {
        let parsed = text.trim().parse();
        parsed.map_err(|why| self.invalid(format!("“{text}” is not valid: {why}")))
    }

    /// The value without its secrets, for people; `None` where it is not set.
    pub fn shown(&self) -> Option<String> {
        let value = env::var(self.name).ok()?;
        let value = value.trim();
        (!value.is_empty()).then(|| match self.secrecy {
            Secrecy::Url => without_password(value),
            Secrecy::Secret => HIDDEN.to_owned(),
            // What precedes an @ may be a password, in any setting.
            Secrecy::Public if value.contains('@') => HIDDEN.to_owned(),
            Secrecy::Public => value.to_owned(),
        })
    }
}

const HIDDEN: &str = "(hidden)";

fn without_password(url: &str) -> String {
    let Some(info) = redis_url(url) else {
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

/// How to connect to this URL; `None` where it is not a Redis URL.
pub fn redis_url(url: &str) -> Option<ConnectionInfo> {
    let known = url.starts_with("redis://") || url.starts_with("rediss://");
    known.then(|| url.into_connection_info().ok()).flatten()
}

/// Where the values of variables come from.
pub struct Sources {
    /// `.env`, and all names in it.
    pub file: Option<(PathBuf, Vec<String>)>,
    /// The variables that were set before that file was read.
    environment: HashSet<OsString>,
}

/// Where the value of a setting comes from.
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
    /// Adds the variables of `.env`, in this folder or the nearest parent that has one, to the environment, which has
    /// precedence.
    pub fn read() -> Result<Sources> {
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

/// The error of a `.env` that cannot be read. It does not repeat the line, which may hold a secret.
fn unreadable(error: &dotenvy::Error) -> ConfigError {
    let dotenvy::Error::LineParse(line, _) = error else {
        return invalid(".env", error.to_string());
    };
    let here = env::current_dir().unwrap_or_default();
    let file = here
        .ancestors()
        .map(|folder| folder.join(".env"))
        .find(|file| file.is_file());
    let text = file.and_then(|file| fs::read_to_string(file).ok());
    // The library reports the whole line, or only its value.
    let part = line.lines().next().unwrap_or_default().trim_end();
    let number = text
        .unwrap_or_default()
        .lines()
        .position(|own| !part.is_empty() && own.contains(part));
    let place = number.map_or("a line".to_owned(), |n| format!("line {}", n + 1));
    let why = format!(
        "{place} cannot be read: write NAME=value, and quotes around a value with spaces, quotes, $ or #"
    );
    invalid(".env", why)
}
