//! The drawing of a pizza as SVG paths.

use super::{
    recipe::{Pizza, Topping, WHITE},
    shape::Shape,
};
use std::f64::consts::TAU;

/// Dough and edge.
const CRUSTS: [[&str; 2]; 4] = [
    ["#d99a4e", "#b9742f"],
    ["#e0a65c", "#bd7d38"],
    ["#cf8c45", "#a9672a"],
    ["#dba766", "#b98146"],
];

impl Pizza {
    /// About ten paths: everything of one kind is one. With more than 9 slots it has bubbles and details.
    pub fn draw(&self, slots: u16) -> String {
        let rich = slots > 9;
        let turn = f64::from((self.seed >> 8) % 360) * TAU / 360.0;
        let [dough, edge] = CRUSTS[(self.seed % 4) as usize];
        let mut paths = vec![circle("49", edge), circle("47", dough)];
        if rich {
            paths.push(path(edge, "", self.bubbles(turn)));
        }
        paths.push(circle("40.5", self.sauce));
        if self.cheese {
            paths.push(self.cheese(turn));
        }
        let count = self.toppings.len();
        for (k, topping) in self.toppings.iter().enumerate() {
            let places: Vec<_> = spots(slots, 35.0, turn).skip(k).step_by(count).collect();
            topping.draw(&places, rich, &mut paths);
        }
        paths.concat()
    }

    fn cheese(&self, turn: f64) -> String {
        let colour = if self.sauce == WHITE {
            "#fbf3dc"
        } else {
            "#f7d98a"
        };
        let size = |i: usize| 1.45 + f64::from((self.seed >> i) & 3) * 0.18;
        let blobs = spots(8, 33.0, turn + 1.0)
            .enumerate()
            .map(|(i, (at, angle))| Shape::Disc.at(at, angle, size(i)));
        path(colour, "", blobs.collect())
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

impl Topping {
    /// One path for its shapes, and one for their details.
    fn draw(&self, places: &[Placement], rich: bool, paths: &mut Vec<String>) {
        let scale = if rich { 1.12 } else { 1.45 };
        let rule = match self.shape {
            Shape::Ring => " fill-rule=\"evenodd\"",
            _ => "",
        };
        let shapes = places.iter();
        let shapes = shapes.map(|(at, angle)| self.shape.at(*at, *angle, scale));
        paths.push(path(self.colour, rule, shapes.collect()));
        if let (Some(colour), true) = (self.detail, rich) {
            let (shape, scale) = match self.shape {
                Shape::Leaf => (Shape::Strip, 0.4),
                shape => (shape, 0.5),
            };
            let on = |([x, y], angle): &Placement| {
                shape.at([x + angle.cos(), y + angle.sin()], *angle, scale)
            };
            paths.push(path(colour, "", places.iter().map(on).collect()));
        }
    }
}

/// A point, and by how much a shape there is turned.
type Placement = ([f64; 2], f64);

fn circle(radius: &str, fill: &str) -> String {
    format!("<circle cx=\"50\" cy=\"50\" r=\"{radius}\" fill=\"{fill}\"/>")
}

fn path(fill: &str, rule: &str, d: String) -> String {
    format!("<path fill=\"{fill}\"{rule} d=\"{d}\"/>")
}

/// Points of a sunflower, evenly spread and never in a row.
fn spots(n: u16, radius: f64, turn: f64) -> impl Iterator<Item = Placement> {
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
