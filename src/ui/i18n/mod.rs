//! Languages: the locale of a page, its messages, and how it formats values.

pub mod domain_texts;
pub mod format;
pub mod locale;
pub mod menu_texts;
