//! The commands, as a shell runs them.

mod account;
mod doctor_connection;
mod doctor_embedded;
mod doctor_permissions;
mod doctor_redis;
mod doctor_server;
mod doctor_settings;
mod inspect;
mod inspect_access;
mod inspect_events;
mod liar;
mod market_key;
mod simulate;
mod site_origin;
mod terminal;
