//! A file seen through glass: it is read as it lies there, and what is written to it stays in memory. So the
//! embedded engine's file can be opened, put in order and checked, and not a byte of it changes.

use redb::StorageBackend;
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fs::File,
    io,
    os::unix::fs::FileExt,
    sync::{Mutex, MutexGuard, PoisonError},
};

const PAGE: usize = 4096;

#[derive(Debug)]
pub struct Overlay {
    file: File,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    len: u64,
    /// From here on, nothing of the file is seen any more.
    seen: u64,
    written: BTreeMap<u64, Box<[u8; PAGE]>>,
}

impl Overlay {
    pub fn over(file: File) -> io::Result<Overlay> {
        let len = file.metadata()?.len();
        let state = Mutex::new(State {
            len,
            seen: len,
            written: BTreeMap::new(),
        });
        Ok(Overlay { file, state })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a page of the file holds; zeros where there is nothing.
    fn beneath(&self, page: u64, seen: u64) -> io::Result<Box<[u8; PAGE]>> {
        let mut bytes = Box::new([0; PAGE]);
        let start = page * PAGE as u64;
        let there = seen.saturating_sub(start).min(PAGE as u64) as usize;
        self.file.read_exact_at(&mut bytes[..there], start)?;
        Ok(bytes)
    }
}

/// The pieces of a range of bytes: page, where in it, and where in the range.
fn pieces(offset: u64, len: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let (page, inside) = (at / PAGE as u64, (at % PAGE as u64) as usize);
        let piece = done..(done + PAGE - inside).min(len);
        done = piece.end;
        (!piece.is_empty()).then_some((page, inside, piece))
    })
}

impl StorageBackend for Overlay {
    fn len(&self) -> io::Result<u64> {
        Ok(self.state().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let state = self.state();
        if offset + out.len() as u64 > state.len {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (page, inside, piece) in pieces(offset, out.len()) {
            let end = inside + piece.len();
            match state.written.get(&page) {
                Some(bytes) => out[piece].copy_from_slice(&bytes[inside..end]),
                None => out[piece].copy_from_slice(&self.beneath(page, state.seen)?[inside..end]),
            }
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut state = self.state();
        let edge = len / PAGE as u64;
        if len < state.len {
            state.written.split_off(&(edge + 1));
            if let Some(last) = state.written.get_mut(&edge) {
                last[(len % PAGE as u64) as usize..].fill(0);
            }
        }
        state.seen = state.seen.min(len);
        state.len = len;
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        state.len = state.len.max(offset + data.len() as u64);
        let seen = state.seen;
        for (page, inside, piece) in pieces(offset, data.len()) {
            let bytes = match state.written.entry(page) {
                Entry::Occupied(bytes) => bytes.into_mut(),
                Entry::Vacant(place) => place.insert(self.beneath(page, seen)?),
            };
            bytes[inside..inside + piece.len()].copy_from_slice(&data[piece]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Write;

    #[derive(Clone, Debug)]
    enum Step {
        Write(u64, Vec<u8>),
        SetLen(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let bytes = prop::collection::vec(1u8.., 0..9_000);
        prop_oneof![
            (0..20_000u64, bytes).prop_map(|(at, bytes)| Step::Write(at, bytes)),
            (0..25_000u64).prop_map(Step::SetLen),
        ]
    }

    proptest! {
        /// What is seen is what a file would hold; and the file beneath stays as it was.
        #[test]
        fn it_is_as_a_file_would_be(own in prop::collection::vec(1u8.., 0..15_000), steps in prop::collection::vec(step(), 0..12)) {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&own).unwrap();
            let overlay = Overlay::over(file.try_clone().unwrap()).unwrap();
            let mut model = own.clone();
            for step in steps {
                match step {
                    Step::Write(at, bytes) => {
                        let end = at as usize + bytes.len();
                        model.resize(model.len().max(end), 0);
                        model[at as usize..end].copy_from_slice(&bytes);
                        overlay.write(at, &bytes).unwrap();
                    }
                    Step::SetLen(len) => {
                        model.resize(len as usize, 0);
                        overlay.set_len(len).unwrap();
                    }
                }
                let mut seen = vec![9; model.len()];
                overlay.read(0, &mut seen).unwrap();
                prop_assert_eq!(overlay.len().unwrap() as usize, model.len());
                prop_assert!(seen == model);
            }
            let mut beneath = vec![0; own.len()];
            file.read_exact_at(&mut beneath, 0).unwrap();
            prop_assert!(beneath == own && file.metadata().unwrap().len() as usize == own.len());
        }
    }
}
