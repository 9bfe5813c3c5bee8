//! The order book: every order with its status, and one of them event by event.

use crate::{
    domain::{Board, Event, EventType, Order, OrderId, Status},
    ui::{
        market::Market,
        parts::{
            form::typed_early,
            list,
            reading::Reading,
            small::{
                Detail, Icon, badge, changing, digits, empty, exact_moment, fact, icon, mark,
                moment, name, pizza, refusal, sum, text,
            },
        },
        place::{Here, Place, Wanted, when_awake},
        words,
    },
};
use leptos::{ev, prelude::*};

/// Rows on one page.
const SHOWN: usize = 200;

pub fn orders() -> AnyView {
    let here = Here::now();
    let below = here.memo(|place| wanted(place).below);
    let list = changing(move || {
        Some(match below.get() {
            Some(_) => past(),
            None => newest(),
        })
    });
    let open = here.memo(|place| place.story());
    view! {
        <main id="main" tabindex="-1">
            <div class="page-head"><h1>"Orders"</h1></div>
            {search()}
            {by_status()}
            <div class="book">
                <section class="paper table-box" aria-labelledby="list">
                    <h2 class="unseen" id="list">"List of orders"</h2>
                    {list}
                </section>
                {changing(move || open.get().map(one))}
            </div>
        </main>
    }
    .into_any()
}

fn wanted(place: &Place) -> Wanted {
    match place {
        Place::Orders { wanted, .. } => wanted.clone(),
        _ => Wanted::default(),
    }
}

/// The address of this page with something else wanted.
fn address(change: impl Fn(&mut Wanted) + Send + Sync + 'static) -> Signal<String> {
    let here = Here::now();
    text(move || {
        let mut wanted = wanted(&here.get());
        change(&mut wanted);
        Place::Orders { wanted, open: None }.address()
    })
}

fn search() -> AnyView {
    let here = Here::now();
    let typed = text(move || wanted(&here.get()).text);
    let search = move |text: String| {
        let place = here.get_untracked();
        let open = place.story();
        let wanted = Wanted {
            text,
            below: None,
            ..wanted(&place)
        };
        here.correct(Place::Orders { wanted, open });
    };
    let early = typed_early("q").filter(|early| *early != typed.get_untracked());
    if let Some(early) = early {
        when_awake(move || search(early.clone()));
    }
    let type_in = move |event| search(event_target_value(&event));
    let done = move |event: ev::SubmitEvent| event.prevent_default();
    let status = changing(move || {
        let status = wanted(&here.get()).status?;
        Some(view! { <input type="hidden" name="status" value=status.name()/> }.into_any())
    });
    view! {
        <form class="filters" role="search" action="/orders" on:submit=done>
            <div class="field">
                <label for="q">"Search all text"</label>
                <div class="affix">
                    <span>{icon(Icon::Search)}</span>
                    <input class="input searching" id="q" type="search" name="q" autocomplete="off" value=typed prop:value=typed on:input=type_in/>
                </div>
            </div>
            {status}
        </form>
    }
    .into_any()
}

fn by_status() -> AnyView {
    let all = Status::ALL.iter().map(|&status| stop(Some(status)));
    view! { <nav aria-label="Status"><ul class="by-status">{stop(None)} {all.collect::<Vec<_>>()}</ul></nav> }.into_any()
}

/// One status, or all, with how many orders stand there.
fn stop(status: Option<Status>) -> AnyView {
    let here = Here::now();
    let number = Market::here().view(move |board| {
        let counts = board.counts();
        status.map_or(counts.all(), |status| counts.of(status)) as usize
    });
    let current = mark(move || (wanted(&here.get()).status == status).then_some("true"));
    let to = address(move |wanted| {
        *wanted = Wanted {
            status,
            below: None,
            ..wanted.clone()
        }
    });
    view! {
        <li>
            <a href=to aria-current=current data-status=status.map(Status::name)>
                {status.map(|status| icon(Icon::Of(status)))} {status.map_or("All", words::status)} " " <b>{digits(number)}</b>
            </a>
        </li>
    }
    .into_any()
}

/// What of the board is shown: newest first, only as far back as the board has everything, and only so many.
fn listed(board: &Board, wanted: &Wanted) -> (Vec<OrderId>, Option<OrderId>) {
    let end = board.forgotten().filter(|_| wanted.wants_finished());
    let mut found = board
        .orders()
        .rev()
        .filter(|order| Some(order.id) > end && wanted.takes(order))
        .map(|order| order.id);
    let shown: Vec<_> = found.by_ref().take(SHOWN).collect();
    let older = match found.next() {
        Some(_) => shown.last().copied(),
        // The forgotten one itself has to be found again.
        None => end.map(OrderId::after),
    };
    (shown, older)
}

/// The live end of the list.
fn newest() -> AnyView {
    let (here, market) = (Here::now(), Market::here());
    let listed = move |board: &Board| listed(board, &wanted(&here.get()));
    let ids = market.view(move |board| listed(board).0);
    let end = market.view(move |board| listed(board).1);
    let none = changing(move || {
        let next = "Either none has been made yet, or the search is too narrow.";
        let way_on = Some(("Show all orders", "/orders".to_owned()));
        (ids.with(Vec::is_empty) && end.get().is_none())
            .then(|| empty(Icon::Search, "No order is like that", next, way_on))
    });
    view! {
        {table(list::orders(ids, |order| row(order.into())))}
        {none}
        {changing(move || end.get().map(older))}
    }
    .into_any()
}

