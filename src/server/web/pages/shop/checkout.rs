//! `/shops/{slug}/checkout`: the last look at an order, and ordering it.

use super::{
    cart_cookie::{keep_cart, keep_near},
    checkout_form::CheckoutForm,
    checkout_page::{Offer, Shown, checkout_page},
    layout::{Page, page},
    refusals,
    view::{CartRow, Elsewhere, ShopView},
    windows::Windows,
    words::CHECKOUT,
};
use crate::{
    domain::{
        Error, Order, Role,
        shop::{basket::Line, cart::Cart, request::LineRequest},
    },
    server::{
        services::shops::{
            quote::{QuoteRequest, When},
            refusal::ShopRefusal,
        },
        web::{
            auth::{Interface, door::check_take},
            pages::{
                account::{Sent, Visit, redirect},
                rights::check_form,
            },
            problem::Problem,
        },
    },
    ui::{Route, i18n::locale::t},
};
use axum::{
    extract::Path,
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};

pub async fn show(Path(slug): Path<String>, visit: Visit) -> Response {
    let shop = match ShopView::open(&visit, &slug).await {
        Ok(shop) => shop,
        Err(elsewhere) => return refusals::elsewhere(&visit, elsewhere).await,
    };
    let form = CheckoutForm::first(shop.near.as_ref());
    show_form(&visit, shop, form, None).await
}

pub async fn send(Path(slug): Path<String>, visit: Visit, sent: Sent) -> Response {
    let form = CheckoutForm::read(&sent);
    let shop = match open_near(&visit, &slug, &form).await {
        Ok(shop) => shop,
        Err(elsewhere) => return refusals::elsewhere(&visit, elsewhere).await,
    };
    let slug = shop.profile().slug.clone();
    let near = form.near();
    let near = near.and_then(|near| keep_near(&visit.app.config, &near));
    let mut response = match sent.get("act") {
        "order" => match Box::pin(order(&visit, &shop, &form)).await {
            Ok(order) => {
                let mut response = redirect(&Route::Track(order.id).address());
                let gone = keep_cart(&slug, &Cart::default());
                response
                    .headers_mut()
                    .extend(gone.map(|gone| (SET_COOKIE, gone)));
                response
            }
            Err(ShopRefusal::Market(Error::NotSignedIn)) => return visit.to_sign_in(),
            Err(refusal) => Box::pin(show_form(&visit, shop, form, Some(refusal))).await,
        },
        // The price and the times for what is typed now.
        _ => Box::pin(show_form(&visit, shop, form, None)).await,
    };
    if let Some(near) = near {
        response.headers_mut().append(SET_COOKIE, near);
    }
    response
}

/// The pizzeria, for the place that the form has.
async fn open_near(visit: &Visit, slug: &str, form: &CheckoutForm) -> Result<ShopView, Elsewhere> {
    let shop = ShopView::open(visit, slug).await?;
    match form.near() {
        Some(near) if shop.near.as_ref() != Some(&near) => Ok(shop.near(&visit.app, near).await?),
        _ => Ok(shop),
    }
}

/// The lines of the cart that can be bought: the others are not in the way.
fn buyable(rows: &[CartRow]) -> Vec<LineRequest> {
    let requests = rows.iter().filter_map(|row| match row {
        CartRow::Buyable { request, .. } => Some(request.clone()),
        _ => None,
    });
    requests.collect()
}

/// What the lines take of the kitchen's room.
fn pieces(rows: &[CartRow]) -> u32 {
    let of = |line: &Line| line.pieces.saturating_mul(line.quantity);
    let bought = rows.iter().filter_map(CartRow::bought);
    bought.map(of).fold(0, u32::saturating_add)
}

async fn order(visit: &Visit, shop: &ShopView, form: &CheckoutForm) -> Result<Order, ShopRefusal> {
    check_form(&visit.door, Role::Customer)?;
    let rows = shop.rows();
    let request = form.order(buyable(&rows))?;
    check_take(&visit.app, &visit.door.viewer, None, visit.client_address()).await?;
    let by = visit.door.authority(Interface::Panel(Role::Customer));
    let once = form.once(shop);
    let shops = &visit.app.shops;
    let placed = shops.order(shop.profile().id, request, &by, once.as_ref());
    let (order, _) = placed.await?;
    Ok(order)
}

/// The form with the bill and the times that hold now, and why it was refused.
async fn show_form(
    visit: &Visit,
    shop: ShopView,
    form: CheckoutForm,
    refusal: Option<ShopRefusal>,
) -> Response {
    let status = refusal.as_ref().map_or(StatusCode::OK, |refusal| {
        Problem::from(refusal.clone()).status()
    });
    let rows = shop.rows();
    let lines = buyable(&rows);
    if lines.is_empty() {
        return redirect(&format!("{}/cart", shop.path()));
    }
    let offer = match offer(visit, &shop, &form, lines, pieces(&rows)).await {
        Ok(offer) => offer,
        Err(refusal) => return refusals::page_of(visit, &refusal).await,
    };
    page(visit, status, || {
        let title = format!("{} · {}", t(CHECKOUT), shop.profile().name);
        let shown = Shown {
            shop: &shop,
            rows: &rows,
            form: &form,
            offer: &offer,
            refusal: refusal.as_ref(),
        };
        Page::new(title, checkout_page(shown))
    })
    .await
}

/// What the pizzeria offers for the lines and the place.
async fn offer(
    visit: &Visit,
    shop: &ShopView,
    form: &CheckoutForm,
    lines: Vec<LineRequest>,
    pieces: u32,
) -> Result<Offer, ShopRefusal> {
    let Some(place) = form.place() else {
        return Ok(Offer::Nowhere);
    };
    let request = QuoteRequest {
        lines,
        place,
        when: When::Unsaid,
    };
    let quote = match visit.app.shops.quote(&shop.shop, &request).await {
        Ok(quote) => quote,
        Err(refusal) if is_about_the_order(&refusal) => return Ok(Offer::Refused(refusal)),
        Err(refusal) => return Err(refusal),
    };
    let QuoteRequest { lines, place, .. } = &request;
    let windows = Windows::of(&visit.app, shop, lines, place, pieces).await?;
    Ok(Offer::Made {
        bill: quote.bill,
        windows,
    })
}

/// Whether a refusal leaves something to change, so that the form is shown all the same.
fn is_about_the_order(refusal: &ShopRefusal) -> bool {
    !matches!(refusal, ShopRefusal::Market(error) if !matches!(error, Error::Invalid(_)))
}
