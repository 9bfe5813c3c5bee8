//! The calls of the contract, the pages, and their description.

mod csv_export;
mod direct_orders;
mod duty;
mod headers;
mod hosts;
mod idempotency;
mod lists;
mod openapi;
mod orders;
mod page_size;
mod pages;
mod recall;
mod redirects;
mod refusals;
mod validation;
