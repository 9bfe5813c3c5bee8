//! The list: a table that contains only the rows near the view. Two empty rows are as high as the others together.

use super::{
    listed::Listed,
    query::{address, query},
    window::Window,
};
use crate::{
    domain::{Board, Order, OrderId, Status, Time},
    ui::{
        components::{
            basics::{Icon, badge, changing, empty, icon, mark, name, refusal, text},
            list,
            ticket::late_by,
        },
        i18n::{
            domain_texts, format,
            locale::{Text, say, t},
        },
        live::{page_queries::PageQueries, reactive::memo, store::LiveStore},
        navigation::Navigator,
        route::{OrdersQuery, Route, Sort},
    },
};
use leptos::{ev, prelude::*};

pub fn orders_table(listed: Memo<Listed>) -> AnyView {
    let navigator = Navigator::from_context();
    let below = navigator.memo(|route| query(route).below);
    let window = Window::new(listed);
    let newest = address(|query| query.below = None);
    let back = changing(move || {
        below.get()?;
        let word = t(["Newest orders", "Neueste Bestellungen"]);
        Some(view! { <p class="row"><a class="button" href=newest>{word}</a></p> }.into_any())
    });
    let note = changing(move || {
        let sorted = query(&navigator.get()).sort.is_some();
        let n = listed.with(|listed| listed.more.map(|_| listed.ids.len()))?;
        let note = say!(
            "Sorted among these {n}. Older ones are not in it yet.",
            "Sortiert sind diese {n}. Ältere sind noch nicht dabei."
        );
        sorted.then(|| view! { <p class="small soft">{note}</p> }.into_any())
    });
    view! {
        <section class="paper table-box" aria-labelledby="list">
            <h2 class="unseen" id="list">{t(["List of orders", "Liste der Bestellungen"])}</h2>
            {window.new_orders_button()}
            {back}
            {note}
            {table(window)}
            {end(window)}
        </section>
    }
    .into_any()
}

/// Below the rows: why there are none, or no more, and the way to older orders.
fn end(window: Window) -> AnyView {
    let (navigator, queries) = (Navigator::from_context(), PageQueries::from_context());
    let listed = window.listed;
    let end = LiveStore::from_context().view(Board::end);
    let beyond = memo(move |_| navigator.get().beyond(end.get()));
    let begins_beyond = navigator.memo(Route::begins_beyond);
    let progress = move || {
        let Some(beyond) = beyond.get() else {
            return Some(Ok(()));
        };
        match (
            queries.past.progress(&beyond)?,
            queries.past.get(&beyond, |_, _| ()),
        ) {
            (Ok(()), Some(read)) => Some(read),
            (Ok(()), None) if begins_beyond.get() => None,
            (progress, _) => Some(progress),
        }
    };
    let more = memo(move |_| listed.with(|listed| listed.more));
    let none = memo(move |_| listed.with(|listed| listed.ids.is_empty()));
    let why = changing(move || {
        let note = |word| Some(view! { <p class="empty small">{word}</p> }.into_any());
        match (progress(), none.get(), more.get()) {
            // The link says so.
            (None, _, Some(_)) => None,
            (None, _, None) => {
                Some(view! { <p class="empty small" aria-busy="true">{reading()}</p> }.into_any())
            }
            (Some(Err(error)), ..) => Some(refusal(domain_texts::unread(&error))),
            (_, true, None) => Some(nothing(&query(&navigator.get()))),
            (_, true, Some(_)) => note(t([
                "No match here. Search older orders?",
                "Kein Treffer. Ältere durchsuchen?",
            ])),
            (_, false, None) if beyond.with(Option::is_some) => {
                note(t(["No older orders.", "Keine älteren Bestellungen."]))
            }
            (_, false, _) => None,
        }
    });
    let is_reading = memo(move |_| progress().is_none());
    view! { {why} {older(more, is_reading, window)} }.into_any()
}

