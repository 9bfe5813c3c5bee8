//! The way in, and what stands where nothing is.

use crate::ui::parts::small::{Detail, Icon, icon, pizza};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::A;

#[component]
pub fn Home() -> impl IntoView {
    view! {
        <Title text="Pizza Market"/>
        <main id="main" class="home">
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
}

fn door(path: &'static str, symbol: Icon, name: &'static str, what: &'static str) -> impl IntoView {
    view! {
        <li>
            <A href=path attr:class="paper door">
                {icon(symbol)}
                <strong>{name}</strong>
                <span class="soft">{what}</span>
            </A>
        </li>
    }
}

#[component]
pub fn NotFound() -> impl IntoView {
    view! {
        <Title text="Nothing here · Pizza Market"/>
        <main id="main">
            <div class="empty">
                {icon(Icon::Search)}
                <h1>"There is nothing at this address"</h1>
                <p>"The panels are in the bar above."</p>
                <A href="/" attr:class="button">"Go to the entrance"</A>
            </div>
        </main>
    }
}
