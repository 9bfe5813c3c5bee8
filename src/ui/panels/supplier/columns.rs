//! The columns: one for each stage, and on a phone a stop of the jump bar for each. What is due first is on top. A
//! cancelled order keeps its place in its column until the kitchen takes it down.

use super::{answer, bell::Bell, kitchen::KitchenFilter, tickets};
use crate::{
    domain::{Order, OrderId, Role, Status},
    ui::{
        components::{
            basics::{Icon, changing, count, icon},
            list,
            more::{beyond, more, read_on_near_end, total},
            stable_list::{arrived, stable},
            ticket::late_count,
            undo::left,
        },
        i18n::locale::{Text, say, t},
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::prelude::*;

struct Column {
    /// The stages of its orders, see [`Order::kitchen_stage`].
    of: &'static [Status],
    title: Text,
    /// The title in the jump bar.
    short: Text,
    /// Whether an order here asks for attention.
    calls: bool,
    /// Whether its orders are promised to a customer.
    is_promised: bool,
    /// Whether the kitchen works here. Another column is a narrow strip on a wide screen, until it is opened.
    is_work: bool,
    ticket: fn(Memo<Order>) -> AnyView,
    empty: Text,
}

const COLUMNS: [Column; 6] = [
    Column {
        of: &[Status::PendingSupplier],
        title: ["To answer", "Zu beantworten"],
        short: ["Answer", "Antwort"],
        calls: true,
        is_promised: false,
        is_work: true,
        ticket: answer::to_answer,
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
        is_promised: false,
        is_work: false,
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
        is_promised: true,
        is_work: true,
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
        is_promised: true,
        is_work: true,
        ticket: tickets::in_the_oven,
        empty: ["The oven is empty.", "Der Ofen ist leer."],
    },
    Column {
        of: &[Status::Ready],
        title: ["Ready", "Fertig"],
        short: ["Ready", "Fertig"],
        calls: false,
        is_promised: true,
        is_work: false,
        ticket: tickets::ready,
        empty: [
            "Nothing waits for a driver.",
            "Nichts wartet auf einen Fahrer.",
        ],
    },
    Column {
        of: &[Status::InTransit, Status::Dispatched],
        title: ["Out", "Unterwegs"],
        short: ["Out", "Tour"],
        calls: false,
        is_promised: true,
        is_work: false,
        ticket: tickets::out,
        empty: ["No driver is out.", "Kein Fahrer ist unterwegs."],
    },
];

impl Column {
    fn status(&self) -> Status {
        self.of[0]
    }
}

/// The columns, and their stops in the jump bar.
pub fn columns(kitchen: KitchenFilter, bell: Bell) -> (Vec<AnyView>, Vec<AnyView>) {
    COLUMNS
        .into_iter()
        .map(|column| {
            let gone = bell.gone(column.status(), kitchen);
            let listed = listed(column.of, gone, kitchen);
            let total = total(column.of, move || {
                listed.with(Vec::len).saturating_sub(gone.with(Vec::len))
            });
            let stop = stop(&column, total);
            (view(column, listed, total, gone, kitchen), stop)
        })
        .unzip()
}

/// Whether an order that is not cancelled stands in a column of these stages. What is ordered from a menu, and not
/// answered, stands beside the offers that are not.
fn stands_in(of: &[Status], order: &Order) -> bool {
    order.status != Status::Cancelled && of.contains(&order.kitchen_stage())
}

/// The orders of a column, and those that were cancelled there: what is due first on top.
fn listed(
    of: &'static [Status],
    gone: Memo<Vec<OrderId>>,
    kitchen: KitchenFilter,
) -> Memo<Vec<OrderId>> {
    LiveStore::from_context().view(move |board| {
        let (kitchen, scope) = (kitchen.get(), &board.query().scope);
        let is_listed =
            |order: &&Order| stands_in(of, order) && scope.is_of_kitchen(order, kitchen.as_deref());
        let orders = board.listed().filter(is_listed);
        let places = orders.map(|order| (order.due(), order.id));
        gone.with(|gone| {
            let gone = gone.iter().filter_map(|id| board.get(*id));
            // Where it stood before.
            let gone = gone.map(|order| (order.promised().unwrap_or(order.due()), order.id));
            list::by_time(places.chain(gone))
        })
    })
}

fn view(
    column: Column,
    listed: Memo<Vec<OrderId>>,
    total: Memo<usize>,
    gone: Memo<Vec<OrderId>>,
    kitchen: KitchenFilter,
) -> AnyView {
    let (status, beyond) = (column.status(), beyond(column.of));
    let more = changing(move || Some(more(beyond, status, kitchen.get())));
    let heading = format!("h-{status}");
    let rows = stable(listed);
    let (of, ticket, crowded) = (column.of, column.ticket, list::is_crowded(rows.shown));
    let row = move |order: Memo<Order>| {
        let is_here = list::is_here(order, move |order| match order.status {
            Status::Cancelled => gone.with(|gone| gone.contains(&order.id)),
            _ => stands_in(of, order),
        });
        let ticket = move || ticket_or_cancelled(order, ticket);
        list::entry(order, crowded, is_here, ticket, move || {
            left(order, Role::Supplier)
        })
    };
    let is_empty = memo(move |_| rows.shown.with(Vec::is_empty));
    let none = changing(move || {
        is_empty
            .get()
            .then(|| view! { <p class="empty small">{t(column.empty)}</p> }.into_any())
    });
    let class = if column.is_work {
        "column"
    } else {
        "column strip"
    };
    let opener = (!column.is_work).then(|| opener(&column));
    view! {
        // Focusable, so that the keyboard can scroll it even where it holds no button.
        <section class=class id=status.name() aria-labelledby=heading.clone() data-status=status.name() tabindex="0"
            on:scroll=move |event| read_on_near_end(&event, beyond)>
            <header>
                {icon(Icon::Of(status))} <h2 id=heading.clone()>{t(column.title)}</h2> {arrived(rows)}
                {column.is_promised.then(|| late_count(listed, beyond))} {count(total, column.calls)} {opener}
            </header>
            <ol>{list::orders(rows.shown, row)}</ol>
            {more}
            {none}
        </section>
    }
    .into_any()
}

/// Opens and folds a strip, without the program too.
fn opener(column: &Column) -> AnyView {
    let name = t(column.title);
    let label = say!("Show “{name}”", "„{name}“ zeigen");
    view! { <label class="opener"><input type="checkbox" autocomplete="off" aria-label=label/> {icon(Icon::Down)}</label> }.into_any()
}

fn ticket_or_cancelled(order: Memo<Order>, ticket: fn(Memo<Order>) -> AnyView) -> AnyView {
    let is_cancelled = memo(move |_| order.with(|order| order.status == Status::Cancelled));
    changing(move || {
        Some(match is_cancelled.get() {
            true => tickets::cancelled(order),
            false => ticket(order),
        })
    })
}

/// A phone shows the columns below each other; a stop jumps to one of them.
fn stop(column: &Column, total: Memo<usize>) -> AnyView {
    let status = column.status();
    view! {
        <li>
            <a href=format!("#{status}")>
                {icon(Icon::Of(status))} {t(column.short)} " " {count(total, column.calls)}
            </a>
        </li>
    }
    .into_any()
}
