//! What a customer reads of an order from a menu beside the rest: the answer that it waits for, the promise and why it has
//! moved, what was ordered, and the way to order it again.

use crate::{
    domain::{Order, Time},
    ui::{
        components::{
            basics::{Icon, countdown, icon, moment},
            lines::lines,
        },
        i18n::{
            locale::{plural, say, t},
            menu_texts,
        },
        route::paths,
    },
};
use leptos::prelude::*;

/// How it stands between the customer and the kitchen; nothing of an offer.
pub fn state(order: &Order, told_first: Option<Time>) -> Option<AnyView> {
    let basket = order.basket.as_ref()?;
    let words = match order.cancellation {
        Some(end) => {
            let why = menu_texts::cancellation(end.code)?;
            view! { {icon(Icon::Info)} <strong>{why}</strong> }.into_any()
        }
        None if order.status.is_final() => return None,
        None => {
            let promise = view! {
                {t(["Promised for ", "Zugesagt für "])}
                <strong translate="no">{moment(basket.promise.from)} "–" {moment(basket.promise.to)}</strong>
            };
            let answer = waits_for_answer(order);
            let moved = moved(told_first, basket.promise.to);
            view! { {icon(Icon::Clock)} <span>{promise} ". " {answer} {moved}</span> }.into_any()
        }
    };
    Some(view! { <p class="paper row state">{words}</p> }.into_any())
}

/// Until when the kitchen answers, as that counts down.
fn waits_for_answer(order: &Order) -> Option<AnyView> {
    let basket = order.basket.as_ref().filter(|_| order.is_unanswered())?;
    let by = basket.answer_by?;
    let words = t(["The kitchen answers by ", "Die Küche antwortet bis "]);
    let else_ended = t([
        "else it is cancelled, and costs nothing.",
        "sonst wird storniert, und es kostet nichts.",
    ]);
    Some(view! { {words} {moment(by)} " (" <b role="timer">{countdown(by)}</b> "), " {else_ended} " " }.into_any())
}

/// By how much the promise has moved since it was made.
fn moved(first: Option<Time>, now: Time) -> Option<String> {
    let minutes = |n: i64| plural(n as usize, ["minute", "Minute"], ["minutes", "Minuten"]);
    match (now - first?).num_minutes() {
        0 => None,
        n if n > 0 => {
            let n = minutes(n);
            Some(say!(
                "The kitchen needs {n} more.",
                "Die Küche braucht {n} mehr."
            ))
        }
        n => {
            let n = minutes(-n);
            Some(say!(
                "The kitchen is {n} faster.",
                "Die Küche ist {n} schneller."
            ))
        }
    }
}

/// What was ordered.
pub fn contents(order: &Order) -> Option<AnyView> {
    let basket = order.basket.as_ref()?;
    Some(
        view! {
            <section class="paper stack" aria-labelledby="contents">
                <h2 id="contents">{t(["What you ordered", "Was du bestellt hast"])}</h2>
                {lines(basket)}
            </section>
        }
        .into_any(),
    )
}

/// The links to a cart with the same in it, and to the pizzeria, which says whom to call: other documents.
pub fn again(order: &Order) -> Option<AnyView> {
    let restaurant = order.basket.as_ref().and(order.restaurant_id)?;
    let to = paths::again(&order.id.to_string());
    let word = t(["Order again", "Noch einmal bestellen"]);
    let shop = format!("{}/{restaurant}", paths::SHOPS);
    let phone = t([
        "Phone of the pizzeria, and menu",
        "Telefon der Pizzeria, und Karte",
    ]);
    Some(
        view! {
            <a class="button wide" href=to rel="external">{icon(Icon::Undo)} {word}</a>
            <a class="button quiet wide" href=shop rel="external">{icon(Icon::Shop)} {phone}</a>
        }
        .into_any(),
    )
}
