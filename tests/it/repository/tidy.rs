//! Rules that no compiler checks: file headers, what a room does not name, settings that are read, rows that unsubscribe.

use super::source::{files, name, read};
use std::collections::BTreeSet;

/// Code without its tests and comments.
fn code(text: &str) -> String {
    let own = text.split("#[cfg(test)]").next().unwrap();
    own.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn every_file_has_a_doc_comment() {
    for folder in ["src", "tests"] {
        for (path, text) in files(folder, ".rs") {
            assert!(text.starts_with("//! "), "{} has no header", path.display());
        }
    }
}

/// What a room does not name, beside the imports that `layers.rs` checks.
const UNKNOWN_TO: [(&str, &[&str]); 4] = [
    // Time, ids and randomness are arguments.
    (
        "src/domain",
        &["leptos", "axum", "redis::", "tokio", "Utc::now", "now_v7"],
    ),
    ("src/api", &["axum", "redis::"]),
    ("src/ui", &["axum", "redis::"]),
    // The HTTP API goes through the services.
    ("src/server/web/rest", &["Store", "LiveFeed"]),
];

#[test]
fn rooms_know_no_framework_of_another() {
    for (folder, unknown) in UNKNOWN_TO {
        for (path, text) in files(folder, ".rs") {
            let code = code(&text);
            let named = unknown.iter().find(|word| has(&code, word));
            assert!(named.is_none(), "{} names {named:?}", path.display());
        }
    }
}

/// Whether a text has this word, not only as the end or the beginning of a longer one.
fn has(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let after = text[at + word.len()..].chars().next();
        let ends = !is_part(after) || word.ends_with(':');
        !is_part(text[..at].chars().next_back()) && ends
    })
}

#[test]
fn one_file_opens_websockets() {
    let all = files("src", ".rs");
    let knows = all
        .iter()
        .filter(|(_, text)| code(text).contains("gloo_net::websocket"));
    let knows: Vec<_> = knows.map(|(path, _)| name(path)).collect();
    assert_eq!(knows, ["src/ui/live/connection.rs"]);
}

#[test]
fn the_domain_knows_no_transport() {
    for (path, text) in files("src/domain", ".rs") {
        let text = text.to_lowercase();
        for word in ["http", "websocket", "url", "/api"] {
            assert!(!text.contains(word), "{} knows {word}", path.display());
        }
    }
}

/// The checker judges by the contract, not by what it judges.
const SPELL_A_STATUS: [&str; 2] = [
    "src/domain/order/lifecycle.rs",
    "src/server/cli/simulate/checker/",
];

#[test]
fn a_status_is_spelled_in_the_lifecycle_only() {
    let statuses = [
        "pending_supplier",
        "supplier_accepted",
        "customer_accepted",
        "in_transit",
    ];
    for (path, text) in files("src", ".rs") {
        let (file, code) = (name(&path), code(&text));
        let may = SPELL_A_STATUS.iter().any(|known| file.starts_with(known));
        let spelled = statuses
            .iter()
            .find(|status| code.contains(&format!("\"{status}\"")));
        assert!(
            may || file.ends_with("tests.rs") || spelled.is_none(),
            "{file} spells {spelled:?}"
        );
    }
}

#[test]
fn every_setting_of_the_table_is_read() {
    let names: BTreeSet<String> = read(".env.example")
        .lines()
        .filter_map(|line| line.trim_start_matches("# ").split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let readers: String = files("src/server/config", ".rs")
        .iter()
        .filter(|(path, _)| !path.ends_with("settings.rs"))
        .map(|(_, text)| code(text))
        .collect();
    let words: BTreeSet<_> = readers
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .collect();
    for name in &names {
        assert!(words.contains(&**name), "{name} is never read");
    }
}

#[test]
fn leptos_settings_in_both_files_are_equal() {
    let section = |text: &str| {
        let section = text
            .split_once("[package.metadata.leptos]")
            .unwrap()
            .1
            .to_owned();
        let own = section
            .lines()
            .take_while(|line| !line.starts_with('['))
            .map(str::to_owned)
            .collect::<Vec<_>>();
        own.iter()
            .filter_map(|line| line.split_once('='))
            .map(|(k, v)| (k.trim().to_owned(), v.trim().to_owned()))
            .collect::<Vec<_>>()
    };
    let (build, run) = (section(&read("Cargo.toml")), section(&read("Leptos.toml")));
    let in_both: Vec<_> = run
        .iter()
        .filter(|(key, _)| build.iter().any(|(other, _)| other == key))
        .collect();
    assert!(in_both.len() >= 3, "{in_both:?}");
    for pair in in_both {
        assert!(build.contains(pair), "{pair:?} differs");
    }
}

/// Where the program may use what stays subscribed when its owner goes. A screen on a wall shows rows that come and go
/// for weeks, so a row uses `memo`, `following`, `text`, `mark` and `changing`, and a list `list::orders` or `list::names`.
const STAYS_SUBSCRIBED: [(&str, &str); 4] = [
    // `memo` wraps it, and unsubscribes.
    ("Memo::new", "src/ui/live/reactive.rs"),
    // The page itself: it has one, for as long as the page is open.
    ("Memo::new", "src/ui/app.rs"),
    ("Memo::new", "src/ui/live/connection.rs"),
    // `following` wraps it, and unsubscribes.
    ("Signal::derive", "src/ui/components/basics.rs"),
];

#[test]
fn rows_unsubscribe_when_they_go() {
    let mut wrong = Vec::new();
    for (path, text) in files("src/ui", ".rs") {
        for word in ["Memo::new", "Signal::derive", "<For"] {
            let is_allowed = STAYS_SUBSCRIBED
                .iter()
                .any(|(allowed, file)| *allowed == word && path.ends_with(file));
            if code(&text).contains(word) && !is_allowed {
                wrong.push(format!("{}: {word}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "these stay subscribed: {wrong:#?}");
}
