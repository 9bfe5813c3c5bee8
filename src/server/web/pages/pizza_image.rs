//! The drawing that belongs to a pizza's name: a pure function, permanently the same pizza everywhere.
//!
//! It is served as a picture rather than drawn in every page: a browser fetches a pizza once, and the program it
//! loads need not know the recipe. When the recipe changes, [`RECIPE`] must, too.

use crate::{
    domain::{Error, Field, Kind, What, Whole},
    server::web::{pages::assets::IMMUTABLE, query_string},
};
use axum::{
    extract::RawQuery,
    http::header,
    response::{IntoResponse, Response},
};
use std::f64::consts::TAU;
use unicode_normalization::UnicodeNormalization;

/// Its version, as part of the address, since browsers keep the pictures.
pub const RECIPE: u16 = 1;

/// Dough and edge.
const CRUSTS: [[&str; 2]; 4] = [
    ["#d99a4e", "#b9742f"],
    ["#e0a65c", "#bd7d38"],
    ["#cf8c45", "#a9672a"],
    ["#dba766", "#b98146"],
];

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
const WHITE: &str = "#f3e3bf";
const RED: &str = "#c8402a";
const NO_CHEESE: [&str; 2] = ["marinara", "vegan"];

struct Topping {
    name: &'static str,
    colour: &'static str,
    /// Colour of the smaller shape on it.
    detail: Option<&'static str>,
    shape: Shape,
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

/// For names that say nothing.
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

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Disc,
    Ring,
    Cube,
    Strip,
    Cap,
    Arc,
    Leaf,
    Wedge,
    Flake,
}

/// Parts of a shape on a grid of about ±5.
enum Part {
    Circle(f64),
    /// Path letters, each with its points.
    Path(&'static [(char, &'static [[f64; 2]])]),
}

impl Shape {
    #[rustfmt::skip]
    fn parts(self) -> &'static [Part] {
        use Part::{Circle, Path};
        match self {
            Shape::Disc => &[Circle(5.2)],
            Shape::Ring => &[Circle(4.4), Circle(2.4)],
            Shape::Cube => &[Path(&[('M', &[[-4.0, -3.4]]), ('L', &[[3.6, -4.2]]), ('L', &[[4.4, 3.0]]), ('L', &[[-3.2, 4.0]])])],
            Shape::Strip => &[Path(&[('M', &[[-6.5, 0.0]]), ('Q', &[[-2.0, -4.4], [6.5, -1.0]]), ('Q', &[[3.0, 4.0], [-6.5, 0.0]])])],
            Shape::Cap => &[Path(&[('M', &[[-5.5, 0.5]]), ('Q', &[[-5.0, -5.5], [0.0, -5.5]]), ('Q', &[[5.0, -5.5], [5.5, 0.5]]),
                ('L', &[[1.6, 0.5]]), ('L', &[[1.9, 5.0]]), ('L', &[[-1.9, 5.0]]), ('L', &[[-1.6, 0.5]])])],
            Shape::Arc => &[Path(&[('M', &[[-6.0, -2.0]]), ('Q', &[[0.0, 5.5], [6.0, -2.0]]), ('L', &[[4.2, -3.0]]), ('Q', &[[0.0, 2.0], [-4.2, -3.0]])])],
            Shape::Leaf => &[Path(&[('M', &[[-7.5, 0.0]]), ('Q', &[[-1.0, -6.0], [7.5, 0.0]]), ('Q', &[[-1.0, 6.0], [-7.5, 0.0]])])],
            Shape::Wedge => &[Path(&[('M', &[[-5.5, -3.5]]), ('Q', &[[0.0, -6.5], [5.5, -3.5]]), ('L', &[[2.0, 4.5]]), ('L', &[[-2.0, 4.5]])])],
            Shape::Flake => &[Path(&[('M', &[[-2.6, -2.0]]), ('L', &[[2.2, -2.8]]), ('L', &[[3.0, 1.6]]), ('L', &[[-1.6, 2.8]])])],
        }
    }

    /// Its path with the centre at a point, turned and scaled.
    fn at(self, [x, y]: [f64; 2], turn: f64, scale: f64) -> String {
        let (cos, sin) = (turn.cos() * scale, turn.sin() * scale);
        let part = |part: &Part| match part {
            Part::Circle(radius) => {
                let r = radius * scale;
                let (d, r) = (tenth(2.0 * r), tenth(r));
                format!(
                    "M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 {} 0Z",
                    tenth(x - radius * scale),
                    tenth(y),
                    tenth(-2.0 * radius * scale)
                )
            }
            Part::Path(steps) => {
                let point = |[px, py]: &[f64; 2]| {
                    format!(
                        "{} {}",
                        tenth(x + px * cos - py * sin),
                        tenth(y + px * sin + py * cos)
                    )
                };
                let step = |(letter, points): &(char, &[[f64; 2]])| {
                    format!(
                        "{letter}{}",
                        points.iter().map(point).collect::<Vec<_>>().join(" ")
                    )
                };
                steps.iter().map(step).collect::<String>() + "Z"
            }
        };
        self.parts().iter().map(part).collect()
    }
}

