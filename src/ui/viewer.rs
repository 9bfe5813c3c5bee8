//! Who looks at this page, and which panels are theirs.

use super::{
    i18n::locale::Text,
    route::{Kitchen, Panel, Route, paths},
};
use crate::domain::{AccountKind, AccountRole, CommandKind, Name, Viewer};
use leptos::prelude::*;
use std::sync::Arc;

/// The viewer of this page, the same until another document is loaded.
#[derive(Clone)]
struct OfPage(Arc<Viewer>);

/// Makes this the viewer of the page.
pub fn set_viewer(viewer: Viewer) {
    provide_context(OfPage(Arc::new(viewer)));
}

/// The viewer of the page.
pub fn viewer() -> Arc<Viewer> {
    use_context::<OfPage>().map_or_else(Arc::default, |of_page| of_page.0)
}

/// Whether the page has buttons for a command.
pub fn has(command: CommandKind) -> bool {
    viewer().has(command)
}

/// The kitchen that the viewer works for, which is the only one that it sees.
pub fn own_kitchen(viewer: &Viewer) -> Option<Kitchen> {
    let identity = viewer.identity()?;
    let name = identity.supplier_name.as_ref()?;
    (identity.role == AccountRole::Supplier).then(|| Kitchen::One(name.to_string()))
}

/// What the navigation calls a panel.
fn word(panel: Panel) -> Text {
    match panel {
        Panel::Supplier => ["Supplier", "Küche"],
        Panel::Customer | Panel::Track => ["Customer", "Kunde"],
        Panel::Dispatch => ["Dispatch", "Auslieferung"],
        Panel::Orders => ["Orders", "Bestellungen"],
        Panel::Home | Panel::Nowhere => ["Home", "Startseite"],
    }
}

/// Whether a panel is the viewer's own.
pub fn has_panel(viewer: &Viewer, panel: Panel) -> bool {
    let Some(identity) = viewer.identity() else {
        return true;
    };
    match (panel, identity.role) {
        (Panel::Home | Panel::Nowhere, _) => true,
        (Panel::Supplier, AccountRole::Supplier) => true,
        (Panel::Customer | Panel::Track, AccountRole::Customer) => true,
        (Panel::Dispatch, AccountRole::Dispatch) => true,
        (Panel::Orders, _) => identity.has_orders_panel(),
        _ => false,
    }
}

/// The panels that the navigation shows to a viewer, with their names.
pub fn own_panels(viewer: &Viewer) -> Vec<(Route, Text)> {
    let kitchen = own_kitchen(viewer).unwrap_or(Kitchen::Own);
    let all = [
        Route::supplier(kitchen),
        Route::offers(),
        Route::dispatch(),
        Route::orders(None),
    ];
    let own = all
        .into_iter()
        .filter(|route| has_panel(viewer, route.panel()));
    own.map(|route| {
        let word = word(route.panel());
        (route, word)
    })
    .collect()
}

/// Whether the viewer answers for other accounts.
pub fn has_team(viewer: &Viewer) -> bool {
    viewer.identity().is_some_and(|identity| {
        matches!(
            identity.kind,
            AccountKind::Admin | AccountKind::Dispatcher | AccountKind::Manager
        )
    })
}

/// The address of the panel that opens after signing in.
pub fn own_panel(role: AccountRole, supplier_name: Option<&Name>) -> String {
    let route = match role {
        AccountRole::Driver => return paths::DRIVER.to_owned(),
        AccountRole::Integrator => Route::Home,
        AccountRole::Admin => Route::orders(None),
        AccountRole::Dispatch => Route::dispatch(),
        AccountRole::Customer => Route::offers(),
        AccountRole::Supplier => Route::supplier(
            supplier_name.map_or(Kitchen::Own, |name| Kitchen::One(name.to_string())),
        ),
    };
    route.address()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, Identity, Name};

    fn known(kind: AccountKind) -> Viewer {
        Viewer::Known(Box::new(Identity {
            supplier_name: kind
                .is_of_a_supplier()
                .then(|| Name::parse("Bella Napoli").unwrap()),
            sees_offers: true,
            ..Identity::new(None, kind, kind.role().unwrap())
        }))
    }

    #[test]
    fn the_own_panel_is_that_of_the_role() {
        for (kind, panel) in [
            (AccountKind::Manager, "/supplier?kitchen=Bella%20Napoli"),
            (AccountKind::Device, "/supplier?kitchen=Bella%20Napoli"),
            (AccountKind::Dispatcher, "/dispatch"),
            (AccountKind::Driver, "/driver"),
            (AccountKind::Customer, "/customer"),
            (AccountKind::Admin, "/orders"),
        ] {
            let viewer = known(kind);
            let identity = viewer.identity().unwrap();
            let own = own_panel(identity.role, identity.supplier_name.as_ref());
            assert_eq!(own, panel, "{kind:?}");
        }
    }

    #[test]
    fn the_navigation_shows_what_is_the_viewers_own() {
        let shown = |viewer: &Viewer| {
            let panels = own_panels(viewer);
            let names = panels.iter().map(|(route, _)| route.panel().name());
            names.collect::<Vec<_>>()
        };
        assert_eq!(
            shown(&Viewer::Open),
            ["supplier", "customer", "dispatch", "orders"]
        );
        assert_eq!(shown(&known(AccountKind::Staff)), ["supplier", "orders"]);
        assert_eq!(shown(&known(AccountKind::Guest)), ["customer"]);
        assert_eq!(shown(&known(AccountKind::Admin)), ["orders"]);
        assert!(shown(&known(AccountKind::Driver)).is_empty());
    }
}
