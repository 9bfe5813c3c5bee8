//! How a setting is read into a type, and how it is shown.

use super::settings::{Secrecy, Setting};
use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo};
use std::{borrow::Cow, env, fmt, num::NonZeroU64, str::FromStr};

/// A setting with an invalid value.
#[derive(Debug, thiserror::Error)]
#[error("{variable}: {why}")]
pub struct ConfigError {
    /// The variable, or the file of settings, that holds the value.
    pub variable: Cow<'static, str>,
    pub why: String,
}

pub type Result<T> = std::result::Result<T, ConfigError>;

/// The error that a variable, or a file of settings, is invalid.
pub fn invalid(variable: impl Into<Cow<'static, str>>, why: impl Into<String>) -> ConfigError {
    ConfigError {
        variable: variable.into(),
        why: why.into(),
    }
}

impl Setting {
    pub fn invalid(&self, why: impl Into<String>) -> ConfigError {
        invalid(self.name, why)
    }

    /// The error that repeats the value, up to the last @ without what precedes it, which may be a password.
    pub fn invalid_value(&self, value: &str, why: impl fmt::Display) -> ConfigError {
        let value = match value.rsplit_once('@') {
            Some((_, rest)) => format!("{HIDDEN}@{rest}"),
            None => value.to_owned(),
        };
        self.invalid(format!("“{value}” {why}"))
    }

    /// The value; `None` where the variable is not set, or empty.
    pub fn value(&self) -> Result<Option<String>> {
        match env::var(self.name) {
            Ok(value) if value.is_empty() => Ok(None),
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

    /// `true` or `false` in any case, if it is set.
    pub fn flag(&self) -> Result<Option<bool>> {
        self.value()?.map(|text| self.parse_flag(&text)).transpose()
    }

    /// The same, or its default.
    pub fn flag_or_default(&self) -> Result<bool> {
        self.parse_flag(&self.text()?)
    }

    /// `on` or `off` in any case, or its default.
    pub fn switch(&self) -> Result<bool> {
        let text = self.text()?;
        match word(&text).as_str() {
            "on" => Ok(true),
            "off" => Ok(false),
            _ => Err(self.invalid_value(&text, "is not valid: write on or off")),
        }
    }

    fn parse_flag(&self, text: &str) -> Result<bool> {
        match word(text).as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.invalid_value(text, "is not valid: write true or false")),
        }
    }

    fn parse<T: FromStr<Err: fmt::Display>>(&self, text: &str) -> Result<T> {
        let parsed = text.trim().parse();
        parsed.map_err(|why| self.invalid_value(text, format_args!("is not valid: {why}")))
    }

    /// The value without its secrets, for people; `None` where it is not set.
    pub fn shown(&self) -> Option<String> {
        let value = env::var(self.name).ok()?;
        (!value.is_empty()).then(|| match self.secrecy {
            Secrecy::Url => without_password(&value),
            Secrecy::Secret => HIDDEN.to_owned(),
            // What precedes an @ may be a password, in any setting.
            Secrecy::Public if value.contains('@') => HIDDEN.to_owned(),
            Secrecy::Public => value,
        })
    }
}

/// One of a few words, as a setting has it: in any case, without blanks around it.
pub fn word(text: &str) -> String {
    text.trim().to_ascii_lowercase()
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
        // A lone user may be a password whose colon was forgotten.
        None => format!("{HIDDEN}@"),
    };
    format!("{scheme}://{user}{}/{}", info.addr(), account.db())
}

/// How to connect to this URL; `None` where it is not a Redis URL.
pub fn redis_url(url: &str) -> Option<ConnectionInfo> {
    let known = url.starts_with("redis://") || url.starts_with("rediss://");
    known.then(|| url.into_connection_info().ok()).flatten()
}
