//! The kitchen: what is to answer, on offer, to prepare, in the oven, ready, out. And new offers.

mod bell;
mod offer;
mod tickets;

pub use bell::Bell;

use crate::{
    domain::{Order, OrderId, Status},
    ui::{
        locale::{Text, t},
        market::Market,
        parts::{
            form::typed_early,
            list,
            small::{Detail, Icon, changing, count, digits, icon, name, pizza, text},
        },
        place::{Here, Kitchen, Place, when_awake},
        settings::{kitchen_cookie, kitchen_of_device, set_cookie},
        words::is_of,
    },
};
use leptos::prelude::*;

/// The kitchen that this screen belongs to; all of them, where it belongs to none.
type Whose = Memo<Option<String>>;

/// A column, or on a phone a stop of the jump bar.
struct Column {
    of: &'static [Status],
    title: Text,
    short: Text,
    /// Whether what stands here calls somebody.
    calls: bool,
    ticket: fn(Memo<Order>) -> AnyView,
    empty: Text,
}

const COLUMNS: [Column; 6] = [
    Column {
        of: &[Status::PendingSupplier],
        title: ["To answer", "Zu beantworten"],
        short: ["Answer", "Antwort"],
        calls: true,
        ticket: tickets::to_answer,
        empty: [
            "New pizzas of yours land here.",
            "Deine neuen Pizzen landen hier.",
        ],
    },
    Column {
        of: &[Status::SupplierAccepted],
        title: ["On offer", "Im Angebot"],
        short: ["On offer", "Angebot"],
        calls: false,
        ticket: tickets::on_offer,
        empty: [
            "What you accept is offered here.",
            "Was du annimmst, wird hier angeboten.",
        ],
    },
    Column {
        of: &[Status::CustomerAccepted],
        title: ["To prepare", "Zu backen"],
        short: ["Prepare", "Backen"],
        calls: true,
        ticket: tickets::to_prepare,
        empty: [
            "What customers take lands here.",
            "Was Kunden bestellen, landet hier.",
        ],
    },
    Column {
        of: &[Status::Preparing],
        title: ["In the oven", "Im Ofen"],
        short: ["Oven", "Ofen"],
        calls: false,
        ticket: tickets::in_the_oven,
        empty: ["The oven is empty.", "Der Ofen ist leer."],
    },
    Column {
        of: &[Status::Ready],
        title: ["Ready", "Fertig"],
        short: ["Ready", "Fertig"],
        calls: false,
        ticket: tickets::ready,
        empty: [
            "Nothing waits for a driver.",
            "Nichts wartet auf einen Fahrer.",
        ],
    },
    Column {
        of: &[Status::InTransit, Status::Dispatched],
        title: ["Out", "Unterwegs"],
        short: ["Out", "Weg"],
        calls: false,
        ticket: tickets::out,
        empty: ["No driver is out.", "Kein Fahrer ist unterwegs."],
    },
];

pub fn supplier() -> AnyView {
    let whose: Whose = Here::now().memo(|place| match place {
        Place::Supplier { kitchen } => kitchen.name().map(str::to_owned),
        _ => None,
    });
    let bell = Bell::here();
    bell.watch(whose);
    remember_the_kitchen();
    tickets::after_printing();
    let columns: Vec<_> = COLUMNS
        .into_iter()
        .map(|column| (listed(column.of, whose), column))
        .collect();
    let stops: Vec<_> = columns
        .iter()
        .map(|(listed, column)| stop(column, *listed))
        .collect();
    let columns: Vec<_> = columns
        .into_iter()
        .map(|(listed, column)| {
            let gone = bell.gone(column.of[0], whose);
            rail(column, listed, gone)
        })
        .collect();
    let heading = text(move || {
        whose
            .get()
            .unwrap_or_else(|| t(["All kitchens", "Alle Küchen"]).to_owned())
    });
    view! {
        {bell.banner()}
        <main id="main" class="kitchen" tabindex="-1">
            <div class="page-head">
                <h1><bdi>{heading}</bdi></h1>
                <a class="button to-dock" href="#new-offer">{icon(Icon::Plus)} {t(["New offer", "Neues Angebot"])}</a>
                {still_to_make(whose)}
                <div class="row">{bell.switch()} {pick_a_kitchen(whose)}</div>
            </div>
            <div class="board">{columns}</div>
            {tickets::earlier_notes()}
            {bell.player()}
        </main>
        {offer::dock(whose)}
        <nav class="jump" aria-label=t(["Columns", "Spalten"])><ul>{stops}</ul></nav>
    }
    .into_any()
}

