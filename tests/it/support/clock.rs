//! A clock that a test sets, before a program starts and while it runs.

use crate::support::{Instance, Market};
use std::{fs, io::Write, path::PathBuf, process::Command, sync::LazyLock};
use tempfile::TempDir;

/// The library that moves the clock of a program. The compiler is the one that links the tests.
static LIBRARY: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("clock.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/support/clock.c"
        ))
        .status()
        .unwrap();
    assert!(built.success());
    (folder, library)
});

pub struct Clock {
    folder: TempDir,
}

impl Clock {
    /// A clock that is so many seconds ahead of the system's, or behind it.
    pub fn ahead_by(seconds: i64) -> Clock {
        let clock = Clock {
            folder: tempfile::tempdir().unwrap(),
        };
        clock.set(seconds);
        clock
    }

    /// Sets it, also for the programs that run by it.
    pub fn set(&self, seconds: i64) {
        // In place: a program that reads the file as it is emptied dies of it.
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.file());
        file.unwrap().write_all(&seconds.to_ne_bytes()).unwrap();
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("seconds")
    }

    /// Makes a program run by it.
    pub fn on<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        program
            .env("LD_PRELOAD", &LIBRARY.1)
            .env("MOVED_CLOCK", self.file())
    }

    /// An instance that runs by it.
    pub async fn open(&self, market: &Market) -> Instance {
        let mut command = market.command();
        self.on(&mut command);
        let instance = Instance::start(command);
        instance.until_ready().await;
        instance
    }
}
