//! `/shops/{slug}/cart`: what is in the cart, and each change of it.

use super::{
    basket_rows::{line, rows, text_of},
    cart_cookie::keep_cart,
    item::{Shown, full, show_draft},
    layout::{Page, back, page},
    refusals,
    view::{CartRow, Elsewhere, Goods, ShopView},
    words::CART,
};
use crate::{
    domain::{
        Field, percent_decode,
        shop::{
            cart::{Cart, CartEntry, CartFull, CartLine},
            code::Code,
        },
    },
    server::{
        services::shops::refusal::ShopRefusal,
        web::{
            pages::account::{Sent, Visit, redirect},
            query_string,
        },
    },
    ui::{
        Icon, empty,
        i18n::{
            format::money,
            locale::{plural, say, t},
        },
        icon, name,
        shop::Draft,
    },
};
use axum::{
    extract::Path,
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};
use leptos::prelude::*;

pub async fn show(Path(slug): Path<String>, visit: Visit) -> Response {
    match ShopView::open(&visit, &slug).await {
        Ok(shop) => match shop.unchanged(&visit) {
            Some(response) => response,
            None => show_cart(&visit, &shop, StatusCode::OK, None).await,
        },
        Err(elsewhere) => refusals::elsewhere(&visit, elsewhere).await,
    }
}

pub async fn send(Path(slug): Path<String>, visit: Visit, sent: Sent) -> Response {
    let mut shop = match ShopView::open(&visit, &slug).await {
        Ok(shop) => shop,
        Err(elsewhere) => return refusals::elsewhere(&visit, elsewhere).await,
    };
    let to_cart = format!("{}/cart", shop.path());
    let changed = match sent.get("act") {
        "put" => return put(&visit, shop, &sent).await,
        "take-out" => {
            if let Some(at) = meant(&shop.cart, &sent) {
                shop.cart.remove(at);
            }
            Ok(())
        }
        "quantity" => set_quantity(&mut shop.cart, &sent),
        "take-over" => take_over(&mut shop.cart, sent.get("lines")),
        _ => Ok(()),
    };
    match changed {
        Ok(()) => kept(&shop, &to_cart),
        Err(why) => show_cart(&visit, &shop, StatusCode::UNPROCESSABLE_ENTITY, Some(why)).await,
    }
}

/// Puts a line into the cart, in the place of another one where it says so.
async fn put(visit: &Visit, mut shop: ShopView, sent: &Sent) -> Response {
    let item = Code::parse(sent.get("item")).ok();
    let Some(item) = item.and_then(|code| shop.menu.shown(&code).cloned()) else {
        let elsewhere = Elsewhere::Refused(ShopRefusal::UnknownItem);
        return refusals::elsewhere(visit, elsewhere).await;
    };
    let draft = Draft::read(&item, &shop.menu, &sent.0);
    let is_sold_out = |of: &Code, option: Option<&Code>| shop.is_sold_out(of, option);
    if draft.price(&item, &shop.menu, is_sold_out).is_err() {
        return show_draft(visit, &shop, &item, &draft, Shown::Refused).await;
    }
    let line = draft.line.clone();
    let replaced = draft
        .replaces
        .as_ref()
        .and_then(|_| meant(&shop.cart, sent));
    let put = match replaced {
        Some(at) => shop.cart.replace(at, line),
        None => shop.cart.add(line),
    };
    match put {
        Err(why) => show_draft(visit, &shop, &item, &draft, Shown::Full(why)).await,
        Ok(()) if replaced.is_some() => kept(&shop, &format!("{}/cart", shop.path())),
        Ok(()) => kept(&shop, &format!("{}#i-{}", shop.path(), item.id)),
    }
}

/// The place of the entry that a form is about. In another tab the cart may have changed since.
fn meant(cart: &Cart, sent: &Sent) -> Option<usize> {
    let (at, text) = (sent.get("at").parse::<usize>().ok()?, sent.get("line"));
    let is_meant = |at: &usize| {
        cart.entries
            .get(*at)
            .is_some_and(|one| text_of(one) == text)
    };
    let elsewhere = || (0..cart.entries.len()).find(is_meant);
    Some(at).filter(is_meant).or_else(elsewhere)
}

