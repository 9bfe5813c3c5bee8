//! The timeline of one order: each event with its time, its role and what it changed.

use super::query::query;
use crate::{
    domain::{AccountRole, Event, EventType, Order, OrderId, Role},
    ui::{
        components::basics::{Icon, changing, exact_moment, icon, mark, text},
        i18n::{
            domain_texts, format,
            locale::{Text, plural, say, t},
            menu_texts,
        },
        live::store::LiveStore,
        navigation::Navigator,
        route::Route,
    },
};
use leptos::prelude::*;

/// The address of this page with this order open, or none, at one of its events.
pub fn address_at(
    open: Option<OrderId>,
    at: impl Fn(usize) -> Option<usize> + Send + Sync + 'static,
) -> Signal<String> {
    let navigator = Navigator::from_context();
    text(move || {
        let route = navigator.get();
        let at = at(route.at().unwrap_or(0));
        let query = query(&route);
        Route::Orders { query, open, at }.address()
    })
}

/// Nothing while no event is read.
pub fn timeline(id: OrderId, events: &[Event]) -> Option<AnyView> {
    let before = std::iter::once(None).chain(events.iter().map(Some));
    let rows: Vec<_> = events
        .iter()
        .zip(before)
        .enumerate()
        .map(|(n, (event, before))| row(id, n + 1, events.len(), event, before))
        .collect();
    let label = t(["What happened", "Was geschehen ist"]);
    (!rows.is_empty())
        .then(|| view! { <ol class="timeline" aria-label=label>{rows}</ol> }.into_any())
}

/// The event's name in the past tense.
pub fn event_word(event: &Event) -> &'static str {
    t(match event.event_type {
        EventType::Created => ["Offered", "Angeboten"],
        EventType::SupplierAccepted => ["Accepted", "Angenommen"],
        EventType::CustomerAccepted if !event.order.is_recalled() => ["Taken", "Bestellt"],
        EventType::Updated => ["Changed", "Geändert"],
        _ => return domain_texts::status(event.order.status),
    })
}

/// Event `n` of `all`, counted from 1.
fn row(id: OrderId, n: usize, all: usize, event: &Event, before: Option<&Event>) -> AnyView {
    let navigator = Navigator::from_context();
    let order = &event.order;
    let at = move || navigator.get().at().unwrap_or(all);
    let current = mark(move || (navigator.get().at() == Some(n)).then_some("true"));
    let later = mark(move || (n > at()).then_some(""));
    let later_word = changing(move || {
        let word = t(["(later)", "(später)"]);
        (n > at()).then(|| view! { <span class="small">{word}</span> }.into_any())
    });
    let to = address_at(Some(id), move |_| Some(n).filter(|n| *n < all));
    let word = event_word(event);
    let as_it_was = say!("{word}: as it was then", "{word}: wie es da war");
    let changes: Vec<_> = changes(before.map(|before| &before.order), order)
        .into_iter()
        .map(|what| view! { <p><bdi translate="no">{what}</bdi></p> }.into_any())
        .collect();
    view! {
        <li data-status=order.status.name() data-later=later aria-current=current>
            {icon(Icon::Of(order.status))}
            <strong>{word} " " {later_word}</strong>
            <a class="then" href=to>{exact_moment(event.timestamp)} <span class="unseen">" " {as_it_was}</span></a>
            {who(event).map(|who| view! { <p>{who}</p> }.into_any())}
            {changes}
        </li>
    }
    .into_any()
}

/// Who has made the move; where nobody signs in, the role, if only one may have made it.
fn role(event: &Event) -> Option<AccountRole> {
    if let Some(actor) = &event.actor {
        return Some(actor.role);
    }
    match event.last_move().map(|step| step.by) {
        Some([Role::Supplier]) => Some(AccountRole::Supplier),
        Some([Role::Customer]) => Some(AccountRole::Customer),
        // Drivers act by accounts alone.
        Some([Role::Dispatch] | [Role::Dispatch, Role::Driver]) => Some(AccountRole::Dispatch),
        _ => None,
    }
}

