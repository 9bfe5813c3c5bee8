//! What all forms of a page share: what is typed in them, the form that came back, the orders whose answer is awaited,
//! and the refusals.

use super::{
    press::Presses,
    refusals::Refusals,
    typed::{Typed, changed},
};
use crate::{
    api::form::{Flash, field_id},
    domain::{Error, Event, OrderId, Time},
};
use leptos::prelude::*;

#[derive(Clone, Copy)]
pub struct Forms {
    flash: StoredValue<Option<Flash>>,
    typed: StoredValue<Typed>,
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
            typed: StoredValue::new(typed(flash.as_ref())),
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
        window_event_listener_untyped("input", move |event| {
            if let Some((field, text)) = changed(&event) {
                self.keep(&field, &text);
            }
        });
    }

    /// Forgets what was typed about an order that is final.
    pub fn hear(self, event: &Event) {
        if event.order.status.is_final() {
            self.change(|typed| typed.forget_order(event.order.id));
        }
    }

    /// What was typed in a field, by its id, and has not been sent; or what the field had in a form that came back.
    pub fn typed(self, field: &str) -> Option<String> {
        self.typed
            .with_value(|typed| typed.get(field).map(str::to_owned))
    }

    /// What a field had in a form that came back.
    pub(super) fn returned(self, field: &str) -> Option<String> {
        self.flash.with_value(|flash| {
            let flash = flash.as_ref()?;
            let is_it = |(name, _): &&(String, String)| field_id(&flash.form, name) == field;
            flash.typed.iter().find(is_it).map(|(_, text)| text.clone())
        })
    }

    /// Keeps the text of a field.
    pub fn keep(self, field: &str, text: &str) {
        self.change(|typed| typed.set(field, text));
    }

    /// Forgets what was typed in a form, which has been sent, and what it came back with.
    pub fn forget(self, form: &str) {
        self.flash
            .update_value(|flash| drop(flash.take_if(|flash| flash.form == form)));
        self.change(|typed| typed.forget(form));
    }

    fn change(self, change: impl FnOnce(&mut Typed)) {
        self.typed.update_value(|typed| typed.change(change));
    }

    /// The error that a form came back with. The refusal of an order is shown beside the order, or above all.
    pub(super) fn error_of(self, form: &str, order: Option<OrderId>) -> Option<Error> {
        self.flash.with_value(|flash| {
            let is_about = |id: &OrderId| order.is_none_or(|order| order == *id);
            let flash = flash.as_ref().filter(|flash| {
                let mut refused = flash.refused.iter().map(|(id, _)| id);
                flash.form == form && (flash.refused.is_empty() || refused.any(is_about))
            })?;
            let own = flash.refused.is_empty() || matches!(flash.error, Error::Invalid(_));
            own.then(|| flash.error.clone())
        })
    }

    /// Whether the answer about an order is awaited. The event of a command may arrive before its answer; until then,
    /// the page does not know that the event is its own.
    pub fn is_sending(self, order: OrderId) -> bool {
        self.sending.with(|sending| sending.contains(&order))
    }
}

/// What the tab keeps. A form that came back has what it was sent with instead.
fn typed(flash: Option<&Flash>) -> Typed {
    let mut typed = Typed::kept();
    if let Some(flash) = flash {
        typed.change(|typed| {
            typed.forget(&flash.form);
            for (name, value) in &flash.typed {
                typed.set(&field_id(&flash.form, name), value);
            }
        });
    }
    if cfg!(target_arch = "wasm32") {
        typed.take_early();
        typed.enter();
    }
    typed
}