/// Orders in some states, longest there first: a new one lands at the end, and nothing moves under a finger.
fn listed(of: &'static [Status], whose: Whose) -> Memo<Vec<OrderId>> {
    Market::here().view(move |board| {
        let kitchen = whose.get();
        let here = |order: &&Order| of.contains(&order.status) && is_of(order, kitchen.as_deref());
        let orders = board.orders().filter(here);
        list::by_time(orders.map(|order| (order.updated_at, order.id)))
    })
}

fn length(listed: Memo<Vec<OrderId>>) -> Memo<usize> {
    Memo::new(move |_| listed.with(Vec::len))
}

fn rail(column: Column, listed: Memo<Vec<OrderId>>, gone: Memo<Vec<OrderId>>) -> AnyView {
    let status = column.of[0];
    let heading = format!("h-{status}");
    let ticket = column.ticket;
    let crowded = list::is_crowded(listed);
    let row = move |order: Memo<Order>| {
        let is_gone = Memo::new(move |_| order.with(|order| order.status == Status::Cancelled));
        let ticket = move || match is_gone.get() {
            true => tickets::gone(order),
            false => ticket(order),
        };
        list::entry(order, crowded, move || changing(move || Some(ticket())))
    };
    let hangs = Memo::new(move |before: Option<&Vec<OrderId>>| {
        let before = before.map(Vec::as_slice).unwrap_or_default();
        in_place(before, listed.get(), &gone.get())
    });
    let is_empty = Memo::new(move |_| hangs.with(Vec::is_empty));
    let none = changing(move || {
        is_empty
            .get()
            .then(|| view! { <p class="empty small">{t(column.empty)}</p> }.into_any())
    });
    view! {
        // Focusable, so that it can be scrolled by keyboard even where it holds nothing to press.
        <section class="column" id=status.name() aria-labelledby=heading.clone() data-status=status.name() tabindex="0">
            <header>
                {icon(Icon::Of(status))} <h2 id=heading.clone()>{t(column.title)}</h2> {count(length(listed), column.calls)}
            </header>
            <ol>{list::orders(hangs, row)}</ol>
            {none}
        </section>
    }
    .into_any()
}

/// What is listed, and what is gone where it hung before: nothing moves under a finger. What nobody has seen there
/// hangs at the end.
fn in_place(before: &[OrderId], mut listed: Vec<OrderId>, gone: &[OrderId]) -> Vec<OrderId> {
    for id in gone {
        let place = match before.iter().position(|one| one == id) {
            None => listed.len(),
            Some(hung) => {
                let above = before[..hung].iter().rev();
                let mut above = above.filter_map(|id| listed.iter().position(|one| one == id));
                above.next().map_or(0, |above| above + 1)
            }
        };
        listed.insert(place, *id);
    }
    listed
}

/// On a phone the columns stand below each other; the thumb goes to one of them.
fn stop(column: &Column, listed: Memo<Vec<OrderId>>) -> AnyView {
    let status = column.of[0];
    view! {
        <li>
            <a href=format!("#{status}")>
                {icon(Icon::Of(status))} {t(column.short)} " " {count(length(listed), column.calls)}
            </a>
        </li>
    }
    .into_any()
}

