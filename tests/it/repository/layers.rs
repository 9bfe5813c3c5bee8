//! The layers of the house, held against the sources: which room may import which, and no circles of files.

use super::source::Tree;
use std::collections::{BTreeMap, BTreeSet};

/// The rooms from the bottom to the top: a room imports itself and those before it.
const LAYERS: [&str; 10] = [
    "src/domain/",
    "src/server/config/",
    "src/server/telemetry/",
    "src/server/store/",
    "src/server/services/",
    "src/api/",
    "src/ui/",
    "src/server/web/",
    "src/server/serve.rs",
    "src/server/cli/",
];

/// What every layer of the server may use: the one clock.
const EVERYWHERE: [&str; 1] = ["src/server/clock.rs"];

/// An import that goes up, and why.
const EXCEPTIONS: [(&str, &str); 2] = [
    // The body of a server function is the server's: it hands the form to its adapter.
    ("src/api/", "src/server/web/pages/forms/"),
    // The crate's root and the server's root declare their children.
    ("src/main.rs", "src/server/"),
];

/// Rooms beside each other, none of which looks into another: each folder below these is one.
const SIBLINGS: [&str; 2] = ["src/server/cli/", "src/ui/panels/"];

/// What the commands share.
const SHARED: &str = "pizzerias";

/// The two engines know nothing of each other. (A snapshot reads and writes both.)
const ENGINES: [&str; 2] = ["src/server/store/embedded/", "src/server/store/redis/"];

fn layer(file: &str) -> Option<usize> {
    LAYERS.iter().position(|room| file.starts_with(room))
}

/// The room of a file below a folder of siblings: `doctor` of `src/server/cli/doctor/redis.rs`.
fn sibling(folder: &str, file: &str) -> Option<String> {
    let inside = file.strip_prefix(folder)?;
    let (room, _) = inside.split_once('/')?;
    Some(room.to_owned())
}

#[test]
fn imports_go_down() {
    let tree = Tree::read();
    let mut wrong = BTreeSet::new();
    for source in &tree.sources {
        for needed in tree.needs(source) {
            let is_exception = EXCEPTIONS
                .iter()
                .any(|(from, to)| source.file.starts_with(from) && needed.starts_with(to));
            let (Some(from), Some(to)) = (layer(&source.file), layer(needed)) else {
                continue;
            };
            if to > from && !is_exception && !EVERYWHERE.contains(&needed) {
                wrong.insert(format!("{} imports {needed}", source.file));
            }
        }
    }
    assert!(wrong.is_empty(), "these imports go up: {wrong:#?}");
}

#[test]
fn every_file_is_in_a_room() {
    let tree = Tree::read();
    let roots = ["src/main.rs", "src/server/mod.rs", "src/server/clock.rs"];
    for source in &tree.sources {
        let known = layer(&source.file).is_some() || roots.contains(&&*source.file);
        assert!(known, "{} is in no room of the table", source.file);
    }
}

#[test]
fn siblings_do_not_look_into_each_other() {
    let tree = Tree::read();
    let mut wrong = BTreeSet::new();
    for source in &tree.sources {
        for folder in SIBLINGS {
            let Some(from) = sibling(folder, &source.file) else {
                continue;
            };
            for needed in tree.needs(source) {
                let to = sibling(folder, needed);
                if to.is_some_and(|to| to != from && to != SHARED) {
                    wrong.insert(format!("{} imports {needed}", source.file));
                }
            }
        }
        let engine = |file: &str| ENGINES.iter().position(|engine| file.starts_with(engine));
        for needed in tree.needs(source) {
            if engine(&source.file)
                .zip(engine(needed))
                .is_some_and(|(from, to)| from != to)
            {
                wrong.insert(format!("{} imports {needed}", source.file));
            }
        }
    }
    assert!(wrong.is_empty(), "these look into a sibling: {wrong:#?}");
}

#[test]
fn there_are_no_circles_of_files() {
    let tree = Tree::read();
    let needs: BTreeMap<&str, BTreeSet<&str>> = tree
        .sources
        .iter()
        .map(|source| (&*source.file, tree.needs(source)))
        .collect();
    let circles = circles(&needs);
    assert!(
        circles.is_empty(),
        "files that need each other: {circles:#?}"
    );
}

/// Files that can be reached from each other, each group once.
fn circles<'a>(needs: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> = needs
        .keys()
        .map(|&file| {
            let mut seen = BTreeSet::new();
            let mut next: Vec<&str> = needs[file].iter().copied().collect();
            while let Some(one) = next.pop() {
                if seen.insert(one) {
                    next.extend(needs.get(one).into_iter().flatten());
                }
            }
            (file, seen)
        })
        .collect();
    let mut groups = BTreeSet::new();
    for (file, reached) in &reach {
        if reached.contains(file) {
            let group = reached.iter().filter(|other| reach[**other].contains(file));
            groups.insert(group.copied().collect::<Vec<_>>());
        }
    }
    groups.into_iter().collect()
}
