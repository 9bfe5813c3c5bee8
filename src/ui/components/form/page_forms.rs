//! What all forms of a page share: the form that came back, the orders whose answer is awaited, and the refusals.

use super::{press::Presses, refusals::Refusals};
use crate::{
    api::form::Flash,
    domain::{OrderId, Time},
};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Forms {
    flash: StoredValue<Option<Flash>>,
    pub(super) refusals: RwSignal<Refusals>,
    /// The orders of each form that has been sent and not been answered yet.
    pub(super) sending: RwSignal<Vec<OrderId>>,
    pub(super) presses: Presses,
    /// The versions of orders that forms of this page have made, the last ones.
    made: RwSignal<Vec<(OrderId, u32)>>,
}

/// So many own steps are remembered. More are not made in the time in which one can be undone.
const REMEMBERED: usize = 100;

impl Forms {
    pub fn new(flash: Option<Flash>, now: Time) -> Forms {
        let mut refusals = Refusals::default();
        for (order, error) in flash.iter().flat_map(|flash| &flash.refused) {
            refusals.add(*order, error, now);
        }
        Forms {
            flash: StoredValue::new(flash),
            refusals: RwSignal::new(refusals),
            sending: RwSignal::default(),
            presses: Presses::new(),
            made: RwSignal::default(),
        }
    }

    pub fn from_context() -> Forms {
        expect_context()
    }

    /// Whether a form of this page has made this version of an order.
    pub fn has_made(self, id: OrderId, version: u32) -> bool {
        self.made.with(|made| made.contains(&(id, version)))
    }

    pub(super) fn note_made(self, id: OrderId, version: u32) {
        self.made.update(|made| {
            let too_many = (made.len() + 1).saturating_sub(REMEMBERED);
            made.drain(..too_many);
            made.push((id, version));
        });
    }

    pub fn listen(self) {
        self.presses.listen();
    }

    /// The value that a field had in a form that came back.
    pub fn returned_value(self, form: &str, field: &str) -> Option<String> {
        self.flash.with_value(|flash| {
            let flash = flash.as_ref().filter(|flash| flash.form == form)?;
            let typed = flash.typed.iter().find(|(name, _)| name == field);
            typed.map(|(_, value)| value.clone())
        })
    }

    /// What a form came back with, if it did.
    pub(super) fn flash_of(self, form: &str) -> Option<Flash> {
        self.flash
            .with_value(|flash| flash.clone().filter(|flash| flash.form == form))
    }

    /// Whether the answer about an order is awaited. The event of a command may arrive before its answer; until then,
    /// the page does not know that the event is its own.
    pub fn is_sending(self, order: OrderId) -> bool {
        self.sending.with(|sending| sending.contains(&order))
    }
}
