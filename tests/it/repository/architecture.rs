//! The documents for contributors describe the tree as it is: each room has a row, and each file that they name
//! exists.

use std::{collections::BTreeSet, fs, path::PathBuf};

use super::source::{read, root};

/// Folders that have no row of their own: each of their files has one instead.
const LISTED: [&str; 3] = ["src", "src/server", "src/ui"];

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The paths in the first column of the room table.
fn rooms() -> BTreeSet<String> {
    let page = read("docs/ARCHITECTURE.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let first = rows.filter_map(|row| row.split(" | ").next());
    let paths = first.flat_map(|cell| cell.split('`'));
    paths
        .filter(|path| path.starts_with("src/") || path.starts_with("tests/it/"))
        .map(str::to_owned)
        .collect()
}

/// The folders below this one, with a slash at the end, or their files where those are listed.
fn tree(folder: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(tree(&path));
            if !LISTED.contains(&path.as_str()) {
                found.insert(format!("{path}/"));
            }
        } else if LISTED.contains(&folder) {
            found.insert(path);
        }
    }
    found
}

#[test]
fn the_room_table_matches_the_tree() {
    let mut tree = &tree("src") | &tree("tests/it");
    tree.insert("tests/it/".to_owned());
    let rooms = rooms();
    let (unlisted, missing) = (&tree - &rooms, &rooms - &tree);
    assert_eq!(unlisted, BTreeSet::new(), "without a row");
    assert_eq!(missing, BTreeSet::new(), "not in the tree");
}

/// `a/{b,c}.rs` is `a/b.rs` and `a/c.rs`.
fn expand(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![path.to_owned()];
    };
    let (names, after) = rest.split_once('}').unwrap();
    let names = names.split(',');
    names.map(|name| format!("{before}{name}{after}")).collect()
}

#[test]
fn files_named_for_contributors_exist() {
    let (mut named, mut missing) = (0, Vec::new());
    for page in ["docs/ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(page);
        let is_path = |word: &&str| {
            let of_path =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_./{},-".contains(c);
            word.contains('/') && !word.starts_with('/') && word.chars().all(of_path)
        };
        for path in quoted(&text).filter(is_path).flat_map(expand) {
            let places: [PathBuf; 2] = [root().join(&path), root().join("src").join(&path)];
            if !places.iter().any(|place| place.exists()) {
                missing.push(format!("{page}: {path}"));
            }
            named += 1;
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(named > 50, "{named}");
}
