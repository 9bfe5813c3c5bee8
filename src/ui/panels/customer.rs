//! What is hot right now, and the form that takes it.

use crate::{
    domain::{Order, OrderId, Status},
    ui::{
        market::Market,
        parts::{
            form::{ActForm, Control, Field, Forms, Refused, Send},
            small::{Detail, Icon, icon, name, pizza, sum},
        },
        words,
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::A, hooks::use_query_map};
use std::collections::BTreeSet;

#[component]
pub fn Customer() -> impl IntoView {
    let market = Market::here();
    let query = use_query_map();
    let taking = Memo::new(move |_| {
        query
            .read()
            .get("take")
            .and_then(|id| id.parse::<OrderId>().ok())
    });
    let offers = market.list(move |board| {
        let taking = taking.get();
        let hot = board
            .orders()
            .rev()
            .filter(|order| order.status == Status::SupplierAccepted);
        hot.map(|order| order.id)
            .filter(|id| Some(*id) != taking)
            .collect::<Vec<_>>()
    });
    let kitchens = market.view(|board| {
        let hot = board
            .orders()
            .filter(|order| order.status == Status::SupplierAccepted);
        let suppliers = hot
            .map(|order| order.supplier_name.to_string())
            .collect::<Vec<_>>();
        (
            suppliers.len(),
            suppliers.into_iter().collect::<BTreeSet<_>>().len(),
        )
    });
    let how_many = move || {
        let (pizzas, kitchens) = kitchens.get().unwrap_or_default();
        let (pizzas, kitchens) = (
            words::plural(pizzas as i64, "pizza", "pizzas"),
            words::plural(kitchens as i64, "kitchen", "kitchens"),
        );
        (
            pizzas,
            format!(" from {kitchens}, all of them accepted and ready to start."),
        )
    };
    let none = move || offers.with(Vec::is_empty) && taking.get().is_none();
    view! {
        <Title text="Hot right now · Pizza Market"/>
        <main id="main">
            <div class="page-head">
                <h1>"Hot right now"</h1>
                <p><output>{move || how_many().0}</output> {move || how_many().1}</p>
            </div>
            <section aria-labelledby="offers">
                <h2 class="unseen" id="offers">"Offers"</h2>
                <ul class="shelf">
                    {move || taking.get().map(|id| view! { <Taking id/> })}
                    <For each=move || offers.get() key=|id| *id let:id>
                        {market.order(id).map(offer)}
                    </For>
                </ul>
                <Show when=none>
                    <div class="empty">
                        {pizza("Margherita", Detail::Card)}
                        <h3>"Nothing is on offer right now"</h3>
                        <p>"When a kitchen accepts a pizza, it shows up here by itself."</p>
                    </div>
                </Show>
            </section>
        </main>
    }
}

fn offer(order: Memo<Order>) -> impl IntoView {
    let o = order.get_untracked();
    let (pizza_name, supplier) = (o.pizza_name.to_string(), o.supplier_name.to_string());
    view! {
        <li>
            <article class="offer">
                {top(&o)}
                <div class="bottom">
                    {sum(&o, "Pizza".to_owned(), "You pay")}
                    <A href=format!("?take={}", o.id) attr:class="button primary" scroll=false>
                        "Take this offer" <span class="unseen">{format!(": {pizza_name} by {supplier}")}</span>
                    </A>
                </div>
            </article>
        </li>
    }
}

/// Name, kitchen, minutes, drawing, and the kitchen's words.
fn top(o: &Order) -> impl IntoView + use<> {
    let wait = o.estimated_delivery_time.map(|minutes| view! {
        <p class="wait">
            {icon(Icon::Clock)} "about " <time datetime=format!("PT{}M", minutes.get())>{minutes.get()} " min"</time>
        </p>
    });
    view! {
        <div class="top">
            <div>
                <h3>{name(&o.pizza_name)}</h3>
                <p class="from">{name(&o.supplier_name)}</p>
                {wait}
            </div>
            {pizza(&o.pizza_name, Detail::Card)}
            {o.supplier_notes.as_ref().map(|notes| view! { <p class="words">{notes.to_string()}</p> })}
        </div>
    }
}

/// The offer that somebody is about to take, or what has become of it.
#[component]
fn Taking(id: OrderId) -> impl IntoView {
    let (order, forms) = (Market::here().order(id), Forms::here());
    let hot = Memo::new(move |was: Option<&bool>| {
        let hot = order.is_some_and(|order| order.get().status == Status::SupplierAccepted);
        // While one's own answer is out, it may well be oneself who has taken it.
        if forms.is_sending(id) {
            was.copied().unwrap_or(hot)
        } else {
            hot
        }
    });
    view! {
        <li class="open">
            {move || match order {
                Some(order) if hot.get() => view! { <Take order/> }.into_any(),
                Some(order) => view! { <Gone order/> }.into_any(),
                None => view! { <p class="empty small">"This offer is no longer here."</p> }.into_any(),
            }}
        </li>
    }
}

#[component]
fn Take(order: Memo<Order>) -> impl IntoView {
    let o = order.get_untracked();
    let follow = leptos_router::hooks::use_navigate();
    let then = Callback::new(move |order: Order| {
        follow(&format!("/customer/{}", order.id), Default::default())
    });
    let (id, total) = (o.id, words::money(o.total()));
    view! {
        <article class="offer" id=format!("o{id}")>
            <div class="stack">
                {top(&o)}
                <div class="bottom">{sum(&o, o.supplier_name.to_string(), "You pay")}</div>
            </div>
            <ActForm act="take" order=order then><Where total/><Refused order=id/></ActForm>
        </article>
    }
}

#[component]
fn Where(total: String) -> impl IntoView {
    let [who, place] = ["customer_name", "delivery_address"].map(Control::new);
    view! {
        <h4>"Where shall it go?"</h4>
        <Field of=who label="Your name">
            <input class="input" value=who.value("") autocomplete="name" required {..who.ties()}/>
        </Field>
        <Field of=place label="Delivery address" hint="Street, number, floor, and what is written on the bell.">
            <textarea class="input" autocomplete="street-address" rows="3" required {..place.ties()}>
                {place.value("")}
            </textarea>
        </Field>
        <div class="buttons">
            <Send icon=Icon::Check>"Order for " {total}</Send>
            <A href="/customer" attr:class="button" scroll=false>"Back to all offers"</A>
        </div>
        <p class="small soft">"You can cancel for free until the kitchen starts."</p>
    }
}

/// Somebody else was faster.
#[component]
fn Gone(order: Memo<Order>) -> impl IntoView {
    let o = order.get_untracked();
    let why = move || match order.get().status {
        Status::PendingSupplier | Status::SupplierAccepted => {
            "The kitchen has not accepted this one yet."
        }
        Status::SupplierRejected | Status::Cancelled => "The kitchen has taken this one back.",
        _ => "Somebody else took this one.",
    };
    view! {
        <article class="offer" data-gone="" id=format!("o{}", o.id)>
            {top(&o)}
            <div class="bottom" role="status">
                <p><strong>{why}</strong></p>
                <A href="/customer" attr:class="button" scroll=false>"See what else is hot"</A>
            </div>
        </article>
    }
}
