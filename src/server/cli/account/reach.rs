//! How a command reaches the accounts: in the store itself, or through the server that has the embedded file open.

use crate::server::{
    cli::store_args::{CommandError, StoreArgs},
    config::StoreConfig,
    services::{
        accounts::{AccountCommand, AccountService, Answer},
        credentials::Credentials,
    },
    store::{Embedded, Redis, Store, StoreError, Target, admin_socket, fresh_epoch, open},
};
use std::{path::Path, sync::Arc};

/// What the accounts answer.
pub type Answered = Answer;

pub fn command(args: &StoreArgs, command: AccountCommand) -> Result<Answered, CommandError> {
    let store: Arc<dyn Store> = match &args.store {
        StoreConfig::Embedded(folder) => {
            if let Some(server) = admin_socket::connect(folder)? {
                return through(server, &command);
            }
            file(args, folder)?
        }
        StoreConfig::Redis { info, credentials } => {
            let target = Target::of_market((**info).clone(), credentials, args.retention);
            Arc::new(args.run(Redis::open(target))?)
        }
    };
    // Nothing here is signed, and nothing is held in memory.
    let credentials = Arc::new(Credentials::new(Vec::new(), ""));
    let accounts = AccountService::new(store, credentials, || false);
    Ok(args.runtime.block_on(accounts.command(command)))
}

/// The file itself, which no server has open. Where there is none yet, it is made.
fn file(args: &StoreArgs, folder: &Path) -> Result<Arc<dyn Store>, CommandError> {
    let at = |error: String| CommandError::At(folder.display().to_string(), error);
    open::make_folder(folder).map_err(|error| at(error.to_string()))?;
    // The file's writer may need the runtime.
    let _inside = args.runtime.enter();
    let store = Embedded::open(&open::file(folder), fresh_epoch(), args.retention)?;
    Ok(Arc::new(store))
}

fn through(
    server: admin_socket::Server,
    command: &AccountCommand,
) -> Result<Answered, CommandError> {
    let answer = server.command(&write(command)?)?;
    serde_json::from_str(&answer).map_err(|_| {
        CommandError::Refused(
            "The server that has the file open does not take commands: it is of another version, or just starting"
                .to_owned(),
        )
    })
}

fn write(command: &AccountCommand) -> Result<String, CommandError> {
    let written = serde_json::to_string(command);
    Ok(written.map_err(|error| StoreError::Broken(error.to_string()))?)
}
