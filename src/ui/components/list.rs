//! Keyed lists: a row is made when its key appears, stays while it is there, and goes with it. Rows show what
//! changes in them by themselves.

use super::basics::{changing, following};
use crate::{
    domain::{Order, OrderId, Time},
    ui::{
        live::{reactive::memo, store::LiveStore},
        place::when_hydrated,
    },
};
use js_sys::{Function, Object, Reflect};
use leptos::{
    html,
    prelude::*,
    tachys::{reactive_graph::OwnedView, view::keyed::keyed},
    wasm_bindgen::JsCast,
    web_sys::{self, DomRect, Element},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// What shows that somebody is in an entry.
const BUSY: &str = "details[open], :focus";

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Order(OrderId),
    Name(String),
}

pub(super) type Keys = Box<dyn Fn() -> Vec<Key> + Send + Sync>;
pub(super) type Row = Arc<dyn Fn(Key) -> Option<AnyView> + Send + Sync>;

/// A row for each order that is listed.
pub fn orders(
    listed: Memo<Vec<OrderId>>,
    row: impl Fn(Memo<Order>) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let store = LiveStore::here();
    ids(listed, move |id| store.order(id).map(&row))
}

/// As [`orders`], where not all of them are on the board.
pub fn ids(
    listed: Memo<Vec<OrderId>>,
    row: impl Fn(OrderId) -> Option<AnyView> + Send + Sync + 'static,
) -> AnyView {
    let keys = move || listed.get().into_iter().map(Key::Order).collect();
    let row = move |key| match key {
        Key::Order(id) => row(id),
        Key::Name(_) => None,
    };
    rows(Box::new(keys), Arc::new(row))
}

/// Something for each name that is listed.
pub fn names(
    listed: Memo<Vec<String>>,
    item: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let keys = move || listed.get().into_iter().map(Key::Name).collect();
    let row = move |key| match key {
        Key::Name(name) => Some(item(name)),
        Key::Order(_) => None,
    };
    rows(Box::new(keys), Arc::new(row))
}

pub(super) fn rows(keys: Keys, row: Row) -> AnyView {
    let slots = Slots::new();
    let make = move |_, key| {
        let slot = slots.take();
        // A row is made while the list follows its keys: what it reads then is not the list's.
        let view = slot.owner.with(|| untrack(|| row(key)));
        let view = OwnedView::new_with_owner(view, slot.owner.clone());
        // The list holds this with the row, and drops it with the row.
        let hold = move |_: usize| {
            let _ = &slot;
        };
        (hold, view)
    };
    (move || keyed(keys(), Key::clone, make.clone())).into_any()
}

/// The owners of a list's rows. They are used again: an owner keeps a place for each one that was ever made under
/// it, so that a list with an owner for each row that it ever had (as `For` has) would only grow.
#[derive(Clone)]
struct Slots {
    list: Option<Owner>,
    free: Arc<Mutex<Vec<Owner>>>,
}

struct Slot {
    owner: Owner,
    free: Arc<Mutex<Vec<Owner>>>,
}

impl Slots {
    fn new() -> Slots {
        Slots {
            list: Owner::current(),
            free: Arc::default(),
        }
    }

