//! The way in, and what stands where nothing is.

use crate::ui::parts::small::{Detail, Icon, empty, icon, pizza};
use leptos::prelude::*;

pub fn home() -> AnyView {
    view! {
        <main id="main" tabindex="-1">
            <section class="hero">
                <div>
                    <h1>"Pizza, live from the oven"</h1>
                    <p class="soft">"Kitchens offer, customers take, drivers bring. Everybody sees the same truth at once."</p>
                </div>
                {pizza("Diavola", Detail::Card)}
            </section>
            <h2 class="unseen">"Where do you stand?"</h2>
            <ul class="doors">
                {door("/supplier", Icon::Shop, "Supplier", "Offer pizzas, answer, bake, call them ready.")}
                {door("/customer", Icon::Slice, "Customer", "See what is hot, take it, follow it to your door.")}
                {door("/dispatch", Icon::Person, "Dispatch", "Send drivers, and know who is out.")}
                {door("/orders", Icon::Search, "Orders", "Every order, where it stands, and how it got there.")}
            </ul>
        </main>
    }
    .into_any()
}

fn door(path: &'static str, symbol: Icon, name: &'static str, what: &'static str) -> AnyView {
    view! {
        <li>
            <a class="paper door" href=path>{icon(symbol)} <strong>{name}</strong> <span class="soft">{what}</span></a>
        </li>
    }
    .into_any()
}

pub fn nowhere() -> AnyView {
    let way_on = Some(("Go to the entrance", "/".to_owned()));
    view! {
        <main id="main" tabindex="-1">
            <h1 class="unseen">"Nothing here"</h1>
            {empty(Icon::Search, "There is nothing at this address", "The panels are in the bar above.", way_on)}
        </main>
    }
    .into_any()
}
