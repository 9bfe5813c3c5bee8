//! A pizzeria as its customers choose from it.

use super::random::chance;
use crate::{
    domain::{
        Cents, Fields,
        shop::{
            basket::Part,
            code::Code,
            menu::{Item, Menu, file::read_file},
            price::price_lines,
            request::{ChoiceRequest, LineRequest},
        },
    },
    server::cli::pizzerias::SeedRestaurant,
};
use fastrand::Rng;
use serde_json::{Value, json};

/// How often lines are drawn until they can be bought.
const DRAWS: usize = 60;
/// Prices change in the evening: so much more than the minimum, in percent.
const OVER_MINIMUM: u32 = 130;

#[derive(Clone, Debug)]
pub struct MenuShop {
    pub slug: String,
    pub name: String,
    /// Where its customers are: next door.
    pub place: Value,
    pub menu: Menu,
    minimum: Cents,
}

impl MenuShop {
    /// # Errors
    /// A menu that cannot be read.
    pub fn of(seed: &SeedRestaurant) -> Result<MenuShop, String> {
        let profile = &seed.restaurant;
        let areas = profile["areas"].as_array().into_iter().flatten();
        let minimums = areas.filter_map(|area| area["minimum"].as_f64());
        let minimum = minimums.fold(0.0, f64::max) * 100.0;
        let address = &profile["address"];
        Ok(MenuShop {
            slug: seed.slug().to_owned(),
            name: seed.name().to_owned(),
            place: json!({"street": address["street"], "postcode": address["postcode"], "town": address["town"],
                "point": profile["point"]}),
            menu: read_menu(&seed.menu)?,
            minimum: Cents::new(minimum as u32),
        })
    }

    /// What somebody orders: it is for sale, and worth a delivery.
    pub fn lines(&self, rng: &mut Rng) -> Option<Vec<LineRequest>> {
        let mut lines = Vec::new();
        for _ in 0..DRAWS {
            lines.extend(self.line(rng));
            match price_lines(&lines, &self.menu) {
                Ok(priced) => {
                    let goods: u32 = priced.iter().map(|one| one.line.total.get()).sum();
                    if goods > 0 && goods >= self.minimum.get() * OVER_MINIMUM / 100 {
                        return Some(lines);
                    }
                }
                Err(_) => drop(lines.pop()),
            }
        }
        None
    }

    /// One line, which may be one that is refused: the menu has its rules.
    fn line(&self, rng: &mut Rng) -> Option<LineRequest> {
        let items = self.items();
        let item = *rng.choice(&items)?;
        let size = rng.choice(&item.prices)?.size.clone();
        let fits = |other: &&&Item| {
            let size = size.as_ref();
            size.is_some_and(|size| item.halves.contains(size) && other.halves.contains(size))
                && other.id != item.id
        };
        let others: Vec<_> = items.iter().filter(fits).collect();
        let half = rng.choice(&others).filter(|_| chance(rng, 350));
        let half = half.map(|other| other.id.clone());
        let mut options = Vec::new();
        for code in &item.groups {
            let Some(group) = self.menu.outline.group(code) else {
                continue;
            };
            let most = group.max.min(group.min.max(group.free) + 2);
            let mut left = group.options.clone();
            rng.shuffle(&mut left);
            for option in left.into_iter().take(rng.u32(group.min..=most) as usize) {
                let part = match group.halves && chance(rng, 400) {
                    true => *rng.choice(&[Part::Left, Part::Right])?,
                    false => Part::Whole,
                };
                options.push(ChoiceRequest {
                    group: group.id.clone(),
                    option: option.id,
                    part,
                    count: 1,
                });
            }
        }
        Some(LineRequest {
            item: item.id.clone(),
            size,
            quantity: if chance(rng, 250) { rng.u32(2..=3) } else { 1 },
            half,
            options,
            without: Vec::new(),
            note: None,
        })
    }

    /// What is for sale at every hour.
    fn items(&self) -> Vec<&Item> {
        let categories = &self.menu.outline.categories;
        let always = categories.iter().filter(|one| one.hours.is_none());
        let codes = always.flat_map(|one| &one.items);
        codes.filter_map(|code| self.menu.shown(code)).collect()
    }

    /// The code of something for sale.
    pub fn item(&self, rng: &mut Rng) -> Option<Code> {
        let items = self.items();
        rng.choice(&items).map(|item| item.id.clone())
    }

    /// What can be sold out: an item, or an option.
    pub fn part(&self, rng: &mut Rng) -> Option<Value> {
        let groups = &self.menu.outline.groups;
        let group = rng.choice(groups).filter(|_| chance(rng, 400));
        if let Some((group, option)) = group.and_then(|one| Some((one, rng.choice(&one.options)?)))
        {
            return Some(json!({"group": group.id, "option": option.id}));
        }
        let item = self.item(rng)?;
        Some(json!({ "item": item }))
    }
}

/// Reads a menu as the API writes it.
pub fn read_menu(json: &Value) -> Result<Menu, String> {
    let mut fields = Fields::default();
    let text = json.to_string();
    let added = fields.add_object(text.as_bytes());
    added.map_err(|error| error.to_string())?;
    read_file(fields).map_err(|error| format!("the menu cannot be read: {error}"))
}