    fn take(&self) -> Slot {
        let free = self.free.lock().ok().and_then(|mut free| free.pop());
        let new = || self.list.as_ref().map_or_else(Owner::new, Owner::child);
        Slot {
            owner: free.unwrap_or_else(new),
            free: self.free.clone(),
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // A server renders a row after this is gone, and once.
        if !cfg!(target_arch = "wasm32") {
            return;
        }
        self.owner.cleanup();
        if let Ok(mut free) = self.free.lock() {
            free.push(self.owner.clone());
        }
    }
}

/// Where a row is on the screen. A ticket that is out of sight is not laid out, and asking for its own place would do
/// that, for each of hundreds: its entry in the list has one all the time.
pub fn bounds(row: &Element) -> DomRect {
    let entry = row.closest("li").ok().flatten();
    entry.as_ref().unwrap_or(row).get_bounding_client_rect()
}

/// More entries than this make a list crowded.
const MANY: usize = 30;

pub fn is_crowded(listed: Memo<Vec<OrderId>>) -> Memo<bool> {
    memo(move |_| listed.with(|listed| listed.len() > MANY))
}

/// Whether an entry of a list is in sight, or near. In a crowded list those that are not hold nothing: with whatever
/// changes, a browser goes through all that its page holds, and nobody looks at hundreds of tickets at once.
#[derive(Clone, Copy)]
pub struct Sight {
    pub entry: NodeRef<html::Li>,
    /// The id of its ticket, as long as that is not there.
    pub id: Signal<Option<String>>,
    seen: RwSignal<bool>,
    shown: Memo<bool>,
    /// Somebody has pressed or changed something in it.
    touched: StoredValue<bool>,
}

/// Whether this browser tells what comes into sight. It is known once it has.
static TELLS: AtomicBool = AtomicBool::new(false);

impl Sight {
    pub fn of(order: Memo<Order>, crowded: Memo<bool>) -> Sight {
        // Most of what comes into a crowded list comes in at its end, where nobody looks.
        let seen = !(crowded.get_untracked() && TELLS.load(Relaxed));
        let (entry, seen) = (NodeRef::new(), RwSignal::new(seen));
        let shown = memo(move |_| seen.get() || !crowded.get());
        let id = order.with_untracked(|order| format!("o{}", order.id));
        let id = following(move || (!shown.get()).then(|| id.clone()));
        let sight = Sight {
            entry,
            id,
            seen,
            shown,
            touched: StoredValue::new(false),
        };
        // The browser tells of what is new and of what changes. What was there before the program has to be asked: which
        // lays out the page.
        if !LiveStore::here().is_hydrated_untracked() {
            when_hydrated(move || {
                if crowded.get() && sight.is_skipped() == Some(true) {
                    seen.set(false);
                }
            });
        }
        sight
    }

    /// Hears of presses and changes in it.
    pub fn touch(self) {
        self.touched.set_value(true);
    }

    /// Hears of `contentvisibilityautostatechange`.
    pub fn look(self, event: &web_sys::Event) {
        TELLS.store(true, Relaxed);
        let skipped =
            Reflect::get(event, &"skipped".into()).is_ok_and(|skipped| skipped.is_truthy());
        // It may come after the entry is gone.
        let Some(entry) = self.entry.try_get_untracked() else {
            return;
        };
        let busy = || entry.and_then(|entry| entry.query_selector(BUSY).ok()?);
        // What somebody has had in hand stays, with what they have put there.
        let kept = self.touched.get_value() || busy().is_some();
        self.seen.set(!skipped || kept);
    }

    pub fn hold(self, ticket: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
        changing(move || self.shown.get().then(&ticket))
    }

    fn is_skipped(self) -> Option<bool> {
        let within = self.entry.get()?.first_element_child()?;
        let options = Object::new();
        Reflect::set(&options, &"contentVisibilityAuto".into(), &true.into()).ok()?;
        let ask: Function = Reflect::get(&within, &"checkVisibility".into())
            .ok()?
            .dyn_into()
            .ok()?;
        Some(ask.call1(&within, &options).ok()?.is_falsy())
    }
}

/// An entry with a ticket.
pub fn entry(
    order: Memo<Order>,
    crowded: Memo<bool>,
    ticket: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let sight = Sight::of(order, crowded);
    let look = move |event: web_sys::Event| sight.look(&event);
    view! {
        <li
            node_ref=sight.entry
            id=sight.id
            on:contentvisibilityautostatechange=look
            on:click=move |_| sight.touch()
            on:input=move |_| sight.touch()
        >
            {sight.hold(ticket)}
        </li>
    }
    .into_any()
}

/// A selector of the ticket beside the one in which an event happened, or else of the section around it: where the focus
/// goes if the ticket goes. Nothing where the focus is not shown, as with a mouse.
pub fn neighbour_ticket(event: &web_sys::Event) -> Option<String> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest("li").ok()??;
    row.query_selector(":focus-visible").ok()??;
    let neighbour = row
        .next_element_sibling()
        .or_else(|| row.previous_element_sibling());
    let ticket = neighbour.and_then(|row| row.query_selector("article").ok()?);
    let found = ticket.or_else(|| row.closest("section").ok()?)?;
    Some(format!("[id='{}']", found.id()))
}

/// By time; what is of the same time, by age of the order.
pub fn by_time(orders: impl Iterator<Item = (Time, OrderId)>) -> Vec<OrderId> {
    sorted(orders).into_iter().map(|(_, id)| id).collect()
}

/// Each once, from the smallest on. What differs is little here, or nearly sorted, so that each finds its place
/// near the end.
pub fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut sorted = Vec::new();
    for one in all {
        if let Err(at) = sorted.binary_search(&one) {
            sorted.insert(at, one);
        }
    }
    sorted
}
