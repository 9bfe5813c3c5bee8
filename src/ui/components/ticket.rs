//! What hangs on the rails of kitchen and dispatch: name first, then time, then people, then the one next step.

use super::basics::{Detail, Icon, changing, following, icon_of, mark, moment, name, pizza, text};
use crate::{
    domain::{Order, SOON, Time},
    ui::{
        i18n::{
            locale::{say, t},
            messages,
        },
        live::store::LiveStore,
        place::when_hydrated,
    },
};
use chrono::TimeDelta;
use leptos::{html, prelude::*};

/// Whoever waits longer than this for somebody else has been forgotten, soon and for good.
const LONG: TimeDelta = TimeDelta::minutes(5);
const TOO_LONG: TimeDelta = TimeDelta::minutes(15);
/// What has happened within this time is new to whoever looks.
const JUST_NOW: TimeDelta = TimeDelta::seconds(3);

/// What is left is counted in minutes begun: of 25, all 25 are left at first.
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
            left if left < SOON => Level::Soon,
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

/// How late an order is: by its promise.
pub fn level(order: &Order) -> Signal<Level> {
    let store = LiveStore::here();
    let promised = order.promised();
    following(move || {
        promised.map_or(Level::Fine, |promised| {
            Level::of(promised, store.about_now(promised))
        })
    })
}

/// How late an order is that waits for somebody where it is now: by its promise, or by how long it waits.
pub fn level_waiting(order: &Order) -> Signal<Level> {
    let (store, since) = (LiveStore::here(), order.updated_at);
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

/// A ticket with what stands on it.
pub fn ticket<const N: usize>(order: &Order, class: &'static str, parts: [AnyView; N]) -> AnyView {
    hang(order, class, level(order), None, parts.into())
}

/// As [`ticket`], where it says by itself how late it is, and may ring.
pub fn hang(
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

/// Whether an order has just changed before one's eyes: a page that has just been opened shows all of them at once.
pub fn just_now(order: &Order) -> bool {
    let store = LiveStore::here();
    store.is_hydrated_untracked() && store.now_untracked() - order.updated_at < JUST_NOW
}

/// Drawing, name, number, and what `more` says.
pub fn head(order: &Order, more: AnyView) -> AnyView {
    view! {
        <header class="head">
            {pizza(&order.pizza_name, Detail::Ticket)}
            <h3>{name(&order.pizza_name)}</h3>
            <p class="meta"><b class="number">{order.id.number()}</b> " " {more}</p>
        </header>
    }
    .into_any()
}

/// When it is due: how long, and when. Nothing where nothing was promised.
pub fn due(order: &Order) -> AnyView {
    let store = LiveStore::here();
    let Some(promised) = order.promised() else {
        return ().into_any();
    };
    let words = text(move || to_go(promised, store.about_now(promised)));
    let promised = view! { {t(["promised ", "zugesagt "])} {moment(promised)} };
    said_late(level(order), words, promised.into_any())
}

/// What is left until a promise: `In 4 min`, `7 min late`.
pub fn to_go(promised: Time, now: Time) -> String {
    match promised - now {
        left if left.num_minutes() == 0 => t(["Due now", "Jetzt fällig"]).to_owned(),
        left if left < TimeDelta::zero() => {
            let late = messages::duration(-left);
            say!("{late} late", "{late} zu spät")
        }
        left => {
            let left = messages::duration(left + ALMOST);
            say!("In {left}", "In {left}")
        }
    }
}

/// How long it has waited where it is now, and for what.
pub fn waiting(order: &Order, for_what: &'static str) -> AnyView {
    let (store, since) = (LiveStore::here(), order.updated_at);
    let long = text(move || messages::duration(store.about_now(since) - since));
    said_late(level_waiting(order), long, for_what.into_any())
}

/// A time that may be late: by word and shape, then by colour.
fn said_late(level: Signal<Level>, time: Signal<String>, what: AnyView) -> AnyView {
    let symbol = icon_of(move || level.get().face().1);
    view! { <p class="due">{symbol} <span><b>{time}</b> " " <span>{what}</span></span></p> }
        .into_any()
}

/// What is seldom needed, behind its `summary`. A page that is awake makes it when it is opened first: hundreds of
/// tickets would hold hundreds of forms that nobody sees, and browsers look through all of them whenever one comes.
pub fn folded(summary: AnyView, what: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let details = NodeRef::<html::Details>::new();
    let opened = RwSignal::new(!LiveStore::here().is_hydrated_untracked());
    if opened.get_untracked() {
        when_hydrated(move || {
            let details = details.get();
            opened.set(details.is_some_and(|details| details.has_attribute("open")));
        });
    }
    let what = changing(move || opened.get().then(&what));
    let open = move |_| opened.set(true);
    view! { <details node_ref=details on:toggle=open>{summary} {what}</details> }.into_any()
}

/// Tells one button from the next, for those who do not see where it stands.
pub fn which(order: &Order) -> AnyView {
    view! { <span class="unseen">{format!(": {} {}", order.pizza_name, order.id.number())}</span> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn late_is_what_breaks_its_promise_or_waits_too_long() {
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
