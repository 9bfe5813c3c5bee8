//! `/shops/{slug}/items/{code}`: an item, put together.

use super::{
    dish::contents,
    item_fields::{ItemForm, replaced},
    item_form::{Draft, Fault},
    layout::{Page, back, page},
    refusals,
    view::{Elsewhere, ShopView},
    words::{SOLD_OUT, diet, listed},
};
use crate::{
    domain::{
        Cents, Field,
        shop::{
            cart::{CartEntry, CartFull},
            code::Code,
            menu::Item,
            request::{MAX_LINES, MAX_PIECES},
        },
    },
    server::{
        services::shops::refusal::ShopRefusal,
        web::{
            pages::account::{Sent, Visit},
            query_string,
        },
    },
    ui::{
        Detail, Icon,
        i18n::{
            format::money,
            locale::{say, t},
        },
        icon, name, pizza,
    },
};
use axum::{extract::Path, http::StatusCode, response::Response};
use leptos::prelude::*;

/// The item with what is chosen from the beginning, or as it is in the cart: `?edit=2`.
pub async fn show(Path((slug, code)): Path<(String, String)>, visit: Visit) -> Response {
    let (shop, item) = match open(&visit, &slug, &code).await {
        Ok(open) => open,
        Err(elsewhere) => return refusals::elsewhere(&visit, elsewhere).await,
    };
    let draft = edited(&shop, &item, &visit.query);
    let draft = draft.unwrap_or_else(|| Draft::new(&item, &shop.menu));
    show_draft(&visit, &shop, &item, &draft, Shown::First).await
}

/// What the item costs as the form says it.
pub async fn price(
    Path((slug, code)): Path<(String, String)>,
    visit: Visit,
    sent: Sent,
) -> Response {
    let (shop, item) = match open(&visit, &slug, &code).await {
        Ok(open) => open,
        Err(elsewhere) => return refusals::elsewhere(&visit, elsewhere).await,
    };
    let draft = Draft::read(&item, &shop.menu, &sent);
    show_draft(&visit, &shop, &item, &draft, Shown::Priced).await
}

/// Why a draft is shown.
#[derive(Clone, Copy, PartialEq)]
pub enum Shown {
    First,
    /// Its price was asked for.
    Priced,
    /// It was not added.
    Refused,
    Full(CartFull),
}

async fn open(visit: &Visit, slug: &str, code: &str) -> Result<(ShopView, Item), Elsewhere> {
    let shop = ShopView::open(visit, slug).await?;
    let item = Code::parse(code).ok();
    let item = item.and_then(|code| shop.menu.shown(&code).cloned());
    let item = item.ok_or(ShopRefusal::UnknownItem)?;
    Ok((shop, item))
}

/// The entry of the cart that the address names, if it is of this item.
fn edited(shop: &ShopView, item: &Item, query: &str) -> Option<Draft> {
    let mut pairs = query_string::pairs(query);
    let (_, pair) = pairs.find(|(name, _)| name.as_deref() == Some("edit"))?;
    let at: usize = pair.split_once('=')?.1.parse().ok()?;
    match shop.cart.entries.get(at)? {
        CartEntry::Line(line) if line.item == item.id => Some(Draft::again(at, line)),
        _ => None,
    }
}

pub async fn show_draft(
    visit: &Visit,
    shop: &ShopView,
    item: &Item,
    draft: &Draft,
    shown: Shown,
) -> Response {
    let status = match shown {
        Shown::First | Shown::Priced => StatusCode::OK,
        Shown::Refused | Shown::Full(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    page(visit, status, || {
        let priced = draft.price(item, &shop.menu, |of, option| shop.is_sold_out(of, option));
        let (total, mut faults) = match priced {
            Ok(priced) => (Some(priced.line.total), Vec::new()),
            Err(faults) => (None, faults),
        };
        match shown {
            // Nobody has chosen anything yet.
            Shown::First => faults.clear(),
            Shown::Full(why) => faults.push(Fault {
                group: None,
                words: full(why),
            }),
            Shown::Priced | Shown::Refused => {}
        }
        let form = ItemForm {
            shop,
            item,
            draft,
            faults: &faults,
        };
        Page::new(item.name.to_string(), content(form, total))
    })
    .await
}

fn content(form: ItemForm, total: Option<Cents>) -> AnyView {
    let ItemForm {
        shop,
        item,
        draft,
        faults,
    } = form;
    let about = item
        .about
        .as_ref()
        .map(|about| view! { <p><bdi translate="no">{about.to_string()}</bdi></p> });
    let marks = listed(&item.diets, diet);
    let marks = (!marks.is_empty()).then(|| view! { <p class="marks">{marks}</p> });
    let wrong: Vec<_> = faults
        .iter()
        .filter(|fault| fault.group.is_none())
        .map(|fault| view! { <p class="refusal" role="alert">{icon(Icon::Alert)} <span>{fault.words.clone()}</span></p> }.into_any())
        .collect();
    let elsewhere = (wrong.is_empty() && !faults.is_empty()).then(|| {
        let words = t([
            "Not quite: see what is marked above.",
            "Noch nicht ganz: Sieh nach, was oben markiert ist.",
        ]);
        view! { <p class="refusal" role="alert">{icon(Icon::Alert)} <span>{words}</span></p> }
    });
    let to_cart = format!("{}/cart", shop.path());
    view! {
        {back(shop.path(), name(&shop.profile().name))}
        <header class="shop-head">
            {pizza(&item.name, Detail::Card)}
            <div class="stack"><h1>{name(&item.name)}</h1> {about} {marks} {contents(item)}</div>
        </header>
        <form class="item stack" id="item" method="post" action=to_cart data-price=shop.item_path(&item.id)>
            <input type="hidden" name="act" value="put"/>
            <input type="hidden" name="item" value=item.id.to_string()/>
            {replaced(draft)}
            <div class="stack" id="choices">{form.fields()}</div>
            {wrong} {elsewhere}
            {buttons(form, total)}
        </form>
    }
    .into_any()
}

fn buttons(form: ItemForm, total: Option<Cents>) -> AnyView {
    let ItemForm {
        shop, item, draft, ..
    } = form;
    if shop.is_sold_out(&item.id, None) {
        return view! { <p class="refusal" role="status">{icon(Icon::Info)} <span>{t(SOLD_OUT)}</span></p> }.into_any();
    }
    let word = match draft.replaces {
        Some(_) => t(["Save", "Speichern"]),
        None => t(["Add", "In den Warenkorb"]),
    };
    let total = total.map(|total| format!(" · {}", money(total)));
    view! {
        <div class="buttons add-bar">
            <button class="button primary" id="add">{word} {total}</button>
            <button class="button" id="show-price" formaction=shop.item_path(&item.id)>{t(["Show price", "Preis zeigen"])}</button>
        </div>
    }
    .into_any()
}

/// Why a cart takes no more.
pub fn full(why: CartFull) -> String {
    match why {
        CartFull::Lines => say!(
            "The cart is full: it holds {MAX_LINES} lines.",
            "Der Warenkorb ist voll: Er fasst {MAX_LINES} Zeilen."
        ),
        CartFull::Pieces => say!(
            "That is too much for one order: up to 99 of a line and {MAX_PIECES} in all.",
            "Das ist zu viel für eine Bestellung: bis zu 99 je Zeile und {MAX_PIECES} insgesamt."
        ),
        CartFull::Text => t([
            "The cart is full. Shorten a note, or order what is in it first.",
            "Der Warenkorb ist voll. Kürz eine Notiz, oder bestell erst, was darin ist.",
        ])
        .to_owned(),
    }
}
