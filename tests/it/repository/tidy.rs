//! What a compiler does not see: the shape of the house, kept.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.to_string_lossy().ends_with(ending) => {
                    found.push((path.clone(), fs::read_to_string(&path).unwrap()))
                }
                false => {}
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// Code without its tests and comments.
fn code(text: &str) -> String {
    let own = text.split("#[cfg(test)]").next().unwrap();
    own.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn read(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn every_file_says_what_it_is() {
    for folder in ["src", "tests"] {
        for (path, text) in files(folder, ".rs") {
            assert!(text.starts_with("//! "), "{} has no header", path.display());
        }
    }
}

#[test]
fn layers_know_only_what_lies_below() {
    for (folder, never) in [
        (
            "src/domain",
            &[
                "leptos",
                "axum",
                "redis::",
                "tokio",
                "crate::server",
                "crate::ui",
                "crate::api",
                "Utc::now",
                "now_v7",
            ][..],
        ),
        ("src/api", &["crate::ui", "axum", "redis::"]),
        ("src/ui", &["crate::server", "axum", "redis::"]),
        (
            "src/server/rest",
            &["ledger::Ledger", "crate::ui", "crate::api", "Feed"],
        ),
    ] {
        for (path, text) in files(folder, ".rs") {
            for word in never {
                assert!(
                    !code(&text).contains(word),
                    "{} must not know {word}",
                    path.display()
                );
            }
        }
    }
    for (path, text) in files("src", ".rs") {
        let knows_sockets = code(&text).contains("gloo_net::websocket");
        assert_eq!(
            knows_sockets,
            path.ends_with("ui/live.rs"),
            "{}",
            path.display()
        );
    }
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

#[test]
fn a_status_is_spelled_in_the_lifecycle_only() {
    for (path, text) in files("src", ".rs") {
        for word in [
            "pending_supplier",
            "supplier_accepted",
            "customer_accepted",
            "in_transit",
        ] {
            let spelled = code(&text).contains(&format!("\"{word}\""));
            // What judges the market has its rules from the contract, not from what it judges.
            let knows = ["lifecycle.rs", "simulate/history.rs"];
            assert!(
                !spelled || knows.iter().any(|file| path.ends_with(file)),
                "{} spells {word}",
                path.display()
            );
        }
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
fn what_stands_in_both_leptos_files_is_equal() {
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

#[test]
fn every_test_that_the_operators_pages_name_exists() {
    let pages = files("docs/operate", ".md");
    let named: BTreeSet<_> = pages
        .iter()
        .flat_map(|(_, page)| page.split('`').skip(1).step_by(2))
        .collect();
    let tests: String = ["src", "tests"]
        .iter()
        .flat_map(|folder| files(folder, ".rs"))
        .map(|(_, text)| text)
        .collect();
    let named = named.iter().filter_map(|name| name.split_once("::"));
    let missing: Vec<_> = named
        .filter(|(_, name)| !tests.contains(&format!("fn {name}(")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Where the program may use what stays subscribed when its owner goes. A screen on a wall shows rows that come and go
/// for weeks, so a row uses `memo`, `following`, `text`, `mark` and `changing`, and a list `list::orders` or `list::names`.
const STAYS_SUBSCRIBED: [(&str, &str); 3] = [
    // `memo` wraps it, and unsubscribes.
    ("Memo::new", "src/ui/live/reactive.rs"),
    // The page itself: it has one, for as long as the page is open.
    ("Memo::new", "src/ui/app.rs"),
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
