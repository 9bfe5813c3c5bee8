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
    match commands.is_empty() || commands.iter().any(|kind| door.viewer.has(*kind)) {
        true => Ok(()),
        false => Err(Error::NotAllowed),
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
