//! `/shops/{slug}`: a pizzeria and its menu.

use super::{
    card::facts,
    dish::dish,
    layout::{Page, back, page},
    market::near_form,
    refusals, structured_data,
    view::{Goods, ShopView},
    words::{CART, PIZZERIAS},
};
use crate::{
    domain::shop::menu::Category,
    server::web::pages::account::Visit,
    ui::{
        Detail, Icon, empty,
        i18n::{
            format::money,
            locale::{plural, say, t},
        },
        icon, name, paths, pizza,
    },
};
use axum::{extract::Path, http::StatusCode, response::Response};
use leptos::prelude::*;

pub async fn show(Path(slug): Path<String>, visit: Visit) -> Response {
    let shop = match ShopView::open(&visit, &slug).await {
        Ok(shop) => shop,
        Err(elsewhere) => return refusals::elsewhere(&visit, elsewhere).await,
    };
    if let Some(response) = shop.unchanged(&visit) {
        return response;
    }
    let (origin, currency) = (visit.origin(), visit.app.config.currency);
    page(&visit, StatusCode::OK, || Page {
        title: shop.profile().name.to_string(),
        head: Some(structured_data::head(&shop, &origin, currency)),
        content: content(&shop),
    })
    .await
}

fn content(shop: &ShopView) -> AnyView {
    let shown = shop.menu.outline.categories.iter();
    let shown: Vec<_> = shown
        .filter(|one| one.items.iter().any(|item| shop.menu.item(item).is_some()))
        .collect();
    let links: Vec<_> = shown.iter().map(|one| category_link(one)).collect();
    let bar = (links.len() > 1).then(|| {
        let label = t(["Parts of the menu", "Teile der Karte"]);
        view! { <nav class="categories" aria-label=label><ul>{links}</ul></nav> }
    });
    let sections: Vec<_> = shown.iter().map(|one| category(shop, one)).collect();
    let none = shown.is_empty().then(|| {
        empty(
            Icon::Slice,
            t(["The menu is empty", "Die Karte ist leer"]),
            t([
                "This pizzeria has not put anything on it yet.",
                "Diese Pizzeria hat noch nichts daraufgesetzt.",
            ]),
            Some((t(PIZZERIAS), paths::SHOPS.to_owned())),
        )
    });
    view! {
        {back(paths::SHOPS.to_owned(), t(PIZZERIAS).into_any())}
        {head(shop)}
        {near_form(shop.near.as_ref())}
        {not_delivered(shop)}
        {find()}
        <div class="whole" id="follows-menu">{bar} {sections} {none}</div>
        <div class="whole" id="cart-bar" aria-live="polite">{cart_bar(shop)}</div>
        {item_dialog()} {shop.followed()}
    }
    .into_any()
}

fn head(shop: &ShopView) -> AnyView {
    let profile = shop.profile();
    let about = profile
        .about
        .as_ref()
        .map(|about| view! { <p><bdi translate="no">{about.to_string()}</bdi></p> });
    let address = &profile.address;
    let address = format!("{}, {} {}", address.street, address.postcode, address.town);
    let phone = profile.phone.as_ref().map(|phone| {
        let call: String = phone
            .chars()
            .filter(|c| c.is_ascii_digit() || *c == '+')
            .collect();
        view! { " · " <a href=format!("tel:{call}")>{phone.to_string()}</a> }
    });
    view! {
        <header class="shop-head">
            {pizza(&profile.name, Detail::Card)}
            <div class="stack">
                <h1>{name(&profile.name)}</h1>
                {about}
                {facts(profile, &shop.now, &shop.clocks)}
                <p class="small soft"><bdi translate="no">{address}</bdi> {phone}</p>
            </div>
        </header>
    }
    .into_any()
}

/// Where a script shows an item over the menu.
fn item_dialog() -> AnyView {
    let close = t(["Close", "Schließen"]);
    view! {
        <dialog class="item-dialog" id="item-dialog" aria-labelledby="item-name">
            <form class="shut" method="dialog"><button class="button quiet" aria-label=close title=close>{icon(Icon::Close)}</button></form>
            <div></div>
        </dialog>
    }
    .into_any()
}

/// That it does not come to where the customer is.
fn not_delivered(shop: &ShopView) -> Option<AnyView> {
    let near = shop.near.as_ref().filter(|_| shop.now.area.is_none())?;
    let near = near.words();
    let words = say!("It does not deliver {near}.", "Sie liefert nicht {near}.");
    Some(
        view! { <p class="refusal" role="status">{icon(Icon::Alert)} <span>{words}</span></p> }
            .into_any(),
    )
}

/// A search in the menu, for the script: without it the browser's own search does well.
fn find() -> AnyView {
    let none = t([
        "Nothing on the menu matches.",
        "Auf der Karte passt nichts.",
    ]);
    view! {
        <div class="find" role="search" hidden=true>
            <label for="find">{t(["Find on the menu", "Auf der Karte suchen"])}</label>
            <input class="input" id="find" type="search" autocomplete="off"/>
            <output for="find" data-none=none></output>
        </div>
    }
    .into_any()
}

fn category_link(category: &Category) -> AnyView {
    view! { <li><a href=format!("#c-{}", category.id)>{name(&category.name)}</a></li> }.into_any()
}

fn category(shop: &ShopView, category: &Category) -> AnyView {
    let id = format!("c-{}", category.id);
    let about = category
        .about
        .as_ref()
        .map(|about| view! { <p class="soft"><bdi translate="no">{about.to_string()}</bdi></p> });
    let hours = category.hours.as_ref().map(|_| {
        let words = t([
            "At certain times only: the checkout says when.",
            "Nur zu bestimmten Zeiten: Die Kasse sagt, wann.",
        ]);
        view! { <p class="small soft">{icon(Icon::Clock)} " " {words}</p> }
    });
    let items = category
        .items
        .iter()
        .filter_map(|item| shop.menu.item(item));
    let items: Vec<_> = items.map(|item| dish(shop, item)).collect();
    view! {
        <section class="category" aria-labelledby=id.clone()>
            <h2 id=id.clone()>{name(&category.name)}</h2>
            {about} {hours}
            <ul class="dishes">{items}</ul>
        </section>
    }
    .into_any()
}

/// What is in the cart, and what it lacks.
pub fn cart_bar(shop: &ShopView) -> Option<AnyView> {
    let rows = shop.rows();
    if rows.is_empty() {
        return None;
    }
    let goods = Goods::of(&rows);
    let total = money(goods.together());
    let pieces = plural(
        goods.pieces as usize,
        ["piece", "Stück"],
        ["pieces", "Stück"],
    );
    let missing = goods.missing(&shop.now).map(|missing| {
        let missing = money(missing);
        let words = say!(
            "{missing} more to the minimum",
            "noch {missing} bis zum Mindestbetrag"
        );
        view! { <span class="small">{words}</span> }
    });
    let odd = rows.iter().filter(|row| row.bought().is_none()).count();
    let odd = (odd > 0).then(|| {
        let lines = plural(odd, ["line", "Zeile"], ["lines", "Zeilen"]);
        let words = say!("{lines} to look at", "{lines} zum Nachsehen");
        view! { <span class="small">{words}</span> }
    });
    let address = format!("{}/cart", shop.path());
    Some(
        view! {
            <section class="cart-bar" aria-label=t(CART)>
                <p><strong>{total}</strong> <span>{pieces}</span> {missing} {odd}</p>
                <a class="button primary" href=address>{t(["To the cart", "Zum Warenkorb"])}</a>
            </section>
        }
        .into_any(),
    )
}
