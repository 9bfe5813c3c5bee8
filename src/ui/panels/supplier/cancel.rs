//! The forms with which a kitchen gives an order up: it withdraws an offer, or cancels what a customer waits for. Each
//! states its consequence before its button.

use super::Bell;
use crate::{
    api,
    domain::{CancellationCode, Order, Status},
    ui::{
        components::{
            basics::{Icon, icon, name},
            form::{ActionForm, Form},
            ticket::{folded, which},
        },
        i18n::{
            locale::{Text, t},
            menu_texts,
        },
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The name of the field for the kitchen's note, of the list of its earlier notes, and of their place in the storage of
/// the device.
pub const NOTES: &str = "notes";
/// The name of the field for a picked reason. What was picked is kept by its number.
const REASON: &str = "reason";

/// The same for a code, and the codes that a kitchen gives.
const CODE: &str = "code";
const CODES: [CancellationCode; 4] = [
    CancellationCode::SoldOut,
    CancellationCode::TooBusy,
    CancellationCode::Closed,
    CancellationCode::CannotDeliver,
];

/// A code as it is sent, and in words.
fn coded(code: CancellationCode) -> Option<(&'static str, &'static str)> {
    Some((code.name(), menu_texts::cancellation(code)?))
}

pub fn withdraw(order: Memo<Order>) -> AnyView {
    let which = order.with_untracked(which);
    let summary = view! { <summary>{icon(Icon::Down)} {t(["Withdraw…", "Zurückziehen\u{a0}…"])} {which}</summary> };
    folded(summary.into_any(), move || withdrawal(order))
}

fn withdrawal(order: Memo<Order>) -> AnyView {
    let which = order.with_untracked(which);
    let word = view! { {t(["Withdraw this pizza", "Diese Pizza zurückziehen"])} {which} };
    let form = ActionForm::new(api::SupplierCancel::PATH)
        .on(order)
        .class("stack");
    form.form(|form| {
        view! {
            <p>
                {t(["Nobody can take it any more. ", "Niemand kann sie mehr bestellen. "])}
                <strong>{cannot_be_undone()}</strong>
            </p>
            {form.submit_button("button danger wide", None, word.into_any())}
        }
        .into_any()
    })
}

fn cannot_be_undone() -> &'static str {
    t([
        "This cannot be undone.",
        "Das lässt sich nicht zurücknehmen.",
    ])
}

pub fn cancellation(order: Memo<Order>) -> AnyView {
    const REASONS: [Text; 3] = [
        ["Sold out", "Ausverkauft"],
        ["Oven broken", "Ofen kaputt"],
        ["Cannot be delivered", "Nicht lieferbar"],
    ];
    let (o, bell) = (order.get_untracked(), Bell::from_context());
    let customer = o.customer_name.as_ref().map(|customer| name(customer));
    let word = view! { {t(["Cancel this pizza", "Diese Pizza stornieren"])} {which(&o)} };
    // The bell need not ring for what is cancelled here.
    let form = ActionForm::new(api::SupplierCancel::PATH)
        .on(order)
        .class("stack")
        .on_success(move |order| bell.hear(order));
    form.form(|form| {
        view! {
            <p>
                <strong>{customer} {t([" has ordered this and is waiting.", " hat sie bestellt und wartet."])}</strong> " "
                {cannot_be_undone()}
            </p>
            {reasons(form, &o, &REASONS)}
            {form.submit_button("button danger wide", Some(Icon::Of(Status::Cancelled)), word.into_any())}
        }
        .into_any()
    })
}

/// Reasons to pick, and a field for another one. Of what was ordered from a menu they are codes, which everybody reads in
/// the own language.
pub fn reasons(form: Form, order: &Order, reasons: &[Text]) -> AnyView {
    let notes = form.field(NOTES);
    let field = view! { <input class="input" autocomplete="off" value=notes.value("") {..notes.attributes()}/> };
    let (name, reasons): (_, Vec<_>) = match order.basket {
        Some(_) => (CODE, CODES.into_iter().filter_map(coded).collect()),
        None => (
            REASON,
            reasons.iter().map(|word| (t(*word), t(*word))).collect(),
        ),
    };
    let picked = form.field(name);
    let chip = |(n, (value, word)): (usize, (&'static str, &'static str))| {
        let n = n.to_string();
        let (is_picked, id) = (picked.value("") == n, format!("{}-{n}", picked.id()));
        view! { <label><input type="radio" id=id name=name value=value checked=is_picked/> {word}</label> }
            .into_any()
    };
    let chips: Vec<_> = reasons.into_iter().enumerate().map(chip).collect();
    let why = t(match order.basket {
        Some(_) => [
            "Why? The customer sees this.",
            "Warum? Wer bestellt hat, sieht das.",
        ],
        None => ["Why? The market sees this.", "Warum? Der Markt sieht das."],
    });
    let own = t(["Or in your own words", "Oder mit eigenen Worten"]);
    view! {
        <fieldset class="chips"><legend>{why}</legend> {chips}</fieldset>
        {notes.labelled(own, None, field.into_any())}
    }
    .into_any()
}
