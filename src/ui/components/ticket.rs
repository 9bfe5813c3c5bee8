//! The tickets of kitchen and dispatch: the name first, then the time, then people, then the one next step.

use super::basics::{
    Detail, Icon, changing, following, icon, icon_of, mark, name, pizza, short_moment, text,
};
use crate::{
    domain::{Board, DUE_SOON, Order, OrderId, Time},
    ui::{
        i18n::{
            format,
            locale::{Text, say, t},
        },
        live::{
            reactive::{memo, when_hydrated},
            store::LiveStore,
        },
        navigation::Navigator,
        route::Route,
    },
};
use chrono::TimeDelta;
use leptos::{html, prelude::*};

/// An order that waits longer than this is late soon, or late.
const LONG: TimeDelta = TimeDelta::minutes(5);
const TOO_LONG: TimeDelta = TimeDelta::minutes(15);
/// Where the server renders more tickets than this, they hold no seldom needed forms.
const MANY: usize = 20;
/// A change is marked as new for this long.
const JUST_NOW: TimeDelta = TimeDelta::seconds(3);

/// Added before a remaining time is cut to minutes, so that it is rounded up: of 25 minutes, 25 are left at first.
pub const ALMOST: TimeDelta = TimeDelta::seconds(59);

/// How late something is.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Level {
    Fine,
    Soon,
    Late,
}

impl Level {
    fn of(promised: Time, now: Time) -> Level {
        match promised - now {
            left if left < TimeDelta::zero() => Level::Late,
            left if left < DUE_SOON => Level::Soon,
            _ => Level::Fine,
        }
    }

    fn of_waiting(since: Time, now: Time) -> Level {
        match now - since {
            long if long >= TOO_LONG => Level::Late,
            long if long >= LONG => Level::Soon,
            _ => Level::Fine,
        }
    }

    fn face(self) -> (Option<&'static str>, Icon) {
        match self {
            Level::Fine => (None, Icon::Clock),
            Level::Soon => (Some("soon"), Icon::Hourglass),
            Level::Late => (Some("late"), Icon::Alert),
        }
    }
}

/// How late an order is, by its promise.
pub fn level(order: &Order) -> Signal<Level> {
    level_by(Signal::stored(order.promised()))
}

/// How late an order is, by a promise that may move.
pub fn level_by(promised: Signal<Option<Time>>) -> Signal<Level> {
    let store = LiveStore::from_context();
    following(move || {
        promised.get().map_or(Level::Fine, |promised| {
            Level::of(promised, store.about_now(promised))
        })
    })
}

/// How late an order is that waits for its next step: by its promise, or by how long it waits.
pub fn level_waiting(order: &Order) -> Signal<Level> {
    let (store, since) = (LiveStore::from_context(), order.updated_at);
    let promise = level(order);
    following(move || {
        let waiting = Level::of_waiting(since, store.about_now(since));
        if promise.get() > waiting {
            promise.get()
        } else {
            waiting
        }
    })
}

/// A ticket with its parts.
pub fn ticket<const N: usize>(order: &Order, class: &'static str, parts: [AnyView; N]) -> AnyView {
    ticket_at_level(order, class, level(order), None, parts.into())
}

/// As [`ticket`], with its own level, and a mark while it rings.
pub fn ticket_at_level(
    order: &Order,
    class: &'static str,
    level: Signal<Level>,
    rings: Option<Signal<bool>>,
    parts: Vec<AnyView>,
) -> AnyView {
    let late = mark(move || level.get().face().0);
    let rings = mark(move || rings.is_some_and(|rings| rings.get()).then_some(""));
    let new = just_now(order).then_some("");
    view! {
        <article class=class id=format!("o{}", order.id) tabindex="-1" data-level=late data-rings=rings data-new=new>
            {parts}
        </article>
    }
    .into_any()
}

/// Whether an order has just changed on this page. While a page is being hydrated, no order has.
pub fn just_now(order: &Order) -> bool {
    let store = LiveStore::from_context();
    store.is_hydrated_untracked() && store.now_untracked() - order.updated_at < JUST_NOW
}

