//! Whether a change can be written: the open file is still the one at its path, and its disk takes more.

use super::tables::disk_trouble;
use crate::server::store::{Trouble, TroubleKind};
use rustix::{
    fs::{Advice, FallocateFlags, StatVfsMountFlags, fadvise, fallocate, fstatvfs, ftruncate},
    io::Errno,
    process::{Resource, geteuid, getrlimit},
};
use std::{
    fs::{self, File, Metadata},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Free bytes below which no change is begun: most transactions need less. The library would do nothing more on a file
/// that it could not write to.
const RESERVE: u64 = 1024 * 1024;

/// The library doubles a file that has to grow, up to this many bytes at once.
const LARGEST_STEP: u64 = 4 * 1024 * 1024 * 1024;

type Checked = Result<(), Trouble>;

pub struct Disk {
    path: PathBuf,
    file: File,
}

impl Disk {
    /// `file` is open, at `path`.
    pub fn new(path: &Path, file: File) -> Disk {
        let path = path.to_owned();
        Disk { path, file }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether a change may be begun, as far as that can be known without writing.
    pub fn check(&self) -> Checked {
        self.check_file()?;
        let Ok(disk) = fstatvfs(&self.file) else {
            return Ok(());
        };
        if disk.f_flag.contains(StatVfsMountFlags::RDONLY) {
            return Err(TroubleKind::ReadOnly.because("the disk is mounted for reading alone"));
        }
        // Only root may use the last blocks.
        let free = match geteuid().is_root() {
            true => disk.f_bfree,
            false => disk.f_bavail,
        };
        let free = free.saturating_mul(disk.f_frsize);
        // Some file systems do not report it.
        if disk.f_blocks > 0 && free < RESERVE {
            return Err(TroubleKind::StoreFull.because(format_args!(
                "the disk of {} has {free} bytes left",
                self.path.display()
            )));
        }
        Ok(())
    }

    /// Whether the open file is the one at its path. It may have other names, too.
    pub fn check_file(&self) -> Checked {
        let path = self.path.display();
        let why = match fs::metadata(&self.path) {
            Ok(about) if self.is(&about) => return Ok(()),
            Ok(_) => return Err(self.replaced()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                format!("{path} has been removed or renamed")
            }
            Err(error) => format!("{path}: {error}"),
        };
        Err(TroubleKind::StoreReplaced.because(why))
    }

    /// Whether another open file is the same one.
    pub fn check_same(&self, other: &File) -> Checked {
        match other.metadata() {
            Ok(about) if self.is(&about) => Ok(()),
            _ => Err(self.replaced()),
        }
    }

    fn is(&self, about: &Metadata) -> bool {
        let own = self.file.metadata();
        own.is_ok_and(|own| (own.dev(), own.ino()) == (about.dev(), about.ino()))
    }

    fn replaced(&self) -> Trouble {
        let path = self.path.display();
        TroubleKind::StoreReplaced.because(format_args!("another file has been put at {path}"))
    }

    /// Whether the file can grow, by reserving blocks behind its end and giving them back. Only the writer may call it.
    pub fn prove_room(&self) -> Checked {
        let proved = self.try_reserve();
        proved.map_err(|error| disk_trouble(&error))
    }

    fn try_reserve(&self) -> io::Result<()> {
        let length = self.file.metadata()?.len();
        let limit = getrlimit(Resource::Fsize).current;
        if limit.is_some_and(|limit| limit < length + length.clamp(RESERVE, LARGEST_STEP)) {
            return Err(Errno::FBIG.into());
        }
        match fallocate(&self.file, FallocateFlags::KEEP_SIZE, length, RESERVE) {
            Ok(()) => Ok(ftruncate(&self.file, length)?),
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Drops what the system holds of the file in memory: after a failed sync that may not be what is on the disk.
    pub fn drop_cache(&self) {
        let _ = fadvise(&self.file, 0, None, Advice::DontNeed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_itself_under_every_name_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let [path, aside] = ["file", "aside"].map(|name| folder.path().join(name));
        let disk = Disk::new(&path, File::create(&path).unwrap());
        let kind = || disk.check().err().map(|trouble| trouble.kind);
        fs::hard_link(&path, &aside).unwrap();
        assert_eq!(kind(), None);
        fs::remove_file(&path).unwrap();
        assert_eq!(kind(), Some(TroubleKind::StoreReplaced));
        File::create(&path).unwrap();
        assert_eq!(kind(), Some(TroubleKind::StoreReplaced));
        fs::rename(&aside, &path).unwrap();
        assert_eq!(kind(), None);
    }

    #[test]
    fn reserving_room_changes_no_file() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        io::Write::write_all(&mut file, b"stored").unwrap();
        let disk = Disk::new(file.path(), file.reopen().unwrap());
        let before = file.as_file().metadata().unwrap().blocks();
        disk.prove_room().unwrap();
        assert_eq!(fs::read(file.path()).unwrap(), b"stored");
        assert_eq!(file.as_file().metadata().unwrap().blocks(), before);
    }

    #[test]
    fn errors_of_a_disk_have_kinds() {
        for (error, kind) in [
            (Errno::NOSPC, TroubleKind::StoreFull),
            (Errno::DQUOT, TroubleKind::StoreFull),
            (Errno::FBIG, TroubleKind::StoreFull),
            (Errno::ROFS, TroubleKind::ReadOnly),
            (Errno::PERM, TroubleKind::NotAllowed),
            (Errno::IO, TroubleKind::DiskFailed),
        ] {
            assert_eq!(disk_trouble(&error.into()).kind, kind);
        }
    }
}
