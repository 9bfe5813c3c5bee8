//! The customer panel: the pizzas on offer, search and sort, and this device's own orders.

mod checkout;
mod offer;
mod offers;
mod search_and_sort;

use crate::{
    domain::{Order, is_blank},
    ui::{
        browser::text::fold,
        components::{
            basics::{Detail, Icon, changing, empty, icon, name, pizza, text},
            list,
            stable_list::stable,
        },
        i18n::{
            domain_texts,
            locale::{Text, plural, say, t},
        },
        live::{
            page_queries::PageQueries,
            reactive::{memo, when_hydrated},
            store::LiveStore,
        },
        my_orders,
        navigation::Navigator,
        route::{Route, paths},
    },
};
use leptos::{ev, prelude::*, web_sys};
use offers::{Taking, any_offer, matching, offer_count, on_offer, query};

pub fn customer() -> AnyView {
    let taking: Taking = Navigator::from_context().memo(|route| match route {
        Route::Customer { taking, .. } => *taking,
        _ => None,
    });
    let offers = stable(matching(taking));
    let none = changing(move || {
        (offers.shown.with(Vec::is_empty) && taking.get().is_none()).then(no_offer)
    });
    let queries = PageQueries::from_context();
    let offer = move |id| queries.order(id).map(offer::offer);
    let recipient = checkout::Recipient::new();
    let taken = changing(move || taking.get().map(|id| checkout::checkout(id, recipient)));
    view! {
        <main id="main" tabindex="-1">
            {tabs()}
            <div class="page-head">
                <h1>{t(HOT)}</h1>
                {summary()}
            </div>
            {own_orders()}
            {search_and_sort::search_and_sort()}
            <section aria-labelledby="offers">
                <h2 class="unseen" id="offers">{t(["Offers", "Angebote"])}</h2>
                <p class="unseen" translate="no" role="status">{offer::last_gone(offers.gone)}</p>
                <ul class="shelf">{taken} {list::ids(offers.shown, offer)}</ul>
                {more_offers()}
                {none}
            </section>
        </main>
    }
    .into_any()
}

const HOT: Text = ["Hot right now", "Jetzt frisch"];

/// The two ways to a pizza: from a menu, and what is on offer. The menus are pages without the program.
fn tabs() -> AnyView {
    let label = t(["Ways to order", "Bestellwege"]);
    view! {
        <nav class="tabs" aria-label=label>
            <ul>
                <li><a href=paths::SHOPS rel="external">{t(["Pizzerias", "Pizzerien"])}</a></li>
                <li><a href=Route::offers().address() aria-current="page">{t(HOT)}</a></li>
            </ul>
        </nav>
    }
    .into_any()
}

/// `12 pizzas`, or `3 of 12 pizzas`, from `7 kitchens`. Nothing while there is no offer.
fn summary() -> AnyView {
    let (pizzas, kitchens) = (pizza_count(), kitchen_count());
    let any = any_offer();
    let ready = t([", all of them ready to order.", ", alle sofort bestellbar."]);
    // As one text: an empty one would be rendered as a space.
    let rest = text(move || format!("{}{ready}", kitchens.get()));
    changing(move || {
        any.get()
            .then(|| view! { <p translate="no"><output>{pizzas}</output> {rest}</p> }.into_any())
    })
}

/// Where some offers are beyond the board, it is not known how many of all match a search.
fn pizza_count() -> Signal<String> {
    let store = LiveStore::from_context();
    let query = Navigator::from_context().memo(|route| query(route).text);
    let matching = store.view(move |board| {
        let query = query.get();
        let matching = on_offer(board).filter(|order| order.mentions(&query, fold));
        board.end().is_none().then(|| matching.count())
    });
    let all = offer_count();
    text(move || {
        let pizzas = plural(all.get(), ["pizza", "Pizza"], ["pizzas", "Pizzen"]);
        match matching.get() {
            Some(matching) if matching != all.get() => {
                say!("{matching} of {pizzas}", "{matching} von {pizzas}")
            }
            _ => pizzas,
        }
    })
}