fn reading() -> &'static str {
    t(["Reading…", "Wird gelesen…"])
}

fn nothing(query: &OrdersQuery) -> AnyView {
    if *query == OrdersQuery::default() {
        return empty(
            Icon::Slice,
            t(["No order yet", "Noch keine Bestellung"]),
            t([
                "It begins when a kitchen offers a pizza.",
                "Es beginnt damit, dass eine Küche eine Pizza anbietet.",
            ]),
            Some((t(["To the kitchen", "Zur Küche"]), "/supplier".to_owned())),
        );
    }
    let next = t([
        "Either none has been made yet, or the filters are too narrow.",
        "Entweder gibt es noch keine, oder die Filter sind zu eng.",
    ]);
    let way_on = t(["Show all orders", "Alle Bestellungen zeigen"]);
    empty(
        Icon::Search,
        t(["No order matches", "Keine passende Bestellung"]),
        next,
        Some((way_on, "/orders".to_owned())),
    )
}

/// The link to older orders. On a hydrated page they join the list, and the link stays at its end while there are more.
fn older(more: Memo<Option<OrderId>>, is_reading: Memo<bool>, window: Window) -> AnyView {
    let any = memo(move |_| more.get().is_some());
    let to = address(move |query| query.below = more.get());
    let read_on = move |event: ev::MouseEvent| {
        if window.read_on() {
            event.prevent_default();
        }
    };
    changing(move || {
        let busy = mark(move || is_reading.get().then_some("true"));
        let word = text(move || {
            let older = t(["Older orders", "Ältere Bestellungen"]);
            (if is_reading.get() { reading() } else { older }).to_owned()
        });
        any.get().then(|| {
            view! { <p class="row"><a class="button" href=to aria-busy=busy on:click=read_on>{word} {icon(Icon::Down)}</a></p> }
                .into_any()
        })
    })
}

fn table(window: Window) -> AnyView {
    let (store, listed) = (LiveStore::from_context(), window.listed);
    let today = memo(move |_| format::day(store.now(), store.zone().as_ref()));
    let shown = memo(move |_| window.shown());
    let all = text(move || {
        listed.with(|listed| match listed.more {
            // The number is not known.
            Some(_) => "-1".to_owned(),
            None => (listed.ids.len() + 1).to_string(),
        })
    });
    let queries = PageQueries::from_context();
    let make = move |id| {
        let order = queries.order(id)?;
        Some(row(order, today, text(move || window.index(shown, id))))
    };
    view! {
        <table class="table" aria-rowcount=all>
            {head()}
            <tbody aria-hidden="true" id="above">{spacer(text(move || window.above()))}</tbody>
            <tbody id="rows">{list::ids(shown, make)}</tbody>
            <tbody aria-hidden="true">{spacer(text(move || window.below()))}</tbody>
        </table>
    }
    .into_any()
}

/// The height is an attribute: the page's security policy forbids inline styles.
fn spacer(height: Signal<String>) -> AnyView {
    view! { <tr class="spacer"><td colspan="9"><svg width="1" height=height></svg></td></tr> }
        .into_any()
}

fn head() -> AnyView {
    let plain = |word: Text, class: &'static str| {
        view! { <th scope="col" class=class>{t(word)}</th> }.into_any()
    };
    view! {
        <thead>
            <tr aria-rowindex="1">
                {plain(["Number", "Nummer"], "number")}
                {sorting(["Placed", "Bestellt"], [None, Some(Sort::Oldest)], ["descending", "ascending"], "when")}
                {sorting(["Status", "Status"], [Some(Sort::Status), None], ["ascending", ""], "state")}
                {plain(["Pizza", "Pizza"], "lead")}
                {plain(["Supplier", "Küche"], "sup")}
                {plain(["Customer", "Kunde"], "cust")}
                {plain(["Driver", "Fahrer"], "driver")}
                {plain(["Promised", "Zugesagt"], "promise")}
                {sorting(["Price", "Preis"], [Some(Sort::Price), None], ["descending", ""], "money")}
            </tr>
        </thead>
    }
    .into_any()
}

