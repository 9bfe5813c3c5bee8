//! The first run: a new pizzeria starts from an example menu, or from nothing.

use super::{
    import,
    layout::key,
    menu_change::{Edited, menu_of},
    shop::EditedShop,
};
use crate::{
    domain::{Error, Fields, Precondition, shop::menu::file::read_file},
    server::{
        services::shops::{menus::MenuSource, refusal::ShopRefusal},
        web::pages::account::{Sent, Visit},
    },
    ui::i18n::locale::t,
};
use leptos::prelude::*;

/// A small menu: two sizes, pizzas that can be halves, toppings, drinks.
const MENU: &str = include_str!("example.json");

pub fn offered(edited: &EditedShop) -> AnyView {
    let said = t([
        "There is nothing on this menu yet. Start from an example and change it, paste a menu below, or begin with a category of your own.",
        "Auf dieser Karte steht noch nichts. Fang mit einem Beispiel an und ändere es, füg unten eine Karte ein, oder beginne mit einer eigenen Kategorie.",
    ]);
    view! {
        <section class="paper stack" aria-labelledby="first">
            <h2 id="first">{t(["An empty menu", "Eine leere Karte"])}</h2>
            <p>{said}</p>
            <form method="post" action=edited.menu_path()>
                {key()}
                <button class="button primary" name="act" value="example">{t(["Start from the example", "Mit dem Beispiel anfangen"])}</button>
            </form>
        </section>
    }
    .into_any()
}

/// Puts the example on a menu that is as it was shown: it takes nothing off.
pub async fn start(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Edited, ShopRefusal> {
    let (menu, revision) = menu_of(visit, edited).await?;
    if !menu.items.is_empty() {
        return Err(ShopRefusal::Outdated { version: revision });
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