fn set_quantity(cart: &mut Cart, sent: &Sent) -> Result<(), CartFull> {
    let quantity = sent.get("quantity").trim().parse::<u32>();
    let (Some(at), Ok(quantity)) = (meant(cart, sent), quantity) else {
        return Ok(());
    };
    match (quantity, cart.entries.get(at)) {
        (0, _) => {
            cart.remove(at);
            Ok(())
        }
        (quantity, Some(CartEntry::Line(line))) => {
            let line = line.clone();
            cart.replace(at, CartLine { quantity, ..line })
        }
        _ => Ok(()),
    }
}

/// Adds the lines of a shared text that can be read.
fn take_over(cart: &mut Cart, text: &str) -> Result<(), CartFull> {
    let shared = Cart::parse(text);
    let mut changed = cart.clone();
    for line in shared.lines() {
        changed.add(line.clone())?;
    }
    *cart = changed;
    Ok(())
}

/// Leads to a page, and keeps the cart as it is now.
fn kept(shop: &ShopView, to: &str) -> Response {
    let mut response = redirect(to);
    if let Some(cookie) = keep_cart(&shop.profile().slug, &shop.cart) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

async fn show_cart(
    visit: &Visit,
    shop: &ShopView,
    status: StatusCode,
    why: Option<CartFull>,
) -> Response {
    let shared = shared(&visit.query);
    page(visit, status, || {
        let title = format!("{} · {}", t(CART), shop.profile().name);
        Page::new(title, content(shop, shared, why))
    })
    .await
}

/// The lines of a link that somebody has shared, or of an order that is to be repeated: `?add=`.
fn shared(query: &str) -> Option<Cart> {
    let mut pairs = query_string::pairs(query);
    let (_, pair) = pairs.find(|(name, _)| name.as_deref() == Some("add"))?;
    // A `+` that the link has as it is was read as a space; and a note takes either.
    let text = percent_decode(pair.split_once('=')?.1)
        .ok()?
        .replace(' ', "+");
    Some(Cart::parse(&text)).filter(|cart| cart.lines().next().is_some())
}

fn content(shop: &ShopView, shared: Option<Cart>, why: Option<CartFull>) -> AnyView {
    let all = shop.rows();
    let heading = view! {
        {back(shop.path(), name(&shop.profile().name))}
        <div class="page-head"><h1>{t(CART)}</h1></div>
        {shared.map(|shared| offer_shared(shop, &shared))}
    };
    if all.is_empty() {
        let none = empty(
            Icon::Slice,
            t(["The cart is empty", "Der Warenkorb ist leer"]),
            t([
                "Choose something from the menu: it is kept here for 30 days.",
                "Such dir etwas aus der Karte aus: Es bleibt 30 Tage hier.",
            ]),
            Some((t(["To the menu", "Zur Karte"]), shop.path())),
        );
        return view! { {heading} {none} }.into_any();
    }
    let why = why.map(|why| view! { <p class="refusal" role="alert">{icon(Icon::Alert)} <span>{full(why)}</span></p> });
    view! { {heading} {why} {dropped(shop)} <div class="whole" id="follows-menu">{rows(shop, &all)} {total(shop, &all)}</div> {shop.followed()} }.into_any()
}

/// That the cart was longer than a cart can be.
fn dropped(shop: &ShopView) -> Option<AnyView> {
    let dropped = shop.cart.dropped;
    let lines = plural(dropped, ["line", "Zeile"], ["lines", "Zeilen"]);
    let words = say!(
        "{lines} did not fit into the cart and are not part of it.",
        "{lines} passten nicht in den Warenkorb und gehören nicht dazu."
    );
    (dropped > 0).then(|| {
        view! { <p class="refusal" role="status">{icon(Icon::Alert)} <span>{words}</span></p> }
            .into_any()
    })
}

fn total(shop: &ShopView, all: &[CartRow]) -> AnyView {
    let goods = Goods::of(all);
    let missing = goods.missing(&shop.now).map(|missing| {
        let missing = money(missing);
        let words = say!(
            "{missing} more to the minimum.",
            "Noch {missing} bis zum Mindestbetrag."
        );
        view! { <p class="refusal" role="status">{icon(Icon::Info)} <span>{words}</span></p> }
    });
    let is_buyable = all.iter().any(|row| row.bought().is_some());
    let checkout = is_buyable.then(|| {
        let address = format!("{}/checkout", shop.path());
        view! { <a class="button primary" href=address>{t(["To the checkout", "Zur Kasse"])}</a> }
    });
    view! {
        <dl class="sum"><div class="total"><dt>{t(["Goods", "Waren"])}</dt><dd>{money(goods.together())}</dd></div></dl>
        {missing}
        <p class="buttons">{checkout} <a class="button" href=shop.path()>{t(["Add more", "Mehr dazunehmen"])}</a></p>
    }
    .into_any()
}

/// What a link brings. A link changes no cart; the button does.
fn offer_shared(shop: &ShopView, shared: &Cart) -> AnyView {
    let priced = shared.price(&shop.menu);
    let known: Vec<_> = priced
        .iter()
        .flatten()
        .map(|priced| view! { <li>{line(&priced.line)}</li> }.into_any())
        .collect();
    let gone = priced.iter().filter(|one| one.is_err()).count();
    let gone = (gone > 0).then(|| {
        let lines = plural(gone, ["line", "Zeile"], ["lines", "Zeilen"]);
        let words = say!(
            "{lines} cannot be ordered like that any more.",
            "{lines} gibt es so nicht mehr."
        );
        view! { <p class="small soft">{words}</p> }
    });
    let entries = shared.entries.iter().zip(&priced);
    let buyable = entries.filter(|(_, one)| one.is_ok());
    let lines = Cart {
        entries: buyable.map(|(entry, _)| entry.clone()).collect(),
        dropped: 0,
    };
    let take_over = (!lines.entries.is_empty()).then(|| {
        let word = t(["Put it into my cart", "In meinen Warenkorb"]);
        view! {
            <form method="post" action=format!("{}/cart", shop.path())>
                <input type="hidden" name="lines" value=lines.to_string()/>
                <button class="button" name="act" value="take-over">{icon(Icon::Plus)} {word}</button>
            </form>
        }
    });
    view! {
        <section class="paper stack shared" aria-labelledby="shared">
            <h2 id="shared">{t(["From the link", "Aus dem Link"])}</h2>
            <ul class="lines">{known}</ul>
            {gone} {take_over}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(fields: &[(&str, &str)]) -> Sent {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Sent(fields.iter().map(pair).collect())
    }

    #[test]
    fn a_form_means_its_own_line_also_where_the_cart_has_moved() {
        let cart = Cart::parse("marg,%%,cola*2");
        let meant = |at: &str, line: &str| meant(&cart, &sent(&[("at", at), ("line", line)]));
        assert_eq!(meant("2", "cola*2"), Some(2));
        assert_eq!(meant("0", "cola*2"), Some(2));
        assert_eq!(meant("1", "%%"), Some(1));
        assert_eq!(meant("0", "cola"), None);
        assert_eq!(meant("x", "marg"), None);
    }

    #[test]
    fn a_quantity_of_none_takes_the_line_out() {
        let set = |quantity: &str| {
            let mut cart = Cart::parse("marg,cola*2");
            let fields = [("at", "1"), ("line", "cola*2"), ("quantity", quantity)];
            let set = set_quantity(&mut cart, &sent(&fields));
            set.map(|()| cart.to_string())
        };
        assert_eq!(set("0"), Ok("marg".to_owned()));
        assert_eq!(set("7"), Ok("marg,cola*7".to_owned()));
        assert_eq!(set("many"), Ok("marg,cola*2".to_owned()));
        assert_eq!(set("100"), Err(CartFull::Pieces));
    }

    #[test]
    fn a_link_brings_the_lines_that_can_be_read() {
        for link in ["diav%2Fl%2Bfung%2C%25%25%2Ccola", "diav/l+fung,%25%25,cola"] {
            let shared = shared(&format!("x=1&add={link}")).unwrap();
            let lines: Vec<_> = shared.lines().map(ToString::to_string).collect();
            assert_eq!(lines, ["diav/l+fung", "cola"]);
        }
        assert!(super::shared("add=").is_none() && super::shared("add=%ff").is_none());
        let mut cart = Cart::parse("cola");
        take_over(&mut cart, "diav/l,<script>,cola").unwrap();
        assert_eq!(cart.to_string(), "cola*2,diav/l");
    }
}
