//! `/shops`: the pizzerias, for where the customer is.

use super::{
    card::FoundShop,
    cart_cookie,
    layout::{Page, page, tabs},
    market_query::MarketQuery,
    near::Near,
    refusals,
    times::Clocks,
    view::destination,
    words::{PIZZERIAS, POSTCODE},
};
use crate::{
    domain::shop::shelf_search::{ShopCursor, ShopQuery},
    server::{
        clock::now,
        services::shops::{catalog::zone, refusal::ShopRefusal},
        web::pages::{
            account::{Sent, Visit, redirect},
            redirect::came_from,
        },
    },
    ui::{
        Icon, empty,
        i18n::locale::{Text, say, t},
        icon, paths,
    },
};
use axum::{
    http::{StatusCode, header::SET_COOKIE},
    response::Response,
};
use leptos::prelude::*;

/// How many pizzerias are on one page.
const PAGE: usize = 60;

pub async fn show(visit: Visit) -> Response {
    let query = MarketQuery::read(&visit.query);
    let near = cart_cookie::near(&visit.app.config, &visit.headers);
    let shops = ShopQuery {
        destination: destination(&visit.app, near.as_ref()),
        ..query.shops()
    };
    let found = match found(&visit, &shops, query.after.as_ref()).await {
        Ok(found) => found,
        Err(refusal) => return refusals::page_of(&visit, &refusal).await,
    };
    let next = match found.shops.is_empty() {
        true => opens_next(&visit, shops).await,
        false => None,
    };
    page(&visit, StatusCode::OK, || {
        Page::new(t(PIZZERIAS), content(&query, near, found, next))
    })
    .await
}

