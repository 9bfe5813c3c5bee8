//! What is hot right now, and the form that takes it.

use crate::{
    api,
    domain::{Board, Order, OrderId, Status},
    ui::{
        locale::plural,
        market::Market,
        parts::{
            form::{Act, Form, Forms, refused},
            list,
            small::{Detail, Icon, changing, icon, name, pizza, sum, text},
        },
        place::{Here, Place},
        words,
    },
};
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn};

type Taking = Memo<Option<OrderId>>;

pub fn customer() -> AnyView {
    let taking: Taking = Here::now().memo(|place| match place {
        Place::Customer { taking } => *taking,
        _ => None,
    });
    let offers = offers(taking);
    let (pizzas, kitchens) = how_many();
    let none =
        changing(move || (offers.with(Vec::is_empty) && taking.get().is_none()).then(nothing_hot));
    let taken = changing(move || taking.get().map(take_or_gone));
    view! {
        <main id="main" tabindex="-1">
            <div class="page-head">
                <h1>"Hot right now"</h1>
                <p><output>{pizzas}</output> " from " {kitchens} ", all of them accepted and ready to start."</p>
            </div>
            <section aria-labelledby="offers">
                <h2 class="unseen" id="offers">"Offers"</h2>
                <ul class="shelf">{taken} {list::orders(offers, offer)}</ul>
                {none}
            </section>
        </main>
    }
    .into_any()
}

/// What can be taken, newest first; what is being taken stands before them.
fn offers(taking: Taking) -> Memo<Vec<OrderId>> {
    Market::here().view(move |board| {
        let taking = taking.get();
        let hot = board
            .orders()
            .rev()
            .filter(|order| order.status == Status::SupplierAccepted);
        hot.map(|order| order.id)
            .filter(|id| Some(*id) != taking)
            .collect()
    })
}

/// `12 pizzas`, `7 kitchens`.
fn how_many() -> (Signal<String>, Signal<String>) {
    fn kitchens(board: &Board) -> Vec<String> {
        let hot = board
            .orders()
            .filter(|order| order.status == Status::SupplierAccepted);
        hot.map(|order| order.supplier_name.to_string()).collect()
    }
    let pizzas = Market::here().view(|board| kitchens(board).len());
    let kitchens = Market::here().view(|board| list::sorted(kitchens(board).into_iter()).len());
    (
        text(move || plural(pizzas.get(), ["pizza", "Pizza"], ["pizzas", "Pizzen"])),
        text(move || plural(kitchens.get(), ["kitchen", "Küche"], ["kitchens", "Küchen"])),
    )
}

fn nothing_hot() -> AnyView {
    view! {
        <div class="empty">
            {pizza("Margherita", Detail::Card)}
            <h3>"Nothing is on offer right now"</h3>
            <p>"When a kitchen accepts a pizza, it shows up here by itself."</p>
        </div>
    }
    .into_any()
}

fn offer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let which = format!(": {} by {}", o.pizza_name, o.supplier_name);
    let take = Place::Customer { taking: Some(o.id) }.address();
    view! {
        <li>
            <article class="offer">
                {top(&o)}
                <div class="bottom">
                    {sum(&o, "Pizza", "You pay")}
                    <a class="button primary" href=take>"Take this offer" <span class="unseen">{which}</span></a>
                </div>
            </article>
        </li>
    }
    .into_any()
}

/// Name, kitchen, minutes, drawing, and the kitchen's words.
fn top(o: &Order) -> AnyView {
    let wait = o.estimated_delivery_time.map(|minutes| {
        let minutes = minutes.get();
        view! {
            <p class="wait">
                {icon(Icon::Clock)} "about " <time datetime=format!("PT{minutes}M")>{words::duration(TimeDelta::minutes(minutes.into()))}</time>
            </p>
        }
        .into_any()
    });
    let notes = o
        .supplier_notes
        .as_ref()
        .map(|notes| view! { <p class="words">{notes.to_string()}</p> }.into_any());
    view! {
        <div class="top">
            <div><h3>{name(&o.pizza_name)}</h3> <p class="from">{name(&o.supplier_name)}</p> {wait}</div>
            {pizza(&o.pizza_name, Detail::Card)}
            {notes}
        </div>
    }
    .into_any()
}

/// The offer that somebody is about to take, or what has become of it.
fn take_or_gone(id: OrderId) -> AnyView {
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
    let what = changing(move || {
        Some(match order {
            Some(order) if hot.get() => take(order),
            Some(order) => gone(order),
            None => view! { <p class="empty small">"This offer is no longer here."</p> }.into_any(),
        })
    });
    view! { <li class="open">{what}</li> }.into_any()
}

fn take(order: Memo<Order>) -> AnyView {
    let (o, here) = (order.get_untracked(), Here::now());
    let act = Act::new(api::Take::PATH).on(order).then(move |order| {
        let offers = Place::Customer { taking: None };
        here.leave(&offers, Place::Track(order.id));
    });
    let form = act.form(|form| whereto(form, &o));
    view! {
        <article class="offer" id=format!("o{}", o.id)>
            <div class="stack">{top(&o)} <div class="bottom">{sum(&o, &o.supplier_name, "You pay")}</div></div>
            {form}
        </article>
    }
    .into_any()
}

fn whereto(form: Form, o: &Order) -> AnyView {
    let (who, place) = (
        form.control("customer_name"),
        form.control("delivery_address"),
    );
    let who_input =
        view! { <input class="input" value=who.value("") autocomplete="name" {..who.ties()}/> }
            .into_any();
    let place_input = view! {
        <textarea class="input" autocomplete="street-address" rows="3" {..place.ties()}>{place.value("")}</textarea>
    };
    let hint = Some("Street, number, floor, and what is written on the bell.");
    view! {
        <h4>"Where shall it go?"</h4>
        {who.field("Your name", None, who_input)}
        {place.field("Delivery address", hint, place_input.into_any())}
        <div class="buttons">
            {form.send("button primary", Some(Icon::Check), format!("Order for {}", words::money(o.total())).into_any())}
            <a class="button" href="/customer">"Back to all offers"</a>
        </div>
        {refused(o.id)}
        <p class="small soft">"You can cancel for free until the kitchen starts."</p>
    }
    .into_any()
}

/// Somebody else was faster.
fn gone(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let why = text(move || match order.get().status {
        Status::PendingSupplier | Status::SupplierAccepted => {
            "The kitchen has not accepted this one yet.".to_owned()
        }
        Status::SupplierRejected | Status::Cancelled => {
            "The kitchen has taken this one back.".to_owned()
        }
        _ => "Somebody else took this one.".to_owned(),
    });
    view! {
        <article class="offer" data-gone="" id=format!("o{}", o.id)>
            {top(&o)}
            <div class="bottom" role="status">
                <p><strong>{why}</strong></p>
                <a class="button" href="/customer">"See what else is hot"</a>
            </div>
        </article>
    }
    .into_any()
}
