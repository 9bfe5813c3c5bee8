//! The ways in and out: every route, every layer, and what answers them. It calls the services and holds no rule.

pub mod auth;
pub mod connection_limit;
mod headers;
pub mod listener;
pub mod middleware;
mod openapi;
pub mod operations;
pub mod pages;
mod problem;
mod query_string;
mod rest;
pub mod router;
pub mod state;
pub mod websocket;
