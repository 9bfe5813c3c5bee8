//! The first run: a new pizzeria starts from an example menu, or from nothing.

use super::{
    edited::{Edited, menu_of},
    import,
    shop::EditedShop,
};
use crate::{
    domain::{Error, Fields, Precondition, shop::menu::file::read_file},
    server::{
        services::shops::{menus::MenuSource, refusal::ShopRefusal},
        web::pages::account::{Sent, Visit},
    },
};

/// A small menu: two sizes, pizzas that can be halves, toppings, drinks.
const MENU: &str = include_str!("example.json");

/// Puts the example on a menu that is as it was shown: it takes nothing off.
pub async fn start(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Edited, ShopRefusal> {
    let (menu, revision) = menu_of(visit, edited).await?;
    if !menu.items.is_empty() {
        return Err(ShopRefusal::PreconditionFailed { version: revision });
    }
    let source = MenuSource::Json(menu_of_example()?);
    let expected = Some(Precondition::version(revision));
    import::put(visit, edited, sent, expected.as_ref(), &source).await
}

fn menu_of_example() -> Result<crate::domain::shop::menu::Menu, Error> {
    let mut fields = Fields::default();
    fields
        .add_object(MENU.as_bytes())
        .map_err(|_| Error::Internal)?;
    read_file(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::menu::{Menu, edit};

    #[test]
    fn the_example_goes_onto_an_empty_menu() {
        let before = Menu {
            outline: Default::default(),
            items: Vec::new(),
        };
        let example = menu_of_example().unwrap();
        let count = example.items.len();
        let edit = edit::import(&before, &[], example).unwrap();
        assert!(count >= 6);
        assert_eq!(edit.difference.removed, []);
        assert!(
            edit.menu
                .items
                .iter()
                .all(|item| edit.menu.outline.category_of(&item.id).is_some())
        );
    }
}
