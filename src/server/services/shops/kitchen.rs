//! The pizzeria of a kitchen's page: the one that has the kitchen's name, or had it when its orders were made.

use super::{
    ShopService,
    catalog::{KnownShop, ShopRef},
};
use crate::{
    domain::{
        Error, Name, Viewer,
        shop::{counter::MenuPart, kitchen_shop::KitchenShop, menu::Menu},
    },
    server::{clock::now, services::live_feed::OrderIndex},
};

impl ShopService {
    /// The pizzeria of a kitchen, for who may work at its counter. None where the kitchen has none.
    ///
    /// # Errors
    /// Where this instance does not know the pizzerias now.
    pub async fn of_kitchen(
        &self,
        kitchen: &Name,
        viewer: &Viewer,
    ) -> Result<Option<KitchenShop>, Error> {
        let Some(known) = self.called(kitchen)? else {
            return Ok(None);
        };
        if viewer
            .may_edit_shop(&known.profile.name, true)
            .check()
            .is_err()
        {
            return Ok(None);
        }
        Ok(Some(KitchenShop {
            kitchen: kitchen.clone(),
            name: known.profile.name.clone(),
            slug: known.profile.slug.clone(),
            names: self.names_of_sold_out(&known).await,
            counter: known.counter.as_ref().clone(),
        }))
    }

    fn called(&self, kitchen: &Name) -> Result<Option<KnownShop>, Error> {
        let find = |catalogue: &_| KnownShop::called(catalogue, kitchen);
        let known = self.read_current(find).ok_or(Error::StoreUnavailable)?;
        let had_it = || {
            let pizzeria_of = |index: &OrderIndex| index.pizzeria_of(kitchen);
            let id = self.feed.read_index(pizzeria_of).flatten()?;
            self.known(&ShopRef::Id(id))
        };
        Ok(known.or_else(had_it))
    }

    /// Without a name where the menu cannot be read: then its code is shown.
    async fn names_of_sold_out(&self, known: &KnownShop) -> Vec<(String, String)> {
        let sold_out: Vec<_> = known.counter.sold_out_at(now()).collect();
        if sold_out.is_empty() {
            return Vec::new();
        }
        let Ok(menu) = self.menu(known).await else {
            return Vec::new();
        };
        let parts = sold_out.into_iter().map(|sold_out| &sold_out.what);
        let named = parts.filter_map(|part| Some((part.to_string(), name_of(&menu, part)?)));
        named.collect()
    }
}

fn name_of(menu: &Menu, part: &MenuPart) -> Option<String> {
    match part {
        MenuPart::Item(code) => menu.item(code).map(|item| item.name.to_string()),
        MenuPart::Option { group, option } => {
            let group = menu.outline.groups.iter().find(|one| one.id == *group)?;
            let option = group.options.iter().find(|one| one.id == *option)?;
            Some(option.name.to_string())
        }
    }
}
