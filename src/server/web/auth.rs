//! The one place where a request becomes an [`Actor`].
//!
//! In the open mode nobody signs in, and the route of a request decides. Accounts will decide here.

use crate::domain::{Actor, Role};

/// The interface that a request came through, as its route says.
#[derive(Clone, Copy, Debug)]
pub enum Interface {
    /// The HTTP interface of integrators.
    Rest,
    /// A form of the panel of one role.
    Panel(Role),
}

/// An integrator acts for all roles, a panel for its own.
pub fn actor_for(interface: Interface) -> Actor {
    match interface {
        Interface::Rest => Actor::AnyRole,
        Interface::Panel(role) => Actor::As(role),
    }
}
