//! Whether somebody can sign in: with `AUTH=required`, a market without an admin has nobody who invites others.

use super::report::{Finding, Report};
use crate::{
    domain::AccountState,
    server::{
        config::{self, StoreConfig},
        services::accounts::documents,
        store::{Embedded, Index, Query, Redis, Result, Store, Target, Unreadable, open},
    },
};
use std::{path::Path, time::Duration};
use tokio::time::timeout;

const GROUP: &str = "accounts";
const NAME: &str = "admin";

/// Of reading the list.
const READ_TIMEOUT: Duration = Duration::from_secs(2);
/// How many admins are looked at.
const LIMIT: usize = 100;

const INVITE: &str =
    "Run `pizza-market account invite admin EMAIL`, and open the link that it prints";

pub async fn examine(report: &mut Report, store: &StoreConfig) {
    report.doing("looking for an admin");
    let finding = match timeout(READ_TIMEOUT, find_admin(store)).await {
        Ok(finding) => finding,
        Err(_) => Finding::skipped(format!("not read within {} s", READ_TIMEOUT.as_secs())),
    };
    report.add(GROUP, NAME, finding);
}

async fn find_admin(store: &StoreConfig) -> Finding {
    match store {
        StoreConfig::Embedded(folder) => find_in_file(&open::file(folder)).await,
        StoreConfig::Redis { info, credentials } => {
            let Ok(retention) = config::retention() else {
                return Finding::skipped("EVENT_RETENTION is wrong");
            };
            let target = Target::of_market((**info).clone(), credentials, retention);
            match Redis::open_read_only(target).await {
                Ok(store) => find_in(&store).await,
                Err(error) => Finding::skipped(error.to_string()),
            }
        }
    }
}

async fn find_in_file(file: &Path) -> Finding {
    if !file.exists() {
        return Finding::warning("there is no store yet, so there is no admin", INVITE);
    }
    match Embedded::open_read_only(file) {
        Ok(store) => find_in(&store).await,
        Err(Unreadable::Held) => {
            Finding::skipped("a server holds the file: `pizza-market account list` asks it")
        }
        Err(Unreadable::Broken(error)) => Finding::skipped(error.to_string()),
    }
}

async fn find_in(store: &dyn Store) -> Finding {
    match admins(store).await {
        Ok(states) => finding(&states),
        Err(error) => Finding::skipped(error.to_string()),
    }
}

/// The state of each admin.
async fn admins(store: &dyn Store) -> Result<Vec<AccountState>> {
    let admins = Query {
        index: Index("accounts:admin".to_owned()),
        before: None,
        limit: LIMIT,
    };
    let mut listing = store.list(&[admins]).await?;
    let page = listing.pages.pop().unwrap_or_default();
    let accounts = page.documents.iter().map(|text| documents::read(text));
    accounts
        .map(|account| account.map(|account| account.state))
        .collect()
}

fn finding(states: &[AccountState]) -> Finding {
    let count = |state| states.iter().filter(|found| **found == state).count();
    let (active, invited) = (count(AccountState::Active), count(AccountState::Invited));
    let finding = match (active, invited) {
        (0, 0) => Finding::warning("there is no admin, so nobody can invite others", INVITE),
        (0, _) => Finding::warning(
            "no invited admin has joined yet",
            "Open the link of the invitation; where it is lost or too old, `pizza-market account reset EMAIL` makes another",
        ),
        (1, _) => Finding::ok("there is one admin"),
        _ => Finding::ok(format!("there are {active} admins")),
    };
    finding.with("active", active).with("invited", invited)
}

#[cfg(test)]
mod tests {
    use super::super::report::State;
    use super::*;

    #[test]
    fn an_admin_is_one_who_has_joined() {
        use AccountState::*;
        for (states, expected) in [
            (&[][..], State::Warning),
            (&[Invited], State::Warning),
            (&[Disabled, Closed], State::Warning),
            (&[Disabled, Active], State::Ok),
            (&[Active, Active, Invited], State::Ok),
        ] {
            assert_eq!(finding(states).state, expected, "{states:?}");
        }
    }
}
