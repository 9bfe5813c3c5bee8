//! Who waits for a driver, longest first; and who is out with what.

use crate::{
    domain::{Order, Status},
    ui::{
        market::Market,
        parts::{
            form::{ActForm, Control, Field, Refused, Send},
            small::{Icon, badge, icon, name, since},
            ticket::{Ticket, due, head},
        },
        words,
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use std::collections::BTreeSet;

const OUT: [Status; 2] = [Status::Dispatched, Status::InTransit];

#[component]
pub fn Dispatch() -> impl IntoView {
    let market = Market::here();
    let waiting = market.list(|board| {
        let mut ready: Vec<_> = board
            .orders()
            .filter(|order| order.status == Status::Ready)
            .collect();
        ready.sort_by_key(|order| order.updated_at);
        ready.into_iter().map(|order| order.id).collect::<Vec<_>>()
    });
    let drivers =
        market.view(|board| drivers(board.orders().filter(|order| OUT.contains(&order.status))));
    let out = market.view(|board| {
        board
            .orders()
            .filter(|order| OUT.contains(&order.status))
            .count()
    });
    let count = move || waiting.with(Vec::len);
    view! {
        <Title text=move || words::title(count(), "Dispatch")/>
        <main id="main">
            <div class="page-head">
                <h1>"Dispatch"</h1>
                <ul class="row" aria-label="At a glance">
                    <li><b>{count}</b> " waiting for a driver"</li>
                    <li class="soft" aria-hidden="true">"·"</li>
                    <li><b>{move || out.get()}</b> " out"</li>
                </ul>
            </div>
            <div class="desk">
                <section class="column" id="waiting" aria-labelledby="h-waiting" data-status=Status::Ready.name()>
                    <header>
                        {icon(Icon::Of(Status::Ready))}
                        <h2 id="h-waiting">"Waiting for a driver"</h2>
                        <span class="count" data-waits=move || (count() > 0).then_some("")>{count}</span>
                    </header>
                    <ol>
                        <For each=move || waiting.get() key=|id| *id let:id>
                            <li>{market.order(id).map(waits)}</li>
                        </For>
                    </ol>
                    <Show when=move || count() == 0>
                        <div class="empty">
                            {icon(Icon::Of(Status::InTransit))}
                            <h3>"Everybody is served"</h3>
                            <p>"When a kitchen calls a pizza ready, it shows up here by itself."</p>
                        </div>
                    </Show>
                </section>
                <section id="drivers" aria-labelledby="h-drivers">
                    <h2 class="unseen" id="h-drivers">"Drivers"</h2>
                    <div class="lanes">
                        <For each=move || drivers.get().unwrap_or_default() key=String::clone let:driver>
                            <Lane driver/>
                        </For>
                    </div>
                    <Show when=move || drivers.get().is_none_or(|drivers| drivers.is_empty())>
                        <p class="empty small">"Nobody is out. Whoever you assign a pizza to gets a lane here."</p>
                    </Show>
                </section>
            </div>
            <KnownDrivers/>
        </main>
        <nav class="jump" aria-label="Parts of this page">
            <ul>
                <li><a href="#waiting">{icon(Icon::Of(Status::Ready))} "Waiting " <span class="count" data-waits=move || (count() > 0).then_some("")>{count}</span></a></li>
                <li><a href="#drivers">{icon(Icon::Of(Status::InTransit))} "Drivers " <span class="count">{move || drivers.get().map_or(0, |drivers| drivers.len())}</span></a></li>
            </ul>
        </nav>
    }
}

fn drivers<'a>(orders: impl Iterator<Item = &'a Order>) -> Vec<String> {
    let names: BTreeSet<_> = orders
        .filter_map(|order| order.driver_name.as_ref())
        .map(|driver| driver.to_string())
        .collect();
    names.into_iter().collect()
}

/// A pizza that waits, and the form that gives it to somebody.
fn waits(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let id = o.id;
    let more = view! { {name(&o.supplier_name)} " · ready " {since(o.updated_at)} " ago" };
    view! {
        <Ticket order>
            {head(&o, more)}
            {due(&o)}
            {address(&o)}
            <ActForm act="dispatch" order=order class="actions"><Driver/></ActForm>
            <Refused order=id/>
        </Ticket>
    }
    .into_any()
}

#[component]
fn Driver() -> impl IntoView {
    let driver = Control::new("driver_name");
    view! {
        <Field of=driver label="Driver">
            <input class="input" value=driver.value("") list="known-drivers" autocomplete="off" required {..driver.ties()}/>
        </Field>
        <Send>"Assign"</Send>
    }
}

/// Drivers of the orders on the board, to pick from.
#[component]
fn KnownDrivers() -> impl IntoView {
    let known = Market::here().view(|board| drivers(board.orders()));
    view! {
        <datalist id="known-drivers">
            <For each=move || known.get().unwrap_or_default() key=String::clone let:driver>
                <option value=driver></option>
            </For>
        </datalist>
    }
}

/// One driver, and what they carry.
#[component]
fn Lane(driver: String) -> impl IntoView {
    let market = Market::here();
    let shown = name(&driver);
    let heading = format!("l-{}", words::in_address(&driver));
    let name_id = heading.clone();
    let carries = market.list(move |board| {
        let of = |order: &&Order| {
            OUT.contains(&order.status) && order.driver_name.as_deref() == Some(&*driver)
        };
        let mut orders: Vec<_> = board.orders().filter(of).collect();
        orders.sort_by_key(|order| board.promised(order));
        orders.into_iter().map(|order| order.id).collect::<Vec<_>>()
    });
    view! {
        <section class="column lane" aria-labelledby=heading>
            <header>
                {icon(Icon::Of(Status::InTransit))}
                <h3 id=name_id>{shown}</h3>
                <p class="load">{move || carries.with(Vec::len)} " out"</p>
            </header>
            <ol>
                <For each=move || carries.get() key=|id| *id let:id>
                    <li>{market.order(id).map(carried)}</li>
                </For>
            </ol>
        </section>
    }
}

fn carried(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let (id, status) = (o.id, Memo::new(move |_| order.get().status));
    view! {
        <Ticket order>
            {head(&o, ())}
            {due(&o)}
            {address(&o)}
            {move || badge(status.get(), words::status(status.get()))}
            {move || match status.get() {
                Status::Dispatched => Some(view! { <Step order act="set-off" word="Left"/> }),
                Status::InTransit => Some(view! { <Step order act="deliver" word="Delivered"/> }),
                _ => None,
            }}
            <Refused order=id/>
        </Ticket>
    }
    .into_any()
}

#[component]
fn Step(order: Memo<Order>, act: &'static str, word: &'static str) -> impl IntoView {
    let which =
        order.with_untracked(|order| format!(": {} {}", order.pizza_name, order.id.number()));
    view! {
        <ActForm act order=order>
            <Send class="button wide">{word} <span class="unseen">{which}</span></Send>
        </ActForm>
    }
}

fn address(order: &Order) -> impl IntoView + use<> {
    let (place, customer) = (order.delivery_address.clone(), order.customer_name.clone());
    view! {
        <p class="address">
            <bdi>{place.map(|place| place.to_string())}</bdi>
            <br/>
            <bdi class="soft">{customer.map(|customer| customer.to_string())}</bdi>
        </p>
    }
}
