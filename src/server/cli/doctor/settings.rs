//! The settings: the value of each and where it comes from, what is wrong with it, and variables that look like settings
//! and are none.

use super::report::{Finding, Report, State};
use crate::server::config::{
    self, Config, ConfigError, Hosts, LEPTOS_FILE, Origin, SETTINGS, Setting, Sources, StoreConfig,
};
use std::{collections::BTreeSet, env, path::Path};

const GROUP: &str = "settings";
const NOT_SET: &str = "not set";

pub fn examine(report: &mut Report, sources: &Sources) {
    let (config, faults) = match Config::read_all() {
        Ok(config) => (Some(config), Vec::new()),
        Err(faults) => (None, faults),
    };
    if let Some(file) = &sources.file {
        let says = format!("read from {}", file.path.display());
        report.add(GROUP, ".env", Finding::ok(says));
    }
    for setting in &SETTINGS {
        let fault = faults.iter().find(|fault| fault.variable == setting.name);
        let finding = match fault {
            Some(fault) => wrong(fault, sources),
            None if setting.name == "AUTH" => auth(setting, sources, config.as_ref()),
            None => fine(setting, sources),
        };
        report.add(GROUP, setting.name, finding);
    }
    let known = |fault: &&ConfigError| SETTINGS.iter().any(|own| own.name == fault.variable);
    for fault in faults.iter().filter(|fault| !known(fault)) {
        report.add(GROUP, fault.variable.clone(), wrong(fault, sources));
    }
    for name in unknown_names(sources) {
        report.add(GROUP, name.clone(), unknown(&name));
    }
}

fn wrong(fault: &ConfigError, sources: &Sources) -> Finding {
    let remedy = match env::var(&*fault.variable) {
        // Like `tcp://10.0.0.7:6379`, in every container of a namespace with a service of this name.
        Ok(value) if value.starts_with("tcp://") => {
            "Kubernetes sets this for a service called redis: set it yourself, or enableServiceLinks: false".to_owned()
        }
        _ => format!("Correct {}: the server does not start with it", fault.variable),
    };
    let says = match sources.of(&fault.variable) {
        Origin::Default => fault.why.clone(),
        origin => format!("{} ({origin})", fault.why),
    };
    Finding::error(says, remedy)
}

fn fine(setting: &Setting, sources: &Sources) -> Finding {
    let shown = setting.shown();
    let (value, from) = match shown.clone() {
        Some(value) => (Some(value), sources.of(setting.name).to_string()),
        None => unset(setting),
    };
    let shown_value = match &value {
        Some(value) => format!("{value} ({from})"),
        None => NOT_SET.to_owned(),
    };
    let idle = shown.and_then(|_| idle(setting.name));
    let finding = match idle {
        Some(why) => Finding::warning(format!("{shown_value}: {why}"), "Remove one of them"),
        None if setting.name == "TRUSTED_PROXIES" && trusts_all() => Finding::warning(
            format!(
                "{shown_value}: every address counts as a proxy, so any client can forge its address"
            ),
            "Name the addresses of your proxies alone",
        ),
        None if setting.name == "SITE_ORIGIN" && refuses_proxies() => Finding::warning(
            "not set, and TRUSTED_PROXIES is: requests for the host that a proxy passes on are refused",
            "Set SITE_ORIGIN to the origin that people open, like https://market.example",
        ),
        None => Finding::ok(shown_value),
    };
    finding.with("value", value).with("from", from)
}

/// Whether people sign in, whichever setting decides it.
fn auth(setting: &Setting, sources: &Sources, config: Option<&Config>) -> Finding {
    let shown = fine(setting, sources);
    match config {
        Some(config) if config.is_open_to_others() => Finding {
            state: State::Warning,
            says: format!(
                "{}: others than this machine can reach the server, and everybody sees and does everything",
                shown.says
            ),
            remedy: Some(
                "Set AUTH=required, or have nobody reach it who may not do everything".to_owned(),
            ),
            ..shown
        },
        Some(config) if shown.says == NOT_SET => Finding {
            says: match config.auth.is_required() {
                true => format!("{NOT_SET}, which means required here"),
                false => format!("{NOT_SET}, which means open here"),
            },
            ..shown
        },
        _ => shown,
    }
}

/// The value where a variable is not set, and where that comes from.
fn unset(setting: &Setting) -> (Option<String>, String) {
    let options = config::leptos().ok();
    let leptos = |value: String| {
        let from = if Path::new(LEPTOS_FILE).exists() {
            LEPTOS_FILE
        } else {
            "default"
        };
        (Some(value), from.to_owned())
    };
    match (setting.name, options) {
        ("LEPTOS_SITE_ADDR", Some(options)) => leptos(options.site_addr.to_string()),
        ("LEPTOS_SITE_ROOT", Some(options)) => {
            (Some(options.site_root.to_string()), "found".to_owned())
        }
        ("LEPTOS_HASH_FILES", Some(options)) => {
            (Some(options.hash_files.to_string()), "found".to_owned())
        }
        _ if setting.name.starts_with("REDIS_") && !is_in_parts() => (None, "not set".to_owned()),
        _ => match setting.default_value() {
            Some(default) => (Some(default.to_owned()), "default".to_owned()),
            None => (None, "not set".to_owned()),
        },
    }
}

