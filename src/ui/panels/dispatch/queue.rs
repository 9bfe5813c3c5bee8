//! The queue: each pizza that waits for a driver, with the form that assigns one. A ticket can be selected for the
//! form that assigns several, and dragged to a lane.

use super::{
    assign,
    state::{DispatchState, address},
};
use crate::{
    api,
    domain::{Order, OrderId, Role, Status},
    ui::{
        components::{
            basics::{Icon, changing, count, empty, icon, mark, name, since},
            form::{ActionForm, refused},
            list,
            more::{beyond, more, read_on_near_end},
            stable_list::{arrived, stable},
            ticket::{due, head, late_count, seldom, ticket, which},
            undo::left,
        },
        i18n::locale::t,
        live::reactive::memo,
    },
};
use js_sys::{Array, Function, Reflect};
use leptos::{ev, prelude::*, server_fn::ServerFn, wasm_bindgen::JsCast, web_sys};

pub fn queue(state: DispatchState, waiting: Memo<usize>) -> AnyView {
    let store = state.store;
    let none = changing(move || (waiting.get() == 0).then(nothing_waits));
    let rows = stable(state.waiting);
    let (beyond, crowded) = (beyond(&[Status::Ready]), list::is_crowded(rows.shown));
    let row = move |order| row(order, crowded, state);
    let picked = memo(move |_| !state.selected_waiting().is_empty());
    let picked = mark(move || (store.is_hydrated()).then(|| if picked.get() { "1" } else { "0" }));
    view! {
        <section class="column" id="waiting" aria-labelledby="h-waiting" data-status=Status::Ready.name() data-picked=picked
            on:scroll=move |event| read_on_near_end(&event, beyond)>
            <header>
                {icon(Icon::Of(Status::Ready))} <h2 id="h-waiting">{t(["Waiting for a driver", "Warten auf einen Fahrer"])}</h2>
                {arrived(rows)} {late_count(state.waiting, beyond)} {count(waiting, true)}
            </header>
            <ol>{list::orders(rows.shown, row)}</ol>
            {more(beyond, Status::Ready, None)}
            {none}
            {assign::several(state)}
        </section>
    }
    .into_any()
}

fn nothing_waits() -> AnyView {
    empty(
        Icon::Of(Status::InTransit),
        t(["No pizzas waiting", "Keine Pizza wartet"]),
        t([
            "When a kitchen calls a pizza ready, it shows up here by itself.",
            "Sobald eine Küche eine Pizza fertig meldet, erscheint sie hier von selbst.",
        ]),
        None,
    )
}

/// As [`list::entry`], and it can be dragged.
fn row(order: Memo<Order>, crowded: Memo<bool>, state: DispatchState) -> AnyView {
    let (id, store) = (order.with_untracked(|order| order.id), state.store);
    let draggable = mark(move || (store.is_hydrated()).then_some("true"));
    let drag = move |event: ev::DragEvent| drag(&event, id, state);
    let end_drag = move |_| {
        state.dragged.set(Vec::new());
        state.leave_lane();
    };
    let in_view = list::InView::of(order, crowded);
    let is_here = list::is_here(order, |order| order.status == Status::Ready);
    let observe = move |event: web_sys::Event| in_view.observe(&event);
    view! {
        <li
            node_ref=in_view.entry
            id=in_view.id
            draggable=draggable
            on:dragstart=drag
            on:dragend=end_drag
            on:contentvisibilityautostatechange=observe
            on:click=move |_| in_view.touch()
            on:input=move |_| in_view.touch()
        >
            {in_view.hold(is_here, move || waiting_ticket(order, state), move || left(order, Role::Dispatch))}
        </li>
    }
    .into_any()
}

/// Drags one order, or all selected ones where it is one of them.
fn drag(event: &ev::DragEvent, id: OrderId, state: DispatchState) {
    set_drag_data(event, id);
    let selected = state.selected_waiting();
    let all = selected.contains(&id);
    state.dragged.set(if all { selected } else { vec![id] });
}

/// Some browsers start a drag only when it carries data.
fn set_drag_data(event: &ev::DragEvent, id: OrderId) -> Option<()> {
    let data = Reflect::get(event, &"dataTransfer".into()).ok()?;
    let set: Function = Reflect::get(&data, &"setData".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let arguments = Array::of2(&"text/plain".into(), &id.number().into());
    set.apply(&data, &arguments).ok().map(drop)
}

fn waiting_ticket(order: Memo<Order>, state: DispatchState) -> AnyView {
    let o = order.get_untracked();
    let waits = [
        t([" · waits ", " · wartet "]),
        t([" · waits since ", " · wartet seit "]),
    ];
    let more = view! { {name(&o.supplier_name)} {since(o.since(), waits, "")} };
    let usual = view! { <div class="usual">{assign::one(order, state)} {cancel(order)}</div> };
    let parts = [
        head(&o, more.into_any()),
        due(&o),
        address(&o),
        usual.into_any(),
        refused(o.id),
    ];
    ticket(&o, "ticket", parts)
}

/// For an order that cannot be delivered.
fn cancel(order: Memo<Order>) -> AnyView {
    let named = ["cancel", "stornieren"];
    seldom(order, named, Signal::stored(false), move || {
        cancel_form(order)
    })
}

fn cancel_form(order: Memo<Order>) -> AnyView {
    let word =
        view! { {t(["Cancel this order", "Bestellung stornieren"])} {order.with_untracked(which)} };
    let form = ActionForm::new(api::DispatchCancel::PATH)
        .on(order)
        .class("stack");
    form.form(|form| {
        view! {
            <p>
                <strong>{t(["A pizza is baked, and somebody waits for it.", "Eine Pizza ist gebacken, und jemand wartet darauf."])}</strong>
                {t([" This cannot be undone.", " Das lässt sich nicht zurücknehmen."])}
            </p>
            {form.submit_button("button danger wide", Some(Icon::Of(Status::Cancelled)), word.into_any())}
        }
        .into_any()
    })
}
