//! What a pizzeria sells: the outline of its menu (sizes, categories, groups of options, the rule for halves) and the
//! items. The outline and each item are documents of their own, so that an edit is small.

pub mod check;
#[cfg(test)]
mod check_tests;
pub mod difference;
pub mod edit;
#[cfg(test)]
mod edit_tests;
pub mod fault;
pub mod file;
mod numbering;
mod option_price;
pub mod read;
#[cfg(test)]
pub(crate) mod samples;

use super::{
    basket::{Allergen, Diet, ShopName, TaxClass},
    code::Code,
    counter::MenuPart,
    hours::Hours,
};
use crate::domain::{Cents, Text, half_up, named_enum};
pub use option_price::OptionPrice;
use serde::{Deserialize, Serialize};

/// What is told of an item or a category: up to 300 characters, several lines.
pub type About = Text<300, true>;

/// The document `menu:{uuid}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outline {
    pub sizes: Vec<Size>,
    pub categories: Vec<Category>,
    pub groups: Vec<Group>,
    pub halves: Halves,
    /// The number of the next code that is not given.
    pub next: u32,
    pub version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub id: Code,
    pub name: ShopName,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Category {
    pub id: Code,
    pub name: ShopName,
    pub about: Option<About>,
    /// What it shows can be had only then: a lunch menu.
    pub hours: Option<Hours>,
    /// In the order in which they are shown. An item in no category is not shown.
    pub items: Vec<Code>,
}

/// A group of options, of which some can or must be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    pub id: Code,
    pub name: ShopName,
    pub min: u32,
    pub max: u32,
    /// So many of the choices cost nothing, the dearest first.
    pub free: u32,
    /// How often one option can be chosen: 1 to 3.
    pub each: u32,
    /// Whether an option can be for one half only.
    pub halves: bool,
    pub options: Vec<MenuOption>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MenuOption {
    pub id: Code,
    pub name: ShopName,
    pub price: OptionPrice,
    pub allergens: Vec<Allergen>,
    pub diets: Vec<Diet>,
    /// Chosen in the dialog from the beginning. A request names what it wants.
    pub default: bool,
}

named_enum! {
    /// What two halves cost.
    HalvesRule {
        /// What one costs on average.
        Average = "average",
        Dearer = "dearer",
        /// A percentage of each.
        SumOfHalves = "sum_of_halves",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Halves {
    pub rule: HalvesRule,
    /// What a half costs of its whole, for the sum of halves: 50 to 100.
    pub half_percent: u32,
    /// What a topping on one half costs of the whole topping: 50 to 100.
    pub topping_percent: u32,
    /// Added to each pizza of two halves.
    pub fee: Cents,
}

/// The document `item:{uuid}.{code}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub id: Code,
    pub name: ShopName,
    pub about: Option<About>,
    /// One for each size, or a single one without a size.
    pub prices: Vec<ItemPrice>,
    pub groups: Vec<Code>,
    /// What can be left out.
    pub without: Vec<ShopName>,
    /// The sizes in which it may be a half.
    pub halves: Vec<Code>,
    /// What one takes of the kitchen's room: 0 to 4.
    pub pieces: u32,
    pub tax: TaxClass,
    pub allergens: Vec<Allergen>,
    pub diets: Vec<Diet>,
    pub additives: Vec<ShopName>,
    /// Taken off. Documents are never deleted.
    pub gone: bool,
    pub version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemPrice {
    pub size: Option<Code>,
    pub price: Cents,
    pub deposit: Cents,
    pub amount: Option<Amount>,
}

/// What is in one: the price of a litre or a kilogram follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Amount {
    #[serde(rename = "ml")]
    Millilitres(u32),
    #[serde(rename = "g")]
    Grams(u32),
}

/// An outline and the items that are not gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Menu {
    pub outline: Outline,
    pub items: Vec<Item>,
}

impl Outline {
    pub const MAX_SIZES: usize = 12;
    pub const MAX_CATEGORIES: usize = 40;
    pub const MAX_GROUPS: usize = 60;
    /// Of one group.
    pub const MAX_OPTIONS: usize = 80;
    /// As JSON text.
    pub const MAX_BYTES: usize = 64 * 1024;

    pub fn size(&self, code: &Code) -> Option<&Size> {
        self.sizes.iter().find(|size| size.id == *code)
    }

    pub fn group(&self, code: &Code) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == *code)
    }

    /// The category that shows an item.
    pub fn category_of(&self, item: &Code) -> Option<&Category> {
        let shows = |category: &&Category| category.items.contains(item);
        self.categories.iter().find(shows)
    }
}

/// The outline of a new pizzeria.
impl Default for Outline {
    fn default() -> Outline {
        Outline {
            sizes: Vec::new(),
            categories: Vec::new(),
            groups: Vec::new(),
            halves: Halves::default(),
            next: 1,
            version: 1,
        }
    }
}

impl Default for Halves {
    fn default() -> Halves {
        Halves {
            rule: HalvesRule::Average,
            half_percent: 50,
            topping_percent: 50,
            fee: Cents::new(0),
        }
    }
}

impl Group {
    pub fn option(&self, code: &Code) -> Option<&MenuOption> {
        self.options.iter().find(|option| option.id == *code)
    }

    /// How many choices there are at most, each option as often as it can be chosen.
    pub fn choosable(&self) -> u64 {
        self.options.len() as u64 * u64::from(self.each)
    }
}

impl Item {
    pub const MAX_GROUPS: usize = 12;
    pub const MAX_WITHOUT: usize = 20;
    pub const MAX_ADDITIVES: usize = 20;
    /// As JSON text.
    pub const MAX_BYTES: usize = 4 * 1024;