/// The drawing, the name, the number, and `more`.
pub fn head(order: &Order, more: AnyView) -> AnyView {
    view! {
        <header class="head">
            {pizza(&order.pizza_name, Detail::Ticket)}
            <h3>{name(&order.pizza_name)}</h3>
            <p class="meta" translate="no"><b class="number">{order.id.number()}</b> " " {more}</p>
        </header>
    }
    .into_any()
}

/// When the order is due: in how long, and at what time. Nothing where no time was promised.
pub fn due(order: &Order) -> AnyView {
    due_at(order, |_| ().into_any())
}

/// As [`due`], and before the time at the door the one that the kitchen lives by until then.
pub fn due_at(order: &Order, before: fn(Time) -> AnyView) -> AnyView {
    let store = LiveStore::from_context();
    let Some(promised) = order.promised() else {
        return ().into_any();
    };
    let words = text(move || to_go(promised, store.about_now(promised)));
    let door = view! { {before(promised)} {t(["door ", "Tür "])} {short_moment(promised)} };
    timed_line(level(order), words, door.into_any())
}

/// The time left until a promise: `In 4 min`, `7 min late`.
pub fn to_go(promised: Time, now: Time) -> String {
    match promised - now {
        left if left < TimeDelta::zero() => late_by(-left),
        left if left.num_minutes() == 0 => t(["Due now", "Jetzt fällig"]).to_owned(),
        left => {
            let left = format::duration(left + ALMOST);
            say!("In {left}", "In {left}")
        }
    }
}

/// `7 min late`
pub fn late_by(delay: TimeDelta) -> String {
    let late = format::duration(delay);
    say!("{late} late", "{late} zu spät")
}

/// `3 late`: how many of these orders are past their promise. What is due first comes first in the list; where all of it
/// is late and there are more `beyond` it, `50+ late`.
pub fn late_count(listed: Memo<Vec<OrderId>>, beyond: Memo<usize>) -> AnyView {
    let store = LiveStore::from_context();
    let late = memo(move |_| {
        let now = store.now();
        let late = |board: &Board| {
            let orders = listed.get();
            let there = orders.len();
            let orders = orders.iter().filter_map(|id| board.get(*id));
            let due = orders.take_while(|order| order.due() < now);
            let late = due.filter(|order| order.is_late(now)).count();
            (late, late == there && beyond.get() > 0)
        };
        store.with(|board| board.map_or((0, false), late))
    });
    changing(move || match late.get() {
        (0, _) => None,
        (n, has_more) => {
            let more = if has_more { "+" } else { "" };
            let words = say!("{n}{more} late", "{n}{more} zu spät");
            Some(view! { <span class="late" translate="no">{words}</span> }.into_any())
        }
    })
}

/// A time that may be late, which the word and the icon show as well as the colour.
fn timed_line(level: Signal<Level>, time: Signal<String>, what: AnyView) -> AnyView {
    let symbol = icon_of(move || level.get().face().1);
    view! { <p class="due" translate="no">{symbol} <span><b>{time}</b> " " <span>{what}</span></span></p> }
        .into_any()
}

/// Content that is seldom needed, behind its `summary`. A hydrated page creates it when it is opened first: hundreds of
/// tickets would hold hundreds of hidden forms, and a browser goes through all of them whenever one is added.
pub fn folded(summary: AnyView, what: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    fold(summary, Signal::stored(false), None, Box::new(what))
}

/// What is seldom needed of a ticket, behind its button "…": that is named to screen readers. It is open while it needs
/// the reader's attention. Where the server renders many tickets, each has a link in its place, to the page with this
/// ticket unfolded: the forms of all of them would be most of the page.
pub fn seldom(
    order: Memo<Order>,
    named: Text,
    open: Signal<bool>,
    what: impl Fn() -> AnyView + Send + Sync + 'static,
) -> AnyView {
    boxed_seldom(order, named, open, Box::new(what))
}

