//! The browser's interfaces, each behind a thin wrapper that knows nothing else of the user interface.

pub mod control;
pub mod cookies;
pub mod dom;
pub mod http;
pub mod storage;
pub mod text;
pub mod timer;
pub mod url;