/// ` from 7 kitchens`, where all offers are on the board.
fn kitchen_count() -> Signal<String> {
    let kitchens = LiveStore::from_context().view(|board| {
        let names = on_offer(board).map(|order| order.supplier_name.to_string());
        board.end().is_none().then(|| list::sorted(names).len())
    });
    text(move || match kitchens.get() {
        None => String::new(),
        Some(n) => {
            let kitchens = plural(n, ["kitchen", "Küche"], ["kitchens", "Küchen"]);
            format!("{}{kitchens}", t([" from ", " aus "]))
        }
    })
}

/// The offers that are not shown yet are read on request, or as the reader gets to the end of the list.
fn more_offers() -> AnyView {
    let (queries, store) = (PageQueries::from_context(), LiveStore::from_context());
    let beyond = offers::beyond();
    let next = memo(move |_| {
        let beyond = beyond.get()?;
        match queries.past.get(&beyond, |_, next| next) {
            Some(Ok(next)) => next.map(|_| beyond),
            _ => Some(beyond),
        }
    });
    let word = t(["More offers", "Mehr Angebote"]);
    let read_on = move || {
        if let Some(query) = next.get_untracked() {
            queries.past.read_on(query);
        }
    };
    let press = move |event: ev::MouseEvent| {
        if store.is_live_untracked() {
            event.prevent_default();
            event.stop_propagation();
            read_on();
        }
    };
    let look = move |_: web_sys::Event| read_on();
    changing(move || {
        let query = next.get()?;
        let (open, at) = (None, None);
        let to = Route::Orders { query, open, at }.address();
        Some(
            view! { <p class="more" data-auto="" on:contentvisibilityautostatechange=look><a class="button" href=to on:click=press>{icon(Icon::Down)} {word}</a></p> }
                .into_any(),
        )
    })
}

/// The orders that were taken on this device and are not over for long.
fn own_orders() -> AnyView {
    let store = LiveStore::from_context();
    let own = RwSignal::new(Vec::new());
    when_hydrated(move || {
        // The board that the server rendered does not have them.
        if store.is_of_page() {
            my_orders::tidy(store, store.now_untracked());
            own.set(my_orders::orders());
        }
    });
    let own = memo(move |_| own.get());
    changing(move || {
        let listed = list::orders(own, own_order);
        let title = t(["Your orders", "Deine Bestellungen"]);
        own.with(|own| !own.is_empty()).then(|| {
            view! { <nav aria-label=title><ul class="row own">{listed}</ul></nav> }.into_any()
        })
    })
}

/// `Diavola · In the oven`. Its own page shows when it arrives.
fn own_order(order: Memo<Order>) -> AnyView {
    let id = order.get_untracked().id;
    let status = text(move || format!(" · {}", domain_texts::customer_status(order.get().status)));
    let symbol = icon(Icon::Slice);
    let pizza = order.with_untracked(|order| name(&order.pizza_name));
    view! { <li><a class="button" href=Route::Track(id).address()>{symbol} <span>{pizza} {status}</span></a></li> }.into_any()
}

fn no_offer() -> AnyView {
    let searched = Navigator::from_context().memo(|route| !is_blank(&query(route).text));
    let any = any_offer();
    changing(move || {
        Some(match searched.get() && any.get() {
            true => no_match(),
            false => nothing_on_offer(),
        })
    })
}

fn no_match() -> AnyView {
    let all = t(["Show all offers", "Alle Angebote zeigen"]);
    empty(
        Icon::Search,
        t(["No offer matches", "Kein Angebot passt"]),
        t([
            "Something else is hot, though. Or wait: new offers show up here by themselves.",
            "Aber anderes. Oder warte: Neue Angebote erscheinen hier von selbst.",
        ]),
        Some((all, Route::offers().address())),
    )
}

fn nothing_on_offer() -> AnyView {
    view! {
        <div class="empty">
            {pizza("Margherita", Detail::Card)}
            <h3>{t(["Nothing is on offer right now", "Gerade ist nichts im Angebot"])}</h3>
            <p>{t(["When a kitchen accepts a pizza, it shows up here by itself.", "Sobald eine Küche eine Pizza zusagt, erscheint sie hier von selbst."])}</p>
        </div>
    }
    .into_any()
}
