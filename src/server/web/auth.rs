//! The one place where a request becomes an [`Authority`]: who acts, and by what right.
//!
//! In the open mode nobody signs in, and the route of a request decides.

use crate::{
    domain::{Actor, Role, Time, Viewer},
    server::services::accounts::{Authority, Standing},
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

    /// What the layer has put into a request.
    pub fn of(extensions: &Extensions) -> Door {
        extensions.get().cloned().unwrap_or_else(Door::nobody)
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
pub fn actor_for(interface: Interface) -> Actor {
    match interface {
        Interface::Rest => Actor::AnyRole,
        Interface::Panel(role) => Actor::As(role),
    }
}
