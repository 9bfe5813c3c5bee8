//! The counter of a kitchen's pizzeria: what holds there now.

use super::form::Answers;
use crate::domain::{Error, Name, shop::kitchen_shop::KitchenShop};
use leptos::{prelude::*, server_fn::codec::GetUrl};

/// A button of the counter (a [`CounterButton`] as text), with the reason that goes with a pause.
///
/// [`CounterButton`]: crate::domain::shop::counter_button::CounterButton
#[server(name = PressCounter, prefix = "/act", endpoint = "counter")]
pub async fn press_counter(
    #[server(default)] shop: String,
    #[server(default)] button: String,
    #[server(default)] reason: String,
    #[server(default)] key: String,
) -> Result<Answers, Error> {
    use crate::server::web::pages::forms::{Pressed, press};
    press(Pressed {
        shop,
        button,
        reason,
        key,
    })
    .await
}

/// The pizzeria of a kitchen, for who may work at its counter.
#[server(name = ReadKitchenShop, prefix = "/act", endpoint = "kitchen-shop", input = GetUrl)]
pub async fn kitchen_shop(kitchen: Name) -> Result<Option<KitchenShop>, Error> {
    crate::server::web::pages::forms::kitchen_shop(kitchen).await
}
