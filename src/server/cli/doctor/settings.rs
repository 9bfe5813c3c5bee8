//! The settings: what each is and where it comes from, what is wrong with it, and what looks like a setting and is
//! none.

use super::report::{Finding, Report};
use crate::server::config::{
    self, Config, ConfigError, LEPTOS_FILE, SETTINGS, Setting, Sources, Store,
};
use std::{collections::BTreeSet, env, path::Path};

const GROUP: &str = "settings";

pub fn examine(report: &mut Report, sources: &Sources) {
    let faults = Config::faults();
    if let Some((file, _)) = &sources.file {
        report.add(
            GROUP,
            ".env",
            Finding::ok(format!("read from {}", file.display())),
        );
    }
    for setting in &SETTINGS {
        let fault = faults.iter().find(|fault| fault.variable == setting.name);
        let finding = match fault {
            Some(fault) => wrong(fault),
            None => fine(setting, sources),
        };
        report.add(GROUP, setting.name, finding);
    }
    let known = |fault: &&ConfigError| SETTINGS.iter().any(|own| own.name == fault.variable);
    for fault in faults.iter().filter(|fault| !known(fault)) {
        report.add(GROUP, fault.variable, wrong(fault));
    }
    for name in strangers(sources) {
        report.add(GROUP, name.clone(), stranger(&name));
    }
}

fn wrong(fault: &ConfigError) -> Finding {
    let remedy = match env::var(fault.variable) {
        // `tcp://10.0.0.7:6379`, in every container of a namespace with a service of this name.
        Ok(held) if held.starts_with("tcp://") => {
            "Kubernetes sets this for a service called redis: set it yourself, or enableServiceLinks: false".to_owned()
        }
        _ => format!("Correct {}: the server will not start with it", fault.variable),
    };
    Finding::error(fault.why.clone(), remedy)
}

fn fine(setting: &Setting, sources: &Sources) -> Finding {
    let shown = setting.shown();
    let (value, from) = match shown.clone() {
        Some(value) => (Some(value), sources.of(setting.name).to_string()),
        None => unset(setting),
    };
    let said = match &value {
        Some(value) => format!("{value} ({from})"),
        None => "not set".to_owned(),
    };
    let idle = shown.and_then(|_| idle(setting.name));
    let finding = match idle {
        Some(why) => Finding::warning(format!("{said}: {why}"), "Remove one of them"),
        None if setting.name == "TRUSTED_PROXIES" && trusts_all() => Finding::warning(
            format!(
                "{said}: every address counts as a proxy, so anybody writes whom a request is from"
            ),
            "Name the addresses of your proxies alone",
        ),
        None => Finding::ok(said),
    };
    finding.with("value", value).with("from", from)
}

/// What counts where a variable is not set, and where that comes from.
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
    let redis = matches!(config::store(), Ok(Store::Redis { .. }));
    redis && env::var("REDIS_URL").map_or(true, |url| url.trim().is_empty())
}

/// Whether every address counts as a proxy of ours.
fn trusts_all() -> bool {
    config::proxies().is_ok_and(|all| all.iter().any(|net| net.prefix_len() == 0))
}

/// Why a setting has no effect although it is set.
fn idle(name: &str) -> Option<&'static str> {
    let url = env::var("REDIS_URL").is_ok_and(|url| !url.trim().is_empty());
    let part = name.starts_with("REDIS_") && name != "REDIS_URL";
    (url && part).then_some("it has no effect, since REDIS_URL is set, too")
}

/// What others set, and begins as ours do.
const OTHERS: [&str; 12] = [
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

/// Families of names that are ours; whatever else begins so means us.
const OURS: [&str; 2] = ["REDIS_", "LEPTOS_"];

/// Variables that look as if they were meant for this program, which does not know them.
fn strangers(sources: &Sources) -> BTreeSet<String> {
    let file = sources.file.iter().flat_map(|(_, names)| names.clone());
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
    // Kubernetes and container links describe a service called redis so.
    let link = name.starts_with("REDIS_SERVICE_") || name.starts_with("REDIS_PORT_");
    link || OTHERS.contains(&name) || SETTINGS.iter().any(|setting| setting.name == name)
}

fn canonical(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

/// The setting that a misspelt name stands for.
fn meant(name: &str) -> Option<&'static str> {
    let name = canonical(name);
    let near = SETTINGS.iter().map(|setting| {
        let far = strsim::damerau_levenshtein(&name, setting.name);
        (far, setting.name)
    });
    let slips = if name.len() < 10 { 1 } else { 2 };
    near.min()
        .filter(|(far, _)| *far <= slips)
        .map(|(_, name)| name)
}

fn stranger(name: &str) -> Finding {
    match meant(name) {
        Some(meant) => Finding::warning(
            "this is no setting, and has no effect",
            format!("Write {meant}, if that is meant"),
        ),
        None => Finding::warning(
            "this is no setting of this program, and has no effect",
            "Remove it, or see .env.example for all names",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_seen_through_and_others_left_alone() {
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
