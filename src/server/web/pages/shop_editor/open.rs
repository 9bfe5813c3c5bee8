//! Finding the pizzeria that an address names, for who may edit it.

use super::{
    layout::unknown,
    shop::{EditedShop, authority},
};
use crate::{
    domain::Field,
    server::{
        services::shops::{catalog::ShopRef, refusal::ShopRefusal},
        web::pages::account::Visit,
    },
};
use axum::response::Response;

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
