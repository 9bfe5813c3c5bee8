//! Large markets: pizzerias that follow from a seed and a number.

use super::market::SeedRestaurant;
use fastrand::Rng;
use serde_json::{Value, json};

const FIRST: [&str; 12] = [
    "Bella", "Vecchia", "Piccola", "Buona", "Antica", "Rossa", "Bianca", "Nuova", "Dolce",
    "Grande", "Prima", "Vera",
];
const SECOND: [&str; 12] = [
    "Napoli", "Luna", "Fiamma", "Terra", "Cucina", "Piazza", "Torre", "Stella", "Roma", "Costa",
    "Vita", "Onda",
];
const TASTES: [&str; 16] = [
    "Basil",
    "Salami",
    "Funghi",
    "Tonno",
    "Rucola",
    "Speck",
    "Cipolla",
    "Olive",
    "Capperi",
    "Zucca",
    "Gorgonzola",
    "Noci",
    "Spinaci",
    "Salsiccia",
    "Carciofi",
    "Peperoni",
];
const ALLERGENS: [&str; 6] = ["milk", "fish", "nuts", "celery", "sesame", "eggs"];
const CATEGORIES: u32 = 6;
/// Of the example town.
const POSTCODES: u32 = 12;
const RULES: [&str; 3] = ["average", "dearer", "sum_of_halves"];

/// What a large market follows from, beside the number of each pizzeria.
#[derive(Clone, Copy)]
pub struct MarketSize {
    pub seed: u64,
    pub items: u32,
}

impl MarketSize {
    pub fn restaurant(self, number: u32) -> SeedRestaurant {
        let mut random = Rng::with_seed(self.seed.wrapping_mul(1_000_003) ^ u64::from(number));
        SeedRestaurant {
            restaurant: self.profile(number, &mut random),
            menu: menu(self.items, &mut random),
            pause: (number % 50 == 49).then(|| json!({ "reason": "On holiday" })),
        }
    }

    fn profile(self, number: u32, random: &mut Rng) -> Value {
        let (first, second) = (pick(random, &FIRST), pick(random, &SECOND));
        let (seed, postcode) = (self.seed, 1 + number % POSTCODES);
        let hours = match number % 3 {
            0 => json!([["00:00", "24:00"]]),
            1 => json!([["11:00", "14:30"], ["17:00", "23:30"]]),
            _ => json!([["17:00", "04:00"]]),
        };
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let hours = days.map(|day| (day.to_owned(), hours.clone()));
        let hours: serde_json::Map<_, _> = hours.into_iter().collect();
        json!({
            "slug": format!("seed-{seed}-{number}"),
            "name": format!("{first} {second} {seed}.{number}"),
            "about": "One of many.",
            "tags": [pick(random, &TASTES).to_lowercase()],
            "phone": format!("+39 {number:05}"),
            "address": {"street": format!("Via {second} {}", 1 + number % 90), "postcode": format!("FN{postcode}"),
                "town": "Fornello"},
            "point": {"lat": f64::from(4_180_000 + random.u32(..20_000)) / 100_000.0,
                "lon": f64::from(480_000 + random.u32(..20_000)) / 100_000.0},
            "time_zone": "Europe/Rome",
            "hours": hours,
            "orders": {"auto_accept": number.is_multiple_of(2), "slot_orders": 20},
            "areas": [
                {"name": "Next door", "postcodes": [format!("FN{postcode}")], "fee": 1, "minimum": 8, "minutes": [10, 20]},
                {"name": "Fornello", "postcodes": ["FN*"], "fee": 2.5, "minimum": 12, "free_from": 40, "minutes": [15, 35]},
            ],
            "tax": {"mode": "included", "rates": {"food": 10, "drink": 22, "delivery": 22}},
        })
    }
}

fn menu(items: u32, random: &mut Rng) -> Value {
    let categories: Vec<_> = (0..CATEGORIES)
        .map(|category| {
            let of = (0..items).filter(|item| item % CATEGORIES == category);
            let codes: Vec<_> = of.map(|item| format!("i{item}")).collect();
            json!({"id": format!("c{category}"), "name": format!("Page {}", category + 1), "items": codes})
        })
        .collect();
    let options: Vec<_> = (0..TASTES.len())
        .map(|n| {
            let price = cents(random, 50, 250);
            json!({"id": format!("o{n}"), "name": TASTES[n],
                "price": {"s": price, "m": price, "l": price}, "allergens": [pick(random, &ALLERGENS)]})
        })
        .collect();
    let all: Vec<_> = (0..items).map(|number| item(number, random)).collect();
    json!({
        "format": "pizza-market/menu-1",
        "sizes": [{"id": "s", "name": "Small"}, {"id": "m", "name": "Medium"}, {"id": "l", "name": "Large"}],
        "categories": categories,
        "groups": [{"id": "top", "name": "Toppings", "max": 8, "free": random.u32(..3), "each": 2, "halves": true,
            "options": options}],
        "halves": {"rule": pick(random, &RULES)},
        "items": all,
    })
}

/// Every page but the last has pizzas.
fn item(number: u32, random: &mut Rng) -> Value {
    let (one, other) = (pick(random, &TASTES), pick(random, &TASTES));
    if number % CATEGORIES == CATEGORIES - 1 {
        return json!({"id": format!("i{number}"), "name": format!("{one} soda {number}"), "tax": "drink", "pieces": 0,
            "prices": [{"price": cents(random, 200, 450), "deposit": 0.25, "amount": {"ml": 330}}]});
    }
    let price = random.u32(700..1_400);
    let prices: Vec<_> = [("s", 0), ("m", 250), ("l", 550)]
        .map(|(size, more)| json!({"size": size, "price": f64::from(price + more) / 100.0}))
        .into();
    json!({"id": format!("i{number}"), "name": format!("{one} e {other} {number}"),
        "about": format!("Tomato, mozzarella, {} and {}.", one.to_lowercase(), other.to_lowercase()),
        "prices": prices, "groups": ["top"], "without": ["Tomato"], "halves": ["m", "l"],
        "allergens": ["gluten", pick(random, &ALLERGENS)]})
}

fn pick<'a>(random: &mut Rng, all: &[&'a str]) -> &'a str {
    all[random.usize(..all.len())]
}

fn cents(random: &mut Rng, from: u32, to: u32) -> f64 {
    f64::from(random.u32(from..to)) / 100.0
}
