//! The form with which a customer cancels the order.

use crate::{
    api,
    domain::Order,
    ui::{
        components::{basics::name, form::ActionForm},
        i18n::locale::t,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

pub fn cancel(order: &Order) -> AnyView {
    let form = ActionForm::new(api::CustomerCancel::PATH)
        .on(Signal::stored(order.clone()))
        .class("stack")
        .focus_next(|| Some("main".to_owned()));
    let consequence = t(match order.basket {
        None => [
            "The offer does not come back: somebody else may get the pizza.",
            "Das Angebot kommt nicht zurück: Vielleicht bekommt jemand anders die Pizza.",
        ],
        Some(_) => [
            "Your place in the kitchen goes to somebody else; a new order may come later.",
            "Dein Platz in der Küche wird frei; eine neue Bestellung kommt vielleicht später.",
        ],
    });
    let pizza = name(&order.pizza_name);
    let word = view! { {t(["Cancel my", "Meine"])} " " {pizza} {t(["", " stornieren"])} };
    let form = form.form(|form| {
        view! {
            <p>
                <strong>{t(["The kitchen does not start, and nothing is charged.", "Die Küche fängt nicht an, und es kostet nichts."])}</strong>
                " " {consequence}
            </p>
            {form.submit_button("button danger sure wide", None, word.into_any())}
        }
        .into_any()
    });
    view! {
        <section class="paper" id=format!("o{}", order.id)>
            <details><summary class="button quiet wide">{t(["Cancel this order…", "Bestellung stornieren\u{a0}…"])}</summary> {form}</details>
        </section>
    }
    .into_any()
}
