//! The steps of a driver: of one order, and of all that they carry.

use crate::{
    api::{self, form::SELECTED_ORDER},
    domain::{Board, Order, OrderId, Status},
    ui::{
        components::{
            basics::{Icon, changing, mark},
            form::{ActionForm, Countdown},
            ticket::{just_now, which},
        },
        i18n::locale::t,
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use std::time::Duration;

/// How long a final step pauses that has just come to stand where the one before it was.
const PAUSE: Duration = Duration::from_secs(3);

/// One press for all orders of a driver that stand at the same place, where these are several. `form` makes the form of
/// its action.
fn whole_trip(
    carries: Memo<Vec<OrderId>>,
    at: Status,
    countdown: Option<Countdown>,
    form: impl Fn(Trip) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    let store = LiveStore::from_context();
    let trip = memo(move |before: Option<&Trip>| {
        // What counts down stays as it was pressed.
        if let Some(before) = before.filter(|_| countdown.is_some_and(Countdown::is_counting)) {
            return before.clone();
        }
        let read = |board: &Board| {
            let orders = carries.get();
            let orders = orders.iter().filter_map(|id| board.get(*id));
            let there = orders.filter(|order| order.status == at);
            there.map(|order| (order.id, order.version)).collect()
        };
        store.with(|board| board.map(read).unwrap_or_default())
    });
    changing(move || {
        let trip = trip.get();
        let form = (trip.len() > 1).then(|| form(trip))?;
        Some(view! { <div class="trip">{form}</div> }.into_any())
    })
}

/// Some orders of a driver, with their versions.
type Trip = Vec<(OrderId, u32)>;

/// The form of a step of all of them.
fn trip_action(trip: &Trip, path: &'static str) -> (ActionForm, AnyView) {
    let ids: Vec<_> = trip.iter().map(|(id, _)| *id).collect();
    let fields: Vec<_> = trip
        .iter()
        .map(|(id, version)| {
            let value = format!("{id}.{version}");
            view! { <input type="hidden" name=SELECTED_ORDER value=value/> }.into_any()
        })
        .collect();
    let action = ActionForm::new(path).tagged(ids[0]);
    (action.on_several(move || ids.clone()), fields.into_any())
}

pub fn all_set_off(carries: Memo<Vec<OrderId>>) -> AnyView {
    whole_trip(carries, Status::Dispatched, None, |trip| {
        let word = format!(
            "{} ({})",
            t(["All set off", "Alle losgefahren"]),
            trip.len()
        );
        let (action, fields) = trip_action(&trip, api::SetOffAll::PATH);
        action.form(|form| {
            view! { {fields} {form.submit_button("button wide", None, word.into_any())} }.into_any()
        })
    })
}

pub fn all_delivered(carries: Memo<Vec<OrderId>>) -> AnyView {
    let countdown = Countdown::new();
    whole_trip(carries, Status::InTransit, Some(countdown), move |trip| {
        let word = format!(
            "{} ({})",
            t(["All delivered", "Alle geliefert"]),
            trip.len()
        );
        let word = move || word.clone().into_any();
        final_step(
            countdown,
            move || trip_action(&trip, api::DeliverAll::PATH),
            word,
        )
    })
}

/// The step follows another one under the same finger, so its button pauses at first. Out of view the pause of its style
/// would wait for the reader.
pub fn deliver(order: Memo<Order>) -> AnyView {
    let is_new = RwSignal::new(just_now(&order.get_untracked()));
    if is_new.get_untracked() {
        let end = move || {
            let _ = is_new.try_set(false);
        };
        set_timeout(end, PAUSE);
    }
    let rests = mark(move || is_new.get().then_some(""));
    let action = move || (ActionForm::new(api::Deliver::PATH).on(order), ().into_any());
    let step = final_step(Countdown::new(), action, move || delivered(order));
    view! { <div data-rests=rests>{step}</div> }.into_any()
}

/// A step that cannot be taken back: a hydrated page waits a while before it sends it, any other page asks. `action` makes
/// its form, and the fields of that.
fn final_step(
    countdown: Countdown,
    action: impl Fn() -> (ActionForm, AnyView) + Send + Sync + 'static,
    word: impl Fn() -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    let store = LiveStore::from_context();
    changing(move || {
        let (action, fields) = action();
        if store.is_hydrated() {
            let word = word.clone();
            let form = action.after(countdown).form(|form| {
                let button = move || form.submit_button("button wide", None, word());
                view! { {fields} {countdown.view(button)} }.into_any()
            });
            return Some(form);
        }
        let really = action.form(|form| {
            let button = form.submit_button("button primary wide", Some(Icon::Check), word());
            view! { {fields} {button} }.into_any()
        });
        let ask = t([
            "Is it at the door? This cannot be undone.",
            "Ist sie an der Tür? Das lässt sich nicht zurücknehmen.",
        ]);
        Some(
            view! {
                <details>
                    <summary class="button wide">{word()} "…"</summary>
                    <div class="stack"><p>{ask}</p> {really}</div>
                </details>
            }
            .into_any(),
        )
    })
}

fn delivered(order: Memo<Order>) -> AnyView {
    view! { {t(["Delivered", "Geliefert"])} {order.with_untracked(which)} }.into_any()
}

pub fn step(order: Memo<Order>, path: &'static str, word: &'static str) -> AnyView {
    let word = view! { {word} {order.with_untracked(which)} };
    ActionForm::new(path)
        .on(order)
        .form(|form| form.submit_button("button wide", None, word.into_any()))
}
