//! `/shops/{slug}/items/{code}`: an item, put together.

use super::{
    dish::contents,
    item_fields::{ItemForm, replaced},
    layout::{Page, back, page},
    refusals,
    structured_data::escaped,
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
            pages::{
                account::{Sent, Visit},
                assets::{Program, program},
            },
            query_string,
        },
    },
    ui::{
        Detail, Icon,
        i18n::{
            format::money,
            locale::{Locale, say, t},
        },
        icon, name, pizza,
        shop::{Draft, Fault, ItemData},
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
    let draft = Draft::read(&item, &shop.menu, &sent.0);
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
        let program = program(&visit.app.config);
        Page::new(item.name.to_string(), content(form, total, program))
    })
    .await
}

fn content(form: ItemForm, total: Option<Cents>, program: Option<Program>) -> AnyView {
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
    let wrong = wrong(faults);
    let is_right = wrong.is_empty();
    let (script, wasm) = program
        .map(|program| (program.script, program.wasm))
        .unzip();
    let to_cart = format!("{}/cart", shop.path());
    view! {
        {back(shop.path(), name(&shop.profile().name))}
        <div class="stack" id="of-item">
        <header class="shop-head">
            {pizza(&item.name, Detail::Card)}
            <div class="stack"><h1 id="item-name">{name(&item.name)}</h1> {about} {marks} {contents(item)}</div>
        </header>
        <form class="item stack" id="item" method="post" action=to_cart data-price=shop.item_path(&item.id) data-program=script data-wasm=wasm>
            <input type="hidden" name="act" value="put"/>
            <input type="hidden" name="item" value=item.id.to_string()/>
            {replaced(draft)}
            <div class="stack" id="choices">{form.fields()}</div>
            <p class="refusal" id="wrong" role="alert" hidden=is_right>{icon(Icon::Alert)} <span>{wrong}</span></p>
            {buttons(form, total)}
            {data(shop, item)}
        </form>
        </div>
        {shop.followed()}
    }
    .into_any()
}

/// What is wrong with the whole, or that something is wrong above. Empty where nothing is.
fn wrong(faults: &[Fault]) -> String {
    let of_whole = faults.iter().filter(|fault| fault.group.is_none());
    let words: Vec<_> = of_whole.map(|fault| &*fault.words).collect();
    match (words.is_empty(), faults.is_empty()) {
        (true, false) => t([
            "Not quite: see what is marked above.",
            "Noch nicht ganz: Sieh nach, was oben markiert ist.",
        ])
        .to_owned(),
        _ => words.join(" "),
    }
}

/// What the browser's program prices the form by.
fn data(shop: &ShopView, item: &Item) -> AnyView {
    let data = ItemData {
        locale: Locale::from_context(),
        item: item.id.clone(),
        menu: shop.menu.around(item),
    };
    // It has texts as keys alone, so that it can be written.
    let text = serde_json::to_value(&data).map_or_else(|_| String::new(), |data| escaped(&data));
    view! { <script type="application/json" id="item-data" inner_html=text></script> }.into_any()
}

fn buttons(form: ItemForm, total: Option<Cents>) -> AnyView {
    let ItemForm {
        shop, item, draft, ..
    } = form;
    let is_sold_out = shop.is_sold_out(&item.id, None);
    let sold_out = is_sold_out.then_some("");
    let word = match draft.replaces {
        Some(_) => t(["Save", "Speichern"]),
        None => t(["Add", "In den Warenkorb"]),
    };
    let total = total.map(|total| format!(" · {}", money(total)));
    view! {
        <div class="buttons add-bar" data-parts=item.id.to_string() data-sold-out=sold_out>
            <p class="refusal sold-out" role="status" hidden=!is_sold_out>{icon(Icon::Info)} <span>{t(SOLD_OUT)}</span></p>
            <button class="button primary" id="add" disabled=is_sold_out>{word} <span id="total">{total}</span></button>
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
