//! What a browser offers, each behind a thin wrapper.

pub mod http;
pub mod storage;
