//! The columns: one for each stage, and on a phone a stop of the jump bar for each. A cancelled order keeps its place in
//! its column until the kitchen takes it down.

use super::{answer, bell::Bell, kitchen::KitchenFilter, tickets};
use crate::{
    domain::{Order, OrderId, Status},
    ui::{
        components::{
            basics::{Icon, changing, count, icon},
            list,
            more::{beyond, more, read_on_near_end, total},
        },
        i18n::locale::{Text, t},
        live::{reactive::memo, store::LiveStore},
        route::is_of,
    },
};
use leptos::prelude::*;

struct Column {
    of: &'static [Status],
    title: Text,
    /// The title in the jump bar.
    short: Text,
    /// Whether an order here asks for attention.
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
            let listed = listed(column.of, kitchen);
            let gone = bell.gone(column.status(), kitchen);
            let total = total(column.of, move || listed.with(Vec::len));
            let stop = stop(&column, total);
            (view(column, listed, total, gone, kitchen), stop)
        })
        .unzip()
}

/// The orders of a column. A new one comes last, so that no ticket moves under a finger.
fn listed(of: &'static [Status], kitchen: KitchenFilter) -> Memo<Vec<OrderId>> {
    LiveStore::from_context().view(move |board| {
        let kitchen = kitchen.get();
        let is_listed =
            |order: &&Order| of.contains(&order.status) && is_of(order, kitchen.as_deref());
        let orders = board.listed().filter(is_listed);
        list::by_time(orders.map(|order| (order.updated_at, order.id)))
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
    let (ticket, crowded) = (column.ticket, list::is_crowded(listed));
    let row = move |order| list::entry(order, crowded, move || ticket_or_cancelled(order, ticket));
    let shown = memo(move |before: Option<&Vec<OrderId>>| {
        let before = before.map(Vec::as_slice).unwrap_or_default();
        in_place(before, listed.get(), &gone.get())
    });
    let is_empty = memo(move |_| shown.with(Vec::is_empty));
    let none = changing(move || {
        is_empty
            .get()
            .then(|| view! { <p class="empty small">{t(column.empty)}</p> }.into_any())
    });
    view! {
        // Focusable, so that the keyboard can scroll it even where it holds no button.
        <section class="column" id=status.name() aria-labelledby=heading.clone() data-status=status.name() tabindex="0"
            on:scroll=move |event| read_on_near_end(&event, beyond)>
            <header>
                {icon(Icon::Of(status))} <h2 id=heading.clone()>{t(column.title)}</h2> {count(total, column.calls)}
            </header>
            <ol>{list::orders(shown, row)}</ol>
            {more}
            {none}
        </section>
    }
    .into_any()
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

/// The listed orders, with each cancelled one below the neighbour that it had before. One that was not there before
/// comes last.
fn in_place(before: &[OrderId], mut listed: Vec<OrderId>, gone: &[OrderId]) -> Vec<OrderId> {
    for id in gone {
        let at = match before.iter().position(|one| one == id) {
            None => listed.len(),
            Some(before_at) => {
                let above = before[..before_at].iter().rev();
                let mut above = above.filter_map(|id| listed.iter().position(|one| one == id));
                above.next().map_or(0, |above| above + 1)
            }
        };
        listed.insert(at, *id);
    }
    listed
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

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_cancelled_order_keeps_its_place() {
        let ids = |ids: &[u128]| -> Vec<OrderId> {
            let id = |n: &u128| OrderId(Uuid::from_u128(*n));
            ids.iter().map(id).collect()
        };
        let shown = |before, listed, gone| in_place(&ids(before), ids(listed), &ids(gone));
        assert_eq!(shown(&[1, 2, 3], &[1, 3, 4], &[2]), ids(&[1, 2, 3, 4]));
        // Its neighbours may be cancelled, too, or in the next column.
        assert_eq!(shown(&[1, 2, 3, 4], &[4], &[3, 1]), ids(&[1, 3, 4]));
        assert_eq!(shown(&[1, 2, 3], &[1], &[3, 2]), ids(&[1, 2, 3]));
        // On a page that has just been opened.
        assert_eq!(shown(&[], &[1, 2], &[3]), ids(&[1, 2, 3]));
    }
}
