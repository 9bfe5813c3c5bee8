//! Search and sort of the offers: as the user types, and as a plain form until the page is hydrated.

use super::offers::query;
use crate::ui::{
    components::{
        basics::{Icon, icon, text},
        before_hydration::{show_button, take_typed},
    },
    i18n::locale::t,
    live::reactive::memo,
    navigation::Navigator,
    route::{
        OffersQuery, OffersSort, Route,
        query::name::{SEARCH, SORT},
    },
};
use leptos::{ev, prelude::*};

pub fn search_and_sort() -> AnyView {
    let done = move |event: ev::SubmitEvent| event.prevent_default();
    view! {
        <form class="shelf-tools" role="search" action="/customer" on:submit=done>
            {search_field()}
            <fieldset class="chips">
                <legend>{t(["Sort by", "Sortieren"])}</legend>
                {sort_choice(None, t(["Newest", "Neueste"]))}
                {sort_choice(Some(OffersSort::Price), t(["Price", "Preis"]))}
                {sort_choice(Some(OffersSort::Time), t(["Time", "Zeit"]))}
            </fieldset>
        </form>
    }
    .into_any()
}

/// Changes search or sort, and the address with it.
fn change(navigator: Navigator, change: &dyn Fn(&mut OffersQuery)) {
    let route = navigator.get_untracked();
    let mut query = query(&route);
    change(&mut query);
    if let Route::Customer { taking, .. } = route {
        navigator.correct(Route::Customer { taking, query });
    }
}

fn search_field() -> AnyView {
    let navigator = Navigator::from_context();
    let search = move |text: String| change(navigator, &|query| query.text = text.clone());
    let typed = text(move || query(&navigator.get()).text);
    take_typed("q", typed.get_untracked(), Box::new(search));
    view! {
        <div class="field">
            <label for="q">{t(["Search pizzas and kitchens", "Pizzen und Küchen suchen"])}</label>
            <div class="affix">
                <span>{icon(Icon::Search)}</span>
                <input class="input searching" id="q" type="search" name=SEARCH autocomplete="off" enterkeyhint="search"
                    value=typed prop:value=typed on:input=move |event| search(event_target_value(&event))/>
                {show_button()}
            </div>
        </div>
    }
    .into_any()
}

fn sort_choice(sort: Option<OffersSort>, word: &'static str) -> AnyView {
    let navigator = Navigator::from_context();
    let chosen = memo(move |_| query(&navigator.get()).sort == sort);
    let choose = move |_| change(navigator, &|query| query.sort = sort);
    view! {
        <label>
            <input type="radio" name=SORT value=sort.map_or("", OffersSort::name) checked=chosen.get_untracked() prop:checked=chosen on:change=choose/> {word}
        </label>
    }
    .into_any()
}