/// With one decimal, half up, and never `-0`.
fn tenth(x: f64) -> String {
    format!("{}", (x * 10.0 + 0.5).floor() / 10.0 + 0.0)
}

/// What is on a pizza.
struct Pizza {
    seed: u32,
    sauce: &'static str,
    cheese: bool,
    toppings: Vec<&'static Topping>,
}

impl Pizza {
    fn named(name: &str) -> Pizza {
        let name = name.nfc().collect::<String>().trim().to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let seed = fnv(&name);
        let sauce = SAUCES
            .iter()
            .find(|(_, words)| says(words))
            .map_or(RED, |(colour, _)| colour);
        let cheese = !says(&NO_CHEESE);
        let mut toppings: Vec<_> = TOPPINGS
            .iter()
            .filter(|topping| says(topping.words))
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

    /// About ten paths: everything of one kind is one.
    fn draw(&self, slots: u16) -> String {
        let rich = slots > 9;
        let turn = f64::from((self.seed >> 8) % 360) * TAU / 360.0;
        let [dough, edge] = CRUSTS[(self.seed % 4) as usize];
        let circle = |radius: &str, fill: &str| {
            format!("<circle cx=\"50\" cy=\"50\" r=\"{radius}\" fill=\"{fill}\"/>")
        };
        let mut out = vec![circle("49", edge), circle("47", dough)];
        if rich {
            out.push(path(edge, "", self.bubbles(turn)));
        }
        out.push(circle("40.5", self.sauce));
        if self.cheese {
            let colour = if self.sauce == WHITE {
                "#fbf3dc"
            } else {
                "#f7d98a"
            };
            let size = |i: usize| 1.45 + f64::from((self.seed >> i) & 3) * 0.18;
            let blobs = spots(8, 33.0, turn + 1.0)
                .enumerate()
                .map(|(i, (at, angle))| Shape::Disc.at(at, angle, size(i)));
            out.push(path(colour, "", blobs.collect()));
        }
        let scale = if rich { 1.12 } else { 1.45 };
        for (k, topping) in self.toppings.iter().enumerate() {
            let mine = || {
                spots(slots, 35.0, turn)
                    .skip(k)
                    .step_by(self.toppings.len())
            };
            let rule = if topping.shape == Shape::Ring {
                " fill-rule=\"evenodd\""
            } else {
                ""
            };
            out.push(path(
                topping.colour,
                rule,
                mine()
                    .map(|(at, angle)| topping.shape.at(at, angle, scale))
                    .collect(),
            ));
            if let (Some(colour), true) = (topping.detail, rich) {
                let (shape, scale) = if topping.shape == Shape::Leaf {
                    (Shape::Strip, 0.4)
                } else {
                    (topping.shape, 0.5)
                };
                let on = |([x, y], angle): ([f64; 2], f64)| {
                    shape.at([x + angle.cos(), y + angle.sin()], angle, scale)
                };
                out.push(path(colour, "", mine().map(on).collect()));
            }
        }
        out.concat()
    }

    fn bubbles(&self, turn: f64) -> String {
        let bubble = |(i, angle): (usize, f64)| {
            let at = [
                50.0 + 44.0 * (angle + turn).cos(),
                50.0 + 44.0 * (angle + turn).sin(),
            ];
            Shape::Disc.at(at, 0.0, 0.32 + f64::from((self.seed >> i) & 1) * 0.2)
        };
        [0.0, 1.1, 2.5, 3.4, 4.9]
            .into_iter()
            .enumerate()
            .map(bubble)
            .collect()
    }
}

fn path(fill: &str, rule: &str, d: String) -> String {
    format!("<path fill=\"{fill}\"{rule} d=\"{d}\"/>")
}

/// Points of a sunflower, evenly spread and never in a row, and by how much a shape there is turned.
fn spots(n: u16, radius: f64, turn: f64) -> impl Iterator<Item = ([f64; 2], f64)> {
    const GOLDEN: f64 = 2.399963;
    (0..n).map(move |i| {
        let r = radius * ((f64::from(i) + 0.5) / f64::from(n)).sqrt();
        let angle = turn + f64::from(i) * GOLDEN;
        (
            [50.0 + r * angle.cos(), 50.0 + r * angle.sin()],
            angle * 1.7,
        )
    })
}

/// FNV-1a, 32 bits.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// Any name at all, even one that no pizza may have.
struct AnyName(String);

impl Field for AnyName {
    const KIND: Kind = Kind::Text;

