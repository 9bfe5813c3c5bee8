//! The plan of an evening: who sends which commands, and when. It follows from the seed alone; the market decides which
//! commands succeed.

mod acts;
mod command;
mod direct;
mod menu_shop;
#[cfg(test)]
mod menu_tests;
mod random;
mod stories;
#[cfg(test)]
mod tests;

use super::names::{self, DRIVERS};
pub use acts::{Act, Deed};
pub use command::PlannedCommand;
use fastrand::Rng;
pub use menu_shop::{MenuShop, read_menu};
use serde::Serialize;
use std::time::Duration;
use stories::Kitchen;
pub use stories::{Step, Story, Visit};

/// The size of an evening.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlanSize {
    pub orders: usize,
    /// Orders from menus, beside them.
    pub menu_orders: usize,
    pub suppliers: usize,
    pub drivers: usize,
    /// How long orders come in. The last pizza is delivered about an hour later.
    pub length: Duration,
}

/// An evening: one story for each order, sorted by when it begins.
#[derive(Debug, PartialEq, Serialize)]
pub struct Plan {
    pub stories: Vec<Story>,
    /// What the pizzerias do, those of each one in the order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
}

impl Plan {
    pub fn new(seed: u64, size: PlanSize, shops: &[MenuShop]) -> Plan {
        let mut rng = Rng::with_seed(seed);
        let rng = &mut rng;
        let mut kitchens: Vec<_> = (0..size.suppliers)
            .map(|n| Kitchen::new(rng, n, size.length))
            .collect();
        let mut stories: Vec<_> = (0..size.orders)
            .map(|_| Story::offered(rng, &kitchens, size.length))
            .collect();
        let first = kitchens.len();
        let customers = if shops.is_empty() {
            0
        } else {
            size.menu_orders
        };
        for n in 0..customers {
            let shop = rng.usize(..shops.len());
            let (kitchen, shop) = (first + shop, &shops[shop]);
            stories.extend(Story::from_a_menu(rng, n, shop, kitchen, size.length));
        }
        let pizzerias = shops.iter().map(|shop| Kitchen::of(rng, &shop.name));
        kitchens.extend(pizzerias);
        for story in in_turn(&mut stories) {
            let kitchen = &mut kitchens[story.kitchen];
            story.baked(rng, kitchen);
            story.ticked(rng);
        }
        let mut drivers: Vec<_> = (0..size.drivers)
            .map(|n| (Duration::ZERO, names::nth(DRIVERS, n)))
            .collect();
        for story in in_turn(&mut stories) {
            story.delivered(rng, &mut drivers);
        }
        stories.sort_by_key(Story::begins);
        let acts = shops
            .iter()
            .flat_map(|shop| acts::of(rng, shop, size.length));
        let acts = acts.collect();
        Plan { stories, acts }
    }

    pub fn steps(&self) -> usize {
        self.stories.iter().map(|story| story.steps.len()).sum()
    }
}

/// The stories that go on, in the order in which the next party can act.
fn in_turn(stories: &mut [Story]) -> impl Iterator<Item = &mut Story> {
    stories.sort_by_key(|story| story.next);
    stories.iter_mut().filter(|story| story.next.is_some())
}
