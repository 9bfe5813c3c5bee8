//! The one place where a request becomes an [`Authority`]: who acts, and by what right.
//!
//! In the open mode nobody signs in, and the route of a request decides. Else the door does ([`door`]): each way into
//! the server ([`way`]) takes one kind of credential.

pub mod bearer;
pub mod cookies;
pub mod door;
pub mod refusals;
pub mod way;
pub mod wrong_credentials;

use crate::{
    domain::{AccountId, Actor, Error, OrderId, Role, Time, Viewer},
    server::services::accounts::{Authority, SignedIn, Standing},
};
use axum::{
    extract::FromRequestParts,
    http::{Extensions, request::Parts},
};
use std::convert::Infallible;

/// The interface that a request came through, as its route says.
#[derive(Clone, Copy, Debug)]
pub enum Interface {
    /// The HTTP interface of integrators.
    Rest,
    /// A form of the panel of one role.
    Panel(Role),
}

/// Who has sent a request. The layer around all routes puts it into the request.
#[derive(Clone, Debug)]
pub struct Door {
    pub viewer: Viewer,
    /// Of who is signed in.
    pub standing: Option<Standing>,
    /// When the credential ends, where that is known.
    pub expires_at: Option<Time>,
}

impl Door {
    /// In the open mode.
    pub fn open() -> Door {
        Door {
            viewer: Viewer::Open,
            standing: None,
            expires_at: None,
        }
    }

    /// Of a request that has not come through the layer: it sees nothing, and may do nothing.
    pub fn nobody() -> Door {
        Door {
            viewer: Viewer::nobody(),
            standing: None,
            expires_at: None,
        }
    }

    /// Of an account.
    pub fn signed_in(signed_in: SignedIn) -> Door {
        Door {
            viewer: Viewer::Known(Box::new(signed_in.identity)),
            standing: Some(signed_in.standing),
            expires_at: signed_in.expires_at,
        }
    }

    /// Of somebody who is not signed in, by the id in a cookie or a token. Without one it looks.
    pub fn guest(id: Option<AccountId>, sees_offers: bool) -> Door {
        let mut door = Door::nobody();
        if let Viewer::Known(identity) = &mut door.viewer {
            identity.id = id;
            identity.own = id.into_iter().collect();
            identity.sees_offers = sees_offers;
        }
        door
    }

    /// With the orders whose key the request holds.
    pub fn following(mut self, follows: Vec<OrderId>) -> Door {
        if let Viewer::Known(identity) = &mut self.viewer {
            identity.follows = follows;
        }
        self
    }

    /// Whether somebody acts by an account. In the open mode nobody does.
    pub fn is_signed_in(&self) -> bool {
        self.standing.is_some()
    }

    /// The account by which requests are counted.
    pub fn account(&self) -> Option<AccountId> {
        self.standing.as_ref().map(|standing| standing.account)
    }

    /// What the layer has put into a request.
    pub fn of(extensions: &Extensions) -> Door {
        extensions.get().cloned().unwrap_or_else(Door::nobody)
    }

    /// Whether the orders of the market are searched, exported and measured by it.
    pub fn check_orders_panel(&self) -> Result<(), Error> {
        match self.viewer.identity() {
            Some(identity) if !identity.has_orders_panel() => Err(self.not_allowed()),
            _ => Ok(()),
        }
    }

    /// The refusal of what a role never has: who is not signed in may have another one.
    pub fn not_allowed(&self) -> Error {
        match self.is_signed_in() {
            true => Error::NotAllowed,
            false => Error::NotSignedIn,
        }
    }

    /// By what right a command comes through an interface.
    pub fn authority(&self, interface: Interface) -> Authority {
        match self.viewer.identity() {
            None => Authority::open(actor_for(interface)),
            Some(identity) => Authority {
                actor: identity.actor(),
                viewer: self.viewer.clone(),
                admin_reason: None,
                standing: self.standing.clone(),
            },
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Door {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Door, Infallible> {
        Ok(Door::of(&parts.extensions))
    }
}

/// In the open mode an integrator acts for all roles, a panel for its own.
fn actor_for(interface: Interface) -> Actor {
    match interface {
        Interface::Rest => Actor::AnyRole,
        Interface::Panel(role) => Actor::As(role),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::CommandKind;
    use uuid::Uuid;

    #[test]
    fn a_request_that_no_layer_has_judged_is_nobodys() {
        let door = Door::of(&Extensions::new());
        assert!(!door.is_signed_in());
        for command in [CommandKind::Take, CommandKind::Offer, CommandKind::Cancel] {
            assert!(!door.viewer.has(command), "{command}");
        }
        assert!(Door::open().viewer.has(CommandKind::Offer));
    }

    #[test]
    fn a_guest_takes_offers_once_it_has_an_id() {
        assert!(!Door::guest(None, true).viewer.has(CommandKind::Take));
        let guest = Door::guest(Some(AccountId(Uuid::from_u128(1))), true);
        assert!(guest.viewer.has(CommandKind::Take));
        assert!(!guest.viewer.has(CommandKind::Offer));
        assert!(!guest.is_signed_in());
    }
}
