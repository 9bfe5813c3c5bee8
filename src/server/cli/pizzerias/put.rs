//! One pizzeria of the seed, through the API: its profile, its menu, and whether it is paused.

use super::{client::Client, market::SeedRestaurant};
use reqwest::Method;
use serde_json::{Value, json};

/// What is done with a pizzeria that is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    Keep,
    Replace,
}

/// What a pizzeria came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Also where it was there without its menu.
    Made,
    Replaced,
    Kept,
}

impl Done {
    pub fn word(self) -> &'static str {
        match self {
            Done::Made => "made",
            Done::Replaced => "replaced",
            Done::Kept => "kept",
        }
    }
}

/// Puts a pizzeria there.
///
/// # Errors
/// Why the market refuses it.
pub async fn put(
    client: &Client,
    seed: &SeedRestaurant,
    existing: Existing,
) -> Result<Done, String> {
    let path = format!("/api/restaurants/{}", seed.slug());
    let Some(there) = client.get(&path).await? else {
        client
            .change(Method::POST, "/api/restaurants", &seed.restaurant)
            .await?;
        put_menu(client, &path, seed).await?;
        return Ok(Done::Made);
    };
    if existing == Existing::Replace {
        client.change(Method::PUT, &path, &seed.restaurant).await?;
        put_menu(client, &path, seed).await?;
        if seed.pause.is_none() && !there["now"]["paused"].is_null() {
            let resume = format!("{path}/resume");
            client.change(Method::POST, &resume, &json!({})).await?;
        }
        return Ok(Done::Replaced);
    }
    match is_empty(&seed.menu) || !is_without_menu(client, &path).await? {
        true => Ok(Done::Kept),
        // An earlier run did not get further.
        false => {
            put_menu(client, &path, seed).await?;
            Ok(Done::Made)
        }
    }
}

/// The menu comes last: where it is there, nothing is left to do. Until then a pause changes nothing, as an empty menu
/// takes no orders.
async fn put_menu(client: &Client, path: &str, seed: &SeedRestaurant) -> Result<(), String> {
    if let Some(pause) = &seed.pause {
        let path = format!("{path}/pause");
        client.change(Method::POST, &path, pause).await?;
    }
    let path = format!("{path}/menu");
    client.change(Method::PUT, &path, &seed.menu).await?;
    Ok(())
}

async fn is_without_menu(client: &Client, path: &str) -> Result<bool, String> {
    let menu = client.get(&format!("{path}/menu")).await?;
    Ok(menu.is_none_or(|menu| is_empty(&menu)))
}

fn is_empty(menu: &Value) -> bool {
    menu["items"].as_array().is_none_or(Vec::is_empty)
}
