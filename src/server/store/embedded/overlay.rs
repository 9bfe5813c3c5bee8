//! A file backend that never changes its file: writes go to an overlay in memory, which is dropped with the backend.
//!
//! The library must repair the file of a killed server before it can read it. A reader does that in the overlay, and
//! the file stays as it is.

use redb::{BackendError, StorageBackend, backends::FileBackend};
use std::{
    collections::BTreeMap,
    fs::File,
    io,
    ops::{Bound, Range},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The size of the overlay's pieces, in bytes.
const BLOCK: u64 = 4_096;

#[derive(Debug)]
pub struct MemoryOverlay {
    file: FileBackend,
    /// Whether it keeps other processes from writing to the file.
    locks: bool,
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    len: u64,
    /// How many bytes of the file are still visible.
    visible: u64,
    blocks: BTreeMap<u64, Vec<u8>>,
}

impl MemoryOverlay {
    /// As long as it is open, no process can write to the file.
    pub fn open(file: &Path) -> Result<MemoryOverlay, redb::Error> {
        Ok(MemoryOverlay {
            locks: true,
            ..MemoryOverlay::without_locks(File::open(file)?)?
        })
    }

    /// Does not keep other processes from writing: the file then looks damaged.
    pub fn without_locks(file: File) -> Result<MemoryOverlay, redb::Error> {
        let len = file.metadata()?.len();
        let blocks = BTreeMap::new();
        Ok(MemoryOverlay {
            file: FileBackend::new(file)?,
            locks: false,
            written: Mutex::new(Written {
                len,
                visible: len,
                blocks,
            }),
        })
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads the visible part of the file, and zeros behind it.
    fn read_file(&self, visible: u64, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let held = visible.saturating_sub(offset).min(out.len() as u64) as usize;
        let (held, behind) = out.split_at_mut(held);
        behind.fill(0);
        self.file.read(offset, held)
    }
}

/// The blocks that a range of bytes covers: the block's number, the range within it, and the range within the buffer.
fn parts(offset: u64, len: usize) -> impl Iterator<Item = (u64, Range<usize>, Range<usize>)> {
    let end = offset + len as u64;
    (offset / BLOCK..end.div_ceil(BLOCK)).map(move |block| {
        let begins = block * BLOCK;
        let (from, to) = (offset.max(begins), end.min(begins + BLOCK));
        let within = |base: u64| (from - base) as usize..(to - base) as usize;
        (block, within(begins), within(offset))
    })
}

impl StorageBackend for MemoryOverlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.written().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let written = self.written();
        if offset + out.len() as u64 > written.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.read_file(written.visible, offset, out)?;
        for (block, inside, outside) in parts(offset, out.len()) {
            if let Some(block) = written.blocks.get(&block) {
                out[outside].copy_from_slice(&block[inside]);
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut written = self.written();
        let Written {
            visible, blocks, ..
        } = &mut *written;
        *visible = len.min(*visible);
        // After truncation and extension these bytes read as zeros.
        blocks.split_off(&len.div_ceil(BLOCK));
        if let Some(last) = blocks.get_mut(&(len / BLOCK)) {
            last[(len % BLOCK) as usize..].fill(0);
        }
        written.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut written = self.written();
        for (number, inside, outside) in parts(offset, data.len()) {
            let mut block = match written.blocks.remove(&number) {
                Some(block) => block,
                None => {
                    let mut block = vec![0; BLOCK as usize];
                    self.read_file(written.visible, number * BLOCK, &mut block)?;
                    block
                }
            };
            block[inside].copy_from_slice(&data[outside]);
            written.blocks.insert(number, block);
        }
        Ok(())
    }

    fn close(&self) -> io::Result<()> {
        self.file.close()
    }

    /// Other processes may read, too, but not write.
    fn try_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        Ok(!self.locks || self.file.try_lock_shared_range(start, end)?)
    }

    fn try_lock_shared_range(
        &self,
        start: Bound<u64>,
        end: Bound<u64>,
    ) -> Result<bool, BackendError> {
        Ok(!self.locks || self.file.try_lock_shared_range(start, end)?)
    }

    fn lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        match self.locks {
            true => self.file.lock_shared_range(start, end),
            false => Ok(()),
        }
    }

    fn lock_shared_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        match self.locks {
            true => self.file.lock_shared_range(start, end),
            false => Ok(()),
        }
    }

    fn query_lock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<bool, BackendError> {
        self.file.query_lock_range(start, end)
    }

    fn unlock_range(&self, start: Bound<u64>, end: Bound<u64>) -> Result<(), BackendError> {
        match self.locks {
            true => self.file.unlock_range(start, end),
            false => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Operations on a file: write copies of a byte at an offset, or truncate or extend it.
    fn steps() -> impl Strategy<Value = Vec<(bool, u64, u8)>> {
        prop::collection::vec((any::<bool>(), 0..5 * BLOCK, 1u8..), 1..30)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn it_reads_like_a_written_file_and_the_file_stays(len in 0usize..9_000, steps in steps()) {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("file");
            let before = vec![7; len];
            std::fs::write(&file, &before).unwrap();
            let overlay = MemoryOverlay::open(&file).unwrap();
            let mut model = before.clone();
            for (writes, at, byte) in steps {
                if writes {
                    let data = vec![byte; usize::from(byte) * 40];
                    let end = at as usize + data.len();
                    if end > model.len() {
                        model.resize(end, 0);
                        overlay.set_len(end as u64).unwrap();
                    }
                    model[at as usize..end].copy_from_slice(&data);
                    overlay.write(at, &data).unwrap();
                } else {
                    model.resize(at as usize, 0);
                    overlay.set_len(at).unwrap();
                }
            }
            let mut read = vec![1; model.len()];
            overlay.read(0, &mut read).unwrap();
            prop_assert!(read == model);
            prop_assert!(overlay.read(1, &mut vec![0; model.len()]).is_err());
            let half = model.len() / 2;
            overlay.read(half as u64, &mut read[half..]).unwrap();
            prop_assert!(read == model);
            prop_assert_eq!(std::fs::read(&file).unwrap(), before);
        }
    }
}