/// The head of a column that can be sorted: a press sorts it by `first`, another one by `other`.
fn sorting(
    word: Text,
    [first, other]: [Option<Sort>; 2],
    said: [&'static str; 2],
    class: &'static str,
) -> AnyView {
    let navigator = Navigator::from_context();
    let now = move || query(&navigator.get()).sort;
    let way = mark(move || match now() {
        sort if sort == first => Some(said[0]),
        sort if sort == other => Some(said[1]).filter(|said| !said.is_empty()),
        _ => None,
    });
    let arrow = text(move || {
        match way.get() {
            Some("descending") => " ↓",
            Some(_) => " ↑",
            None => "",
        }
        .to_owned()
    });
    let to = address(move |query| {
        query.sort = if query.sort == first { other } else { first };
    });
    view! {
        <th scope="col" class=class aria-sort=way>
            <a href=to>{t(word)} <span aria-hidden="true">{arrow}</span></a>
        </th>
    }
    .into_any()
}

fn row(order: Memo<Order>, today: Memo<usize>, index: Signal<String>) -> AnyView {
    let navigator = Navigator::from_context();
    let o = order.get_untracked();
    let id = o.id;
    let status = move || order.get().status;
    let current = mark(move || (navigator.get().order_id() == Some(id)).then_some("true"));
    let to = text(move || {
        let (query, open, at) = (query(&navigator.get()), Some(id), None);
        Route::Orders { query, open, at }.address()
    });
    let customer = changing(move || {
        Some(match order.get().customer_name {
            Some(customer) => name(&customer),
            None => {
                let nobody = t(match status().is_final() {
                    true => ["nobody", "niemand"],
                    false => ["nobody yet", "noch niemand"],
                });
                view! { <span class="soft">{nobody}</span> }.into_any()
            }
        })
    });
    let state = changing(move || Some(badge(status(), domain_texts::status(status()))));
    let name_of_status = mark(move || Some(status().name()));
    let ended = mark(move || status().is_final().then_some(""));
    let driver = changing(move || {
        let driver = order.with(|order| order.driver_name.clone())?;
        Some(view! { {icon(Icon::Of(Status::InTransit))} {name(&driver)} }.into_any())
    });
    view! {
        <tr data-status=name_of_status data-final=ended aria-current=current aria-rowindex=index>
            <td class="number">{id.number()}</td>
            <td class="when">{day_and_clock(o.created_at, today)}</td>
            <td class="state">{state}</td>
            <td class="lead"><a class="name" href=to>{name(&o.pizza_name)}</a></td>
            <td class="sup">{name(&o.supplier_name)}</td>
            <td class="cust">{customer}</td>
            <td class="driver">{driver}</td>
            <td class="promise">{promise(order, today)}</td>
            <td class="money">{format::money(o.total())}</td>
        </tr>
    }
    .into_any()
}

/// `19:48`, and `7 min late` where it is not there by then.
fn promise(order: Memo<Order>, today: Memo<usize>) -> AnyView {
    let store = LiveStore::from_context();
    changing(move || {
        let promised = order.with(Order::promised)?;
        let late = text(move || {
            let delay = order.with(|order| order.delay(store.about_now(promised)));
            delay.map(late_by).unwrap_or_default()
        });
        let clock = day_and_clock(promised, today);
        Some(
            view! { {icon(Icon::Clock)} {clock} " " <b class="late" translate="no">{late}</b> }
                .into_any(),
        )
    })
}

fn day_and_clock(time: Time, today: Memo<usize>) -> AnyView {
    let store = LiveStore::from_context();
    let words = text(move || format::day_and_clock(time, today.get(), store.zone().as_ref()));
    view! { <time translate="no" datetime=time.to_string()>{words}</time> }.into_any()
}