/// A page of the past, as it is in the store. What is there does not change any more, or is on the live page, too.
fn past() -> AnyView {
    let (here, reading) = (Here::now(), Reading::here());
    let page = changing(move || match reading.past(&wanted(&here.get())) {
        None => Some(view! { <p class="empty small" aria-busy="true">"Reading…"</p> }.into_any()),
        Some(Err(error)) => Some(refusal(words::unread(&error))),
        Some(Ok(found)) => {
            let rows: Vec<_> = found
                .orders
                .into_iter()
                .map(|order| row(Signal::stored(order)))
                .collect();
            let older = found.next.map(older);
            Some(view! { {table(rows.into_any())} {older} }.into_any())
        }
    });
    let newest = address(|wanted| wanted.below = None);
    view! { <p class="row"><a class="button" href=newest>"Newest orders"</a></p> {page} }.into_any()
}

fn older(below: OrderId) -> AnyView {
    let to = address(move |wanted| wanted.below = Some(below));
    view! { <p class="row"><a class="button" href=to>"Older orders" {icon(Icon::Next)}</a></p> }
        .into_any()
}

fn table(rows: AnyView) -> AnyView {
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Made"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Pizza"</th>
                    <th scope="col">"Supplier"</th>
                    <th scope="col">"Customer"</th>
                    <th scope="col" class="num">"Price"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(order: Signal<Order>) -> AnyView {
    let here = Here::now();
    let o = order.get_untracked();
    let id = o.id;
    let status = move || order.get().status;
    let current = mark(move || (here.get().story() == Some(id)).then_some("true"));
    let to = text(move || {
        Place::Orders {
            wanted: wanted(&here.get()),
            open: Some(id),
        }
        .address()
    });
    let customer = changing(move || {
        Some(match order.get().customer_name {
            Some(customer) => name(&customer),
            None => view! { <span class="soft">"nobody yet"</span> }.into_any(),
        })
    });
    let state = changing(move || Some(badge(status(), words::status(status()))));
    let name_of_status = mark(move || Some(status().name()));
    let ended = mark(move || status().is_final().then_some(""));
    view! {
        <tr data-status=name_of_status data-final=ended aria-current=current>
            <td class="when">{moment(o.created_at)}</td>
            <td class="state">{state}</td>
            <td class="lead"><a class="name" href=to>{name(&o.pizza_name)}</a></td>
            <td class="sup">{name(&o.supplier_name)}</td>
            <td class="cust">{customer}</td>
            <td class="money">{words::money(o.total())}</td>
        </tr>
    }
    .into_any()
}

/// One order beside the list: all that has happened to it.
fn one(id: OrderId) -> AnyView {
    let (here, reading) = (Here::now(), Reading::here());
    let close = text(move || {
        Place::Orders {
            wanted: wanted(&here.get()),
            open: None,
        }
        .address()
    });
    let story = changing(move || match reading.story(id) {
        None => {
            Some(view! { <span class="bone half"></span> <span class="bone"></span> }.into_any())
        }
        Some(Err(error)) => Some(refusal(words::unread(&error))),
        Some(Ok(events)) => events.last().map(|now| history(&now.order, &events)),
    });
    view! {
        <aside class="paper stack" id="order" aria-label="One order">
            <a class="button square close" href=close aria-label="Close this order">{icon(Icon::Close)}</a>
            {story}
        </aside>
    }
    .into_any()
}

fn history(order: &Order, events: &[Event]) -> AnyView {
    let happened: Vec<_> = events.iter().map(happened).collect();
    view! {
        <header class="head one">
            {pizza(&order.pizza_name, Detail::Card)}
            <div>
                <h2>{name(&order.pizza_name)}</h2>
                <p class="soft">{order.id.number()} " · " {name(&order.supplier_name)}</p>
            </div>
        </header>
        <p class="row">{badge(order.status, words::status(order.status))}</p>
        <ol class="timeline" aria-label="What happened">{happened}</ol>
        {sum(order, &order.supplier_name, "Customer pays")}
        <dl class="facts">
            {fact(Icon::Person, "Customer", order.customer_name.as_ref().map(|name| name.to_string()))}
            {fact(Icon::Pin, "Address", order.delivery_address.as_ref().map(|address| address.to_string()))}
            {fact(Icon::Of(Status::InTransit), "Driver", order.driver_name.as_ref().map(|driver| driver.to_string()))}
        </dl>
    }
    .into_any()
}

fn happened(event: &Event) -> AnyView {
    let order = &event.order;
    let (word, what) = match event.event_type {
        EventType::Created => {
            let price = words::money(order.supplier_price.cents());
            (
                "Offered",
                Some(format!("{price} with {} % markup", order.markup_percentage)),
            )
        }
        EventType::SupplierAccepted => ("Accepted", said(order)),
        EventType::SupplierRejected => ("Rejected", said(order)),
        EventType::CustomerAccepted => (
            "Taken",
            Some(format!("pays {}", words::money(order.total()))),
        ),
        EventType::Dispatched => (
            "With driver",
            order.driver_name.as_ref().map(|driver| driver.to_string()),
        ),
        _ => (words::status(order.status), None),
    };
    view! {
        <li data-status=order.status.name()>
            {icon(Icon::Of(order.status))}
            <strong>{word}</strong>
            {exact_moment(event.timestamp)}
            {what.map(|what| view! { <p><bdi>{what}</bdi></p> }.into_any())}
        </li>
    }
    .into_any()
}

/// What the supplier has answered.
fn said(order: &Order) -> Option<String> {
    let minutes = order
        .estimated_delivery_time
        .map(|minutes| format!("{} minutes", minutes.get()));
    let notes = order
        .supplier_notes
        .as_ref()
        .map(|notes| format!("“{notes}”"));
    let parts: Vec<_> = minutes.into_iter().chain(notes).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}
