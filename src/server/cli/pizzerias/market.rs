//! A market as a file: pizzerias in the form in which the API takes them.

use serde::Deserialize;
use serde_json::Value;
use std::{fs, path::Path};

/// Six pizzerias of a town that does not exist.
pub const EXAMPLE: &str = include_str!("../../../example/market.json");
const FORMAT: &str = "pizza-market/market-1";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedMarket {
    format: String,
    pub restaurants: Vec<SeedRestaurant>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeedRestaurant {
    /// What `POST /api/restaurants` takes, with a slug.
    pub restaurant: Value,
    /// What `PUT …/menu` takes.
    pub menu: Value,
    /// What `POST …/pause` takes, for one that is paused.
    pub pause: Option<Value>,
}

impl SeedRestaurant {
    pub fn slug(&self) -> &str {
        self.restaurant["slug"].as_str().unwrap_or_default()
    }

    pub fn name(&self) -> &str {
        self.restaurant["name"].as_str().unwrap_or_default()
    }
}

pub fn example() -> Result<SeedMarket, String> {
    parse(EXAMPLE)
}

pub fn read_file(path: &Path) -> Result<SeedMarket, String> {
    let shown = path.display();
    let text = fs::read_to_string(path).map_err(|error| format!("{shown}: {error}"))?;
    parse(&text).map_err(|why| format!("{shown}: {why}"))
}

fn parse(text: &str) -> Result<SeedMarket, String> {
    let market: SeedMarket = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if market.format != FORMAT {
        return Err(format!("its format is not {FORMAT}"));
    }
    // It would be another one each time.
    let mut restaurants = market.restaurants.iter();
    match restaurants.position(|one| !is_slug(one.slug())) {
        Some(number) => Err(format!("restaurants[{number}] has no slug")),
        None => Ok(market),
    }
}

/// It becomes part of an address.
fn is_slug(text: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !text.is_empty() && text.chars().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_format_and_every_pizzeria_a_slug() {
        assert_eq!(example().unwrap().restaurants.len(), 6);
        for (text, why) in [
            (
                r#"{"format":"pizza-market/menu-1","restaurants":[]}"#,
                "format",
            ),
            (
                r#"{"format":"pizza-market/market-1","restaurants":[{"restaurant":{"name":"A"},"menu":{},"pause":null}]}"#,
                "restaurants[0]",
            ),
            (
                r#"{"format":"pizza-market/market-1","restaurants":[{"restaurant":{"slug":"../x"},"menu":{},"pause":null}]}"#,
                "restaurants[0]",
            ),
            ("[]", ""),
        ] {
            let refused = parse(text).err().unwrap();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
