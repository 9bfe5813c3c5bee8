//! The home page, and the page for an address that does not exist.

use crate::{
    domain::{AccountKind, Status},
    ui::{
        components::basics::{Detail, Icon, empty, icon, pizza},
        i18n::locale::{Text, t},
        route::{Panel, Route, paths},
        viewer::{has_panel, has_team, own_panels, viewer},
    },
};
use leptos::prelude::*;

pub fn home() -> AnyView {
    still(|| {
        view! {
            <section class="hero">
                <div>
                    <h1>{t(["Pizza, live from the oven", "Pizza, frisch aus dem Ofen"])}</h1>
                    <p class="soft">{t(["Kitchens offer, customers take, drivers bring. Everybody sees the same truth at once.", "Küchen bieten an, Kunden greifen zu, Fahrer bringen. Alle sehen im selben Augenblick dasselbe."])}</p>
                </div>
                {pizza("Diavola", Detail::Card)}
            </section>
            <h2 class="unseen">{t(["Where do you stand?", "Wo stehst du?"])}</h2>
            <ul class="doors">
                {doors()}
            </ul>
            <p class="soft">
                {t(["For programs: ", "Für Programme: "])}
                <a href="/docs" rel="external">{t(["the API, to read and to try", "die API, zum Lesen und Ausprobieren"])}</a>
            </p>
        }
        .into_any()
    })
}

/// A link to each panel of the viewer; to signing in, for who has not.
fn doors() -> Vec<AnyView> {
    let viewer = viewer();
    let mut doors: Vec<_> = own_panels(&viewer).into_iter().map(panel_door).collect();
    if has_panel(&viewer, Panel::Customer) {
        doors.insert(0, order_door());
    }
    match viewer.identity().map(|identity| identity.kind) {
        None => {}
        Some(AccountKind::Guest) => {
            doors.push(door(
                paths::SIGN_IN.to_owned(),
                Icon::Person,
                ["Sign in", "Anmelden"],
                [
                    "For kitchens, dispatch, and customers with an account.",
                    "Für Küchen, Auslieferung und Kunden mit Konto.",
                ],
            ));
            doors.push(door(
                paths::PAIR.to_owned(),
                Icon::Shop,
                ["Pair a kitchen device", "Küchengerät verbinden"],
                [
                    "With the code that its manager shows.",
                    "Mit dem Code, den die Küchenleitung zeigt.",
                ],
            ));
        }
        Some(AccountKind::Driver) => doors.push(door(
            paths::DRIVER.to_owned(),
            Icon::Of(Status::InTransit),
            ["My orders", "Meine Bestellungen"],
            [
                "What you carry, and where it goes.",
                "Was du fährst und wohin es geht.",
            ],
        )),
        Some(_) => {}
    }
    if has_team(&viewer) {
        doors.push(door(
            paths::TEAM.to_owned(),
            Icon::Person,
            ["Team", "Team"],
            [
                "Add who works here, and see where they are signed in.",
                "Leute hinzufügen und sehen, wo sie angemeldet sind.",
            ],
        ));
    }
    doors
}

/// To the menus of pizzerias.
fn order_door() -> AnyView {
    door(
        paths::SHOPS.to_owned(),
        Icon::Slice,
        ["Order", "Bestellen"],
        [
            "Choose a pizzeria near you, and from its menu, for now or for later.",
            "Eine Pizzeria in der Nähe aussuchen und aus ihrer Karte bestellen, für jetzt oder später.",
        ],
    )
}

fn panel_door((route, name): (Route, Text)) -> AnyView {
    let (symbol, what) = match route.panel() {
        Panel::Supplier => (
            Icon::Shop,
            [
                "Offer pizzas, answer, bake, call them ready.",
                "Pizzen anbieten, antworten, backen, fertig melden.",
            ],
        ),
        Panel::Dispatch => (
            Icon::Person,
            [
                "Send drivers, and know who is out.",
                "Fahrer losschicken und wissen, wer unterwegs ist.",
            ],
        ),
        Panel::Orders => (
            Icon::Search,
            [
                "Every order, where it stands, and how it got there.",
                "Jede Bestellung, wo sie steht und wie sie dahin kam.",
            ],
        ),
        _ => (
            Icon::Slice,
            [
                "See what is hot, take it, follow it to your door.",
                "Sehen, was es gibt, zugreifen, bis zur Tür verfolgen.",
            ],
        ),
    };
    door(route.address(), symbol, name, what)
}

/// A link to a panel.
fn door(path: String, symbol: Icon, name: Text, what: Text) -> AnyView {
    view! {
        <li>
            <a class="paper door" href=path>{icon(symbol)} <strong>{t(name)}</strong> <span class="soft">{t(what)}</span></a>
        </li>
    }
    .into_any()
}

pub fn nowhere() -> AnyView {
    still(|| {
        let way_on = Some((t(["Home", "Zur Startseite"]), "/".to_owned()));
        let next = t([
            "The panels are in the bar above.",
            "Die Bereiche stehen oben in der Leiste.",
        ]);
        let heading = t([
            "There is nothing at this address",
            "Unter dieser Adresse ist nichts",
        ]);
        view! {
            <h1 class="unseen">{t(["Nothing here", "Hier ist nichts"])}</h1>
            {empty(Icon::Search, heading, next, way_on)}
        }
        .into_any()
    })
}

/// Content that never changes. Only the server renders it, and hydration keeps it as it is, so that the download does not
/// contain its code. A link to it loads a new document (see [`crate::ui::Route::is_still`]).
fn still(view: fn() -> AnyView) -> AnyView {
    let html = if cfg!(target_arch = "wasm32") {
        String::new()
    } else {
        view().to_html()
    };
    view! { <main id="main" tabindex="-1" inner_html=html></main> }.into_any()
}
