//! Which kitchen a screen belongs to: the address names it, and the device remembers it.

use super::KitchenFilter;
use crate::ui::{
    locale::t,
    market::Market,
    parts::{
        before_hydration::{show_button, take_typed},
        list,
        small::text,
    },
    place::{Here, Kitchen, Place, when_awake},
    settings::{kitchen_cookie, kitchen_of_device, set_cookie},
};
use leptos::prelude::*;

pub fn of_address() -> KitchenFilter {
    Here::now().memo(|place| match place {
        Place::Supplier { kitchen } => kitchen.name().map(str::to_owned),
        _ => None,
    })
}

/// Stores the kitchen that the address names, or that it names all of them. An address that names none leads to the
/// stored kitchen.
pub fn remember() {
    let here = Here::now();
    when_awake(move || {
        let Place::Supplier { kitchen } = here.get() else {
            return;
        };
        if let Some(cookie) = kitchen_cookie(&kitchen) {
            set_cookie(&cookie);
        } else if let (Kitchen::Own, Some(name)) = (kitchen, kitchen_of_device()) {
            let kitchen = Kitchen::One(name);
            here.correct(Place::Supplier { kitchen });
        }
    });
}

fn go(here: Here, name: String) {
    let kitchen = match name {
        all if all.is_empty() => Kitchen::All,
        name => Kitchen::One(name),
    };
    here.go(Place::Supplier { kitchen });
}

/// The field in which a kitchen, or all of them, is chosen.
pub fn choice(kitchen: KitchenFilter) -> AnyView {
    let here = Here::now();
    let kitchens = Market::here().view(move |board| {
        let names = board.orders().map(|order| order.supplier_name.to_string());
        list::sorted(names.chain(kitchen.get()))
    });
    let option = move |name: String| {
        let chosen = kitchen.get_untracked().as_ref() == Some(&name);
        view! { <option value=name.clone() selected=chosen>{name.clone()}</option> }.into_any()
    };
    let chosen = text(move || kitchen.get().unwrap_or_default());
    let go = move |name| go(here, name);
    take_typed("kitchen", chosen.get_untracked(), Box::new(go));
    let choose = move |event| go(event_target_value(&event));
    view! {
        <form class="row" action="/supplier">
            <label for="kitchen" class="soft">{t(["Kitchen", "Küche"])}</label>
            <select class="input narrow" id="kitchen" name="kitchen" prop:value=chosen on:input=choose>
                <option value="">{t(["All kitchens", "Alle Küchen"])}</option>
                {list::names(kitchens, option)}
            </select>
            {show_button()}
        </form>
    }
    .into_any()
}
