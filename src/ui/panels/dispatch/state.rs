//! What the queue, the forms and the lanes share.

use crate::{
    api::form::{SELECTED_ORDER, SEVERAL, field_id},
    domain::{
        Board, Driver, Duty, Order, OrderId, Status, Time, drivers, drivers_on_duty, free_drivers,
    },
    ui::{
        browser::control,
        components::{form::Forms, list},
        i18n::locale::{say, t},
        live::{
            page_queries::PageQueries,
            reactive::{memo, when_hydrated},
            store::LiveStore,
        },
    },
};
use leptos::prelude::*;

/// The value of the choice that asks for a new driver's name. No name is blank.
pub const NEW: &str = " ";

/// The name under which the form for several orders reports what is wrong with the selected ones, and under which these
/// are kept.
pub const ORDERS: &str = "order";

/// The state that the queue, the forms and the lanes share.
#[derive(Clone, Copy)]
pub struct DispatchState {
    pub store: LiveStore,
    pub forms: Forms,
    pub queries: PageQueries,
    pub waiting: Memo<Vec<OrderId>>,
    /// One line for each driver: the name, a line break, and the load. See [`split_line`].
    pub driver_lines: Memo<Vec<String>>,
    /// The drivers who are free, those first who came back last.
    pub free: Memo<Vec<String>>,
    /// The value of the driver field until the dispatcher picks one.
    pub suggested: Memo<Option<String>>,
    pub selected: RwSignal<Vec<OrderId>>,
    pub dragged: RwSignal<Vec<OrderId>>,
    /// The driver whose lane is under the pointer during a drag; empty where there is none.
    pub drop_target: RwSignal<String>,
}

impl DispatchState {
    pub fn new() -> DispatchState {
        let store = LiveStore::from_context();
        let now = move || store.about_now(Time::default());
        let free = of_drivers(move |board, duty| free_drivers(board, duty, now()));
        let state = DispatchState {
            store,
            forms: Forms::from_context(),
            queries: PageQueries::from_context(),
            waiting: store.view(waiting),
            driver_lines: of_drivers(move |board, duty| {
                let line = |driver: Driver| format!("{}\n{}", driver.name, load(&driver));
                let known = drivers_on_duty(board, duty, now());
                known.into_iter().map(line).collect()
            }),
            free,
            suggested: suggested(free),
            selected: RwSignal::default(),
            dragged: RwSignal::default(),
            drop_target: RwSignal::default(),
        };
        let mut selected = state.kept_selection();
        if cfg!(target_arch = "wasm32") && !store.is_hydrated_untracked() {
            let early = control::ticked(SELECTED_ORDER);
            let id = |value: &String| value.split('.').next()?.parse::<OrderId>().ok();
            selected.extend(early.iter().filter_map(id));
        }
        when_hydrated(move || state.selected.set(selected.clone()));
        state
    }

    /// The orders that were selected when the page was left, or in a form that came back.
    pub fn kept_selection(self) -> Vec<OrderId> {
        let kept = self.forms.typed(&field_id(SEVERAL, ORDERS));
        let kept = kept.unwrap_or_default();
        kept.split(' ').filter_map(|id| id.parse().ok()).collect()
    }

    /// The selected orders that still wait, in the order of the queue.
    pub fn selected_waiting(self) -> Vec<OrderId> {
        let mut orders = self.waiting.get();
        self.selected
            .with(|selected| orders.retain(|id| selected.contains(id)));
        orders
    }

    pub fn select(self, id: OrderId, on: bool) {
        self.selected.update(|selected| {
            selected.retain(|one| *one != id);
            if on {
                selected.push(id);
            }
        });
        let selected = untrack(|| self.selected_waiting());
        let ids: Vec<_> = selected.iter().map(OrderId::to_string).collect();
        self.forms.keep(&field_id(SEVERAL, ORDERS), &ids.join(" "));
    }

    /// The order that follows this one in the queue; after the last one, the first.
    pub fn next(self, id: OrderId) -> Option<OrderId> {
        self.waiting.with_untracked(|waiting| {
            let mut others = waiting.iter().skip_while(|one| **one != id).skip(1);
            let first = waiting.first().filter(|one| **one != id);
            others.next().or(first).copied()
        })
    }

    pub fn leave_lane(self) {
        self.drop_target.set(String::new());
    }
}

/// A property of the drivers, of which the board and who is on duty tell.
pub fn of_drivers<T: Default + PartialEq + Send + Sync + 'static>(
    read: impl Fn(&Board, &Duty) -> T + Send + Sync + 'static,
) -> Memo<T> {
    let queries = PageQueries::from_context();
    LiveStore::from_context().view(move |board| queries.with_duty(|duty| read(board, duty)))
}

/// The free driver who came back last, and so is here, for as long as they are free. Where no driver is known, a new one;
/// where all are out, none, and the dispatcher chooses.
fn suggested(free: Memo<Vec<String>>) -> Memo<Option<String>> {
    let none_known = of_drivers(|board, duty| drivers(board, duty).is_empty());
    memo(move |before: Option<&Option<String>>| {
        let before = before.cloned().flatten();
        free.with(|free| match before {
            Some(before) if free.contains(&before) => Some(before),
            _ if none_known.get() => Some(NEW.to_owned()),
            _ => free.first().cloned(),
        })
    })
}

/// The ready orders: what is due first on top.
fn waiting(board: &Board) -> Vec<OrderId> {
    let ready = board.orders().filter(|order| order.status == Status::Ready);
    list::by_time(ready.map(|order| (order.due(), order.id)))
}

/// `free`, `2 out`; `2+ out` where there may be more
pub fn load(driver: &Driver) -> String {
    let more = if driver.may_carry_more { "+" } else { "" };
    match driver.carried {
        0 => t(["free", "frei"]).to_owned(),
        out => say!("{out}{more} out", "{out}{more} unterwegs"),
    }
}

/// The name and the load of a line of [`DispatchState::driver_lines`].
pub fn split_line(line: &str) -> (&str, &str) {
    line.split_once('\n').unwrap_or((line, ""))
}

/// The address and the customer, as tickets of the queue and of the lanes show them.
pub fn address(order: &Order) -> AnyView {
    let (address, customer) = (
        order.delivery_address.as_ref(),
        order.customer_name.as_ref(),
    );
    view! {
        <p class="address">
            <bdi>{address.map(|address| address.to_string())}</bdi> <br/>
            <bdi class="soft">{customer.map(|customer| customer.to_string())}</bdi>
        </p>
    }
    .into_any()
}
