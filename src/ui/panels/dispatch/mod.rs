//! The dispatch panel: the queue of pizzas that wait for a driver, most urgent first, and a lane for each driver.

mod assign;
mod lanes;
mod queue;

use crate::{
    domain::{Board, Driver, Order, OrderId, Status, Time, drivers, priority},
    ui::{
        components::{
            basics::{Icon, count, digits, icon, text},
            form::Forms,
            list,
        },
        i18n::locale::{plural, say, t},
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::prelude::*;

/// The state that the queue, the forms and the lanes share.
#[derive(Clone, Copy)]
struct DispatchState {
    store: LiveStore,
    forms: Forms,
    waiting: Memo<Vec<OrderId>>,
    /// One line for each driver: the name, a line break, and the load. See [`split_line`].
    driver_lines: Memo<Vec<String>>,
    /// The value of the driver field until the dispatcher picks one.
    suggested: Memo<Option<String>>,
    selected: RwSignal<Vec<OrderId>>,
    dragged: RwSignal<Vec<OrderId>>,
    /// The driver whose lane is under the pointer during a drag; empty where there is none.
    drop_target: RwSignal<String>,
}

impl DispatchState {
    fn new() -> DispatchState {
        let store = LiveStore::here();
        DispatchState {
            store,
            forms: Forms::here(),
            waiting: store.view(move |board| waiting(board, store.now())),
            driver_lines: store.view(|board| {
                let line = |driver: Driver| format!("{}\n{}", driver.name, load(&driver));
                drivers(board).into_iter().map(line).collect()
            }),
            suggested: assign::suggested(),
            selected: RwSignal::default(),
            dragged: RwSignal::default(),
            drop_target: RwSignal::default(),
        }
    }

    /// The selected orders that still wait, in the order of the queue.
    fn selected_waiting(self) -> Vec<OrderId> {
        let mut orders = self.waiting.get();
        self.selected
            .with(|selected| orders.retain(|id| selected.contains(id)));
        orders
    }

    fn select(self, id: OrderId, on: bool) {
        self.selected.update(|selected| {
            selected.retain(|one| *one != id);
            if on {
                selected.push(id);
            }
        });
    }

    /// The order that follows this one in the queue; after the last one, the first.
    fn next(self, id: OrderId) -> Option<OrderId> {
        self.waiting.with_untracked(|waiting| {
            let mut others = waiting.iter().skip_while(|one| **one != id).skip(1);
            let first = waiting.first().filter(|one| **one != id);
            others.next().or(first).copied()
        })
    }

    fn leave_lane(self) {
        self.drop_target.set(String::new());
    }
}

pub fn dispatch() -> AnyView {
    let state = DispatchState::new();
    let lanes = LiveStore::here().view(lanes::listed);
    let waiting = memo(move |_| state.waiting.with(Vec::len));
    let leave_lane = move |_| state.leave_lane();
    view! {
        <main id="main" tabindex="-1">
            <div class="page-head">
                <h1>{t(["Dispatch", "Auslieferung"])}</h1>
                {at_a_glance(waiting)}
            </div>
            <div class="desk" on:dragover=leave_lane>{queue::queue(state, waiting)} {lanes::lanes(state, lanes)}</div>
        </main>
        {jump_bar(waiting, lanes)}
    }
    .into_any()
}

/// `3 waiting for a driver · 2 out · 4 drivers free`
fn at_a_glance(waiting: Memo<usize>) -> AnyView {
    let store = LiveStore::here();
    let out = store.view(|board| drivers(board).iter().map(|driver| driver.out).sum());
    let free = store.view(|board| drivers(board).iter().filter(|d| d.out == 0).count());
    let free = text(move || {
        plural(
            free.get(),
            ["driver free", "Fahrer frei"],
            ["drivers free", "Fahrer frei"],
        )
    });
    view! {
        <ul class="row" aria-label=t(["At a glance", "Auf einen Blick"])>
            <li><b>{digits(waiting)}</b> {t([" waiting for a driver", " warten auf einen Fahrer"])}</li>
            <li class="soft" aria-hidden="true">"·"</li>
            <li><b>{digits(out)}</b> {t([" out", " unterwegs"])}</li>
            <li class="soft" aria-hidden="true">"·"</li>
            <li>{free}</li>
        </ul>
    }
    .into_any()
}

fn jump_bar(waiting: Memo<usize>, lanes: Memo<Vec<String>>) -> AnyView {
    let lanes = memo(move |_| lanes.with(Vec::len));
    view! {
        <nav class="jump" aria-label=t(["Parts of this page", "Teile dieser Seite"])>
            <ul>
                <li><a href="#waiting">{icon(Icon::Of(Status::Ready))} {t(["Waiting ", "Warten "])} {count(waiting, true)}</a></li>
                <li><a href="#drivers">{icon(Icon::Of(Status::InTransit))} {t(["Drivers ", "Fahrer "])} {count(lanes, false)}</a></li>
            </ul>
        </nav>
    }
    .into_any()
}

/// The ready orders, most urgent first.
fn waiting(board: &Board, now: Time) -> Vec<OrderId> {
    let ready = board.orders().filter(|order| order.status == Status::Ready);
    let by_priority = ready.map(|order| {
        let priority = priority(order.promised(), order.since(), now);
        (priority, order.id)
    });
    let sorted = list::sorted(by_priority);
    sorted.into_iter().map(|(_, id)| id).collect()
}

/// `free`, `2 out`
fn load(driver: &Driver) -> String {
    match driver.out {
        0 => t(["free", "frei"]).to_owned(),
        out => say!("{out} out", "{out} unterwegs"),
    }
}

/// The name and the load of a line of [`DispatchState::driver_lines`].
fn split_line(line: &str) -> (&str, &str) {
    line.split_once('\n').unwrap_or((line, ""))
}

/// The address and the customer, as tickets of the queue and of the lanes show them.
fn address(order: &Order) -> AnyView {
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
