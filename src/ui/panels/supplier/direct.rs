//! What a kitchen does with an order from a menu: it answers before a time, ticks its pieces, begins when its slot does,
//! and says when it is late.

use crate::{
    api::{self, form::form_id},
    domain::{Order, Time, shop::basket::Basket},
    ui::{
        components::{
            basics::{changing, countdown, short_moment, text},
            form::ActionForm,
            lines::{self, line},
            ticket::which,
        },
        i18n::locale::{say, t},
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The minutes by which a kitchen says that it is late, with one tap.
const DELAYS: [u16; 3] = [5, 10, 15];

/// Until when to answer, and what the customer was promised, which an acceptance without minutes leaves as it is.
pub fn promised(basket: &Basket) -> AnyView {
    let answer_by = basket.answer_by.map(|by| {
        let words = view! { {t(["answer by ", "antworten bis "])} {short_moment(by)} };
        view! { <b role="timer">{countdown(by)}</b> " " <span>{words}</span> }.into_any()
    });
    let (from, to) = (basket.promise.from, basket.promise.to);
    view! {
        <p class="due" translate="no">
            <span>{answer_by} <span>{t(["at the door ", "an der Tür "])} {short_moment(from)} "–" {short_moment(to)}</span></span>
        </p>
    }
    .into_any()
}

/// When the kitchen is to begin, while that is still to come.
pub fn waits_until(order: Memo<Order>) -> Memo<Option<Time>> {
    let store = LiveStore::from_context();
    memo(move |_| {
        let begins = order.with(Order::begins_at)?;
        (store.about_now(begins) < begins).then_some(begins)
    })
}

/// The lines to read.
pub fn to_read(order: &Order) -> AnyView {
    let basket = order.basket.as_ref();
    basket.map(|basket| lines::lines(basket)).into_any()
}

/// The lines, each of which is a button: it ticks one piece, and after the last it takes one back.
pub fn to_tick(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let Some(basket) = &o.basket else {
        return ().into_any();
    };
    let form = form_id("check", Some(o.id));
    let ticks: Vec<_> = basket
        .lines
        .iter()
        .enumerate()
        .map(|(n, one)| {
            let (quantity, form) = (one.quantity, form.clone());
            let done = memo(move |_| order.with(|order| done(order, n)));
            let target = text(move || match done.get() {
                done if done < quantity => format!("{n}.{}", done + 1),
                done => format!("{n}.{}", done.saturating_sub(1)),
            });
            let state = text(move || {
                let done = done.get();
                say!("{done} of {quantity} done", "{done} von {quantity} fertig")
            });
            let is_done = text(move || (done.get() == quantity).to_string());
            view! {
                <li>
                    <button class="tick" form=form name="tick" value=target prop:value=target data-done=is_done>
                        {line(one)} <span class="state" translate="no">{state}</span>
                    </button>
                </li>
            }
            .into_any()
        })
        .collect();
    let form = ActionForm::new(api::Check::PATH).on(order).overlapping();
    view! { {form.form(|_| ().into_any())} <ul class="lines">{ticks}</ul> {lines::note(basket)} }
        .into_any()
}

/// How many pieces of its `n`th line are ticked.
fn done(order: &Order, n: usize) -> u32 {
    let line = order.basket.as_ref().and_then(|basket| basket.lines.get(n));
    line.map_or(0, |line| line.done)
}

/// What stands on the button of the next step while pieces are not ticked: a word, and no obstacle.
pub fn unticked(order: Memo<Order>) -> AnyView {
    let left = memo(move |_| order.with(Order::unticked));
    changing(move || match left.get() {
        0 => None,
        n => {
            let words = say!(" · {n} not ticked", " · {n} nicht abgehakt");
            Some(view! { <span translate="no">{words}</span> }.into_any())
        }
    })
}

/// The buttons of a kitchen that is late with what it has answered.
pub fn late(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    if o.basket.is_none() {
        return ().into_any();
    }
    let buttons = |n: u16| {
        let word = format!("+{n} min");
        view! { <button class="button" name="minutes" value=n.to_string()>{word} {which(&o)}</button> }
            .into_any()
    };
    let buttons: Vec<_> = DELAYS.into_iter().map(buttons).collect();
    let said = t([
        "Late? The customer sees a new time at once.",
        "Später? Der Kunde sieht gleich die neue Zeit.",
    ]);
    ActionForm::new(api::Delay::PATH)
        .on(order)
        .class("stack")
        .form(|_| view! { <p>{said}</p> <div class="row">{buttons}</div> }.into_any())
}
