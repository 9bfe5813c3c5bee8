//! Where settings come from: the environment, and `.env`, which is added to it.

use super::{
    env::{Result, invalid},
    env_file::{self, Assignments},
    settings::SETTINGS,
};
use std::{
    collections::HashSet,
    env,
    ffi::{OsStr, OsString},
    fmt, fs, io,
    path::PathBuf,
};

/// The file is read from the folder that the program is started in.
const ENV_FILE: &str = ".env";

/// Where the values of variables come from.
pub struct Sources {
    /// `.env`, where there is one.
    pub file: Option<EnvFile>,
    /// The variables that were set before that file was read.
    environment: HashSet<OsString>,
}

/// A `.env` that has been read.
pub struct EnvFile {
    pub path: PathBuf,
    /// All names in it.
    pub names: Vec<String>,
}

/// Where the value of a setting comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Origin {
    Environment,
    File,
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Origin::Environment => "environment",
            Origin::File => ENV_FILE,
            Origin::Default => "default",
        })
    }
}

impl Sources {
    /// Adds the variables of the `.env` in this folder to the environment, which has precedence, and removes the blanks
    /// around the values of the environment. The program must not have started a thread yet.
    pub fn read() -> Result<Sources> {
        let environment: HashSet<_> = env::vars_os().map(|(name, _)| name).collect();
        trim_environment();
        let Some((path, assignments)) = read_file()? else {
            let file = None;
            return Ok(Sources { file, environment });
        };
        let mut names = Vec::new();
        for (name, value) in assignments {
            if !environment.contains(OsStr::new(&name)) {
                set(&name, &value);
            }
            names.push(name);
        }
        let file = Some(EnvFile { path, names });
        Ok(Sources { file, environment })
    }

    pub fn of(&self, name: &str) -> Origin {
        let set = env::var_os(name).is_some_and(|value| !value.is_empty());
        match set {
            false => Origin::Default,
            true if self.environment.contains(OsStr::new(name)) => Origin::Environment,
            true => Origin::File,
        }
    }
}

/// The path and the contents of `.env`.
fn read_file() -> Result<Option<(PathBuf, Assignments)>> {
    use io::ErrorKind::{IsADirectory, NotFound};
    let text = match fs::read_to_string(ENV_FILE) {
        Ok(text) => text,
        // Other programs call a folder so.
        Err(error) if matches!(error.kind(), NotFound | IsADirectory) => return Ok(None),
        Err(error) => return Err(invalid(ENV_FILE, error.to_string())),
    };
    let assignments =
        env_file::parse(&text).map_err(|error| invalid(ENV_FILE, error.to_string()))?;
    let here = env::current_dir().unwrap_or_default();
    Ok(Some((here.join(ENV_FILE), assignments)))
}

/// Tools that start containers keep a blank or a carriage return at the end of a value, which nobody sees.
fn trim_environment() {
    for (name, value) in env::vars_os() {
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
            continue;
        };
        let trimmed = value.trim();
        if is_read(name) && (trimmed != value || trimmed.is_empty()) {
            set(name, trimmed);
        }
    }
}

/// Whether this program, or a library in it, reads a variable as a setting.
fn is_read(name: &str) -> bool {
    let families = ["LEPTOS_", "OTEL_", "SSL_CERT_"];
    families.iter().any(|family| name.starts_with(family))
        || SETTINGS.iter().any(|setting| setting.name == name)
}

/// Sets a variable of this process, where libraries read it, too. An empty value counts as not set.
#[expect(unsafe_code, reason = "the standard library has no other way")]
fn set(name: &str, value: &str) {
    // SAFETY: no other thread can read the environment meanwhile, because `Sources::read` runs before there is one.
    unsafe {
        match value {
            "" => env::remove_var(name),
            value => env::set_var(name, value),
        }
    }
}
