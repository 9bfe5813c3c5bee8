//! A market: one store of its own, and as many instances of the real program on it as a test starts.

use crate::support::{Instance, Ran, program, redis_server::RedisServer};

use std::{process::Command, sync::Arc};
use tempfile::TempDir;

pub enum Store {
    /// The folder is there for as long as a server works in it.
    Embedded(Arc<TempDir>),
    Redis(RedisServer),
}

/// One market: a store, and as many instances on it as a test starts.
pub struct Market {
    pub store: Store,
    settings: Vec<(String, String)>,
}

impl Market {
    pub fn embedded() -> Market {
        Market {
            store: Store::Embedded(Arc::new(tempfile::tempdir().unwrap())),
            settings: Vec::new(),
        }
    }

    pub fn redis() -> Market {
        Market {
            store: Store::Redis(RedisServer::start()),
            settings: Vec::new(),
        }
    }

    pub fn redis_with(args: &[&str]) -> Market {
        Market {
            store: Store::Redis(RedisServer::with(args)),
            settings: Vec::new(),
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Market {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn server(&mut self) -> &mut RedisServer {
        match &mut self.store {
            Store::Redis(server) => server,
            Store::Embedded(_) => panic!("no Redis here"),
        }
    }

    /// Starts an instance, and waits until it can work.
    pub async fn open(&self) -> Instance {
        let instance = self.start();
        instance.until_ready().await;
        instance
    }

    pub fn start(&self) -> Instance {
        let mut instance = Instance::start(self.command());
        if let Store::Embedded(folder) = &self.store {
            instance.folder = Some(folder.clone());
        }
        instance
    }

    /// The program, with the settings of this market.
    pub fn command(&self) -> Command {
        let mut command = program();
        command
            .env("RATE_LIMIT", "off")
            .envs(self.settings.iter().cloned());
        match &self.store {
            Store::Embedded(folder) => command.env("DATA_DIR", folder.path()),
            Store::Redis(server) => command.env("REDIS_URL", server.url()),
        };
        command
    }

    /// Runs a command of the program to its end.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command().args(args).output().unwrap();
        Ran {
            code: output.status.code().expect("it was not killed"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// Tests that are the same whatever the store is.
#[macro_export]
macro_rules! on_both_engines {
    ($($test:ident,)*) => {
        mod embedded {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test($crate::support::Market::embedded()).await })*
        }
        mod redis {
            $(#[tokio::test(flavor = "multi_thread")] async fn $test() { super::$test($crate::support::Market::redis()).await })*
        }
    };
}
