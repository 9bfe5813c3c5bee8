//! The tickets of the kitchen, from an offer to the driver: each with its one next step.

use super::{
    Bell,
    cancel::{cancellation, withdraw},
    direct::{late, to_read, to_tick, unticked, waits_until},
    print::{on_paper, print_button},
    sold_out::sold_out,
};
use crate::{
    api,
    domain::{Actor, CommandKind, Order, Role, Status, Time, kitchen_deadlines},
    ui::{
        browser::dom::focus_if_lost_soon,
        components::{
            basics::{Icon, badge, changing, icon, name, short_moment, since},
            form::{ActionForm, refused},
            list::neighbour_ticket,
            ticket::{
                due, due_at, folded, head, level, level_by, seldom, ticket, ticket_at_level, which,
            },
            undo::{take_back, undo},
        },
        i18n::{
            domain_texts, format,
            locale::{Text, t},
            menu_texts,
        },
        live::{reactive::memo, store::LiveStore},
        navigation::Navigator,
        route::Route,
    },
};
use leptos::{ev, prelude::*, server_fn::ServerFn};

pub fn on_offer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let minutes = o
        .estimated_delivery_time
        .map(|minutes| format!(" · {} min", minutes.get()));
    let offer = format!(
        "{}{}",
        format::money(o.total()),
        minutes.unwrap_or_default()
    );
    let offer = view! { <p class="meta" translate="no">{offer}</p> }.into_any();
    let head = head(&o, kitchen_name(&o, ""));
    let parts = [head, offer, withdraw(order), refused(o.id)];
    ticket(&o, "ticket slim", parts)
}

/// What is for later waits, folded, until its slot in the kitchen begins.
pub fn to_prepare(order: Memo<Order>) -> AnyView {
    let begins = waits_until(order);
    changing(move || {
        Some(match begins.get() {
            Some(begins) => for_later(order, begins),
            None => next_to_prepare(order),
        })
    })
}

fn for_later(order: Memo<Order>, begins: Time) -> AnyView {
    let o = order.get_untracked();
    let bell = Bell::from_context();
    let rings = bell.rings(order);
    let summary = view! {
        <summary>{icon(Icon::Clock)} <span>{t(["begin at ", "anfangen um "])} <b>{short_moment(begins)}</b></span> {which(&o)}</summary>
    };
    let more = folded(summary.into_any(), move || {
        let lines = order.with_untracked(to_read);
        view! { <div class="stack">{lines} {start(order)} {seldom_steps(order)}</div> }.into_any()
    });
    let parts = vec![
        bell.why(order, rings),
        head(&o, people(&o)),
        more,
        refused(o.id),
        on_paper(&o),
    ];
    ticket_at_level(&o, "ticket slim", level(&o), Some(rings), parts)
}

fn next_to_prepare(order: Memo<Order>) -> AnyView {
    let bell = Bell::from_context();
    let rings = bell.rings(order);
    let why = bell.why(order, rings);
    let due = |o: &Order| {
        due_at(o, |promised| {
            let (oven, _) = kitchen_deadlines(promised);
            view! { {t(["oven by ", "Ofen bis "])} {short_moment(oven)} " · " }.into_any()
        })
    };
    let lines = order.with_untracked(to_read);
    step(order, Some((rings, why)), lines, due, start(order))
}

fn start(order: Memo<Order>) -> AnyView {
    let word = view! { {t(["Start", "Anfangen"])} {order.with_untracked(which)} }.into_any();
    let symbol = Some(Icon::Of(Status::Preparing));
    let form = ActionForm::new(api::Prepare::PATH).on(order);
    form.form(|form| form.submit_button("button primary wide", symbol, word))
}

pub fn in_the_oven(order: Memo<Order>) -> AnyView {
    let due = |o: &Order| {
        due_at(o, |promised| {
            let (_, ready) = kitchen_deadlines(promised);
            view! { {t(["ready by ", "fertig bis "])} {short_moment(ready)} " · " }.into_any()
        })
    };
    let which = order.with_untracked(which);
    let word = view! { {t(["Ready", "Fertig"])} {unticked(order)} {which} }.into_any();
    let symbol = Some(Icon::Of(Status::Ready));
    let form = ActionForm::new(api::MarkReady::PATH).on(order);
    let next = form.form(|form| form.submit_button("button primary wide", symbol, word));
    step(order, None, to_tick(order), due, next)
}

/// A ticket with its next step; whether it rings, and why; what is to be made, and when it is due.
fn step(
    order: Memo<Order>,
    rings: Option<(Signal<bool>, AnyView)>,
    lines: AnyView,
    due: fn(&Order) -> AnyView,
    next: AnyView,
) -> AnyView {
    let o = order.get_untracked();
    // The kitchen may move it.
    let promised = memo(move |_| order.with(Order::promised));
    let due = changing(move || {
        promised.track();
        Some(order.with_untracked(due))
    });
    let (rings, why) = rings.unzip();
    let parts = vec![
        why.into_any(),
        head(&o, people(&o)),
        lines,
        due,
        note(&o),
        undo(order, Role::Supplier),
        with_more(next, order),
        refused(o.id),
        on_paper(&o),
    ];
    ticket_at_level(&o, "ticket", level_by(promised.into()), rings, parts)
}

