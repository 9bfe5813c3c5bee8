//! The use-cases of the market, and what they need beside the store. They know no transport.

pub mod accounts;
pub mod command_log;
pub mod credentials;
pub mod document_kinds;
pub mod duty_document;
mod failure;
pub mod formulas;
pub mod idempotency;
pub mod integrity;
pub mod legacy_import;
pub mod live_feed;
pub mod order_documents;
pub mod orders;
pub mod shared_value;
pub mod shops;
mod turns;
pub mod upgrade;
pub mod zones;
