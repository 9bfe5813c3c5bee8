//! The settings that Leptos needs to run (`Leptos.toml`, overridden by `LEPTOS_*`), and the files of the built site.

use super::{
    env::{ConfigError, Result, invalid},
    settings::{LEPTOS_HASH_FILES, LEPTOS_SITE_ADDR, LEPTOS_SITE_ROOT},
};
use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_config_from_str};
use std::{
    env, fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// The file of the source tree, for a program that runs elsewhere.
const BUILT_IN: &str = include_str!("../../../Leptos.toml");
/// The file is read from the folder that the program is started in.
pub const LEPTOS_FILE: &str = "Leptos.toml";

pub fn leptos() -> Result<LeptosOptions> {
    // The errors of Leptos do not name the variable.
    LEPTOS_SITE_ADDR.parsed::<SocketAddr>()?;
    LEPTOS_HASH_FILES.flag()?;
    let file = Path::new(LEPTOS_FILE);
    let text = match file.exists() {
        true => fs::read_to_string(file).map_err(|e| invalid(LEPTOS_FILE, e.to_string()))?,
        false => BUILT_IN.to_owned(),
    };
    let mut options = get_config_from_str(&text).map_err(|error| invalid_option(&error))?;
    match LEPTOS_SITE_ROOT.value()? {
        None => options.site_root = site_folder(&options.site_root).to_string_lossy().into(),
        Some(root) if !Path::new(&root).is_dir() => {
            return Err(LEPTOS_SITE_ROOT.invalid_value(&root, "is not a folder"));
        }
        Some(_) => {}
    }
    if LEPTOS_HASH_FILES.value()?.is_none() {
        options.hash_files = is_hashed(&options);
    }
    Ok(options)
}

/// The error about the file, or about the variable that overrides what is wrong there. The library names only the key:
/// “… for key `reload-port` in the environment”.
fn invalid_option(error: &LeptosConfigError) -> ConfigError {
    let text = error.to_string();
    let named = text.rsplit_once(" for key `");
    let key = named.and_then(|(why, key)| Some((why, key.split('`').next()?)));
    let overridden = key.and_then(|(why, key)| {
        let why = why.trim_start_matches("Config Error: ");
        let variable = format!("LEPTOS_{}", key.replace('-', "_").to_uppercase());
        env::var_os(&variable).map(|_| invalid(variable, why))
    });
    overridden.unwrap_or_else(|| invalid(LEPTOS_FILE, text))
}

/// The address of a server with these settings, for commands that only send it a request.
pub fn site_addr() -> Result<SocketAddr> {
    Ok(leptos()?.site_addr)
}

/// The site's folder: beside the program, where it was built with it; else where `Leptos.toml` says, relative to this
/// folder; else where a release build puts it, relative to the program.
fn site_folder(configured: &str) -> PathBuf {
    let beside_program = |path| {
        let program = env::current_exe().ok()?;
        program.parent().map(|folder| folder.join(path))
    };
    let candidates = [
        beside_program("site"),
        Some(configured.into()),
        beside_program("../site"),
    ];
    candidates
        .into_iter()
        .flatten()
        .find(|folder| folder.is_dir())
        .unwrap_or_else(|| configured.into())
}

/// Whether the build has put hashes into the names of the site's files: it then leaves a list beside the program.
fn is_hashed(options: &LeptosOptions) -> bool {
    let script = hashes(options).and_then(|list| package_file(options, Some(&list), "js"));
    script.is_some_and(|script| Path::new(&*options.site_root).join(script).exists())
}

/// The list of hashes that the build has left beside the program.
pub fn hashes(options: &LeptosOptions) -> Option<String> {
    let program = env::current_exe().ok()?;
    fs::read_to_string(program.with_file_name(&*options.hash_file)).ok()
}

/// The name of the site's file of this kind (`js`, `wasm` or `css`) below its root, with its hash if there are `hashes`;
/// `None` where they lack this kind.
pub fn package_file(options: &LeptosOptions, hashes: Option<&str>, kind: &str) -> Option<String> {
    let hash_of_kind = |line: &str| {
        let hash = line.strip_prefix(kind)?.strip_prefix(": ")?;
        Some(format!(".{}", hash.trim()))
    };
    let hash = match hashes {
        None => String::new(),
        Some(list) => list.lines().find_map(hash_of_kind)?,
    };
    let (folder, name) = (&options.site_pkg_dir, &options.output_name);
    Some(format!("{folder}/{name}{hash}.{kind}"))
}