/// Whether Redis is the store, by single settings.
fn is_in_parts() -> bool {
    let redis = matches!(config::store(), Ok(StoreConfig::Redis { .. }));
    redis && env::var("REDIS_URL").map_or(true, |url| url.trim().is_empty())
}

/// Whether every address counts as one of our proxies.
fn trusts_all() -> bool {
    config::proxies().is_ok_and(|all| all.iter().any(|net| net.prefix_len() == 0))
}

/// Whether the server takes only requests for its own address, although there are proxies before it.
fn refuses_proxies() -> bool {
    let hosts = config::leptos().and_then(|options| Hosts::read(options.site_addr));
    let proxies = config::proxies().unwrap_or_default();
    hosts.is_ok_and(|hosts| hosts.refuse_proxies(&proxies))
}

/// Why a setting has no effect although it is set.
fn idle(name: &str) -> Option<&'static str> {
    let url = env::var("REDIS_URL").is_ok_and(|url| !url.trim().is_empty());
    let part = name.starts_with("REDIS_") && !["REDIS_URL", "REDIS_CA"].contains(&name);
    (url && part).then_some("it has no effect, because REDIS_URL is set, too")
}

/// Variables of other programs that begin like ours.
const OF_OTHERS: [&str; 12] = [
    "LEPTOS_OUTPUT_NAME",
    "LEPTOS_SITE_PKG_DIR",
    "LEPTOS_ENV",
    "LEPTOS_RELOAD_PORT",
    "LEPTOS_RELOAD_EXTERNAL_PORT",
    "LEPTOS_RELOAD_WS_PROTOCOL",
    "LEPTOS_NOT_FOUND_PATH",
    "LEPTOS_HASH_FILE_NAME",
    "LEPTOS_HASH_FILE",
    "LEPTOS_WATCH",
    "LEPTOS_LIB_DIR",
    "LEPTOS_BIN_DIR",
];

/// The prefixes of our settings.
const OURS: [&str; 2] = ["REDIS_", "LEPTOS_"];

/// Variables that seem to be meant for this program, and are not its settings.
fn unknown_names(sources: &Sources) -> BTreeSet<String> {
    let file = sources.file.iter().flat_map(|file| file.names.clone());
    let file = file.filter(|name| !name.contains("_PROXY") && !name.starts_with("RUST_"));
    let environment = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let looks_ours = |name: &String| {
        meant(name).is_some()
            || OURS
                .iter()
                .any(|family| canonical(name).starts_with(family))
    };
    let names = file.chain(environment.filter(looks_ours));
    names.filter(|name| !is_known(name)).collect()
}

fn is_known(name: &str) -> bool {
    // Kubernetes and container links set these for a service called redis.
    let link = name.starts_with("REDIS_SERVICE_") || name.starts_with("REDIS_PORT_");
    link || OF_OTHERS.contains(&name) || SETTINGS.iter().any(|setting| setting.name == name)
}

fn canonical(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// The setting whose name is misspelt so.
fn meant(name: &str) -> Option<&'static str> {
    let name = canonical(name);
    let near = SETTINGS.iter().map(|setting| {
        let distance = strsim::damerau_levenshtein(&name, setting.name);
        (distance, setting.name)
    });
    let limit = if name.len() < 10 { 1 } else { 2 };
    near.min()
        .filter(|(distance, _)| *distance <= limit)
        .map(|(_, name)| name)
}

fn unknown(name: &str) -> Finding {
    match meant(name) {
        Some(meant) => Finding::warning(
            "this is not a setting, and has no effect",
            format!("Write {meant}, if that is meant"),
        ),
        None => Finding::warning(
            "this is not a setting of this program, and has no effect",
            "Remove it, or see .env.example for all names",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_recognised_and_others_ignored() {
        for (written, is) in [
            ("REDIS_PASWORD", Some("REDIS_PASSWORD")),
            ("redis_url", Some("REDIS_URL")),
            ("REDIS-HOST", Some("REDIS_HOST")),
            ("RATE_LIMTI", Some("RATE_LIMIT")),
            ("DATADIR", Some("DATA_DIR")),
            ("CORS_ALLOWED_ORIGIN", Some("CORS_ALLOWED_ORIGINS")),
            ("PATH", None),
            ("RUST_LIB", None),
            ("HTTP_PROXY", None),
        ] {
            assert_eq!(meant(written), is, "{written}");
        }
    }
}