/// Keeps where the customer is, and leads back to the page where that was typed.
pub async fn send(visit: Visit, sent: Sent) -> Response {
    let back = came_from(&visit.headers);
    let back = match back.starts_with(paths::SHOPS) {
        true => back,
        false => paths::SHOPS.to_owned(),
    };
    let mut response = redirect(&back);
    let typed = sent.get("near").trim();
    let cookie = match (typed, Near::parse(typed)) {
        ("", _) => cart_cookie::forget_near(&visit.app.config),
        (_, Some(near)) => cart_cookie::keep_near(&visit.app.config, &near),
        // What can be no place is left as it was.
        (_, None) => None,
    };
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

struct Found {
    shops: Vec<FoundShop>,
    next: Option<ShopCursor>,
    /// Whether dishes were searched, too.
    knows_dishes: bool,
}

/// The listed pizzerias that a query is about, those first that take orders.
async fn found(
    visit: &Visit,
    query: &ShopQuery,
    after: Option<&ShopCursor>,
) -> Result<Found, ShopRefusal> {
    let found = visit.app.shops.list(query, after, PAGE).await?;
    let shops = found.shops.into_iter().map(|listed| {
        let dishes = listed.dishes.into_iter();
        Ok(FoundShop {
            clocks: Clocks {
                zone: zone(&listed.shop.profile)?,
                at: now(),
            },
            profile: listed.shop.profile,
            now: listed.now,
            dishes: dishes
                .map(|dish| (dish.name.into_string(), dish.price_from))
                .collect(),
        })
    });
    let mut shops = shops.collect::<Result<Vec<_>, ShopRefusal>>()?;
    shops.sort_by_cached_key(FoundShop::rank);
    Ok(Found {
        shops,
        next: found.next,
        knows_dishes: found.knows_dishes,
    })
}

/// Where nothing that is open was found: what opens next.
async fn opens_next(visit: &Visit, query: ShopQuery) -> Option<FoundShop> {
    query.is_open?;
    let query = ShopQuery {
        is_open: None,
        ..query
    };
    let found = found(visit, &query, None).await.ok()?;
    let mut shops = found.shops.into_iter();
    shops.find(|shop| shop.now.opens_at.is_some())
}

fn content(
    query: &MarketQuery,
    near: Option<Near>,
    found: Found,
    opens_next: Option<FoundShop>,
) -> AnyView {
    let shops: Vec<_> = found.shops.iter().map(FoundShop::card).collect();
    let none = shops
        .is_empty()
        .then(|| nothing(query, near.as_ref(), opens_next));
    let names_only = (query.text.is_some() && !found.knows_dishes).then(|| {
        let words = t([
            "For a moment the search knows the names of pizzerias only.",
            "Einen Augenblick lang kennt die Suche nur die Namen der Pizzerien.",
        ]);
        view! { <p class="small soft" role="status">{words}</p> }
    });
    let more = found.next.map(|next| {
        let next = MarketQuery {
            after: Some(next),
            ..query.clone()
        };
        let word = t(["More pizzerias", "Mehr Pizzerien"]);
        view! { <p class="more"><a class="button" href=next.address()>{icon(Icon::Down)} {word}</a></p> }
            .into_any()
    });
    view! {
        {tabs()}
        <div class="page-head"><h1>{t(PIZZERIAS)}</h1></div>
        {near_form(near.as_ref())}
        {filters(query)} {names_only}
        <ul class="shops">{shops}</ul>
        {none} {more}
    }
    .into_any()
}

/// Where to: it decides who delivers, and for how much.
pub fn near_form(near: Option<&Near>) -> AnyView {
    let point = near.and_then(|near| near.point);
    let (label, word): (Text, Text) = match (near, point) {
        (Some(_), None) => (POSTCODE, ["Change", "Ändern"]),
        (_, Some(_)) => (
            [
                "To where you are. Or to a postcode:",
                "Dahin, wo du bist. Oder zu einer Postleitzahl:",
            ],
            ["Change", "Ändern"],
        ),
        (None, None) => (
            ["Your postcode", "Deine Postleitzahl"],
            ["Show who delivers", "Zeigen, wer liefert"],
        ),
    };
    let primary = match near {
        Some(_) => "button",
        None => "button primary",
    };
    let postcode = near.and_then(|near| near.postcode.as_ref());
    let postcode = postcode.map(ToString::to_string);
    view! {
        <form class="near" method="post" action=paths::SHOPS>
            <label for="near">{t(label)}</label>
            <input class="input" id="near" name="near" value=postcode maxlength="12" autocomplete="postal-code" autocapitalize="characters" spellcheck="false"/>
            <button class=primary>{t(word)}</button>
            {use_position("near")}
        </form>
    }
    .into_any()
}

/// The button that puts the browser's position into a field of its form. The script of the page shows it where there is
/// one to be had.
pub fn use_position(field: &'static str) -> AnyView {
    let failed = t([
        "Your browser does not tell where you are. Type your postcode.",
        "Dein Browser sagt nicht, wo du bist. Tipp deine Postleitzahl ein.",
    ]);
    view! {
        <button class="button" type="button" data-position=field hidden>{icon(Icon::Pin)} {t(["Use my position", "Meinen Standort verwenden"])}</button>
        <p class="refusal" role="status" data-failed=failed hidden>{icon(Icon::Alert)} <span></span></p>
    }
    .into_any()
}

fn filters(query: &MarketQuery) -> AnyView {
    let tag = query.tag.as_ref().map(|tag| {
        let without = MarketQuery {
            tag: None,
            after: None,
            ..query.clone()
        };
        let word = say!(
            "Only “{tag}”: take the filter off",
            "Nur „{tag}“: Filter aufheben"
        );
        view! {
            <input type="hidden" name="tag" value=tag.clone()/>
            <a class="button" href=without.address()>{icon(Icon::Close)} {word}</a>
        }
        .into_any()
    });
    let label = t(["Pizzeria or dish", "Pizzeria oder Gericht"]);
    view! {
        <form class="find" role="search" method="get" action=paths::SHOPS>
            <label for="q">{label}</label>
            <input class="input" id="q" name="q" type="search" value=query.text.clone() maxlength="60"/>
            <label class="check"><input type="checkbox" name="open" value="1" checked=query.is_open/> {t(["Open now", "Jetzt offen"])}</label>
            <button class="button">{icon(Icon::Search)} {t(["Search", "Suchen"])}</button>
            {tag}
        </form>
    }
    .into_any()
}

/// Why nothing was found, and what comes next.
fn nothing(query: &MarketQuery, near: Option<&Near>, opens_next: Option<FoundShop>) -> AnyView {
    if let Some(shop) = opens_next {
        let opens = shop.clocks.opening(&shop.now);
        let name = shop.profile.name.to_string();
        let next = say!("{name} {opens}.", "{name} {opens}.");
        return view! {
            <div class="empty">{icon(Icon::Clock)} <h2>{t(["Nothing is open right now", "Gerade ist nichts offen"])}</h2> <p>{next}</p></div>
            <ul class="shops">{shop.card()}</ul>
        }
        .into_any();
    }
    if query.is_filtered() {
        let all = t(["Show all pizzerias", "Alle Pizzerien zeigen"]);
        return empty(
            Icon::Search,
            t(["No pizzeria matches", "Keine Pizzeria passt"]),
            t(match near {
                Some(_) => [
                    "None that delivers to you. Search for another name or dish, take a filter off, or change the postcode.",
                    "Keine, die zu dir liefert. Such nach einem anderen Namen oder Gericht, heb einen Filter auf, oder ändere die Postleitzahl.",
                ],
                None => [
                    "Search for another name or dish, or take a filter off.",
                    "Such nach einem anderen Namen oder Gericht, oder heb einen Filter auf.",
                ],
            }),
            Some((all, paths::SHOPS.to_owned())),
        );
    }
    if let Some(near) = near {
        let hint: Text = match near.point {
            None => [
                "Is the postcode right? Type another one above.",
                "Stimmt die Postleitzahl? Tipp oben eine andere ein.",
            ],
            // Areas may be postcodes alone.
            Some(_) => [
                "Some go by the postcode: type yours above.",
                "Manche gehen nach der Postleitzahl: Tipp deine oben ein.",
            ],
        };
        let near = near.words();
        let heading = say!(
            "No pizzeria delivers {near}",
            "Keine Pizzeria liefert {near}"
        );
        return view! {
            <div class="empty">
                {icon(Icon::Pin)} <h2>{heading}</h2>
                <p>{t(hint)}</p>
                <form method="post" action=paths::SHOPS><button class="button" name="near" value="">{t(["Show all pizzerias", "Alle Pizzerien zeigen"])}</button></form>
            </div>
        }
        .into_any();
    }
    empty(
        Icon::Shop,
        t([
            "There is no pizzeria here yet",
            "Hier ist noch keine Pizzeria",
        ]),
        t([
            "The first one shows up here as soon as it is added. Fresh offers are under “Hot right now”.",
            "Die erste erscheint hier, sobald es sie gibt. Frische Angebote stehen unter „Jetzt frisch“.",
        ]),
        None,
    )
}
