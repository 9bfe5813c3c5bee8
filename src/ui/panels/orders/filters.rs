//! What the list shows: search, filters, sort and status. All of it is in the address.

use super::{
    listed::Listed,
    query::{address, query},
};
use crate::{
    domain::{Name, Order, Status},
    ui::{
        components::{
            basics::{Icon, changing, icon, mark, text},
            before_hydration::{show_button, take_typed},
            list,
        },
        i18n::{
            domain_texts,
            locale::{Text, t},
        },
        live::{page_queries::PageQueries, store::LiveStore},
        navigation::Navigator,
        route::{
            OrdersQuery, Route, Sort,
            query::name::{DRIVER, FROM, SEARCH, SORT, STATUS, SUPPLIER, UNTIL},
        },
    },
};
use leptos::{ev, prelude::*, wasm_bindgen::JsValue};

pub fn filters() -> AnyView {
    let navigator = Navigator::from_context();
    let done = move |event: ev::SubmitEvent| event.prevent_default();
    let status = changing(move || {
        let status = query(&navigator.get()).status?;
        Some(view! { <input type="hidden" name=STATUS value=status.name()/> }.into_any())
    });
    let now = query(&navigator.get_untracked());
    let used = now.filter(None).is_narrow() || now.sort.is_some();
    let unfolded = used && now.text.is_empty() || now.sort.is_some();
    view! {
        <form class="filters" role="search" action="/orders" on:submit=done>
            {search_field()}
            <details class="unfold" open=unfolded>
                <summary>{icon(Icon::Filter)} {t(["Supplier, driver, time", "Küche, Fahrer, Zeit"])}</summary>
                {name_choice(SUPPLIER, ["Supplier", "Küche"], |order| Some(&order.supplier_name), PageQueries::kitchens)}
                {name_choice(DRIVER, ["Driver", "Fahrer"], |order| order.driver_name.as_deref(), PageQueries::drivers)}
                {minute_field(FROM, ["Placed after", "Bestellt ab"])}
                {minute_field(UNTIL, ["Placed before", "Bestellt bis"])}
                {sort_choice()}
            </details>
            {status}
        </form>
    }
    .into_any()
}

fn search_field() -> AnyView {
    let navigator = Navigator::from_context();
    let typed = text(move || query(&navigator.get()).text);
    take_early(SEARCH);
    let search = move |event| change(SEARCH, event_target_value(&event), navigator);
    view! {
        <div class="field">
            <label for=SEARCH>{t(["Search all text", "Alles durchsuchen"])}</label>
            <div class="affix">
                <span>{icon(Icon::Search)}</span>
                <input class="input searching" id=SEARCH type="search" name=SEARCH autocomplete="off" value=typed prop:value=typed on:input=search/>
                {show_button()}
            </div>
        </div>
    }
    .into_any()
}

/// Changes one filter. The list starts again with the newest orders.
fn change(name: &str, value: String, navigator: Navigator) {
    let route = navigator.get_untracked();
    let (open, at) = (route.order_id(), route.at());
    let mut query = OrdersQuery {
        below: None,
        ..query(&route)
    };
    let given = Some(value.clone()).filter(|value| !value.is_empty());
    match name {
        SUPPLIER => query.supplier = given,
        DRIVER => query.driver = given,
        FROM => query.from = value.parse().ok(),
        UNTIL => query.until = value.parse().ok(),
        SORT => query.sort = Sort::from_name(&value),
        _ => query.text = value,
    }
    navigator.correct(Route::Orders { query, open, at });
}

/// Applies what was typed before the page was hydrated.
fn take_early(name: &'static str) {
    let navigator = Navigator::from_context();
    let now = query(&navigator.get_untracked()).value(name);
    take_typed(
        name,
        now,
        Box::new(move |typed| change(name, typed, navigator)),
    );
}

/// A choice of the names on the board, and of those that are known otherwise.
fn name_choice(
    name: &'static str,
    word: Text,
    of: fn(&Order) -> Option<&str>,
    others: fn(PageQueries) -> Vec<Name>,
) -> AnyView {
    let (navigator, queries) = (Navigator::from_context(), PageQueries::from_context());
    let known = LiveStore::from_context().view(move |board| {
        let (chosen, others) = (query(&navigator.get()).value(name), others(queries));
        let chosen = Some(&*chosen).filter(|name| !name.is_empty());
        let others = others.iter().map(|name| &**name);
        let names = others.chain(board.orders().filter_map(of)).chain(chosen);
        list::sorted(names)
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    });
    let option = move |one: String| {
        let is = query(&navigator.get_untracked()).value(name) == one;
        view! { <option value=one.clone() selected=is>{one.clone()}</option> }.into_any()
    };
    let options =
        view! { <option value="">{t(["All", "Alle"])}</option> {list::names(known, option)} };
    select(name, word, options.into_any())
}

