//! What the account may do: each command that the market needs is queued in a transaction that is never executed, on
//! the keys that the market uses. Redis checks the rights when it queues a command, and nothing is changed.

use super::{
    Examination, Stop,
    rehearsal::{Publishing, Scratch},
};
use crate::server::{
    cli::doctor::report::{Finding, State},
    store::{Keys, Permission, Resource, commands, needed_permissions},
};
use redis::{Client, Pipeline, RedisError, RedisResult, Value, aio::MultiplexedConnection, cmd};
use std::collections::BTreeSet;

#[derive(Default)]
pub struct Permissions {
    /// What is refused.
    commands: BTreeSet<String>,
    keys: BTreeSet<String>,
    channels: BTreeSet<String>,
    /// Commands that this Redis does not have, or under another name.
    unknown: BTreeSet<String>,
    /// Whether something is missing without which the market does not work.
    pub lacking: bool,
    /// Why Redis accepts no changes of any account: memory, disk, replica.
    pub unwritable: Option<RedisError>,
    /// Whether scratch keys may be made.
    pub scratch: bool,
    pub publishing: Publishing,
}

impl Examination<'_> {
    pub async fn permissions(&mut self, scratch: &Scratch) -> Result<Permissions, Stop> {
        self.report.doing("trying each command");
        let tried = self.step(async {
            let client = Client::open(self.info.clone())?;
            Permissions::try_all(&client, &Keys::new(""), &scratch.keys).await
        });
        let tried = tried.await;
        let finding = match &tried {
            Ok(permissions) => permissions.finding(&self.names.user),
            Err(error) => self.explain(error),
        };
        let lacking = finding.state == State::Error;
        self.add("rights", finding);
        let permissions = tried.map_err(|_| "Redis does not answer any more".to_owned())?;
        Ok(Permissions {
            lacking,
            ..permissions
        })
    }
}

impl Permissions {
    /// Tries all commands on a connection of its own: closing it discards the transaction.
    async fn try_all(client: &Client, keys: &Keys, scratch: &Keys) -> RedisResult<Permissions> {
        let mut permissions = Permissions::default();
        let mut connection = client.get_multiplexed_async_connection().await?;
        // Without a transaction the commands that follow would be executed.
        if let Err(error) = cmd("MULTI").query_async::<()>(&mut connection).await {
            permissions.refuse("multi", &Resource::Nothing, error)?;
            return Ok(permissions);
        }
        let needed = needed_permissions(keys);
        let own = [
            scratch_permission("SET", scratch.meta()),
            scratch_permission("PUBLISH", scratch.channel()),
        ];
        let answers = queue(&mut connection, needed.iter().chain(&own)).await?;
        for (permission, answer) in needed.iter().zip(&answers) {
            if let Err(error) = answer
                && !permission.is_optional()
            {
                permissions.refuse(&permission.command, &permission.on, error.clone())?;
            }
        }
        let mut own = answers.iter().skip(needed.len());
        permissions.scratch = own.next().is_some_and(|answer| answer.is_ok());
        if own.next().is_some_and(|answer| answer.is_ok()) {
            permissions.publishing = Publishing::Allowed;
        }
        Ok(permissions)
    }

    /// Sorts an error by what it refuses. A broken connection is an error of the examination.
    fn refuse(&mut self, command: &str, on: &Resource, error: RedisError) -> RedisResult<()> {
        let text = error.to_string().to_lowercase();
        let name = command.to_owned();
        if text.contains("noperm") {
            match on {
                Resource::Channel(name) if text.contains("channel") => {
                    self.channels.insert(name.clone())
                }
                Resource::Keys(pattern) if text.contains(" key") => {
                    self.keys.insert(family(pattern))
                }
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

    fn finding(&self, user: &str) -> Finding {
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

/// The keys of one prefix are allowed together.
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

fn scratch_permission(command: &str, name: String) -> Permission {
    let mut call = cmd(command);
    call.arg(name).arg("0");
    Permission {
        command: command.to_lowercase(),
        on: Resource::Nothing,
        call,
    }
}

async fn queue(
    connection: &mut MultiplexedConnection,
    permissions: impl Iterator<Item = &Permission>,
) -> RedisResult<Vec<RedisResult<Value>>> {
    let mut all = Pipeline::new();
    for permission in permissions {
        all.add_command(permission.call.clone());
    }
    all.ignore_errors().query_async(connection).await
}
