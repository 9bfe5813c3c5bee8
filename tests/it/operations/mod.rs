//! What operators configure, watch and deploy.

mod alerts;
mod compose;
mod health;
mod image;
mod log;
mod metrics;
mod prometheus;
mod reverse_proxy;
mod settings;
mod systemd;
mod traces;
mod workflow;
