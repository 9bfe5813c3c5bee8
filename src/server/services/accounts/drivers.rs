//! The drivers who work here now: an assignment by name asks for all of them.

use super::{AccountService, documents};
use crate::domain::{Account, AccountKind, AccountRole, Error};
use std::sync::Arc;

impl AccountService {
    /// The drivers who work here now, from memory where they are held there.
    pub async fn drivers(&self) -> Result<Arc<Vec<Account>>, Error> {
        let changes = self.drivers.changes();
        if (self.is_current)()
            && let Some(held) = self.drivers.held()
        {
            return Ok(held);
        }
        let mut all = self.all_of(documents::of_role(AccountRole::Driver)).await?;
        // A program that acts for a driver has the same role.
        all.retain(|account| account.kind == AccountKind::Driver && account.is_active());
        let drivers = Arc::new(all);
        self.drivers.hold(&drivers, changes);
        Ok(drivers)
    }
}