/// How many of each pizza are to be made or being made, each at its place by name.
fn still_to_make(whose: Whose) -> AnyView {
    fn is_to_make(order: &Order, kitchen: Option<&str>) -> bool {
        matches!(order.status, Status::CustomerAccepted | Status::Preparing)
            && is_of(order, kitchen)
    }
    let market = Market::here();
    let pizzas = market.view(move |board| {
        let kitchen = whose.get();
        let orders = board
            .orders()
            .filter(|order| is_to_make(order, kitchen.as_deref()));
        list::sorted(orders.map(|order| order.pizza_name.to_string()))
    });
    let line = move |of: String| {
        let (drawn, named) = (pizza(&of, Detail::Ticket), name(&of));
        let number = market.view(move |board| {
            let kitchen = whose.get();
            let orders = board.orders();
            orders
                .filter(|order| *order.pizza_name == *of && is_to_make(order, kitchen.as_deref()))
                .count()
        });
        let number = digits(number);
        view! { <li>{drawn} <data value=number>{number}</data> " " {named}</li> }.into_any()
    };
    let none = changing(move || {
        pizzas
            .with(Vec::is_empty)
            .then(|| view! { <p class="soft">{t(["nothing", "nichts"])}</p> }.into_any())
    });
    view! {
        <section class="all-day" aria-labelledby="all-day">
            <h2 id="all-day">{t(["Still to make", "Noch zu backen"])}</h2>
            <ul tabindex="0" aria-labelledby="all-day">{list::names(pizzas, line)}</ul>
            {none}
        </section>
    }
    .into_any()
}

/// An address that names a kitchen, or all of them, is what this device remembers; one that says nothing leads to
/// what it remembers.
fn remember_the_kitchen() {
    let here = Here::now();
    when_awake(move || {
        let Place::Supplier { kitchen } = here.get() else {
            return;
        };
        if let Some(cookie) = kitchen_cookie(&kitchen) {
            set_cookie(&cookie);
        } else if let (Kitchen::Own, Some(name)) = (kitchen, kitchen_of_device()) {
            let kitchen = Kitchen::One(name);
            here.correct(Place::Supplier { kitchen });
        }
    });
}

/// Which kitchen this screen belongs to.
fn pick_a_kitchen(whose: Whose) -> AnyView {
    let (here, market) = (Here::now(), Market::here());
    let kitchens = market.view(move |board| {
        let names = board.orders().map(|order| order.supplier_name.to_string());
        list::sorted(names.chain(whose.get()))
    });
    let option = move |name: String| {
        let chosen = whose.get_untracked().as_ref() == Some(&name);
        view! { <option value=name.clone() selected=chosen>{name.clone()}</option> }.into_any()
    };
    let go = move |name: String| {
        let kitchen = match name {
            all if all.is_empty() => Kitchen::All,
            name => Kitchen::One(name),
        };
        here.go(Place::Supplier { kitchen });
    };
    let chosen = whose.get_untracked().unwrap_or_default();
    let early = typed_early("kitchen").filter(|early| *early != chosen);
    if let Some(early) = early {
        when_awake(move || go(early.clone()));
    }
    let choose = move |event| go(event_target_value(&event));
    let chosen = text(move || whose.get().unwrap_or_default());
    let show = changing(move || {
        market
            .is_asleep()
            .then(|| view! { <button class="button">{t(["Show", "Zeigen"])}</button> }.into_any())
    });
    view! {
        <form class="row" action="/supplier">
            <label for="kitchen" class="soft">{t(["Kitchen", "Küche"])}</label>
            <select class="input narrow" id="kitchen" name="kitchen" prop:value=chosen on:input=choose>
                <option value="">{t(["All kitchens", "Alle Küchen"])}</option>
                {list::names(kitchens, option)}
            </select>
            {show}
        </form>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_gone_hangs_where_it_hung() {
        let ids = |ids: &[u128]| -> Vec<OrderId> {
            let id = |n: &u128| OrderId(Uuid::from_u128(*n));
            ids.iter().map(id).collect()
        };
        let hangs = |before, listed, gone| in_place(&ids(before), ids(listed), &ids(gone));
        assert_eq!(hangs(&[1, 2, 3], &[1, 3, 4], &[2]), ids(&[1, 2, 3, 4]));
        // Its neighbours may be gone, too, or have gone on.
        assert_eq!(hangs(&[1, 2, 3, 4], &[4], &[3, 1]), ids(&[1, 3, 4]));
        assert_eq!(hangs(&[1, 2, 3], &[1], &[3, 2]), ids(&[1, 2, 3]));
        // On a page that has just been opened.
        assert_eq!(hangs(&[], &[1, 2], &[3]), ids(&[1, 2, 3]));
    }
}
