//! What holds at a pizzeria now: pausing, being busy, and what is sold out.

use super::{
    ShopService,
    catalog::{ShopRef, zone},
    edit::{Draft, Edit, Edited},
    refusal::{ShopFailure, ShopRefusal},
    stored::StoredMenu,
};
use crate::{
    domain::{
        FieldError, Time,
        shop::{
            counter::{Busy, Counter, MenuPart},
            counter_input::{CounterCommand, Lasts},
        },
    },
    server::services::{accounts::Authority, idempotency::IdempotentRequest},
};

impl ShopService {
    /// Does at the counter what is asked, and answers how it is then. What is so already changes nothing.
    pub async fn at_the_counter(
        &self,
        named: &ShopRef,
        command: &CounterCommand,
        by: &Authority,
        request: Option<&IdempotentRequest>,
    ) -> Edited<Counter> {
        let sells_out = matches!(command, CounterCommand::SellOut { .. });
        let edit = Edit {
            id: self.find(named).await?.profile.id,
            by,
            request,
            menu: sells_out.then_some(&[]),
        };
        let edited = self.edit(edit, |draft| {
            let name = &draft.shop.profile.document.name;
            draft.viewer.may_edit_shop(name, true).check()?;
            let at = draft.change.at;
            let before = &draft.shop.counter.document;
            let after = changed(draft, before, command)?;
            if let Some(after) = &after {
                draft.put_counter(after.clone());
            }
            Ok(after.unwrap_or_else(|| before.at(at)))
        });
        edited.await
    }
}

/// The counter after a command. `None`: nothing changes.
fn changed(
    draft: &Draft<'_>,
    before: &Counter,
    command: &CounterCommand,
) -> Result<Option<Counter>, ShopFailure> {
    let at = draft.change.at;
    Ok(match command {
        CounterCommand::Pause { lasts, reason } => {
            let until = lasts.map(|lasts| at + lasts);
            before.pause(until, reason.clone(), at)
        }
        CounterCommand::Resume => before.resume(at),
        CounterCommand::Busy(None) => before.busy(None, at),
        CounterCommand::Busy(Some((extra_minutes, lasts))) => {
            let busy = Busy {
                extra_minutes: *extra_minutes,
                until: at + *lasts,
            };
            before.busy(Some(busy), at)
        }
        CounterCommand::SellOut { what, lasts } => {
            check_part(draft.menu()?, what)?;
            let until = match lasts {
                Lasts::UntilClosing => Some(closing(draft, at)?),
                Lasts::UntilResumed => None,
            };
            let sold_out = before.sell_out(what.clone(), until, at);
            sold_out.map_err(|error| ShopRefusal::invalid("sold_out", error))?
        }
        CounterCommand::PutBack(what) => before.put_back(what, at),
    })
}

/// The end of the span in which it is open, else of the next one.
fn closing(draft: &Draft<'_>, at: Time) -> Result<Time, ShopRefusal> {
    let profile = &draft.shop.profile.document;
    let zone = zone(profile)?;
    Ok(profile.opening(&zone).next_closing(at))
}

/// Only what is on the menu can be sold out.
fn check_part(menu: &StoredMenu, what: &MenuPart) -> Result<(), ShopRefusal> {
    let refused = |field: &str, why: &str| Err(ShopRefusal::invalid(field, FieldError::fault(why)));
    match what {
        MenuPart::Item(code) if menu.has(code) => Ok(()),
        MenuPart::Item(_) => refused("item", "The menu has no such item."),
        MenuPart::Option { group, option } => {
            let mut groups = menu.outline.document.groups.iter();
            match groups.find(|one| one.id == *group) {
                None => refused("group", "The menu has no such group."),
                Some(group) if group.options.iter().any(|one| one.id == *option) => Ok(()),
                Some(_) => refused("option", "The group has no such option."),
            }
        }
    }
}
