//! Languages: texts, numbers and times as a page says them.

pub mod locale;
pub mod messages;
