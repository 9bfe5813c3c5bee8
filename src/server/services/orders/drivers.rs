//! Which driver an assignment means.

use super::{Failure, OrderService, in_time};
use crate::{
    domain::{Account, AccountId, AccountKind, Command, Error, FieldError, Name, fold_name},
    server::services::live_feed::OrderIndex,
};

impl OrderService {
    /// A driver's name, spelled as the board has it. A spelling that it does not have may be of a driver whose first order
    /// was stored here a moment ago.
    pub(super) async fn spelled(&self, name: &Name) -> Name {
        let known = |name: &Name| {
            let find = |index: &OrderIndex| index.driver_name(name, fold_name);
            self.feed.read_index(find).flatten()
        };
        let known_name = known(name);
        if known_name.as_ref() == Some(name) {
            return name.clone();
        }
        self.catch_up().await;
        known(name).unwrap_or_else(|| name.clone())
    }

    /// The command that gives an order to a driver with an account, or to a courier from elsewhere.
    pub async fn assignment(
        &self,
        name: Option<Name>,
        id: Option<AccountId>,
    ) -> Result<Command, Error> {
        let (driver_name, driver_id) = in_time(self.driver(name, id)).await?;
        Ok(Command::Dispatch {
            driver_name,
            driver_id,
        })
    }

    /// The driver of a name, of an id, or of both. A name that is no driver's is a courier from elsewhere.
    pub(super) async fn driver(
        &self,
        name: Option<Name>,
        id: Option<AccountId>,
    ) -> Result<(Name, Option<AccountId>), Failure> {
        let is_called = |driver: &Account| {
            let name = name.as_ref();
            name.is_none_or(|name| fold_name(name) == fold_name(&driver.name))
        };
        let invalid = |field, error| Err(Error::invalid(field, error).into());
        if let Some(id) = id {
            // From memory, however many drivers there are.
            let known = self.accounts.account(id).await?;
            let driver = known.as_ref().map(|known| &known.account);
            return match driver.filter(|account| drives(account)) {
                None => invalid("driver_id", FieldError::NotADriver),
                Some(driver) if is_called(driver) => Ok((driver.name.clone(), Some(id))),
                Some(_) => invalid("driver_name", FieldError::NotADriver),
            };
        }
        let Some(called) = name.clone() else {
            return invalid("driver_name", FieldError::Missing);
        };
        let drivers = self.accounts.drivers().await?;
        let mut named = drivers.iter().filter(|driver| is_called(driver));
        match (named.next(), named.next()) {
            (None, _) => Ok((called, None)),
            (Some(driver), None) => Ok((driver.name.clone(), Some(driver.id))),
            (Some(_), Some(_)) => invalid("driver_name", FieldError::SeveralDrivers),
        }
    }
}

/// Whether orders can be given to this account. (A program that acts for a driver has the same role.)
fn drives(account: &Account) -> bool {
    account.is_active() && account.kind == AccountKind::Driver
}
