//! The kitchen's panel: a column for each stage of its orders, the bell, and the form for a new offer.

mod answer;
mod bell;
mod cancel;
mod columns;
mod direct;
mod kitchen;
mod new_offer;
mod print;
mod sound;
mod tickets;
mod usual;

pub use bell::Bell;

use crate::{
    domain::{Order, Status},
    ui::{
        components::{
            basics::{Detail, changing, digits, name, pizza, text},
            list,
            more::beyond,
        },
        i18n::locale::{say, t},
        live::store::LiveStore,
        route::is_of,
    },
};
use kitchen::KitchenFilter;
use leptos::prelude::*;

pub fn supplier() -> AnyView {
    let kitchen = kitchen::of_address();
    let bell = Bell::from_context();
    bell.watch(kitchen);
    kitchen::encode_record();
    print::clean_up_after_printing();
    let (columns, stops) = columns::columns(kitchen, bell);
    let heading = text(move || {
        kitchen
            .get()
            .unwrap_or_else(|| t(["All kitchens", "Alle Küchen"]).to_owned())
    });
    view! {
        <main id="main" class="kitchen" tabindex="-1">
            <div class="page-head">
                <h1><bdi translate="no">{heading}</bdi></h1>
                {still_to_make(kitchen)}
                {bell.ringing(kitchen)}
                {bell.sound.switch()}
                {kitchen::choice(kitchen)}
                {new_offer::sheet(kitchen)}
            </div>
            {kitchen::ask()}
            {kitchen::hint(kitchen)}
            <div class="board">{columns}</div>
            {answer::earlier_notes()}
            {bell.sound.player()}
        </main>
        <nav class="jump" aria-label=t(["Columns", "Spalten"])><ul>{stops}</ul></nav>
    }
    .into_any()
}

fn is_to_make(order: &Order, kitchen: Option<&str>) -> bool {
    let is_to_make = matches!(order.status, Status::CustomerAccepted | Status::Preparing);
    is_to_make && !order.is_unanswered() && is_of(order, kitchen)
}

/// How many of each pizza are to prepare or in the oven, by name, so that each keeps its place.
fn still_to_make(kitchen: KitchenFilter) -> AnyView {
    let pizzas = LiveStore::from_context().view(move |board| {
        let kitchen = kitchen.get();
        let orders = board
            .orders()
            .filter(|order| is_to_make(order, kitchen.as_deref()));
        list::sorted(orders.map(|order| order.pizza_name.to_string()))
    });
    let none = changing(move || {
        pizzas
            .with(Vec::is_empty)
            .then(|| view! { <p class="soft">{t(["nothing", "nichts"])}</p> }.into_any())
    });
    let count = move |pizza| count_to_make(pizza, kitchen);
    view! {
        <section class="all-day" aria-labelledby="all-day">
            <h2 id="all-day">{t(["Still to make", "Noch zu backen"])}</h2>
            <ul tabindex="0" aria-labelledby="all-day">{list::names(pizzas, count)}</ul>
            {none}
            {not_counted()}
        </section>
    }
    .into_any()
}

/// How many orders to make are not on the board, and so not in these numbers.
fn not_counted() -> AnyView {
    let beyond = beyond(&[Status::CustomerAccepted, Status::Preparing]);
    changing(move || match beyond.get() {
        0 => None,
        n => {
            let words = say!("and {n} more pizzas", "und {n} weitere Pizzen");
            Some(view! { <p class="soft">{words}</p> }.into_any())
        }
    })
}

fn count_to_make(of: String, kitchen: KitchenFilter) -> AnyView {
    let (drawn, named) = (pizza(&of, Detail::Ticket), name(&of));
    let number = LiveStore::from_context().view(move |board| {
        let kitchen = kitchen.get();
        let orders = board.orders();
        orders
            .filter(|order| *order.pizza_name == *of && is_to_make(order, kitchen.as_deref()))
            .count()
    });
    let number = digits(number);
    view! { <li>{drawn} <data value=number>{number}</data> " " {named}</li> }.into_any()
}
