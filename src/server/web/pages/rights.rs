//! Whose a page is: each role has its own panel. What is on it the viewer decides once more, order by order.

use super::redirect::location;
use crate::{
    domain::{AccountRole, Error, Identity, Role},
    server::web::auth::Door,
    ui::{Kitchen, Route},
};
use axum::{
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse, Response},
};

/// Whether a page is a viewer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Granted,
    /// Who signs in may find that it is.
    AfterSignIn,
    Denied,
}

/// Whether the page of a route is that of who has sent the request.
pub fn access(door: &Door, route: &Route) -> Access {
    let Some(identity) = door.viewer.identity() else {
        return Access::Granted;
    };
    match has_page(identity, route) {
        true => Access::Granted,
        false if door.is_signed_in() => Access::Denied,
        false => Access::AfterSignIn,
    }
}

fn has_page(identity: &Identity, route: &Route) -> bool {
    match route {
        // An order that the viewer does not see is one that does not exist.
        Route::Home | Route::Nowhere | Route::Track(_) => true,
        Route::Supplier { kitchen, .. } => {
            let own = identity.supplier_name.as_deref();
            let is_own = match kitchen {
                // They lead to its own.
                Kitchen::Own | Kitchen::All => true,
                Kitchen::One(name) => own == Some(&**name),
            };
            identity.has_panel(Role::Supplier) && is_own
        }
        Route::Customer { .. } => {
            identity.has_panel(Role::Customer) && (identity.sees_offers || identity.id.is_some())
        }
        Route::Dispatch { .. } => identity.has_panel(Role::Dispatch),
        Route::Orders { .. } => identity.has_orders_panel(),
    }
}

/// Refuses who never sends a form of a panel. An admin has to say why it acts, and no form asks for that.
pub fn check_form(door: &Door, panel: Role) -> Result<(), Error> {
    let Some(identity) = door.viewer.identity() else {
        return Ok(());
    };
    let is_guests = panel == Role::Customer && identity.id.is_some();
    match door.is_signed_in() {
        true if identity.role == AccountRole::Admin => Err(Error::NotAllowed),
        false if !is_guests => Err(Error::NotSignedIn),
        _ => Ok(()),
    }
}

/// The redirect of a supplier to the page of its own kitchen.
pub fn own_kitchen(door: &Door, route: &Route) -> Option<Response> {
    let identity = door.viewer.identity()?;
    let Route::Supplier {
        kitchen: Kitchen::Own | Kitchen::All,
        ..
    } = route
    else {
        return None;
    };
    let kitchen = Kitchen::One(identity.supplier_name.as_ref()?.to_string());
    let address = Route::supplier(kitchen).address();
    Some((StatusCode::SEE_OTHER, [(LOCATION, location(&address))]).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountId, Field, Name, Viewer};
    use crate::server::services::accounts::{Credential, Standing};
    use uuid::Uuid;

    fn signed_in(role: AccountRole) -> Door {
        let account = AccountId(Uuid::from_u128(1));
        let mut door = Door::guest(Some(account), role == AccountRole::Customer);
        if let Viewer::Known(identity) = &mut door.viewer {
            identity.role = role;
            identity.supplier_name =
                (role == AccountRole::Supplier).then(|| Name::parse("Bella").unwrap());
        }
        door.standing = Some(Standing {
            account,
            credential: Credential::Session(String::new()),
            expect: Vec::new(),
        });
        door
    }

    fn route(address: &str) -> Route {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        Route::read(path, query)
    }

    /// The pages that somebody gets.
    fn granted(door: &Door) -> Vec<&'static str> {
        let pages = [
            "/",
            "/supplier?kitchen=Bella",
            "/supplier?kitchen=Luna",
            "/customer",
            "/dispatch",
            "/orders",
        ];
        let is_granted = |page: &&str| access(door, &route(page)) == Access::Granted;
        pages.into_iter().filter(is_granted).collect()
    }

    #[test]
    fn each_role_has_its_own_panel() {
        for (role, pages) in [
            (
                AccountRole::Supplier,
                &["/", "/supplier?kitchen=Bella", "/orders"][..],
            ),
            (AccountRole::Customer, &["/", "/customer"]),
            (AccountRole::Dispatch, &["/", "/dispatch", "/orders"]),
            (AccountRole::Driver, &["/"]),
            (AccountRole::Admin, &["/", "/orders"]),
            (AccountRole::Integrator, &["/", "/orders"]),
        ] {
            assert_eq!(granted(&signed_in(role)), pages, "{role}");
        }
        assert_eq!(granted(&Door::guest(None, true)), ["/", "/customer"]);
        assert_eq!(granted(&Door::nobody()), ["/"]);
        assert_eq!(granted(&Door::open()).len(), 6);
    }

    #[test]
    fn who_is_not_signed_in_is_asked_to() {
        let orders = route("/orders");
        assert_eq!(
            access(&Door::guest(None, true), &orders),
            Access::AfterSignIn
        );
        let customer = signed_in(AccountRole::Customer);
        assert_eq!(access(&customer, &orders), Access::Denied);
    }

    #[test]
    fn a_form_is_sent_by_who_is_signed_in_and_an_order_also_by_guests() {
        let guest = Door::guest(Some(AccountId(Uuid::from_u128(1))), true);
        assert_eq!(check_form(&guest, Role::Customer), Ok(()));
        for nobody in [Door::nobody(), Door::guest(None, true)] {
            let refused = Err(Error::NotSignedIn);
            assert_eq!(check_form(&nobody, Role::Customer), refused);
        }
        assert_eq!(check_form(&guest, Role::Supplier), Err(Error::NotSignedIn));
        let driver = signed_in(AccountRole::Driver);
        assert_eq!(check_form(&driver, Role::Dispatch), Ok(()));
        // No form asks an admin why.
        let admin = signed_in(AccountRole::Admin);
        assert_eq!(check_form(&admin, Role::Dispatch), Err(Error::NotAllowed));
        assert_eq!(check_form(&Door::open(), Role::Dispatch), Ok(()));
    }

    #[test]
    fn a_supplier_is_led_to_its_own_kitchen() {
        let supplier = signed_in(AccountRole::Supplier);
        for address in ["/supplier", "/supplier?kitchen="] {
            let to = own_kitchen(&supplier, &route(address)).unwrap();
            assert_eq!(to.headers()[LOCATION], "/supplier?kitchen=Bella");
        }
        assert!(own_kitchen(&supplier, &route("/supplier?kitchen=Bella")).is_none());
        assert!(own_kitchen(&Door::open(), &route("/supplier")).is_none());
    }
}
