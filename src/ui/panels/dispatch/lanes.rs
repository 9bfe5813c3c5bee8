//! The drivers: what is late across all of them, a chip for each who is free, and a lane for each who is out, with the
//! orders that they carry. An order of the queue can be dropped on a chip and on a lane.

use super::{
    assign, duty,
    state::{DispatchState, address, load},
    steps::{all_delivered, all_set_off, deliver, step},
};
use crate::{
    api,
    domain::{Board, Order, OrderId, Role, Status, WITH_DRIVER, drivers},
    ui::{
        components::{
            basics::{Icon, changing, icon, mark, name, text},
            form::refused,
            list,
            more::{beyond, more},
            stable_list::stable,
            ticket::{due, head, seldom, ticket, to_go},
            undo::{left, take_back, undo},
        },
        i18n::{
            domain_texts, format,
            locale::{Text, say, t},
        },
        live::{reactive::memo, store::LiveStore},
        route::percent::encode,
    },
};
use leptos::{ev, prelude::*, server_fn::ServerFn};

/// `Late`: every pizza on its way that is past its promise, across drivers. Each leads to its ticket.
fn late() -> AnyView {
    let store = LiveStore::from_context();
    let late = memo(move |_| {
        let now = store.now();
        let find = |board: &Board| {
            let on_its_way = board.orders().filter(|order| {
                order.is_late(now)
                    && (order.status == Status::Ready || WITH_DRIVER.contains(&order.status))
            });
            list::by_time(on_its_way.map(|order| (order.due(), order.id)))
        };
        store.with(|board| board.map(find).unwrap_or_default())
    });
    let any = memo(move |_| late.with(|late| !late.is_empty()));
    changing(move || {
        any.get().then(|| {
            let title = t(["Late", "Zu spät"]);
            view! {
                <nav class="late-ones" aria-label=title>
                    <p>{icon(Icon::Alert)} <b>{title}</b></p>
                    <ul>{list::orders(late, late_one)}</ul>
                </nav>
            }
            .into_any()
        })
    })
}

/// `Diavola 7F3A · Jonas · 4 min late`
fn late_one(order: Memo<Order>) -> AnyView {
    let store = LiveStore::from_context();
    let o = order.get_untracked();
    let driver = text(move || {
        let driver = order.with(|order| order.driver_name.as_ref().map(ToString::to_string));
        driver.unwrap_or_else(|| t(["no driver", "kein Fahrer"]).to_owned())
    });
    let how_late = o
        .promised()
        .map(|promised| text(move || to_go(promised, store.about_now(promised))));
    view! {
        <li><a class="button" href=format!("#o{}", o.id)>
            <span translate="no"><bdi>{o.pizza_name.to_string()}</bdi> " " {o.id.number()} " · " <bdi>{driver}</bdi> " · " <b>{how_late}</b></span>
        </a></li>
    }
    .into_any()
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
            {late()}
            <div class="free">{list::names(state.free, move |driver| free_driver(driver, state))}</div>
            {duty::off_duty(state)}
            {duty::form(state)}
            <div class="lanes">{list::names(lanes, move |driver| lane(driver, state))}</div>
            {more(beyond(&WITH_DRIVER), Status::InTransit, None)}
            {none}
        </section>
    }
    .into_any()
}

/// A driver who is free, as a chip. An order of the queue can be dropped on it.
fn free_driver(driver: String, state: DispatchState) -> AnyView {
    let shown = name(&driver);
    let heading = format!("l-{}", encode(&driver));
    let switch = duty::switch_off(&driver);
    let (load_of, over, (drag_over, drop)) = (
        driver.clone(),
        is_over(&driver, state),
        takes_drops(driver, state),
    );
    let load = text(move || lane_load(state, &load_of));
    view! {
        <section class="lane chip" aria-labelledby=heading.clone() data-free="" data-over=over on:dragover=drag_over on:drop=drop>
            {icon(Icon::Person)} <h3 id=heading.clone()>{shown}</h3> <p class="load" translate="no">{load}</p> {switch}
        </section>
    }
    .into_any()
}

fn is_over(driver: &str, state: DispatchState) -> Signal<Option<&'static str>> {
    let driver = driver.to_owned();
    mark(move || {
        state
            .drop_target
            .with(|target| *target == driver)
            .then_some("")
    })
}

