//! The path of the administrative socket of a folder: beside its file, or where that path is longer than the system allows
//! for sockets, in a private folder below `/tmp` whose name follows from the path of the store's folder.

use rustix::process::geteuid;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt},
        net::SocketAddr,
    },
    path::{Path, PathBuf},
};

const SOCKET: &str = "market.sock";
/// Not the folder of TMPDIR, which may be another one for the operator than for the server.
const TEMPORARY: &str = "/tmp";
const ROOT: u32 = 0;

/// Where the socket of a store's folder is.
#[derive(Clone, Debug, PartialEq)]
pub enum SocketPath {
    BesideFile(PathBuf),
    /// In a private folder, because the path beside the file is too long.
    Private {
        folder: PathBuf,
        socket: PathBuf,
    },
}

impl SocketPath {
    /// The same for every spelling of a folder that exists.
    pub fn of(store_folder: &Path) -> SocketPath {
        let store_folder = absolute(store_folder);
        let beside = store_folder.join(SOCKET);
        // Fails where it is too long.
        if SocketAddr::from_pathname(&beside).is_ok() {
            return SocketPath::BesideFile(beside);
        }
        SocketPath::in_private(&store_folder)
    }

    /// The private place of a store's folder: there the socket stands in for one that is gone.
    pub fn private(store_folder: &Path) -> SocketPath {
        SocketPath::in_private(&absolute(store_folder))
    }

    fn in_private(store_folder: &Path) -> SocketPath {
        let digest = Sha256::digest(store_folder.as_os_str().as_bytes());
        let id: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let folder = Path::new(TEMPORARY).join(format!("pizza-market-{id}"));
        let socket = folder.join(SOCKET);
        SocketPath::Private { folder, socket }
    }

    pub fn socket(&self) -> &Path {
        match self {
            SocketPath::BesideFile(socket) | SocketPath::Private { socket, .. } => socket,
        }
    }

    /// Makes the private folder. An error where another account has made one of its name.
    pub fn prepare(&self) -> io::Result<()> {
        let SocketPath::Private { folder, .. } = self else {
            return Ok(());
        };
        match DirBuilder::new().mode(0o700).create(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                check_private(folder, &[geteuid().as_raw()])
            }
            made => made,
        }
    }

    /// Whether no other account than the server's can have made the socket: anybody may make a folder below `/tmp`.
    pub fn check(&self, store_file: &Path) -> io::Result<()> {
        let SocketPath::Private { folder, .. } = self else {
            return Ok(());
        };
        let own = geteuid().as_raw();
        let owner = fs::metadata(store_file).map_or(own, |file| file.uid());
        check_private(folder, &[owner, own, ROOT])
    }
}

/// The same for every spelling of a folder that exists.
fn absolute(folder: &Path) -> PathBuf {
    let resolved = fs::canonicalize(folder);
    let absolute = resolved.or_else(|_| std::path::absolute(folder));
    absolute.unwrap_or_else(|_| folder.to_owned())
}

/// Whether a folder is one, not a link to one, and only one of these accounts can use it.
fn check_private(folder: &Path, owners: &[u32]) -> io::Result<()> {
    let found = fs::symlink_metadata(folder)?;
    let private = found.is_dir() && found.mode() & 0o077 == 0 && owners.contains(&found.uid());
    let why = format!("other accounts can use {}", folder.display());
    private
        .then_some(())
        .ok_or_else(|| io::Error::new(io::ErrorKind::PermissionDenied, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_short_path_is_beside_the_file_and_a_long_one_follows_from_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let place = |folder: &Path| SocketPath::of(folder);
        let beside = home.path().canonicalize().unwrap().join("market.sock");
        assert_eq!(place(home.path()), SocketPath::BesideFile(beside));
        let long = home.path().join("x".repeat(100));
        fs::create_dir(&long).unwrap();
        symlink(&long, home.path().join("link")).unwrap();
        let SocketPath::Private { socket, .. } = place(&long) else {
            panic!("{:?}", place(&long))
        };
        assert!(SocketAddr::from_pathname(&socket).is_ok());
        assert_eq!(place(&home.path().join("link")), place(&long));
        assert_ne!(place(&home.path().join("y".repeat(100))), place(&long));
    }

    #[test]
    fn a_folder_that_others_can_use_is_refused() {
        let home = tempfile::tempdir().unwrap();
        let private = SocketPath::Private {
            folder: home.path().join("p"),
            socket: home.path().join("p/market.sock"),
        };
        let file = home.path().join("market.redb");
        fs::write(&file, "").unwrap();
        private.prepare().unwrap();
        private.prepare().unwrap();
        private.check(&file).unwrap();
        let folder = home.path().join("p");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o750)).unwrap();
        assert!(private.prepare().is_err() && private.check(&file).is_err());
        fs::remove_dir(&folder).unwrap();
        symlink(home.path(), &folder).unwrap();
        assert!(private.prepare().is_err() && private.check(&file).is_err());
    }
}