/// `Kitchen, after 2 min`: the role, where it is known, and the time that the order had the status before.
fn who(event: &Event) -> Option<String> {
    let who = role(event).map(|role| match role {
        AccountRole::Supplier => ["Kitchen", "Küche"],
        AccountRole::Customer => ["Customer", "Kunde"],
        AccountRole::Dispatch => ["Dispatch", "Auslieferung"],
        AccountRole::Driver => ["Driver", "Fahrer"],
        AccountRole::Admin => ["Admin", "Admin"],
        AccountRole::Integrator => ["Program", "Programm"],
    });
    let is_markets = event
        .last_move()
        .is_some_and(|step| step.by == [Role::Market]);
    let market = is_markets.then_some(["Market", "Markt"]);
    let who = who.or(market).map(t);
    // Within a status, it has it still.
    let stage = event.order.last_stage();
    let stage = stage.filter(|_| event.event_type != EventType::Updated);
    let after = stage.map(|(_, lasted)| {
        let time = format::seconds(lasted);
        match event.order.is_recalled() {
            true => say!("taken back after {time}", "zurückgenommen nach {time}"),
            false => say!("after {time}", "nach {time}"),
        }
    });
    let parts: Vec<_> = who.map(str::to_owned).into_iter().chain(after).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

type Field = (Text, fn(&Order) -> Option<String>);

/// The fields of which the timeline shows changes.
const FIELDS: [Field; 11] = [
    (["Price", "Preis"], |order| Some(price(order))),
    (["Promised", "Versprochen"], minutes),
    (["Says", "Sagt"], |order| {
        order
            .supplier_notes
            .as_ref()
            .map(|notes| domain_texts::quoted(notes))
    }),
    (["Pays", "Zahlt"], |order| {
        order.customer_price.map(format::money)
    }),
    (["Customer", "Kunde"], |order| {
        order.customer_name.as_ref().map(|name| name.to_string())
    }),
    (["Address", "Adresse"], |order| {
        order
            .delivery_address
            .as_ref()
            .map(|address| address.to_string())
    }),
    (["Driver", "Fahrer"], |order| {
        order.driver_name.as_ref().map(|driver| driver.to_string())
    }),
    (["Answered", "Beantwortet"], |order| {
        let basket = order.basket.as_ref()?;
        basket.answered_at.map(|_| t(["yes", "ja"]).to_owned())
    }),
    (["Done", "Fertig"], ticked),
    (["At the door by", "An der Tür bis"], |order| {
        let zone = LiveStore::from_context().zone();
        let basket = order.basket.as_ref()?;
        Some(format::clock(basket.promise.to, zone.as_ref()))
    }),
    (["Why", "Warum"], |order| {
        let code = order.cancellation?.code;
        menu_texts::cancellation(code).map(str::to_owned)
    }),
];

/// `2 / 5`, once there is one: how many pieces of a direct order are ticked, of how many.
fn ticked(order: &Order) -> Option<String> {
    let lines = &order.basket.as_ref()?.lines;
    let done: u32 = lines.iter().map(|line| line.done).sum();
    let all: u32 = lines.iter().map(|line| line.quantity).sum();
    (done > 0).then(|| format!("{done} / {all}"))
}

fn price(order: &Order) -> String {
    let price = format::money(order.supplier_price.cents());
    let markup = format::percent(&order.markup_percentage.to_string());
    say!(
        "{price} with {markup} markup",
        "{price} mit {markup} Aufschlag"
    )
}

fn minutes(order: &Order) -> Option<String> {
    let minutes = order.estimated_delivery_time?.get();
    Some(plural(
        minutes.into(),
        ["minute", "Minute"],
        ["minutes", "Minuten"],
    ))
}

/// Each field that the event changed: its value before, if it had one, and after.
fn changes(before: Option<&Order>, after: &Order) -> Vec<String> {
    let changed = FIELDS.iter().filter_map(|(word, read)| {
        let (was, is) = (before.and_then(read), read(after));
        if was == is {
            return None;
        }
        let (word, is) = (t(*word), is.unwrap_or("–".to_owned()));
        Some(match was {
            Some(was) => format!("{word}: {was} → {is}"),
            None => format!("{word}: {is}"),
        })
    });
    changed.collect()
}
