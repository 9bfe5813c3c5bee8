//! A pizzeria as one request for these pages has found it, and by what right it is edited.

use super::refusals;
use crate::{
    domain::{Role, shop::profile::Profile},
    server::{
        services::{
            accounts::Authority,
            idempotency::IdempotentRequest,
            shops::{
                catalog::{KnownShop, ShopRef},
                menus::MenuCall,
                refusal::ShopRefusal,
            },
        },
        web::{
            auth::Interface,
            pages::account::{Sent, Visit},
        },
    },
    ui::paths,
};

/// The field of a form that makes it act once, however often it is sent.
pub const KEY: &str = "key";

pub struct EditedShop {
    pub named: ShopRef,
    pub known: KnownShop,
    pub by: Authority,
}

/// By what right these pages act.
pub fn authority(visit: &Visit) -> Authority {
    visit.door.authority(Interface::Panel(Role::Supplier))
}

impl EditedShop {
    pub fn profile(&self) -> &Profile {
        &self.known.profile
    }

    pub fn menu_path(&self) -> String {
        paths::menu_of(&self.profile().slug.to_string())
    }

    pub fn settings_path(&self) -> String {
        paths::settings_of(&self.profile().slug.to_string())
    }

    pub fn counter_path(&self) -> String {
        paths::SHOP_COUNTER.replace("{shop}", &self.profile().slug.to_string())
    }

    /// An edit of its menu.
    pub fn call<'a>(&'a self, request: Option<&'a IdempotentRequest>) -> MenuCall<'a> {
        MenuCall {
            shop: &self.named,
            by: &self.by,
            request,
        }
    }
}

/// The request that a form is, by its key. `part` distinguishes the edits of one form.
pub fn request(sent: &Sent, part: &str) -> Option<IdempotentRequest> {
    let key = sent.get(KEY);
    let content = sent.0.iter().flat_map(|(name, value)| [name, value]);
    let content: Vec<_> = content.map(|text| text.as_bytes()).collect();
    let new = || IdempotentRequest::new(KEY, &format!("{key}.{part}"), &content);
    (!key.is_empty()).then(new)
}

/// What refuses a form whose button names nothing that there is.
pub fn no_such_act() -> ShopRefusal {
    refusals::fault("act", "There is no such button.")
}
