//! Search and sort of the offers: as one types, and as a plain form until the program has hydrated the page.

use super::shelf;
use crate::ui::{
    locale::t,
    parts::{
        before_hydration::{show_button, take_typed},
        small::{Icon, icon, text},
    },
    place::{Here, Place, Shelf, ShelfSort},
    reactive::memo,
};
use leptos::{ev, prelude::*};

pub fn tools() -> AnyView {
    let done = move |event: ev::SubmitEvent| event.prevent_default();
    view! {
        <form class="shelf-tools" role="search" action="/customer" on:submit=done>
            {search_field()}
            <fieldset class="chips">
                <legend>{t(["Sort by", "Sortiert nach"])}</legend>
                {sort_choice(None, t(["Newest", "Neuesten"]))}
                {sort_choice(Some(ShelfSort::Price), t(["Price", "Preis"]))}
                {sort_choice(Some(ShelfSort::Time), t(["Time", "Zeit"]))}
            </fieldset>
        </form>
    }
    .into_any()
}

/// Changes search or sort, and the address with it.
fn change(here: Here, change: &dyn Fn(&mut Shelf)) {
    let place = here.get_untracked();
    let mut shelf = shelf(&place);
    change(&mut shelf);
    if let Place::Customer { taking, .. } = place {
        here.correct(Place::Customer { taking, shelf });
    }
}

fn search_field() -> AnyView {
    let here = Here::now();
    let search = move |text: String| change(here, &|shelf| shelf.text = text.clone());
    let typed = text(move || shelf(&here.get()).text);
    take_typed("q", typed.get_untracked(), Box::new(search));
    view! {
        <div class="field">
            <label for="q">{t(["Search pizzas and kitchens", "Pizzen und Küchen suchen"])}</label>
            <div class="affix">
                <span>{icon(Icon::Search)}</span>
                <input class="input searching" id="q" type="search" name="q" autocomplete="off" enterkeyhint="search"
                    value=typed prop:value=typed on:input=move |event| search(event_target_value(&event))/>
                {show_button()}
            </div>
        </div>
    }
    .into_any()
}

fn sort_choice(sort: Option<ShelfSort>, word: &'static str) -> AnyView {
    let here = Here::now();
    let chosen = memo(move |_| shelf(&here.get()).sort == sort);
    let choose = move |_| change(here, &|shelf| shelf.sort = sort);
    view! {
        <label>
            <input type="radio" name="sort" value=sort.map_or("", ShelfSort::name) checked=chosen.get_untracked() prop:checked=chosen on:change=choose/> {word}
        </label>
    }
    .into_any()
}
