//! Opens the store that the settings name: its file or Redis, or a snapshot of it, wherever it is.

use super::{
    Result, StoreError, admin_socket,
    snapshot::{DocumentKind, Opened, Snapshot, from_redis, open_file},
};
use crate::server::config::StoreConfig;
use redis::Client;
use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

pub use crate::server::config::database_file as file;

/// Makes a folder that only its owner may read.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut new = DirBuilder::new();
    new.recursive(true).mode(0o700).create(folder)
}

/// The embedded file of a folder; an error where there is none.
pub fn file_there(folder: &Path) -> Result<PathBuf> {
    let file = file(folder);
    let why = match file.try_exists() {
        Ok(true) => return Ok(file),
        Ok(false) => format!("there is no store yet: {} does not exist", file.display()),
        Err(error) => format!("{}: {error}", file.display()),
    };
    Err(StoreError::Broken(why))
}

/// A snapshot of a store: of its file, from the server that holds the file, or from Redis. It changes nothing. In Redis,
/// keys of other kinds than `kinds` belong to other programs, and are left out.
pub async fn snapshot(store: &StoreConfig, kinds: &'static [DocumentKind]) -> Result<Snapshot> {
    match store {
        StoreConfig::Embedded(folder) => embedded_snapshot(folder),
        StoreConfig::Redis { info, .. } => {
            let client = client(info)?;
            from_redis(&client, "", kinds).await
        }
    }
}

/// From the server that has the file open, if one has: another file may have taken its name.
fn embedded_snapshot(folder: &Path) -> Result<Snapshot> {
    let refused = match admin_socket::connect(folder) {
        Ok(Some(server)) => return server.snapshot(),
        Ok(None) => "its socket is not there".to_owned(),
        Err(error) => error.to_string(),
    };
    match open_file(&file_there(folder)?)? {
        Opened::Free(snapshot) => Ok(snapshot),
        Opened::Taken => Err(StoreError::Broken(format!(
            "a server holds the file, and cannot be asked ({refused}): stop it first, or run this as the account that \
             it runs under"
        ))),
    }
}

/// A client of the store in Redis.
pub fn client(info: &redis::ConnectionInfo) -> Result<Client> {
    Client::open(info.clone()).map_err(|error| StoreError::Broken(error.to_string()))
}
