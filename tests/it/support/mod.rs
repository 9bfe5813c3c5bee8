//! What tests are made of: servers, stores, clients, broken connections, and the checker of histories.

pub mod accounts;
mod answer;
pub mod attacker;
pub mod browser;
mod certificate;
// Shared with `simulate`, which uses more of it.
#[allow(dead_code, unused_imports)]
#[path = "../../../src/server/cli/simulate/checker/mod.rs"]
pub mod checker;
pub mod clock;
pub mod collector;
pub mod description;
pub mod doctor;
pub mod inspect;
mod instance;
pub mod keys;
pub mod load;
pub mod log;
mod market;
pub mod member;
pub mod menus;
mod program;
pub mod proxy;
pub mod redis_server;
pub mod scene;
pub mod shops;
mod socket;
pub mod store;
pub mod tls;
mod wait;

pub use answer::{Answer, only_success};
pub use instance::{Instance, STATUSES, address_of, day, offer};
pub use market::{Market, Store};
pub use program::{Ran, assert_success, free_port, is_installed, program, refuses_to_start};
pub use socket::Socket;
pub use wait::{SOON, until};