fn sort_choice() -> AnyView {
    let navigator = Navigator::from_context();
    let sorts: Vec<_> = Sort::ALL
        .iter()
        .map(|&sort| {
            let is = query(&navigator.get_untracked()).sort == Some(sort);
            let word = t(match sort {
                Sort::Oldest => ["Oldest first", "Älteste zuerst"],
                Sort::Price => ["Highest price first", "Teuerste zuerst"],
                Sort::Status => ["By status", "Nach Status"],
            });
            view! { <option value=sort.name() selected=is>{word}</option> }.into_any()
        })
        .collect();
    let newest = t(["Newest first", "Neueste zuerst"]);
    let options = view! { <option value="">{newest}</option> {sorts} };
    select(SORT, ["Sort", "Sortieren"], options.into_any())
}

fn select(name: &'static str, word: Text, options: AnyView) -> AnyView {
    let navigator = Navigator::from_context();
    take_early(name);
    let now = text(move || query(&navigator.get()).value(name));
    let choose = move |event| change(name, event_target_value(&event), navigator);
    view! {
        <div class="field">
            <label for=name>{t(word)}</label>
            <select class="input" id=name name=name prop:value=now on:input=choose>{options}</select>
        </div>
    }
    .into_any()
}

/// A field for a minute in the reader's time zone; of UTC, which its label then names, where that is not known.
fn minute_field(name: &'static str, word: Text) -> AnyView {
    let (navigator, store) = (Navigator::from_context(), LiveStore::from_context());
    let zone = changing(move || {
        store
            .zone()
            .is_none()
            .then(|| view! { " (UTC)" }.into_any())
    });
    take_early(name);
    let now = text(move || query(&navigator.get()).value(name));
    let choose = move |event: ev::Event| {
        // An incomplete time has no value, and applying that would clear the field while the user types.
        if !is_incomplete(&event) {
            change(name, event_target_value(&event), navigator);
        }
    };
    view! {
        <div class="field">
            <label for=name>{t(word)} {zone}</label>
            <input class="input" id=name name=name type="datetime-local" value=now prop:value=now on:change=choose/>
        </div>
    }
    .into_any()
}

/// Whether a date or time field is filled in part.
fn is_incomplete(event: &ev::Event) -> bool {
    let read = |from: &JsValue, name: &str| js_sys::Reflect::get(from, &name.into()).ok();
    let validity = event
        .target()
        .and_then(|field| read(&field, "validity"))
        .and_then(|validity| read(&validity, "badInput"));
    validity.is_some_and(|bad_input| bad_input.is_truthy())
}

pub fn by_status(listed: Memo<Listed>) -> AnyView {
    let all = Status::ALL.iter().map(|&status| stop(Some(status), listed));
    let stops: Vec<_> = std::iter::once(stop(None, listed)).chain(all).collect();
    view! { <nav aria-label="Status"><ul class="by-status">{stops}</ul></nav> }.into_any()
}

/// One status, or all, with the number of orders that match the other filters.
fn stop(status: Option<Status>, listed: Memo<Listed>) -> AnyView {
    let navigator = Navigator::from_context();
    let number = text(move || {
        listed.with(|listed| {
            let n = status.map_or(listed.counts.all(), |status| listed.counts.of(status));
            // Older orders may be like that, too.
            let more = if !listed.complete { "+" } else { "" };
            format!("{n}{more}")
        })
    });
    let current = mark(move || (query(&navigator.get()).status == status).then_some("true"));
    let to = address(move |query| {
        query.status = status;
        query.below = None;
    });
    let word = status.map_or(t(["All", "Alle"]), domain_texts::status);
    view! {
        <li>
            <a href=to aria-current=current data-status=status.map(Status::name)>
                {status.map(|status| icon(Icon::Of(status)))} {word} " " <b translate="no">{number}</b>
            </a>
        </li>
    }
    .into_any()
}