/// Compiled once for all panels, as [`fold`] is.
pub(super) fn boxed_seldom(
    order: Memo<Order>,
    named: Text,
    open: Signal<bool>,
    what: View,
) -> AnyView {
    let (store, route) = (
        LiveStore::from_context(),
        Navigator::from_context().get_untracked(),
    );
    let (id, label) = order.with_untracked(|o| (o.id, more_label(o, named)));
    let button =
        view! { <summary class="button square" aria-label=label>{icon(Icon::More)}</summary> };
    let is_first = !store.is_hydrated_untracked();
    let open = match is_first && route.unfolds(id) {
        true => Signal::stored(true),
        false => open,
    };
    let has_link = is_first && !open.get_untracked() && is_crowded(store);
    let page = route.unfolding(id).filter(|_| has_link);
    let instead = page.map(|page| -> View { Box::new(move || link_to(&page, id, named)) });
    fold(button.into_any(), open, instead, what)
}

fn more_label(order: &Order, named: Text) -> String {
    let more = t(["More", "Mehr"]);
    format!(
        "{more}: {}: {} {}",
        t(named),
        order.pizza_name,
        order.id.number()
    )
}

fn is_crowded(store: LiveStore) -> bool {
    let is_crowded = |board: &Board| board.listed().nth(MANY).is_some();
    untrack(|| store.with(|board| board.is_some_and(is_crowded)))
}

fn link_to(page: &Route, id: OrderId, named: Text) -> AnyView {
    let to = format!("{}#o{id}", page.address());
    view! { <p class="stack"><a class="button" href=to>{t(named)}</a></p> }.into_any()
}

pub(super) type View = Box<dyn Fn() -> AnyView + Send + Sync>;

/// What a fold holds.
#[derive(Clone, Copy, PartialEq)]
enum Folded {
    Nothing,
    Link,
    All,
}

/// `what` behind `summary`; on a page that is not hydrated, `instead` of it, if that is given.
pub(super) fn fold(
    summary: AnyView,
    open: Signal<bool>,
    instead: Option<View>,
    what: View,
) -> AnyView {
    let details = NodeRef::<html::Details>::new();
    let is_new = LiveStore::from_context().is_hydrated_untracked() && !open.get_untracked();
    let first = match &instead {
        _ if is_new => Folded::Nothing,
        Some(_) => Folded::Link,
        None => Folded::All,
    };
    let holds = RwSignal::new(first);
    if first != Folded::Nothing {
        when_hydrated(move || {
            let details = details.get();
            let is_open = details.is_some_and(|details| details.has_attribute("open"));
            match is_open {
                false => holds.set(Folded::Nothing),
                // What is in it stays as it is, if it may.
                true if first == Folded::All => {}
                true => holds.set(Folded::All),
            }
        });
    }
    let held = changing(move || match holds.get() {
        Folded::Nothing => None,
        Folded::Link => instead.as_ref().map(|instead| instead()),
        Folded::All => Some(what()),
    });
    let unfold = move |_| holds.set(Folded::All);
    view! { <details node_ref=details open=open on:toggle=unfold>{summary} {held}</details> }
        .into_any()
}

/// The order of a button, for screen readers.
pub fn which(order: &Order) -> AnyView {
    view! { <span class="unseen">{format!(": {} {}", order.pizza_name, order.id.number())}</span> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_late_after_its_promise_or_a_long_wait() {
        let now = Time::from_millis(1_780_000_000_000);
        let after = |minutes| now + TimeDelta::minutes(minutes);
        assert_eq!(
            [6, 5, 4, 0, -1].map(|minutes| Level::of(after(minutes), now)),
            [
                Level::Fine,
                Level::Fine,
                Level::Soon,
                Level::Soon,
                Level::Late
            ]
        );
        assert_eq!(
            [0, 4, 5, 14, 15].map(|minutes| Level::of_waiting(after(-minutes), now)),
            [
                Level::Fine,
                Level::Fine,
                Level::Soon,
                Level::Soon,
                Level::Late
            ]
        );
        assert_eq!(
            [25, 0, -7].map(|minutes| to_go(after(minutes), now)),
            ["In 25 min", "Due now", "7 min late"]
        );
    }
}
