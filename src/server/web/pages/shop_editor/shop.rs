//! A pizzeria as one request for these pages finds it, and by what right it is edited.

use super::{layout::unknown, refusals};
use crate::{
    domain::{Field, Role, shop::profile::Profile},
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
use axum::response::Response;

/// The field of a form that makes it act once, however often it is sent.
pub const KEY: &str = "key";

pub struct EditedShop {
    pub named: ShopRef,
    pub known: KnownShop,
    pub by: Authority,
}

/// The pizzeria that an address names, for who may edit it: what it says of itself, or (`at_the_counter`) what holds there
/// now. Else the page that says why not.
pub async fn open(
    visit: &Visit,
    named: &str,
    at_the_counter: bool,
) -> Result<EditedShop, Box<Response>> {
    let viewer = &visit.door.viewer;
    if !viewer.is_open() && visit.identity().is_none() {
        return Err(Box::new(visit.to_sign_in()));
    }
    let found = match ShopRef::parse(named) {
        Ok(named) => visit
            .app
            .shops
            .find(&named)
            .await
            .map(|known| (named, known)),
        Err(_) => Err(ShopRefusal::UnknownRestaurant),
    };
    let (named, known) = match found {
        Ok(found) => found,
        Err(refusal) => return Err(Box::new(unknown(visit, &refusal).await)),
    };
    let may = viewer.may_edit_shop(&known.profile.name, at_the_counter);
    if let Err(error) = may.check() {
        return Err(Box::new(unknown(visit, &error.into()).await));
    }
    Ok(EditedShop {
        named,
        known,
        by: authority(visit),
    })
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
