//! The shapes that lie on a pizza, as SVG paths.

#[derive(Clone, Copy, PartialEq)]
pub enum Shape {
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
    pub fn at(self, [x, y]: [f64; 2], turn: f64, scale: f64) -> String {
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
