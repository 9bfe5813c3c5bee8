//! The paths of what is not in [`ROUTES`](super::ROUTES): the pages of accounts and of pizzerias, which the server alone
//! answers. Panels link to some of them. (The path of an invitation is part of its link: `JOIN` in
//! `server/services/accounts`.)

pub const SIGN_IN: &str = "/sign-in";
pub const SIGN_UP: &str = "/sign-up";
pub const SIGN_OUT: &str = "/sign-out";
pub const PAIR: &str = "/pair";
pub const ACCOUNT: &str = "/account";
/// What these pages do with JavaScript.
pub const ACCOUNT_SCRIPT: &str = "/account/page.js";
pub const TEAM: &str = "/team";
pub const HAND_OVER: &str = "/hand-over";
/// The page of a driver.
pub const DRIVER: &str = "/driver";
/// The pizzerias; below it the pages of each one.
pub const SHOPS: &str = "/shops";
pub const SHOPS_SCRIPT: &str = "/shops/page.js";

/// The patterns of the pages on which a pizzeria is edited, by its id or its slug.
pub const SHOP_MENU: &str = "/supplier/{shop}/menu";
pub const SHOP_SETTINGS: &str = "/supplier/{shop}/settings";
pub const SHOP_COUNTER: &str = "/supplier/{shop}/counter";
/// The pizzeria of a kitchen, by the kitchen's name, or a new one.
pub const SHOP_OF_KITCHEN: &str = "/supplier/menu";
/// What the pages on which it is edited can do with JavaScript.
pub const EDITOR_SCRIPT: &str = "/supplier/page.js";

pub fn menu_of(shop: &str) -> String {
    SHOP_MENU.replace("{shop}", shop)
}

pub fn settings_of(shop: &str) -> String {
    SHOP_SETTINGS.replace("{shop}", shop)
}

/// The cart of a pizzeria, with what an order had.
pub const ORDER_AGAIN: &str = "/customer/{id}/again";

pub fn again(order: &str) -> String {
    ORDER_AGAIN.replace("{id}", order)
}
