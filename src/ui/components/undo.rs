//! A slip is taken back: for a while beside the ticket that has moved on, and where it was; later behind its "…".

use super::{
    basics::{Icon, changing},
    form::{ActionForm, Forms},
    ticket::which,
};
use crate::{
    api,
    domain::{Actor, CommandKind, Order, Role},
    ui::{
        i18n::{
            domain_texts,
            locale::{say, t},
        },
        live::store::LiveStore,
    },
};
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn};

/// A step can be undone beside its ticket for this long.
const UNDO_WITHIN: TimeDelta = TimeDelta::seconds(10);

/// Whether the last step was one that `role` may take back.
fn can_undo(order: &Order, role: Role) -> bool {
    let recall = order.transition(CommandKind::Recall, Actor::As(role));
    let step = order.last_move();
    step.zip(recall)
        .is_some_and(|(step, recall)| step.from == Some(recall.to))
}

/// `Undo`, for ten seconds after a step that was made on this page; without the program, on any page.
pub fn undo(order: Memo<Order>, role: Role) -> AnyView {
    offer_undo(order, role, "recall-now")
}

/// What stands where the ticket was: where it is now, and `Undo`.
pub fn left(order: Memo<Order>, role: Role) -> AnyView {
    let on_board = LiveStore::from_context().has(order.with_untracked(|order| order.id));
    let words = changing(move || {
        let (what, status) = order.with(|order| {
            let status = domain_texts::status(order.status);
            (
                format!("{} {}", order.pizza_name, order.id.number()),
                status,
            )
        });
        // Where it stands is not known of one that the page does not hold any longer.
        let status = on_board.get().then(|| view! { ": " {status} }.into_any());
        Some(view! { <p class="soft" translate="no"><bdi>{what}</bdi> {status}</p> }.into_any())
    });
    view! { {words} {offer_undo(order, role, "recall-left")} }.into_any()
}

fn offer_undo(order: Memo<Order>, role: Role, name: &'static str) -> AnyView {
    let (store, forms) = (LiveStore::from_context(), Forms::from_context());
    changing(move || {
        let (id, since) = order.with(|order| (order.id, order.since()));
        let is_own = |order: &Order| !store.is_hydrated() || forms.has_made(id, order.version);
        let can = order.with(|order| can_undo(order, role) && is_own(order));
        let is_recent = can && store.now() - since < UNDO_WITHIN;
        // Until the program runs, the page does not know whose step it was.
        let not_hydrated = (!store.is_hydrated()).then_some("");
        is_recent.then(|| {
            let word = view! { {t(["Undo", "Rückgängig"])} {which(&order.get_untracked())} };
            let undo = recall(role)
                .named(name)
                .on(order)
                .form(|form| form.submit_button("button", Some(Icon::Undo), word.into_any()));
            view! { <div class="undo" data-rests="short" data-not-hydrated=not_hydrated>{undo}</div> }.into_any()
        })
    })
}

/// The button behind "…", for as long as the order stands there.
pub fn take_back(order: Memo<Order>, role: Role) -> AnyView {
    changing(move || {
        let step = order.with(|order| order.transition(CommandKind::Recall, Actor::As(role)));
        let recall_to = step?.to;
        let to = domain_texts::status(recall_to);
        let word = say!("Back to “{to}”", "Zurück zu „{to}“");
        let word = view! { {word} {which(&order.get_untracked())} };
        let back = recall(role)
            .on(order)
            .form(|form| form.submit_button("button wide", Some(Icon::Undo), word.into_any()));
        Some(back)
    })
}

fn recall(role: Role) -> ActionForm {
    ActionForm::new(match role {
        Role::Dispatch => api::DispatchRecall::PATH,
        Role::Supplier | Role::Customer | Role::Driver | Role::Market => api::SupplierRecall::PATH,
    })
}