    fn parse(text: &str) -> Result<Self, What> {
        Ok(AnyName(text.to_owned()))
    }
}

/// `/pizza.svg?slots=17&name=Diavola&recipe=1`
pub async fn image(RawQuery(query): RawQuery) -> Result<Response, Error> {
    let mut fields = query_string::read(query.as_deref().unwrap_or_default());
    let name = fields.required::<AnyName>("name");
    let slots = fields.required::<Whole<9, 17>>("slots");
    let _version = fields.required::<Whole<RECIPE, RECIPE>>("recipe");
    let (name, slots) = fields.finish(|| Some((name?, slots?)))?;
    let drawing = Pizza::named(&name.0).draw(slots.get());
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\">{drawing}</svg>"
    );
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        (header::CACHE_CONTROL, IMMUTABLE),
    ];
    Ok((headers, svg).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, seed, crust, cheese, toppings, and the hashes of its drawings with 17 and with 9 slots.
    #[rustfmt::skip]
    const RECIPES: [(&str, u32, u32, bool, &str, u32, u32); 11] = [
        ("Margherita", 0xcaa319fd, 1, true, "basil", 0x19a54ca3, 0xa608420c),
        (" DIAVOLA ", 0xca2675b9, 1, true, "pepperoni chili", 0x4d4e73e2, 0x0a646707),
        ("Quattro Formaggi", 0xa6b8dc4d, 1, true, "blue mushroom", 0x9a72babf, 0x4d3ff07d),
        ("Capricciosa", 0x366f4430, 0, true, "ham mushroom olive", 0x2c063639, 0x1eb0af80),
        ("Marinara", 0x8bf3de5e, 2, false, "garlic basil", 0xa5355e10, 0x2461a53f),
        ("照り焼きチキン", 0xcd0945c3, 3, true, "chicken pepper", 0x8ee1014d, 0xde089ed0),
        ("Сырная с грибами", 0x0a9e12e8, 0, true, "mushroom rocket", 0x6587520f, 0x65760957),
        ("Nonna’s secret", 0x76dfa0fd, 1, true, "rocket mushroom", 0x9b301633, 0x366ac577),
        ("Gold leaf & white truffle", 0x2a07cec4, 0, true, "gold truffle", 0xc3ceb59b, 0x821c149b),
        ("Veggie Garden", 0xe37f2395, 1, true, "pepper tomato rocket", 0xff780eff, 0xf1211c8a),
        ("x", 0xfd0c5087, 3, true, "onion rocket", 0x603d3246, 0xff9b36b5),
    ];

    #[test]
    fn a_name_has_one_permanent_drawing() {
        for (name, seed, crust, cheese, toppings, rich, plain) in RECIPES {
            let pizza = Pizza::named(name);
            let on_it = pizza
                .toppings
                .iter()
                .map(|topping| topping.name)
                .collect::<Vec<_>>()
                .join(" ");
            assert_eq!(
                (pizza.seed, pizza.seed % 4, pizza.cheese, &*on_it),
                (seed, crust, cheese, toppings),
                "{name}"
            );
            assert_eq!(
                [fnv(&pizza.draw(17)), fnv(&pizza.draw(9))],
                [rich, plain],
                "{name}"
            );
        }
    }
}
