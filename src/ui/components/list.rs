//! Keyed lists: a row is created when its key appears and removed with its key. In between, the row itself follows what
//! it shows.

use super::{
    basics::{changing, following},
    printing::Printing,
    stable_list::Hand,
};
use crate::{
    domain::{Order, OrderId, Time},
    ui::live::{
        reactive::{memo, when_hydrated},
        store::LiveStore,
    },
};
use js_sys::{Function, Object, Reflect};
use leptos::{
    html,
    prelude::*,
    tachys::{reactive_graph::OwnedView, view::keyed::keyed},
    wasm_bindgen::JsCast,
    web_sys::{self, Element},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// Matches in an entry that the user is working in.
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
    let store = LiveStore::from_context();
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

/// An item for each name that is listed.
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
        // The list's own observer runs while a row is created, and must not subscribe to what the row reads.
        let view = slot.owner.with(|| untrack(|| row(key)));
        let view = OwnedView::new_with_owner(view, slot.owner.clone());
        // The list owns this closure with the row, and so drops the slot with the row.
        let hold = move |_: usize| {
            let _ = &slot;
        };
        (hold, view)
    };
    (move || keyed(keys(), Key::clone, make.clone())).into_any()
}

/// The owners of a list's rows, which are reused: an owner keeps an entry for each child that it ever had, so a list with
/// a new owner for each row (as `For` has) grows without a limit.
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
        // A server renders the row after this is dropped.
        if !cfg!(target_arch = "wasm32") {
            return;
        }
        self.owner.cleanup();
        if let Ok(mut free) = self.free.lock() {
            free.push(self.owner.clone());
        }
    }
}

/// More entries than this make a list crowded.
const MANY: usize = 30;

pub fn is_crowded(listed: Memo<Vec<OrderId>>) -> Memo<bool> {
    memo(move |_| listed.with(|listed| listed.len() > MANY))
}

/// Whether an entry of a list is in the view or near it. In a crowded list, the other entries are empty, except on paper:
/// the cost of each change grows with the number of elements on the page.
#[derive(Clone, Copy)]
pub struct InView {
    pub entry: NodeRef<html::Li>,
    /// The id of the ticket, while the entry is empty.
    pub id: Signal<Option<String>>,
    seen: RwSignal<bool>,
    /// What the browser has reported last.
    skipped: StoredValue<bool>,
    hand: Hand,
    shown: Memo<bool>,
    /// The user has pressed or changed something in the entry.
    touched: StoredValue<bool>,
}

/// Whether this browser has reported what comes into the view.
static REPORTS_VISIBILITY: AtomicBool = AtomicBool::new(false);

/// Whether it does. A page that grows at once has had no report yet.
fn reports_visibility() -> bool {
    let handler = "oncontentvisibilityautostatechange".into();
    let body = document().body();
    let has_handler = || body.is_some_and(|body| Reflect::has(&body, &handler).unwrap_or_default());
    REPORTS_VISIBILITY.load(Relaxed) || has_handler()
}

impl InView {
    pub fn of(order: Memo<Order>, crowded: Memo<bool>) -> InView {
        // Most new entries of a crowded list are at its end, outside the view.
        let is_hydrated = LiveStore::from_context().is_hydrated_untracked();
        let seen = !(crowded.get_untracked() && is_hydrated && reports_visibility());
        let (entry, seen) = (NodeRef::new(), RwSignal::new(seen));
        let printing = Printing::from_context();
        let shown = memo(move |_| seen.get() || !crowded.get() || printing.get());
        let id = order.with_untracked(|order| format!("o{}", order.id));
        let id = following(move || (!shown.get()).then(|| id.clone()));
        let in_view = InView {
            entry,
            id,
            seen,
            skipped: StoredValue::new(!seen.get_untracked()),
            hand: Hand::from_context(),
            shown,
            touched: StoredValue::new(false),
        };
        // The browser reports changes, and new entries. The entries that the server rendered are measured, once, which
        // lays out the page.
        if !is_hydrated {
            when_hydrated(move || {
                if crowded.get() && in_view.is_skipped() == Some(true) {
                    seen.set(false);
                }
            });
        }
        in_view
    }

