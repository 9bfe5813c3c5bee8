//! The forms that assign a driver: to one order on its ticket, and to all selected orders below the queue.

use super::state::{DispatchState, NEW, ORDERS, split_line};
use crate::{
    api::{
        self,
        form::{SELECTED_ORDER, SEVERAL},
    },
    domain::{Order, has_all_carried},
    ui::{
        browser::dom::focus_soon,
        components::{
            basics::{mark, text},
            before_hydration::typed_early,
            form::{ActionForm, FieldState, Form},
            list,
            ticket::which,
        },
        i18n::{
            format,
            locale::{say, t},
        },
        live::{reactive::memo, store::LiveStore},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

const DRIVER: &str = "driver_name";
const NEW_DRIVER: &str = "new_driver";
/// A longer name is cut in the list of drivers, so that the load beside it stays visible.
const LONG_NAME: usize = 20;
/// At most this many are offered of whom the board does not tell. Any other name can be typed.
const OTHERS: usize = 40;
/// The form on a ticket of the queue.
pub fn one(order: Memo<Order>, state: DispatchState) -> AnyView {
    let o = order.get_untracked();
    let (id, number) = (o.id, o.id.number());
    ActionForm::new(api::Dispatch::PATH)
        .on(order)
        .class("actions to")
        .focus_next(move || Some(format!("#o{} select", state.next(id)?)))
        .form(|form| {
            let label = say!("Driver for {number}", "Fahrer für {number}");
            let word = view! { {t(["Assign", "Zuteilen"])} {which(&o)} };
            view! {
                {select_box(order, state)}
                <label class="unseen" for=form.field(DRIVER).id()>{label}</label>
                {driver_field(form, state)}
                {form.submit_button("button primary", None, word.into_any())}
            }
            .into_any()
        })
}

/// The form that gives an order to another driver.
pub fn another(order: Memo<Order>, state: DispatchState) -> AnyView {
    let which = order.with_untracked(which);
    ActionForm::new(api::Reassign::PATH)
        .on(order)
        .class("stack")
        .form(|form| {
            let label = t(["Another driver", "Anderer Fahrer"]);
            let word = view! { {t(["Give it to them", "Weitergeben"])} {which} };
            view! {
                <label for=form.field(DRIVER).id()>{label}</label>
                {driver_field(form, state)}
                {form.submit_button("button wide", None, word.into_any())}
            }
            .into_any()
        })
}

/// A checkbox that belongs to the form that assigns several.
fn select_box(order: Memo<Order>, state: DispatchState) -> AnyView {
    let o = order.get_untracked();
    let id = o.id;
    let value = text(move || order.with(|order| format!("{}.{}", order.id, order.version)));
    let on = move || state.selected.with(|selected| selected.contains(&id));
    let tick = move |event| state.select(id, event_target_checked(&event));
    let ticked = state.kept_selection().contains(&id);
    view! {
        <label class="check square">
            <input type="checkbox" form=SEVERAL name=SELECTED_ORDER value=value checked=ticked prop:checked=on on:change=tick/>
            <span class="unseen">{t(["Select", "Auswählen"])} {which(&o)}</span>
        </label>
    }
    .into_any()
}

/// The form for all selected orders. Its style hides it while none is selected.
pub fn several(state: DispatchState) -> AnyView {
    let store = LiveStore::from_context();
    let number = memo(move |_| state.selected_waiting().len());
    let label = text(move || match number.get() {
        n if n == 0 || !store.is_hydrated() => {
            t(["Give all that is selected to", "Alles Ausgewählte geht an"]).to_owned()
        }
        n => say!("{n} selected, give to", "{n} ausgewählt, an"),
    });
    let word = text(move || {
        let assign = t(["Assign", "Zuteilen"]);
        match number.get() {
            0 => assign.to_owned(),
            n => format!("{assign} {n}"),
        }
    });
    ActionForm::new(api::DispatchSeveral::PATH)
        .class("selected")
        .on_several(move || untrack(|| state.selected_waiting()))
        .focus_next(|| Some("#waiting select".to_owned()))
        .form(move |form| {
            let (orders, driver) = (form.field(ORDERS), form.field(DRIVER));
            view! {
                <label for=driver.id()>{label}</label>
                {driver_field(form, state)}
                {form.submit_button("button primary", None, word.into_any())}
                {orders.error_message()}
            }
            .into_any()
        })
}

/// A choice of all drivers who have carried an order of the board, or the name of a new one.
fn driver_field(form: Form, state: DispatchState) -> AnyView {
    let (driver, new) = (form.field(DRIVER), form.field(NEW_DRIVER));
    let known = known_drivers(state);
    let sent = driver.value("");
    let is_known = known.with_untracked(|known| known.contains(&sent));
    // The choice of a new driver is blank.
    let new_name = new.value(if is_known { "" } else { sent.trim() });
    let picked = RwSignal::new(first_choice(driver, sent, is_known, state));
    let chosen = memo(move |_| picked.get().or_else(|| state.suggested.get()));
    let new_field = format!("[id='{}']", new.id());
    let pick = move |event| {
        let name = event_target_value(&event);
        if name == NEW {
            focus_soon(new_field.clone());
        }
        picked.set(Some(name));
    };
    let none = text(|| t(["Choose driver", "Fahrer wählen"]).to_owned());
    let another = text(|| t(["New driver…", "Neuer Fahrer\u{a0}…"]).to_owned());
    let driver_choice = move |name| driver_choice(name, chosen, state);
    view! {
        <select class="input" translate="no" on:change=pick autocomplete="off" {..driver.attributes()}>
            {choice(String::new(), none, chosen)} {list::names(known, driver_choice)} {choice(NEW.to_owned(), another, chosen)}
        </select>
        {new_driver(new, new_name, chosen)}
        {driver.error_message()}
    }
    .into_any()
}

/// Those whose load is known; then those of whom the board does not tell, while it has not all that is out.
fn known_drivers(state: DispatchState) -> Memo<Vec<String>> {
    let has_all = state.store.view(has_all_carried);
    memo(move |_| {
        let name = |line: &String| split_line(line).0.to_owned();
        let lines = state.driver_lines;
        let mut known: Vec<String> = lines.with(|lines| lines.iter().map(name).collect());
        if !has_all.get() {
            let queries = state.queries;
            let mut others = queries.drivers();
            queries.with_duty(|duty| others.retain(|name| duty.off_since(name).is_none()));
            let others = others.iter().map(ToString::to_string);
            let others = others.filter(|name| !known.contains(name)).take(OTHERS);
            let others: Vec<_> = others.collect();
            known.extend(others);
        }
        known
    })
}

/// What was picked before the page was hydrated, or sent with a form that was refused. Without either, the suggestion
/// is chosen.
fn first_choice(
    driver: FieldState,
    sent: String,
    is_known: bool,
    state: DispatchState,
) -> Option<String> {
    let early = typed_early(&driver.id());
    let early = early.filter(|early| Some(early) != state.suggested.get_untracked().as_ref());
    early.or(match sent {
        none if none.is_empty() => None,
        known if is_known => Some(known),
        _ => Some(NEW.to_owned()),
    })
}

fn choice(value: String, word: Signal<String>, chosen: Memo<Option<String>>) -> AnyView {
    let is = memo({
        let value = value.clone();
        move |_| chosen.with(|chosen| chosen.as_deref().unwrap_or_default() == value)
    });
    view! { <option value=value selected=is.get_untracked() prop:selected=is>{word}</option> }
        .into_any()
}

/// `Jonas (2 out)`
fn driver_choice(name: String, chosen: Memo<Option<String>>, state: DispatchState) -> AnyView {
    let of = name.clone();
    let word = text(move || {
        state.driver_lines.with(|lines| {
            let mut lines = lines.iter().map(|line| split_line(line));
            let name = format::clipped(&of, LONG_NAME);
            let load = lines.find(|line| line.0 == of).map(|line| line.1);
            load.map_or(name.clone(), |load| format!("{name} ({load})"))
        })
    });
    choice(name, word, chosen)
}

fn new_driver(new: FieldState, value: String, chosen: Memo<Option<String>>) -> AnyView {
    let store = LiveStore::from_context();
    let is_new = memo(move |_| chosen.with(|chosen| chosen.as_deref() == Some(NEW)));
    let wanted = mark(move || (store.is_hydrated()).then(|| if is_new.get() { "1" } else { "0" }));
    view! {
        <div class="field new-driver" data-wanted=wanted>
            <label for=new.id()>{t(["Driver’s name", "Name"])}</label>
            <input class="input" value=value.clone() prop:value=value autocomplete="off" autocapitalize="words" enterkeyhint="done" {..new.attributes()}/>
            {new.error_message()}
        </div>
    }
    .into_any()
}
