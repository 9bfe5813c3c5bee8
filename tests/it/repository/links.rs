//! What documents name is there: each link leads to a file and a heading, each test exists, and the README has each
//! command.

use super::source::{files, root};
use crate::support::program;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The documents, with their texts: those at the root, and all in `docs`.
pub fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = files("docs", ".md");
    let at_root = fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let at_root = at_root.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    pages.extend(at_root.map(|path| (path.clone(), fs::read_to_string(path).unwrap())));
    pages
}

/// The files with tests: those of the program, and those beside it.
pub struct Tests(Vec<(PathBuf, String)>);

impl Tests {
    pub fn read() -> Tests {
        let folders = ["src", "tests/it"].into_iter();
        Tests(folders.flat_map(|folder| files(folder, ".rs")).collect())
    }

    /// Whether a module of this name has this test.
    pub fn has(&self, module: &str, test: &str) -> bool {
        let (flat, folder) = (format!("{module}.rs"), format!("{module}/mod.rs"));
        self.0.iter().any(|(path, text)| {
            let is_named = path.ends_with(&flat) || path.ends_with(&folder);
            is_named && text.contains(&format!("fn {test}("))
        })
    }
}

#[test]
fn every_test_that_the_documents_name_exists() {
    let tests = Tests::read();
    let (mut named, mut missing) = (0, Vec::new());
    let has_tests = |page: &Path| {
        page.ends_with("docs/security.md")
            || page.ends_with("README.md")
            || page.starts_with(root().join("docs/operate"))
    };
    for (page, text) in pages().into_iter().filter(|(page, _)| has_tests(page)) {
        for word in text.split('`').skip(1).step_by(2) {
            let there = match (word.split_once(".spec.ts: "), word.split_once("::")) {
                (Some((file, test)), _) => has_browser_test(file, test),
                (None, Some((module, test))) => tests.has(module, test),
                (None, None) => continue,
            };
            if !there {
                missing.push(format!("{}: {word}", page.display()));
            }
            named += 1;
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(named > 50, "{named}");
}

fn has_browser_test(file: &str, test: &str) -> bool {
    let path = root().join(format!("end2end/tests/{file}.spec.ts"));
    fs::read_to_string(path).is_ok_and(|text| text.contains(&format!("test('{test}'")))
}

/// The lines of a page that are prose, with their numbers.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_block = false;
    text.lines().enumerate().filter_map(move |(n, line)| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        (!in_block && !fence).then_some((n + 1, line))
    })
}

/// The anchor of a heading, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().replace(' ', "-")
}

fn has_heading(page: &Path, wanted: &str) -> bool {
    let text = fs::read_to_string(page).unwrap();
    prose(&text)
        .filter_map(|(_, line)| line.strip_prefix('#'))
        .any(|heading| anchor(heading.trim_start_matches('#')) == wanted)
}

#[test]
fn every_link_leads_to_a_file_and_a_heading() {
    let mut followed = 0;
    for (page, text) in pages() {
        let links = prose(&text).flat_map(|(n, line)| {
            let parts = line.split("](").skip(1);
            parts.map(move |part| (n, part.split(')').next().unwrap_or_default()))
        });
        for (n, link) in links.filter(|(_, link)| !link.contains("://")) {
            let place = format!("{}:{n}: {link}", page.display());
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{place}: no such file");
            let found = heading.is_empty() || has_heading(&target, heading);
            assert!(found, "{place}: no such heading");
            followed += 1;
        }
    }
    assert!(followed > 20, "{followed}");
}

#[test]
fn every_command_is_in_the_readme() {
    let help = program().arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let commands = help.split("Commands:").nth(1).unwrap();
    let commands = commands.lines().skip(1).take_while(|line| !line.is_empty());
    // A command's name starts its line; its description may continue on lines that are indented further.
    let names = commands.filter_map(|line| {
        line.strip_prefix("  ")
            .filter(|line| !line.starts_with(' '))
    });
    let names = names.filter_map(|line| line.split_whitespace().next());
    let readme = include_str!("../../../README.md");
    let table = readme.split("| `pizza-market …` |").nth(1).unwrap();
    let table = table.split("\n\n").next().unwrap();
    let names: Vec<_> = names.filter(|name| *name != "help").collect();
    assert!(names.contains(&"serve"), "{help}");
    for name in names {
        assert!(
            table.contains(&format!("`{name}`")),
            "the README has no {name}"
        );
    }
}