    /// `None` where it has no such size.
    pub fn price(&self, size: Option<&Code>) -> Option<&ItemPrice> {
        self.prices.iter().find(|price| price.size.as_ref() == size)
    }

    pub fn is_sold_by_size(&self) -> bool {
        self.prices.iter().any(|price| price.size.is_some())
    }

    /// What it costs at least.
    pub fn price_from(&self) -> Option<Cents> {
        self.prices.iter().map(|price| price.price).min()
    }
}

impl ItemPrice {
    /// What a litre or a kilogram costs, without the deposit, rounded half up.
    pub fn unit_price(&self) -> Option<Cents> {
        let (Amount::Millilitres(amount) | Amount::Grams(amount)) = self.amount?;
        let exact = u64::from(self.price.get()) * 1000;
        let cents = half_up(exact, u64::from(amount.max(1)));
        u32::try_from(cents).ok().map(Cents::new)
    }
}

impl Menu {
    pub const MAX_ITEMS: usize = 500;
    /// As many documents as one edit changes: the outline, the items that an import takes off, and those that it adds.
    pub const MAX_CHANGED: usize = 2 * Menu::MAX_ITEMS + 1;
    /// The highest price of an item or an option, and the highest fee and deposit.
    pub const MAX_PRICE: Cents = Cents::new(100_000);

    /// Whether this can be sold out.
    pub fn has(&self, part: &MenuPart) -> bool {
        match part {
            MenuPart::Item(code) => self.item(code).is_some(),
            MenuPart::Option { group, option } => {
                let group = self.outline.group(group);
                group.is_some_and(|group| group.option(option).is_some())
            }
        }
    }

    pub fn item(&self, code: &Code) -> Option<&Item> {
        let is = |item: &&Item| item.id == *code && !item.gone;
        self.items.iter().find(is)
    }

    /// What may be the other half of an item, in some size.
    pub fn other_halves(&self, item: &Item) -> impl Iterator<Item = &Item> {
        let fits = |other: &&Item| {
            let mut sizes = other.halves.iter();
            other.id != item.id
                && other.tax == item.tax
                && sizes.any(|size| item.halves.contains(size))
                && self.shown(&other.id).is_some()
        };
        self.items.iter().filter(fits)
    }

    /// As much of it as one item is priced by: the item, its other halves, and its groups.
    pub fn around(&self, item: &Item) -> Menu {
        let items = [item].into_iter().chain(self.other_halves(item));
        let items: Vec<_> = items
            .map(|item| Item {
                about: None,
                ..item.clone()
            })
            .collect();
        let category = self.outline.category_of(&item.id).map(|one| Category {
            about: None,
            hours: None,
            items: items.iter().map(|item| item.id.clone()).collect(),
            ..one.clone()
        });
        let groups = self.outline.groups.iter();
        let groups = groups.filter(|group| item.groups.contains(&group.id));
        Menu {
            outline: Outline {
                categories: category.into_iter().collect(),
                groups: groups.cloned().collect(),
                ..self.outline.clone()
            },
            items,
        }
    }

    /// An item that is shown: what is in no category cannot be ordered.
    pub fn shown(&self, code: &Code) -> Option<&Item> {
        self.outline.category_of(code)?;
        self.item(code)
    }
}

#[cfg(test)]
mod tests {
    use super::{samples::menu, *};
    use crate::domain::Field;

    #[test]
    fn the_documents_have_the_fields_of_the_contract() {
        let menu = menu();
        let json = serde_json::to_string(&menu.outline).unwrap();
        assert!(
            json.starts_with(r#"{"sizes":[{"id":"m","name":"Medium"},"#),
            "{json}"
        );
        assert!(
            json.contains(
                r#""groups":[{"id":"top","name":"Toppings","min":0,"max":4,"free":0,"each":2,"halves":true,"options":[{"id":"olives","name":"Olives","price":{"l":1.5,"m":1.0},"allergens":[],"diets":[],"default":false},"#
            ),
            "{json}"
        );
        assert!(
            json.ends_with(
                r#""halves":{"rule":"average","half_percent":50,"topping_percent":50,"fee":0.0},"next":1,"version":1}"#
            ),
            "{json}"
        );
        assert_eq!(
            serde_json::from_str::<Outline>(&json).unwrap(),
            menu.outline
        );
        let cola = menu.item(&Code::parse("cola").unwrap()).unwrap();
        let json = serde_json::to_string(cola).unwrap();
        assert_eq!(
            json,
            r#"{"id":"cola","name":"Cola","about":null,"prices":[{"size":null,"price":2.5,"deposit":0.25,"amount":{"ml":330}}],"groups":[],"without":[],"halves":[],"pieces":0,"tax":"drink","allergens":[],"diets":[],"additives":["caffeine"],"gone":false,"version":1}"#
        );
        assert_eq!(serde_json::from_str::<Item>(&json).unwrap(), *cola);
    }

    #[test]
    fn a_litre_has_a_price_that_is_rounded_half_up() {
        let price = |cents, amount| {
            let price = ItemPrice {
                size: None,
                price: Cents::new(cents),
                deposit: Cents::new(25),
                amount,
            };
            price.unit_price().map(Cents::get)
        };
        assert_eq!(price(250, Some(Amount::Millilitres(330))), Some(758)); // 757.57…
        assert_eq!(price(1, Some(Amount::Grams(2000))), Some(1)); // 0.5
        assert_eq!(price(100_000, Some(Amount::Grams(1))), Some(100_000_000));
        assert_eq!(price(100, None), None);
    }
}