    /// Handles presses and changes in the entry.
    pub fn touch(self) {
        self.touched.set_value(true);
    }

    /// Handles `contentvisibilityautostatechange`.
    pub fn observe(self, event: &web_sys::Event) {
        REPORTS_VISIBILITY.store(true, Relaxed);
        let skipped =
            Reflect::get(event, &"skipped".into()).is_ok_and(|skipped| skipped.is_truthy());
        // The event may arrive after the entry is gone.
        if self.skipped.try_set_value(skipped).is_none() {
            self.hand.when_released(move || self.fill_or_empty());
        }
    }

    /// Fills the entry that comes into the view, and empties the one that leaves it.
    fn fill_or_empty(self) {
        let Some(entry) = self.entry.try_get_untracked() else {
            return;
        };
        let busy = || entry.and_then(|entry| entry.query_selector(BUSY).ok()?);
        // An entry that the user has worked in keeps its ticket, and what was typed there.
        let kept = self.touched.get_value() || busy().is_some();
        self.seen.set(!self.skipped.get_value() || kept);
    }

    /// The ticket while the order is in the list. Afterwards a gap as high as that was, with what `left` shows in it.
    pub fn hold(
        self,
        is_here: Memo<bool>,
        ticket: impl Fn() -> AnyView + Send + Sync + 'static,
        left: impl Fn() -> AnyView + Send + Sync + 'static,
    ) -> AnyView {
        changing(move || match is_here.get() {
            true => self.shown.get().then(&ticket),
            false => Some(self.gap(left())),
        })
    }

    fn gap(self, left: AnyView) -> AnyView {
        let entry = self.entry.get_untracked();
        // While this runs, the ticket is still there.
        let height = entry.map(|entry| entry.get_bounding_client_rect().height());
        let height = height.map_or("auto".to_owned(), pixels);
        view! { <div class="gap" translate="no" style:block-size=height>{left}</div> }.into_any()
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

/// Whether an order is on the board, and stands where `stands` says.
pub fn is_here(
    order: Memo<Order>,
    stands: impl Fn(&Order) -> bool + Send + Sync + 'static,
) -> Memo<bool> {
    let on_board = LiveStore::from_context().has(order.with_untracked(|order| order.id));
    memo(move |_| on_board.get() && order.with(&stands))
}

/// An entry with a ticket, for as long as the order is in the list: see [`InView::hold`].
pub fn entry(
    order: Memo<Order>,
    crowded: Memo<bool>,
    is_here: Memo<bool>,
    ticket: impl Fn() -> AnyView + Send + Sync + 'static,
    left: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let in_view = InView::of(order, crowded);
    let observe = move |event: web_sys::Event| in_view.observe(&event);
    view! {
        <li
            node_ref=in_view.entry
            id=in_view.id
            on:contentvisibilityautostatechange=observe
            on:click=move |_| in_view.touch()
            on:input=move |_| in_view.touch()
        >
            {in_view.hold(is_here, ticket, left)}
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

/// Sorted by time, and by id where the time is the same.
pub fn by_time(orders: impl Iterator<Item = (Time, OrderId)>) -> Vec<OrderId> {
    sorted(orders).into_iter().map(|(_, id)| id).collect()
}

/// A length of the style, to the hundredth. (Printing a number of this type exactly would be a twelfth of the panel.)
fn pixels(length: f64) -> String {
    let hundredths = (length * 100.0).round() as u32;
    format!("{}.{:02}px", hundredths / 100, hundredths % 100)
}

/// Sorted, without duplicates. The inputs are short or nearly sorted, so that most insertions are near the end.
pub fn sorted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut sorted = Vec::new();
    for one in all {
        if let Err(at) = sorted.binary_search(&one) {
            sorted.insert(at, one);
        }
    }
    sorted
}
