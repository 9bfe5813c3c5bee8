//! The open database, as readers and the writer share it.

use crate::server::store::{Result, TroubleKind};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Empty while the writer opens the file again, after a failure of its disk.
pub struct Handle<D: ?Sized>(RwLock<Option<Arc<D>>>);

impl<D: ?Sized> Handle<D> {
    pub fn new(database: Arc<D>) -> Arc<Handle<D>> {
        Arc::new(Handle(RwLock::new(Some(database))))
    }

    pub fn get(&self) -> Result<Arc<D>> {
        let closed = || TroubleKind::DiskFailed.because("the file could not be opened again yet");
        Ok(self.read().clone().ok_or_else(closed)?)
    }

    /// Refuses new readers. The database is closed when the last one has ended.
    pub fn close(&self) {
        *self.write() = None;
    }

    pub fn set(&self, database: Arc<D>) {
        *self.write() = Some(database);
    }

    fn read(&self) -> RwLockReadGuard<'_, Option<Arc<D>>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Option<Arc<D>>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
