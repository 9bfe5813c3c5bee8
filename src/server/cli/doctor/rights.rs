//! What the account may do: each command that the market needs is queued in a transaction that never ends, on the
//! names that the market uses. Redis judges it as if it were run, and nothing happens.

use super::report::Finding;
use crate::server::ledger::{Keys, Need, On, commands, needs};
use redis::{Client, Pipeline, RedisError, RedisResult, Value, aio::MultiplexedConnection, cmd};
use std::collections::BTreeSet;

/// What came out of it.
#[derive(Default)]
pub struct Rights {
    commands: BTreeSet<String>,
    keys: BTreeSet<String>,
    channels: BTreeSet<String>,
    /// Renamed away, or never there.
    unknown: BTreeSet<String>,
    /// Whether something is missing without which the market does not work.
    pub lacking: bool,
    /// Why nothing could be written, whoever asks: memory, disk, replica.
    pub unwritable: Option<RedisError>,
    /// Whether scratch keys may be made, and events be published beside them.
    pub scratch: bool,
    pub scratch_channel: bool,
}

impl Rights {
    /// Tries all on a connection of its own, which is then closed, and with it the transaction. `connection` has to
    /// be signed in; `scratch` are the names for trying things out.
    pub async fn find(client: &Client, keys: &Keys, scratch: &Keys) -> RedisResult<Rights> {
        let mut rights = Rights::default();
        let mut connection = client.get_multiplexed_async_connection().await?;
        // Without it everything that follows would happen.
        if let Err(error) = cmd("MULTI").query_async::<()>(&mut connection).await {
            rights.judge("multi", &On::Nothing, error)?;
            return Ok(rights);
        }
        let needs = needs(keys);
        let own = [
            scratch_need("SET", scratch.meta()),
            scratch_need("PUBLISH", scratch.channel()),
        ];
        let answers = queue(&mut connection, needs.iter().chain(&own)).await?;
        for (need, answer) in needs.iter().zip(&answers) {
            if let Err(error) = answer
                && !need.is_optional()
            {
                rights.judge(&need.command, &need.on, error.clone())?;
            }
        }
        let mut own = answers.iter().skip(needs.len());
        rights.scratch = own.next().is_some_and(|answer| answer.is_ok());
        rights.scratch_channel = own.next().is_some_and(|answer| answer.is_ok());
        Ok(rights)
    }

    fn judge(&mut self, command: &str, on: &On, error: RedisError) -> RedisResult<()> {
        let text = error.to_string().to_lowercase();
        let name = command.to_owned();
        if text.contains("noperm") {
            match on {
                On::Channel(name) if text.contains("channel") => self.channels.insert(name.clone()),
                On::Keys(pattern) if text.contains(" key") => self.keys.insert(family(pattern)),
                _ => self.commands.insert(name),
            };
        } else if text.contains("unknown command") || text.contains("unknown subcommand") {
            self.unknown.insert(name);
        } else if error.is_io_error() {
            return Err(error);
        } else {
            self.unwritable.get_or_insert(error);
        }
        Ok(())
    }

    pub fn finding(&self, user: &str) -> Finding {
        let refused =
            !(self.commands.is_empty() && self.keys.is_empty() && self.channels.is_empty());
        let tried = commands();
        let finding = if refused {
            Finding::error(self.refusals(user), self.grants(user))
        } else if !self.unknown.is_empty() {
            let names = list(&self.unknown).to_uppercase();
            Finding::error(
                format!("this Redis does not know {names}"),
                "Give the commands their names back (rename-command), or use a Redis that has them",
            )
        } else {
            Finding::ok(format!(
                "“{user}” may run all {} commands that the market needs, on its keys and its channel",
                tried.len()
            ))
        };
        finding.with("commands", tried)
    }

    fn refusals(&self, user: &str) -> String {
        let mut parts = Vec::new();
        if !self.commands.is_empty() {
            parts.push(format!("run {}", list(&self.commands).to_uppercase()));
        }
        if !self.keys.is_empty() {
            parts.push(format!("use the keys {}", list(&self.keys)));
        }
        if !self.channels.is_empty() {
            parts.push(format!("publish on the channel {}", list(&self.channels)));
        }
        format!(
            "the account “{user}” may not {} (NOPERM)",
            parts.join(", may not ")
        )
    }

    /// The line for `redis-cli` that allows what is refused.
    fn grants(&self, user: &str) -> String {
        let commands = self.commands.iter().map(|name| format!(" +{name}"));
        let keys = self.keys.iter().map(|pattern| format!(" ~{pattern}"));
        let channels = self.channels.iter().map(|name| format!(" &{name}"));
        let grants: String = commands.chain(keys).chain(channels).collect();
        format!("Run `ACL SETUSER {user}{grants}` on the server")
    }
}

/// What stands under one prefix is allowed together.
fn family(pattern: &str) -> String {
    pattern
        .split_once(':')
        .map_or(pattern.to_owned(), |(prefix, _)| format!("{prefix}:*"))
}

fn list(names: &BTreeSet<String>) -> String {
    names
        .iter()
        .map(|name| name.replace('|', " "))
        .collect::<Vec<_>>()
        .join(", ")
}

fn scratch_need(command: &str, name: String) -> Need {
    let mut call = cmd(command);
    call.arg(name).arg("0");
    Need {
        command: command.to_lowercase(),
        on: On::Nothing,
        call,
    }
}

async fn queue(
    connection: &mut MultiplexedConnection,
    needs: impl Iterator<Item = &Need>,
) -> RedisResult<Vec<RedisResult<Value>>> {
    let mut all = Pipeline::new();
    for need in needs {
        all.add_command(need.call.clone());
    }
    all.ignore_errors().query_async(connection).await
}
