//! The site's folder: whether it has everything that the pages link.

use super::report::{Finding, Report};
use crate::server::config;
use leptos::config::LeptosOptions;
use std::{fs, path::Path};

/// What the head of every page links beside the style sheet and the program.
const LINKED: [&str; 3] = ["manifest.webmanifest", "apple-touch-icon.png", "brand.svg"];

pub fn examine(report: &mut Report, options: &LeptosOptions) {
    report.add("server", "site", finding(options));
}

const BUILD: &str =
    "Build it with `make debug` or `make build`, or set LEPTOS_SITE_ROOT to the folder that has it";

fn finding(options: &LeptosOptions) -> Finding {
    let root = Path::new(&*options.site_root);
    if !root.is_dir() {
        let says = format!(
            "there is no folder {}: pages would have no style and no program",
            root.display()
        );
        return Finding::error(says, BUILD);
    }
    let files = match linked_files(options, root) {
        Ok(files) => files,
        Err(finding) => return finding,
    };
    let is_there = |file: &&String| {
        fs::metadata(root.join(file)).is_ok_and(|file| file.is_file() && file.len() > 0)
    };
    let missing = files.iter().filter(|file| !is_there(file));
    let missing: Vec<_> = missing.cloned().collect();
    let root = root.display();
    let finding = match missing.is_empty() {
        true => Finding::ok(format!(
            "{root} has all {} files that pages link",
            files.len()
        )),
        false => Finding::error(format!("{root} lacks {}", missing.join(", ")), BUILD),
    };
    finding.with("files", files).with("missing", missing)
}

/// All files that pages link, in the site's folder.
fn linked_files(options: &LeptosOptions, root: &Path) -> Result<Vec<String>, Finding> {
    let hashes = match options.hash_files {
        true => Some(config::hashes(options).ok_or_else(|| {
            let says = format!(
                "LEPTOS_HASH_FILES is true, and there is no {} beside this program",
                options.hash_file
            );
            let remedy = "Put the file of the build there, or remove LEPTOS_HASH_FILES";
            Finding::error(says, remedy)
        })?),
        false => None,
    };
    let kinds = ["css", "js", "wasm"];
    let named = kinds.map(|kind| config::package_file(options, hashes.as_deref(), kind));
    let mut files: Vec<String> = named.into_iter().flatten().collect();
    if files.len() < kinds.len() {
        let says = format!("{} does not name all files of the build", options.hash_file);
        return Err(Finding::error(says, BUILD));
    }
    files.extend(LINKED.map(str::to_owned));
    if let Some(style) = files.first().cloned() {
        files.extend(imports(root, &style));
    }
    Ok(files)
}

/// The style sheets that one imports, beside it: a release has them in one.
fn imports(root: &Path, style: &str) -> Vec<String> {
    let text = fs::read_to_string(root.join(style)).unwrap_or_default();
    let folder = Path::new(style).parent().unwrap_or(Path::new(""));
    let rules = text.split("@import").skip(1);
    let named = rules.filter_map(|rule| rule.split(['"', '\'']).nth(1));
    let beside = named.filter(|name| !name.contains(':'));
    let plain = beside.map(|name| name.trim_start_matches("./"));
    plain
        .map(|name| folder.join(name).to_string_lossy().into_owned())
        .collect()
}
