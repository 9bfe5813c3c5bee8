//! The tickets of the kitchen, from an offer to the driver: each with its one next step.

use super::{
    Bell,
    cancel::{cancellation, withdraw},
    print::{on_paper, print_button},
};
use crate::{
    api,
    domain::{Order, Role, Status, kitchen_deadlines},
    ui::{
        browser::dom::focus_if_lost_soon,
        components::{
            basics::{Icon, badge, changing, icon, moment, name, since},
            form::{ActionForm, refused},
            list::neighbour_ticket,
            ticket::{due, due_at, head, level, seldom, ticket, ticket_at_level, which},
            undo::{take_back, undo},
        },
        i18n::{
            domain_texts, format,
            locale::{Text, t},
        },
        live::store::LiveStore,
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

pub fn to_prepare(order: Memo<Order>) -> AnyView {
    let bell = Bell::from_context();
    let rings = bell.rings(order);
    let o = order.get_untracked();
    let why = bell.why(order, rings);
    step(
        order,
        Some((rings, why)),
        due_at(&o, |promised| {
            let (oven, _) = kitchen_deadlines(promised);
            view! { {t(["oven by ", "Ofen bis "])} {moment(oven)} " · " }.into_any()
        }),
        api::Prepare::PATH,
        Icon::Of(Status::Preparing),
        t(["Start", "Anfangen"]),
    )
}

pub fn in_the_oven(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    step(
        order,
        None,
        due_at(&o, |promised| {
            let (_, ready) = kitchen_deadlines(promised);
            view! { {t(["ready by ", "fertig bis "])} {moment(ready)} " · " }.into_any()
        }),
        api::MarkReady::PATH,
        Icon::Of(Status::Ready),
        t(["Ready", "Fertig"]),
    )
}

/// A ticket with one next step; whether it rings, and why; when it is due.
fn step(
    order: Memo<Order>,
    rings: Option<(Signal<bool>, AnyView)>,
    due: AnyView,
    path: &'static str,
    symbol: Icon,
    word: &'static str,
) -> AnyView {
    let o = order.get_untracked();
    let word = view! { {word} {which(&o)} }.into_any();
    let next = ActionForm::new(path).on(order);
    let next = next.form(|form| form.submit_button("button primary wide", Some(symbol), word));
    let (rings, why) = rings.unzip();
    let parts = vec![
        why.into_any(),
        head(&o, people(&o)),
        due,
        note(&o),
        undo(order, Role::Supplier),
        with_more(next, order),
        refused(o.id),
        on_paper(&o),
    ];
    ticket_at_level(&o, "ticket", level(&o), rings, parts)
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
                <p class="meta" translate="no">{t(["since ", "seit "])} {moment(order.updated_at)}</p>
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
    view! {
        <article class="ticket" id=format!("o{}", o.id) tabindex="-1" data-gone="">
            {head(&o, people(&o))}
            <p class="due">{icon(Icon::Of(Status::Cancelled))} <span><b>{said} {moment(o.updated_at)}</b></span></p>
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
    let more = seldom(order, SELDOM, Signal::stored(false), move || {
        view! { <div class="stack">{take_back(order, Role::Supplier)} {print_button(order)} {cancellation(order)}</div> }
            .into_any()
    });
    view! { <div class="usual">{usual} {more}</div> }.into_any()
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