/// What a driver's place does with an order that is dragged over it, and dropped on it.
fn takes_drops(
    driver: String,
    state: DispatchState,
) -> (
    impl Fn(ev::DragEvent) + Clone,
    impl Fn(ev::DragEvent) + Clone,
) {
    let target = driver.clone();
    (
        move |event| accept_drag(event, &target, state),
        move |event| assign_dragged(event, &driver, state),
    )
}

fn lane(driver: String, state: DispatchState) -> AnyView {
    let shown = name(&driver);
    let heading = format!("l-{}", encode(&driver));
    let (load_of, theirs) = (driver.clone(), driver.clone());
    let carries = carried_by(driver.clone());
    let load = text(move || lane_load(state, &load_of));
    let (over, (drag_over, drop)) = (is_over(&driver, state), takes_drops(driver, state));
    let rows = stable(carries);
    let crowded = list::is_crowded(rows.shown);
    let row = move |order: Memo<Order>| {
        let driver = theirs.clone();
        let is_here = list::is_here(order, move |order| is_carried_by(order, &driver));
        let (ticket, left) = (
            move || carried(order, state),
            move || left(order, Role::Dispatch),
        );
        list::entry(order, crowded, is_here, ticket, left)
    };
    view! {
        <section class="column lane" aria-labelledby=heading.clone() data-over=over on:dragover=drag_over on:drop=drop>
            <header>{icon(Icon::Of(Status::InTransit))} <h3 id=heading.clone()>{shown}</h3> <p class="load" translate="no">{load}</p></header>
            {all_set_off(carries)} {all_delivered(carries)}
            <ol>{list::orders(rows.shown, row)}</ol>
        </section>
    }
    .into_any()
}

/// The orders that a driver has, by their promise.
fn carried_by(driver: String) -> Memo<Vec<OrderId>> {
    LiveStore::from_context().view(move |board| {
        let orders = board.orders().filter(|order| is_carried_by(order, &driver));
        list::by_time(orders.map(|order| (order.due(), order.id)))
    })
}

fn is_carried_by(order: &Order, driver: &str) -> bool {
    WITH_DRIVER.contains(&order.status) && order.driver_name.as_deref() == Some(driver)
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
fn lane_load(state: DispatchState, name: &str) -> String {
    let store = state.store;
    let find = |board: &Board| {
        let mut known = state
            .queries
            .with_duty(|duty| drivers(board, duty))
            .into_iter();
        known.find(|driver| driver.name == name)
    };
    let driver = store.with(|board| board.and_then(find));
    let Some(driver) = driver else {
        return String::new();
    };
    let load = load(&driver);
    let clock = |time| format::short_clock(time, store.zone().as_ref());
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
fn carried(order: Memo<Order>, state: DispatchState) -> AnyView {
    let o = order.get_untracked();
    let status = move || order.get().status;
    let step = changing(move || match status() {
        Status::Dispatched => Some(step(
            order,
            api::SetOff::PATH,
            t(["Set off", "Losgefahren"]),
        )),
        Status::InTransit => Some(deliver(order)),
        _ => None,
    });
    let standing = text(move || domain_texts::status(status()).to_owned());
    let head = head(&o, view! { {standing} }.into_any());
    let usual = view! { <div class="usual">{step} {more_of(order, state)}</div> };
    let parts = [
        head,
        due(&o),
        address(&o),
        undo(order, Role::Dispatch),
        usual.into_any(),
        refused(o.id),
    ];
    ticket(&o, "ticket", parts)
}

/// What is seldom needed: a step back, another driver.
fn more_of(order: Memo<Order>, state: DispatchState) -> AnyView {
    const SELDOM: Text = [
        "step back, another driver",
        "Schritt zurück, anderer Fahrer",
    ];
    seldom(order, SELDOM, Signal::stored(false), move || {
        view! { <div class="stack">{take_back(order, Role::Dispatch)} {reassign(order, state)}</div> }
            .into_any()
    })
}

/// The form that gives the order to another driver, while it has not left.
fn reassign(order: Memo<Order>, state: DispatchState) -> AnyView {
    let has_left = memo(move |_| order.with(|order| order.status != Status::Dispatched));
    changing(move || (!has_left.get()).then(|| assign::another(order, state)))
}
