//! Which kitchen a screen belongs to: the address names it, and the device remembers it.

use crate::domain::{Status, is_blank};
use crate::ui::{
    browser::{cookies, dom::focus_soon},
    components::{
        basics::{changing, text},
        before_hydration::{show_button, take_typed},
        form::Forms,
        list,
    },
    i18n::locale::t,
    live::{
        page_queries::PageQueries,
        reactive::{memo, when_hydrated},
        store::LiveStore,
    },
    navigation::Navigator,
    route::{Kitchen, Route, paths, percent::with_query, query::name::KITCHEN},
    settings::{kitchen_cookie, kitchen_of_device},
    viewer::{own_kitchen, viewer},
};
use leptos::{ev, html, prelude::*};

/// The kitchen whose orders this screen shows; none for all kitchens.
pub type KitchenFilter = Memo<Option<String>>;

/// The id of the form that asks for the kitchen of a device, and that of its field.
const ASK: &str = "ask";
const OWN: &str = "ask-kitchen";

pub fn of_address() -> KitchenFilter {
    Navigator::from_context().memo(|route| match route {
        Route::Supplier { kitchen, .. } => kitchen.name().map(str::to_owned),
        _ => None,
    })
}

/// Stores the kitchen that the address names, or that it names all of them. An address that names none leads to the
/// stored kitchen.
pub fn encode_record() {
    let navigator = Navigator::from_context();
    let viewer = viewer();
    when_hydrated(move || {
        let Route::Supplier { kitchen, .. } = navigator.get() else {
            return;
        };
        // Who works for one kitchen sees no other, whatever the address says.
        if let Some(own) = own_kitchen(&viewer).filter(|own| *own != kitchen) {
            navigator.correct(Route::supplier(own));
        } else if let Some(cookie) = kitchen_cookie(&kitchen) {
            cookies::set(&cookie);
        } else if let (Kitchen::Own, Some(kitchen)) = (kitchen, kitchen_of_device()) {
            navigator.correct(Route::supplier(kitchen));
        }
    });
}

fn go(navigator: Navigator, name: String) {
    let kitchen = match name {
        all if all.is_empty() => Kitchen::All,
        name => Kitchen::One(name),
    };
    navigator.go(Route::supplier(kitchen));
}

/// Where all kitchens together have more tickets than the page shows: what these are, and the way to one kitchen.
pub fn hint(kitchen: KitchenFilter) -> AnyView {
    let more = LiveStore::from_context()
        .view(|board| Status::open().any(|status| board.beyond(status) > 0));
    let focus_choice = |event: ev::MouseEvent| {
        event.prevent_default();
        focus_soon("#kitchen");
    };
    changing(move || {
        (more.get() && kitchen.get().is_none()).then(|| {
            view! {
                <p class="hint">
                    {t([
                        "These are the oldest tickets of each column.",
                        "Das sind die ältesten Bestellungen jeder Spalte.",
                    ])} " "
                    <a href="#kitchen" on:click=focus_choice>{t(["Choose your kitchen", "Wähl deine Küche"])}</a>
                    {t([" to see all of its own.", ", dann siehst du alle von ihr."])}
                </p>
            }
            .into_any()
        })
    })
}

/// On the first visit: which kitchen is this? The names to choose from narrow as one types, a name that is not there is a
/// new kitchen, and one may watch all of them.
pub fn ask() -> AnyView {
    let (navigator, forms) = (Navigator::from_context(), Forms::from_context());
    // A device that knows its kitchen is led on to it.
    let is_asked = navigator
        .memo(|route| matches!(route, Route::Supplier { kitchen, .. } if *kitchen == Kitchen::Own));
    let field = NodeRef::<html::Input>::new();
    let choose = move |event: ev::SubmitEvent| {
        let name = field.get_untracked().map(|field| field.value());
        if let Some(name) = name.filter(|name| !is_blank(name)) {
            event.prevent_default();
            forms.forget(ASK);
            go(navigator, name.trim().to_owned());
        }
    };
    changing(move || {
        is_asked.get().then(|| {
            let all = Route::supplier(Kitchen::All).address();
            let typed = forms.typed(OWN);
            view! {
                <section class="ask" aria-labelledby="h-ask">
                    <h2 id="h-ask">{t(["Which kitchen is this?", "Welche Küche ist das?"])}</h2>
                    <form class="row" id=ASK action="/supplier" on:submit=choose>
                        <label class="unseen" for=OWN>{t(["Your kitchen’s name", "Name deiner Küche"])}</label>
                        <input class="input narrow" id=OWN node_ref=field name=KITCHEN list="kitchens" autocomplete="organization" required value=typed placeholder=t(["Name, or a new one", "Name, auch ein neuer"])/>
                        <button class="button primary">{t(["This is mine", "Das ist meine"])}</button>
                        <a class="button quiet" href=all>{t(["I watch all of them", "Ich schaue allen zu"])}</a>
                    </form>
                    <datalist id="kitchens">{known_kitchens()}</datalist>
                </section>
            }
            .into_any()
        })
    })
}

/// The way from a kitchen to its menu, its settings and its counter: another document, which has no program.
pub fn menu(kitchen: KitchenFilter) -> AnyView {
    changing(move || {
        let kitchen = vec![(KITCHEN, Some(kitchen.get()?))];
        let to = with_query(paths::SHOP_OF_KITCHEN.to_owned(), kitchen);
        let word = t(["Menu, hours, pause…", "Karte, Zeiten, Pause\u{a0}…"]);
        Some(view! { <a class="button" href=to rel="external">{word}</a> }.into_any())
    })
}

fn known_kitchens() -> AnyView {
    let queries = PageQueries::from_context();
    let names = memo(move |_| queries.kitchens().iter().map(ToString::to_string).collect());
    let option = |name: String| view! { <option>{name}</option> }.into_any();
    list::names(names, option)
}

/// The field in which a kitchen, or all of them, is chosen. Who works for one kitchen has no choice.
pub fn choice(kitchen: KitchenFilter) -> Option<AnyView> {
    if own_kitchen(&viewer()).is_some() {
        return None;
    }
    let navigator = Navigator::from_context();
    let queries = PageQueries::from_context();
    let kitchens = LiveStore::from_context().view(move |board| {
        let known = queries.kitchens().into_iter();
        let names = board.orders().map(|order| order.supplier_name.clone());
        let names = known.chain(names).map(|name| name.to_string());
        list::sorted(names.chain(kitchen.get()))
    });
    let option = move |name: String| {
        let chosen = kitchen.get_untracked().as_ref() == Some(&name);
        view! { <option value=name.clone() selected=chosen>{name.clone()}</option> }.into_any()
    };
    let chosen = text(move || kitchen.get().unwrap_or_default());
    let go = move |name| go(navigator, name);
    take_typed("kitchen", chosen.get_untracked(), Box::new(go));
    let choose = move |event| go(event_target_value(&event));
    Some(view! {
        <form class="row" action="/supplier">
            <label for="kitchen" class="soft">{t(["Kitchen", "Küche"])}</label>
            <select class="input narrow" id="kitchen" name=KITCHEN prop:value=chosen on:input=choose>
                <option value="">{t(["All kitchens", "Alle Küchen"])}</option>
                {list::names(kitchens, option)}
            </select>
            {show_button()}
        </form>
    }
    .into_any())
}
