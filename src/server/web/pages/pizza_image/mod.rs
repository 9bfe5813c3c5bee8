//! The drawing that belongs to a pizza's name: a pure function, permanently the same pizza everywhere.
//!
//! It is served as a picture rather than drawn in every page: a browser fetches a pizza once, and the program it
//! loads need not know the recipe. When the recipe changes, [`PIZZA_RECIPE`] must, too.

mod drawing;
mod recipe;
mod shape;

use super::assets::IMMUTABLE;
use crate::{
    domain::{Error, Field, FieldError, ValueKind, Whole},
    server::web::query_string,
    ui::PIZZA_RECIPE,
};
use axum::{
    extract::RawQuery,
    http::header,
    response::{IntoResponse, Response},
};
use recipe::Pizza;

/// Any name at all, even one that no pizza may have.
struct AnyName(String);

impl Field for AnyName {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        Ok(AnyName(text.to_owned()))
    }
}

/// `/pizza.svg?slots=17&name=Diavola&recipe=1`
pub async fn image(RawQuery(query): RawQuery) -> Result<Response, Error> {
    let mut fields = query_string::read(query.as_deref().unwrap_or_default());
    let name = fields.required::<AnyName>("name");
    let slots = fields.required::<Whole<9, 17>>("slots");
    let _version = fields.required::<Whole<PIZZA_RECIPE, PIZZA_RECIPE>>("recipe");
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
    use super::{recipe::fnv, *};

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
