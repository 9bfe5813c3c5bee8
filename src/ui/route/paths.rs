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
