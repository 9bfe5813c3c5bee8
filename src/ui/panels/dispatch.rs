//! Who waits for a driver, longest first; and who is out with what.

use crate::{
    api,
    domain::{Board, Order, OrderId, Role, Status},
    ui::{
        market::Market,
        parts::{
            form::{Act, Form, refused},
            list,
            small::{Icon, badge, changing, count, digits, empty, icon, name, since, text},
            ticket::{due, head, ticket, which},
        },
        words,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

const OUT: [Status; 2] = [Status::Dispatched, Status::InTransit];

pub fn dispatch() -> AnyView {
    let market = Market::here();
    let waiting: Memo<Vec<OrderId>> = market.view(|board| {
        let ready = board.orders().filter(|order| order.status == Status::Ready);
        list::by_time(ready.map(|order| (order.updated_at, order.id)))
    });
    let drivers = market.view(|board| drivers(board, |order| OUT.contains(&order.status)));
    let out = market.view(|board| {
        let counts = board.counts();
        OUT.map(|status| counts.of(status)).iter().sum::<u64>() as usize
    });
    let waits = Memo::new(move |_| waiting.with(Vec::len));
    let lanes = Memo::new(move |_| drivers.with(Vec::len));
    view! {
        <main id="main" tabindex="-1">
            <div class="page-head">
                <h1>"Dispatch"</h1>
                <ul class="row" aria-label="At a glance">
                    <li><b>{digits(waits)}</b> " waiting for a driver"</li>
                    <li class="soft" aria-hidden="true">"·"</li>
                    <li><b>{digits(out)}</b> " out"</li>
                </ul>
            </div>
            <div class="desk">{queue(waiting, waits)} {out_and_about(drivers)}</div>
            {known_drivers()}
        </main>
        <nav class="jump" aria-label="Parts of this page">
            <ul>
                <li><a href="#waiting">{icon(Icon::Of(Status::Ready))} "Waiting " {count(waits, true)}</a></li>
                <li><a href="#drivers">{icon(Icon::Of(Status::InTransit))} "Drivers " {count(lanes, false)}</a></li>
            </ul>
        </nav>
    }
    .into_any()
}

/// The drivers of some of the orders on the board, each once.
fn drivers(board: &Board, of: fn(&Order) -> bool) -> Vec<String> {
    let names = board
        .orders()
        .filter(|order| of(order))
        .filter_map(|order| order.driver_name.as_deref());
    list::sorted(names.map(str::to_owned))
}

fn queue(waiting: Memo<Vec<OrderId>>, waits: Memo<usize>) -> AnyView {
    let none = changing(move || {
        let next = "When a kitchen calls a pizza ready, it shows up here by itself.";
        (waits.get() == 0).then(|| {
            empty(
                Icon::Of(Status::InTransit),
                "Everybody is served",
                next,
                None,
            )
        })
    });
    let row = |order| view! { <li>{waits_for_a_driver(order)}</li> }.into_any();
    view! {
        <section class="column" id="waiting" aria-labelledby="h-waiting" data-status=Status::Ready.name()>
            <header>
                {icon(Icon::Of(Status::Ready))} <h2 id="h-waiting">"Waiting for a driver"</h2> {count(waits, true)}
            </header>
            <ol>{list::orders(waiting, row)}</ol>
            {none}
        </section>
    }
    .into_any()
}

/// A pizza that waits, and the form that gives it to somebody.
fn waits_for_a_driver(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let more = view! { {name(&o.supplier_name)} " · ready " {since(o.updated_at)} " ago" };
    let assign = Act::new(api::Dispatch::PATH)
        .on(order)
        .class("actions")
        .form(assign);
    ticket(
        &o,
        "ticket",
        [
            head(&o, more.into_any()),
            due(&o),
            address(&o),
            assign,
            cancel(order),
            refused(o.id),
        ],
    )
}

/// Where it cannot be delivered.
fn cancel(order: Memo<Order>) -> AnyView {
    let form = Act::new(api::Cancel::PATH).on(order).class("stack").form(|form| {
        view! {
            <input type="hidden" name="by" value=Role::Dispatch.name()/>
            <p><strong>"A pizza is baked, and somebody waits for it."</strong> " This cannot be undone."</p>
            {form.send("button danger wide", Some(Icon::Of(Status::Cancelled)), "Cancel this order".into_any())}
        }
        .into_any()
    });
    view! { <details><summary>{icon(Icon::Down)} "Cancel…"</summary> {form}</details> }.into_any()
}

fn assign(form: Form) -> AnyView {
    let driver = form.control("driver_name");
    let input = view! {
        <input class="input" value=driver.value("") list="known-drivers" autocomplete="off" {..driver.ties()}/>
    };
    view! { {driver.field("Driver", None, input.into_any())} {form.send("button primary", None, "Assign".into_any())} }.into_any()
}

/// Everybody who has driven an order on the board, to pick from.
fn known_drivers() -> AnyView {
    let known = Market::here().view(|board| drivers(board, |_| true));
    let option = |driver| view! { <option value=driver></option> }.into_any();
    view! { <datalist id="known-drivers">{list::names(known, option)}</datalist> }.into_any()
}

fn out_and_about(drivers: Memo<Vec<String>>) -> AnyView {
    let none = changing(move || {
        let nobody = "Nobody is out. Whoever you assign a pizza to gets a lane here.";
        drivers
            .with(Vec::is_empty)
            .then(|| view! { <p class="empty small">{nobody}</p> }.into_any())
    });
    view! {
        <section id="drivers" aria-labelledby="h-drivers">
            <h2 class="unseen" id="h-drivers">"Drivers"</h2>
            <div class="lanes">{list::names(drivers, lane)}</div>
            {none}
        </section>
    }
    .into_any()
}

/// One driver, and what they carry.
fn lane(driver: String) -> AnyView {
    let shown = name(&driver);
    let heading = format!("l-{}", words::in_address(&driver));
    let carries: Memo<Vec<OrderId>> = Market::here().view(move |board| {
        let of = |order: &&Order| {
            OUT.contains(&order.status) && order.driver_name.as_deref() == Some(&*driver)
        };
        let promised = |order: &Order| board.promised(order).unwrap_or_default();
        let orders = board.orders().filter(of);
        list::by_time(orders.map(|order| (promised(order), order.id)))
    });
    let load = text(move || format!("{} out", carries.with(Vec::len)));
    let row = |order| view! { <li>{carried(order)}</li> }.into_any();
    view! {
        <section class="column lane" aria-labelledby=heading.clone()>
            <header>{icon(Icon::Of(Status::InTransit))} <h3 id=heading.clone()>{shown}</h3> <p class="load">{load}</p></header>
            <ol>{list::orders(carries, row)}</ol>
        </section>
    }
    .into_any()
}

fn carried(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let status = move || order.get().status;
    let step = changing(move || match status() {
        Status::Dispatched => Some(step(order, api::SetOff::PATH, "Left")),
        Status::InTransit => Some(step(order, api::Deliver::PATH, "Delivered")),
        _ => None,
    });
    let state = changing(move || Some(badge(status(), words::status(status()))));
    let head = head(&o, ().into_any());
    ticket(
        &o,
        "ticket",
        [head, due(&o), address(&o), state, step, refused(o.id)],
    )
}

fn step(order: Memo<Order>, path: &'static str, word: &'static str) -> AnyView {
    let word = view! { {word} {order.with_untracked(which)} };
    Act::new(path)
        .on(order)
        .form(|form| form.send("button wide", None, word.into_any()))
}

fn address(order: &Order) -> AnyView {
    let (place, customer) = (
        order.delivery_address.as_ref(),
        order.customer_name.as_ref(),
    );
    view! {
        <p class="address">
            <bdi>{place.map(|place| place.to_string())}</bdi> <br/>
            <bdi class="soft">{customer.map(|customer| customer.to_string())}</bdi>
        </p>
    }
    .into_any()
}
