//! What a role never has is refused before the body of a call is read: the address names the commands.

use crate::{
    domain::{CommandKind, Error},
    server::web::auth::Door,
};
use axum::http::Method;

/// Refuses a call that none of a viewer's commands is made by.
pub fn check(door: &Door, method: &Method, path: &str) -> Result<(), Error> {
    let commands = match *method {
        Method::POST => commands(path),
        _ => &[],
    };
    let viewer = &door.viewer;
    let has_one = commands.is_empty() || commands.iter().any(|kind| viewer.has(*kind));
    let edit = edit_of_shop(method, path);
    let is_editor = edit.is_none_or(|at_the_counter| viewer.edits_shops(at_the_counter));
    match has_one && is_editor {
        true => Ok(()),
        false => Err(Error::NotAllowed),
    }
}

/// Whether a call that edits a pizzeria does it at the counter; `None` for any other.
fn edit_of_shop(method: &Method, path: &str) -> Option<bool> {
    let call = path
        .strip_prefix("/api/v1/restaurants")
        .or_else(|| path.strip_prefix("/api/restaurants"))?;
    let mut segments = call.split('/').skip(1);
    match (method.as_str(), segments.next(), segments.next()) {
        ("POST", None, None) if call.is_empty() => Some(false),
        ("PUT", Some(_), None) => Some(false),
        ("POST", Some(_), Some("pause" | "resume" | "busy" | "sold-out")) => Some(true),
        ("POST" | "PUT" | "DELETE", Some(_), Some("menu" | "items")) => Some(false),
        _ => None,
    }
}

/// The commands that a call may carry out.
fn commands(path: &str) -> &'static [CommandKind] {
    use CommandKind::*;
    let of_shop = path
        .strip_prefix("/api/v1/restaurants/")
        .or_else(|| path.strip_prefix("/api/restaurants/"));
    if of_shop.is_some_and(|call| call.ends_with("/orders")) {
        return &[Order];
    }
    let Some(call) = path
        .strip_prefix("/api/v1/orders")
        .or_else(|| path.strip_prefix("/api/orders"))
    else {
        return &[];
    };
    let mut segments = call.split('/').skip(1);
    match (segments.next(), segments.next(), segments.next()) {
        (None, None, None) if call.is_empty() => &[Offer],
        (Some(_), Some("supplier-respond"), None) => &[Accept, Reject],
        (Some(_), Some("customer-accept"), None) => &[Take],
        (Some(_), Some("dispatch"), None) => &[Dispatch],
        (Some(_), Some("status"), None) => &[Prepare, MarkReady, SetOff, Deliver, Cancel],
        (Some(_), Some("recall"), None) => &[Recall],
        (Some(_), Some("cancel"), None) => &[Cancel],
        (Some(_), Some("delay"), None) => &[Delay],
        (Some(_), Some("check"), None) => &[Check],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::AccountId;
    use uuid::Uuid;

    #[test]
    fn a_guest_edits_no_pizzeria() {
        let guest = Door::guest(Some(AccountId(Uuid::from_u128(1))), true);
        for (method, path, is_refused) in [
            (Method::POST, "/api/restaurants", true),
            (Method::PUT, "/api/v1/restaurants/roma", true),
            (Method::POST, "/api/restaurants/roma/sold-out", true),
            (Method::PUT, "/api/restaurants/roma/menu/outline", true),
            (Method::DELETE, "/api/restaurants/roma/items/1", true),
            (Method::GET, "/api/restaurants", false),
            (Method::GET, "/api/restaurants/roma/menu", false),
            (Method::POST, "/api/restaurants/roma/quote", false),
            (Method::POST, "/api/restaurants/roma/orders", false),
            (Method::POST, "/api/restaurantsx", false),
        ] {
            let checked = check(&guest, &method, path);
            assert_eq!(checked.is_err(), is_refused, "{method} {path}");
            assert_eq!(check(&Door::open(), &method, path), Ok(()), "{path}");
        }
    }

    #[test]
    fn a_guest_takes_and_cancels() {
        let guest = Door::guest(Some(AccountId(Uuid::from_u128(1))), true);
        let is_refused = |door: &Door, path: &str| check(door, &Method::POST, path).is_err();
        for path in [
            "/api/orders",
            "/api/v1/orders",
            "/api/orders/x/supplier-respond",
            "/api/orders/x/dispatch",
            "/api/v1/orders/x/recall",
            "/api/v1/orders/x/delay",
            "/api/orders/x/check",
        ] {
            assert!(is_refused(&guest, path), "{path}");
            assert!(!is_refused(&Door::open(), path), "{path}");
        }
        for path in [
            "/api/orders/x/customer-accept",
            "/api/orders/x/status",
            "/api/orders/x/cancel",
            "/api/restaurants/x/orders",
            "/api/restaurants/x/quote",
            "/api/orders/x/nothing",
            "/api/ordersx",
            "/api/auth/token",
        ] {
            assert!(!is_refused(&guest, path), "{path}");
        }
        for path in ["/api/orders/x/status", "/api/v1/restaurants/x/orders"] {
            assert!(is_refused(&Door::guest(None, true), path), "{path}");
        }
        assert_eq!(check(&guest, &Method::GET, "/api/orders"), Ok(()));
    }
}