pub fn ready(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let ready = [
        t(["Ready for ", "Fertig seit "]),
        t(["Ready since ", "Fertig seit "]),
    ];
    let no_driver = t([", no driver yet", ", noch kein Fahrer"]);
    let since = view! { <p class="meta soft">{since(o.since(), ready, no_driver)}</p> };
    let parts = [
        head(&o, people(&o)),
        due(&o),
        undo(order, Role::Supplier),
        with_more(since.into_any(), order),
        refused(o.id),
        on_paper(&o),
    ];
    ticket(&o, "ticket", parts)
}

pub fn out(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let driver = o.driver_name.as_ref().map(|driver| name(driver));
    let state = changing(move || {
        let order = order.get();
        let status = order.status;
        Some(
            view! {
                <p class="meta" translate="no">{t(["since ", "seit "])} {short_moment(order.updated_at)}</p>
                {badge(status, domain_texts::status(status))}
            }
            .into_any(),
        )
    });
    let more = view! { {kitchen_name(&o, " · ")} {driver} };
    ticket(&o, "ticket slim", [head(&o, more.into_any()), state])
}

/// A cancelled order, struck through, until the kitchen confirms that it knows. It is as high as the ticket before it,
/// so that the tickets below do not move under a finger.
pub fn cancelled(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let said = t(["Cancelled at ", "Storniert um "]);
    let why = o
        .cancellation
        .and_then(|end| menu_texts::cancellation(end.code));
    let why = why.map(|why| view! { " · " {why} }.into_any());
    view! {
        <article class="ticket" id=format!("o{}", o.id) tabindex="-1" data-gone="">
            {head(&o, people(&o))}
            <p class="due">{icon(Icon::Of(Status::Cancelled))} <span><b>{said} {short_moment(o.updated_at)}</b> {why}</span></p>
            {note(&o)}
            <div class="actions">{take_down_button(order)}</div>
        </article>
    }
    .into_any()
}

fn take_down_button(order: Memo<Order>) -> AnyView {
    let (o, store, bell) = (
        order.get_untracked(),
        LiveStore::from_context(),
        Bell::from_context(),
    );
    changing(move || {
        let word = view! { {t(["Take it down", "Abhängen"])} {which(&o)} };
        let o = o.clone();
        let take_down = move |event: ev::MouseEvent| {
            let neighbour = neighbour_ticket(&event);
            bell.hear(&o);
            if let Some(neighbour) = neighbour {
                focus_if_lost_soon(neighbour);
            }
        };
        (store.is_hydrated()).then(|| {
            view! { <button class="button" type="button" on:click=take_down>{icon(Icon::Check)} {word}</button> }.into_any()
        })
    })
}

fn note(order: &Order) -> AnyView {
    let notes = order.supplier_notes.as_ref();
    notes
        .map(|notes| view! { <p class="note">{notes.to_string()}</p> }.into_any())
        .into_any()
}

/// The usual step, and a button that unfolds the seldom ones.
fn with_more(usual: AnyView, order: Memo<Order>) -> AnyView {
    const SELDOM: Text = [
        "step back, print, cancel",
        "Schritt zurück, drucken, stornieren",
    ];
    const OF_MENU: Text = [
        "step back, print, cancel, sold out",
        "Schritt zurück, drucken, stornieren, ausverkauft",
    ];
    let named = match order.with_untracked(|order| order.basket.is_some()) {
        true => OF_MENU,
        false => SELDOM,
    };
    let more = seldom(order, named, Signal::stored(false), move || {
        seldom_steps(order)
    });
    view! { <div class="usual">{usual} {more}</div> }.into_any()
}

fn seldom_steps(order: Memo<Order>) -> AnyView {
    let is_with_kitchen = |o: &Order| o.transition(CommandKind::Delay, Actor::As(Role::Supplier));
    let late = order.with_untracked(is_with_kitchen).map(|_| late(order));
    view! { <div class="stack">{late} {take_back(order, Role::Supplier)} {print_button(order)} {sold_out(order)} {cancellation(order)}</div> }
        .into_any()
}

/// The kitchen's name, where the panel shows several kitchens.
pub fn kitchen_name(order: &Order, then: &'static str) -> AnyView {
    let (navigator, kitchen) = (Navigator::from_context(), order.supplier_name.to_string());
    changing(move || {
        let one =
            matches!(navigator.get(), Route::Supplier { kitchen, .. } if kitchen.name().is_some());
        (!one).then(|| view! { {name(&kitchen)} {then} }.into_any())
    })
}

fn people(order: &Order) -> AnyView {
    let customer = order.customer_name.as_ref().map(|customer| name(customer));
    view! { {kitchen_name(order, " · ")} {customer} }.into_any()
}
