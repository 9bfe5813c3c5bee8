//! The lanes: one for each driver, with the orders that they carry. An order of the queue can be dropped on one.

use super::state::{DispatchState, address, load};
use crate::{
    api,
    domain::{Board, Order, OrderId, Status, WITH_DRIVER, drivers},
    ui::{
        components::{
            basics::{Icon, badge, changing, icon, icon_of, mark, name, text},
            form::{ActionForm, refused},
            list,
            more::{beyond, more},
            ticket::{due, head, just_now, ticket, which},
        },
        i18n::{
            domain_texts, format,
            locale::{say, t},
        },
        live::{reactive::memo, store::LiveStore},
        route::percent::encode,
    },
};
use leptos::{ev, prelude::*, server_fn::ServerFn};

/// At most this many free drivers have a lane: those who came back last.
const FREE_LANES: usize = 6;

/// The drivers who have a lane: the free ones by name, then all who are out.
pub fn listed(board: &Board) -> Vec<String> {
    let (out, free): (Vec<_>, Vec<_>) = drivers(board).into_iter().partition(|d| d.carried > 0);
    let last = list::sorted(free.into_iter().map(|d| (-d.last_change.millis(), d.name)));
    let free = last.into_iter().take(FREE_LANES).map(|(_, name)| name);
    let mut lanes = list::sorted(free);
    lanes.extend(out.into_iter().map(|driver| driver.name));
    lanes
}

pub fn lanes(state: DispatchState, lanes: Memo<Vec<String>>) -> AnyView {
    let none = changing(move || {
        let nobody = t([
            "Nobody is out. Whoever you assign a pizza to gets a lane here.",
            "Niemand ist unterwegs. Wem du eine Pizza zuteilst, der bekommt hier eine Spur.",
        ]);
        lanes
            .with(Vec::is_empty)
            .then(|| view! { <p class="empty small">{nobody}</p> }.into_any())
    });
    view! {
        <section id="drivers" aria-labelledby="h-drivers">
            <h2 class="unseen" id="h-drivers">{t(["Drivers", "Fahrer"])}</h2>
            <div class="lanes">{list::names(lanes, move |driver| lane(driver, state))}</div>
            {more(beyond(&WITH_DRIVER), Status::InTransit, None)}
            {none}
        </section>
    }
    .into_any()
}

fn lane(driver: String, state: DispatchState) -> AnyView {
    let shown = name(&driver);
    let heading = format!("l-{}", encode(&driver));
    let (over_of, load_of, target) = (driver.clone(), driver.clone(), driver.clone());
    let carries = carried_by(driver.clone());
    let load = text(move || lane_load(state.store, &load_of));
    let is_free = memo(move |_| carries.with(Vec::is_empty));
    let free = mark(move || is_free.get().then_some(""));
    let over = mark(move || {
        state
            .drop_target
            .with(|target| *target == over_of)
            .then_some("")
    });
    let symbol = icon_of(move || match is_free.get() {
        true => Icon::Person,
        false => Icon::Of(Status::InTransit),
    });
    let nothing = changing(move || is_free.get().then(nothing_to_carry));
    let drag_over = move |event| accept_drag(event, &target, state);
    let drop = move |event| assign_dragged(event, &driver, state);
    let crowded = list::is_crowded(carries);
    let row = move |order| list::entry(order, crowded, move || carried(order));
    view! {
        <section class="column lane" aria-labelledby=heading.clone() data-free=free data-over=over on:dragover=drag_over on:drop=drop>
            <header>{symbol} <h3 id=heading.clone()>{shown}</h3> <p class="load">{load}</p></header>
            <ol>{list::orders(carries, row)}</ol>
            {nothing}
        </section>
    }
    .into_any()
}

/// The orders that a driver has, by their promise.
fn carried_by(driver: String) -> Memo<Vec<OrderId>> {
    LiveStore::from_context().view(move |board| {
        let theirs = |order: &&Order| {
            WITH_DRIVER.contains(&order.status) && order.driver_name.as_deref() == Some(&*driver)
        };
        let promised = |order: &Order| order.promised().unwrap_or_default();
        let orders = board.orders().filter(theirs);
        list::by_time(orders.map(|order| (promised(order), order.id)))
    })
}

fn nothing_to_carry() -> AnyView {
    let next = t([
        "Pick the name beside a pizza, or drop one here.",
        "Wähl den Namen neben einer Pizza, oder zieh eine hierher.",
    ]);
    let nothing = t(["Nothing to carry", "Nichts zu tragen"]);
    view! { <div class="empty small">{icon(Icon::Person)} <h4>{nothing}</h4> <p>{next}</p></div> }
        .into_any()
}

/// Allows a drop on this lane, where what is dragged is an order of the queue.
fn accept_drag(event: ev::DragEvent, driver: &str, state: DispatchState) {
    if state.dragged.with_untracked(|dragged| !dragged.is_empty()) {
        event.prevent_default();
        event.stop_propagation();
        state.drop_target.set(driver.to_owned());
    }
}

fn assign_dragged(event: ev::DragEvent, driver: &str, state: DispatchState) {
    event.prevent_default();
    state.leave_lane();
    let version = |id: OrderId| Some((id, untrack(|| state.store.version(id))?));
    let dragged = state.dragged.get_untracked().into_iter();
    let orders = dragged.filter_map(version).collect();
    state.forms.dispatch_several(orders, driver, state.store);
}

/// `2 out, back ~19:38`; `2 out, due 19:38` when that is past; `free since 19:18`
fn lane_load(store: LiveStore, name: &str) -> String {
    let driver = store.with(|board| {
        let mut drivers = drivers(board?).into_iter();
        drivers.find(|driver| driver.name == name)
    });
    let Some(driver) = driver else {
        return String::new();
    };
    let load = load(&driver);
    let clock = |time| format::clock(time, store.zone());
    let is_past = driver
        .last_promised
        .is_some_and(|back| store.about_now(back) > back);
    match (driver.carried, driver.last_promised.map(clock)) {
        (0, _) => {
            let since = clock(driver.last_change);
            say!("free since {since}", "frei seit {since}")
        }
        (_, Some(back)) if is_past => say!("{load}, due {back}", "{load}, fällig {back}"),
        (_, Some(back)) => say!("{load}, back ~{back}", "{load}, zurück ~{back}"),
        (_, None) => load,
    }
}

/// The ticket of an order that a driver has.
fn carried(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let status = move || order.get().status;
    let step = changing(move || match status() {
        Status::Dispatched => Some(step(order, api::SetOff::PATH, t(["Left", "Losgefahren"]))),
        Status::InTransit => Some(deliver(order)),
        _ => None,
    });
    let state = changing(move || Some(badge(status(), domain_texts::status(status()))));
    let head = head(&o, ().into_any());
    ticket(
        &o,
        "ticket",
        [head, due(&o), address(&o), state, step, refused(o.id)],
    )
}

/// The step follows another one under the same finger, so its button pauses at first.
fn deliver(order: Memo<Order>) -> AnyView {
    let step = step(order, api::Deliver::PATH, t(["Delivered", "Geliefert"]));
    let rests = just_now(&order.get_untracked()).then_some("");
    view! { <div data-rests=rests>{step}</div> }.into_any()
}

fn step(order: Memo<Order>, path: &'static str, word: &'static str) -> AnyView {
    let word = view! { {word} {order.with_untracked(which)} };
    ActionForm::new(path)
        .on(order)
        .form(|form| form.submit_button("button wide", None, word.into_any()))
}
