//! `doctor` as a script runs it, and its report.

use crate::support::{program, redis_server::RedisServer};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Output},
    sync::LazyLock,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

/// A folder with all files that pages link.
pub static SITE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pkg")).unwrap();
    for file in [
        "pkg/pizza-market.css",
        "pkg/pizza-market.js",
        "pkg/pizza-market.wasm",
        "manifest.webmanifest",
        "apple-touch-icon.png",
        "brand.svg",
    ] {
        fs::write(folder.path().join(file), "something").unwrap();
    }
    folder
});

/// Settings, for a doctor in a folder of its own.
pub fn patient(settings: &[(&str, &str)]) -> Command {
    let mut command = program();
    command
        .arg("doctor")
        .current_dir(SITE.path())
        .env("LEPTOS_SITE_ROOT", SITE.path())
        .envs(settings.iter().copied());
    command
}

/// What it says for scripts, how it ends, and how long it took.
pub struct Report {
    pub exit: i32,
    pub checks: Vec<Value>,
    pub took: Duration,
    pub whole: String,
}

impl Report {
    pub fn check(&self, name: &str) -> &Value {
        let found = self.checks.iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("no check {name}: {}", self.whole))
    }

    /// That a check ended so, and says these words, in the finding or in what to do.
    pub fn says(&self, name: &str, state: &str, words: &[&str]) {
        let check = self.check(name);
        let text = format!("{} → {}", check["says"], check["remedy"]);
        assert_eq!(check["state"], state, "{name}: {text}");
        for word in words {
            assert!(text.contains(word), "{name} does not say {word}: {text}");
        }
        let bad = ["warning", "error"].contains(&state);
        assert_eq!(check["remedy"].is_string(), bad, "{name}: {text}");
    }

    /// That this is the only error, and what follows from it was left out.
    pub fn names(&self, name: &str, words: &[&str]) {
        self.says(name, "error", words);
        assert_eq!(self.exit, 2);
        let errors: Vec<_> = self.of("error").collect();
        assert_eq!(errors, [name], "{}", self.whole);
        assert!(self.took < Duration::from_secs(10), "{:?}", self.took);
    }

    pub fn of<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a str> {
        let such = self
            .checks
            .iter()
            .filter(move |check| check["state"] == state);
        such.map(|check| check["name"].as_str().unwrap())
    }
}

pub async fn examine(mut command: Command) -> Report {
    let start = Instant::now();
    command.arg("--json");
    let output = spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    let (whole, stderr) = (
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    );
    assert_eq!(stderr, "", "it speaks on a pipe");
    let said: Value =
        serde_json::from_str(&whole).unwrap_or_else(|error| panic!("{error}: {whole}"));
    let exit = status.code().unwrap();
    let result = ["ok", "warning", "error"][exit as usize];
    assert_eq!(
        (&said["exit"], &said["result"]),
        (&json!(exit), &json!(result))
    );
    Report {
        exit,
        checks: said["checks"].as_array().unwrap().clone(),
        took: start.elapsed(),
        whole,
    }
}

pub async fn with(settings: &[(&str, &str)]) -> Report {
    examine(patient(settings)).await
}

pub async fn at(url: &str) -> Report {
    with(&[("REDIS_URL", url)]).await
}

pub async fn of_folder(folder: &Path) -> Report {
    with(&[("DATA_DIR", folder.to_str().unwrap())]).await
}

/// An account as docs/operate/configure.md recommends it, with something changed.
pub fn account(server: &RedisServer, change: &[&str]) -> String {
    let rules = [
        "ACL",
        "SETUSER",
        "market",
        "reset",
        "on",
        ">s3cret",
        "~order:*",
        "~pizza:*",
        "&pizza_orders",
        "&pizza:*",
        "+@all",
    ];
    server.cli(&[&rules, change].concat());
    format!("redis://market:s3cret@127.0.0.1:{}", server.port)
}

pub fn keys(server: &RedisServer) -> Vec<String> {
    let mut keys: Vec<String> = redis::from_redis_value(server.cli(&["KEYS", "*"])).unwrap();
    keys.sort();
    keys
}
