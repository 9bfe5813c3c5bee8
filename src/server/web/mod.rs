//! The ways in and out: every route, every layer, and what answers them. It calls the services and holds no rule.

pub mod headers;
pub mod listener;
pub mod middleware;
pub mod operations;
pub mod openapi;
pub mod pages;
mod problem;
pub mod query_string;
mod rest;
pub mod router;
pub mod state;
pub mod websocket;
