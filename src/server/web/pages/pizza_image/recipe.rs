//! What is on a pizza, from its name alone: seed, sauce, cheese, toppings.

use super::shape::Shape;
use unicode_normalization::UnicodeNormalization;

/// Colour, and the words that call for it.
const SAUCES: [(&str, &[&str]); 3] = [
    (
        WHITE,
        &[
            "formaggi",
            "bianc",
            "white",
            "panna",
            "carbonara",
            "tartuf",
            "trüffel",
            "сыр",
            "käse",
        ],
    ),
    ("#8fa34a", &["pesto", "verde"]),
    ("#8f4a26", &["bbq", "teriyaki", "照り焼き"]),
];
pub const WHITE: &str = "#f3e3bf";
const RED: &str = "#c8402a";
const NO_CHEESE: [&str; 2] = ["marinara", "vegan"];

pub struct Topping {
    pub name: &'static str,
    pub colour: &'static str,
    /// Colour of the smaller shape on it.
    pub detail: Option<&'static str>,
    pub shape: Shape,
    words: &'static [&'static str],
}

const fn topping(
    name: &'static str,
    colour: &'static str,
    detail: Option<&'static str>,
    shape: Shape,
    words: &'static [&'static str],
) -> Topping {
    Topping {
        name,
        colour,
        detail,
        shape,
        words,
    }
}

/// In order of rank: the first three that a name calls for are used.
#[rustfmt::skip]
const TOPPINGS: [Topping; 18] = [
    topping("gold",      "#f6cf3d", None,            Shape::Flake, &["gold"]),
    topping("truffle",   "#4a3528", Some("#77604c"), Shape::Disc,  &["truffle", "tartuf", "trüffel"]),
    topping("pineapple", "#f5c832", Some("#d99f1c"), Shape::Wedge, &["hawaii", "pineapple", "ananas"]),
    topping("salmon",    "#f08a63", Some("#f9b798"), Shape::Strip, &["salmon", "lachs", "サーモン"]),
    topping("chicken",   "#d8a45f", Some("#b57d3c"), Shape::Cube,  &["chicken", "pollo", "チキン", "hähnchen"]),
    topping("pepperoni", "#a82a1c", Some("#d2543c"), Shape::Disc,  &["diavola", "pepperoni", "salami", "nduja", "calabrese"]),
    topping("ham",       "#eda0a0", Some("#d97f82"), Shape::Cube,  &["prosciutto", "ham", "schinken", "hawaii", "capricciosa", "stagioni", "cotto"]),
    topping("mushroom",  "#e9dcc3", Some("#a58a68"), Shape::Cap,   &["fungh", "mushroom", "pilz", "champignon", "capricciosa", "stagioni", "гриб", "きのこ"]),
    topping("tuna",      "#c9a58f", Some("#a57f68"), Shape::Strip, &["tonno", "tuna", "thunfisch"]),
    topping("onion",     "#a2527f", None,            Shape::Ring,  &["onion", "cipoll", "zwiebel", "tonno"]),
    topping("pepper",    "#e5a21f", None,            Shape::Arc,   &["peperon", "paprika", "verdur", "veggie", "gemüse"]),
    topping("blue",      "#8fa6a3", Some("#5d7f86"), Shape::Disc,  &["formaggi", "gorgonzola"]),
    topping("chili",     "#d7301d", None,            Shape::Arc,   &["diavola", "arrabbiata", "chili", "inferno", "scharf"]),
    topping("tomato",    "#e2553d", Some("#f4a08c"), Shape::Disc,  &["tomato", "veggie", "caprese", "pomodor", "verdur"]),
    topping("olive",     "#3b3f2a", None,            Shape::Ring,  &["oliv", "capricciosa", "puttanesca", "napoli"]),
    topping("rocket",    "#4f8a3c", None,            Shape::Leaf,  &["rucola", "rocket", "garden", "stagioni"]),
    topping("garlic",    "#f6ecd2", None,            Shape::Flake, &["marinara", "aglio", "garlic", "knoblauch"]),
    topping("basil",     "#3f8a3f", Some("#2f6d33"), Shape::Leaf,  &["margherita", "basil", "caprese", "marinara"]),
];

/// For names that name no topping.
const COMMON: [&str; 8] = [
    "basil",
    "olive",
    "mushroom",
    "pepperoni",
    "onion",
    "tomato",
    "pepper",
    "rocket",
];

/// What is on a pizza.
pub struct Pizza {
    pub seed: u32,
    /// A colour.
    pub sauce: &'static str,
    pub cheese: bool,
    pub toppings: Vec<&'static Topping>,
}

impl Pizza {
    pub fn named(name: &str) -> Pizza {
        let name = name.nfc().collect::<String>().trim().to_lowercase();
        let names = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let seed = fnv(&name);
        let sauce = SAUCES
            .iter()
            .find(|(_, words)| names(words))
            .map_or(RED, |(colour, _)| colour);
        let cheese = !names(&NO_CHEESE);
        let mut toppings: Vec<_> = TOPPINGS
            .iter()
            .filter(|topping| names(topping.words))
            .take(3)
            .collect();
        // With none or one named, the seed adds from the common ones; but not to these.
        let plain = !cheese || name.contains("margherita");
        for i in 0..8 {
            let more = COMMON[(((seed >> 5) + i * 3) % 8) as usize];
            let wanted = toppings.is_empty()
                || (!plain && toppings.iter().all(|topping| topping.name != more));
            if toppings.len() >= 2 || !wanted {
                break;
            }
            toppings.extend(TOPPINGS.iter().find(|topping| topping.name == more));
        }
        Pizza {
            seed,
            sauce,
            cheese,
            toppings,
        }
    }
}

/// FNV-1a, 32 bits.
pub fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}
