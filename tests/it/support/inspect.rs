//! `inspect` as an operator runs it.

use crate::support::{Instance, Market, SOON};
use serde_json::Value;
use std::process::Command;

/// `inspect` as the operator of a market calls it; where a server runs, its address is set.
pub fn inspect(market: &Market, running: Option<&Instance>, args: &[&str]) -> Command {
    let mut command = market.command();
    command.arg("inspect").args(args);
    if let Some(instance) = running {
        command.env("LEPTOS_SITE_ADDR", instance.address());
    }
    command
}

/// What a command says, and how it ends.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn fine(self) -> String {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self.out
    }

    pub fn json(self) -> Vec<Value> {
        self.fine()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub fn run(mut command: Command) -> Said {
    let output = command.output().unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

pub fn stop(mut instance: Instance) {
    instance.signal("-TERM");
    assert!(instance.ended(SOON).success());
}

pub fn id(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}
