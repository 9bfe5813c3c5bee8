//! The size of files and functions: what does not fit on a screen or two is asking to be several.

use super::source::{files, name, sources};

/// Lines of a file that needs no reason.
const FILE: usize = 400;
/// Lines of any function.
const FUNCTION: usize = 70;
/// Lines that at least nine of ten functions stay under.
const MOST_FUNCTIONS: usize = 30;

/// What begins the sentence in which a longer file says why it is one.
const REASON: &str = "//! One file because ";

#[test]
fn a_long_file_has_a_reason() {
    let all = ["src", "tests"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs"));
    let long: Vec<_> = all
        .filter(|(_, text)| text.lines().count() > FILE)
        .filter(|(_, text)| !text.lines().any(|line| line.starts_with(REASON)))
        .map(|(path, text)| format!("{}: {} lines", name(&path), text.lines().count()))
        .collect();
    assert!(
        long.is_empty(),
        "more than {FILE} lines, and no reason: {long:#?}"
    );
}

#[test]
fn functions_fit_on_a_screen() {
    let sources = sources();
    let all: Vec<_> = sources
        .iter()
        .flat_map(|source| {
            source
                .functions
                .iter()
                .map(move |function| (source, function))
        })
        .collect();
    let long: Vec<_> = all
        .iter()
        .filter(|(_, function)| function.lines > FUNCTION)
        .map(|(source, function)| {
            format!("{} in {}: {}", function.name, source.file, function.lines)
        })
        .collect();
    assert!(long.is_empty(), "more than {FUNCTION} lines: {long:#?}");
    let short = all
        .iter()
        .filter(|(_, function)| function.lines < MOST_FUNCTIONS)
        .count();
    assert!(
        short * 10 >= all.len() * 9,
        "{short} of {} functions are short",
        all.len()
    );
}
