//! Who may change what a pizzeria says of itself, and what holds at its counter: the part of the policy for pizzerias.

use super::{AccountKind, AccountRole, Identity, Name, Permission, Viewer};

impl Viewer {
    /// Whether it may change what the pizzeria of this name says of itself, or (`at_the_counter`) what holds there now.
    pub fn may_edit_shop(&self, name: &Name, at_the_counter: bool) -> Permission {
        match self {
            Viewer::Open => Permission::Yes,
            Viewer::Known(identity) => identity.may_edit_shop(name, at_the_counter),
        }
    }

    /// Whether it may do that with any pizzeria.
    pub fn edits_shops(&self, at_the_counter: bool) -> bool {
        let identity = self.identity();
        identity.is_none_or(|identity| identity.edits_shops(at_the_counter))
    }
}

impl Identity {
    fn edits_shops(&self, at_the_counter: bool) -> bool {
        let is_role = matches!(self.role, AccountRole::Supplier | AccountRole::Integrator);
        let is_kind =
            at_the_counter || matches!(self.kind, AccountKind::Manager | AccountKind::Integration);
        self.role == AccountRole::Admin || (!self.read_only && is_role && is_kind)
    }

    fn may_edit_shop(&self, name: &Name, at_the_counter: bool) -> Permission {
        match self.role {
            AccountRole::Admin => Permission::Yes,
            _ if !self.edits_shops(at_the_counter) => Permission::NotAllowed,
            AccountRole::Supplier if self.supplier_name.as_ref() != Some(name) => {
                Permission::NotYours
            }
            _ => Permission::Yes,
        }
    }
}
