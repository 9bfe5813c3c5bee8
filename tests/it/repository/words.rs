//! The words of the house: names that were private words once, and do not come back.

use super::source::{files, name};

/// Identifiers that have a better name, which stands in the glossary of `docs/ARCHITECTURE.md`.
const GONE: &[&str] = &[
    "Desk",
    "Ledger",
    "Sending",
    "Seats",
    "Aside",
    "Witness",
    "Posted",
    "Settled",
    "TurnedAway",
    "household",
    "pass_the_fence",
    "Sought",
    "Stopwatch",
    "Lamp",
    "is_asleep",
    "is_slip",
    "vouched",
    "is_stranger",
    "GOODBYE",
    "PATIENCE",
    "LATEST",
    "Opening",
    "Shelf",
    "Face",
    "Verb",
    "Course",
    "insist",
    "adopt_order",
    "Outdated",
    "Moment",
    "asleep",
    "beat",
    "calm",
    "lamp",
    "mend",
    "pulse",
    "settle",
    "vouch",
];

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}

#[test]
fn private_words_do_not_come_back() {
    let places = [
        ("src", ".rs"),
        ("src", ".lua"),
        ("tests", ".rs"),
        ("docs", ".md"),
        ("end2end/tests", ".ts"),
        ("style", ".css"),
    ];
    let all = places
        .into_iter()
        .flat_map(|(folder, ending)| files(folder, ending));
    let mut found = Vec::new();
    for (path, text) in all.filter(|(path, _)| !path.ends_with("repository/words.rs")) {
        for (n, line) in text.lines().enumerate() {
            let gone = words(line).filter(|word| GONE.contains(word));
            found.extend(gone.map(|word| format!("{}:{}: {word}", name(&path), n + 1)));
        }
    }
    assert!(
        found.is_empty(),
        "the glossary has better words: {found:#?}"
    );
}
