//! What operators configure, watch and deploy.

mod alerts;
mod compose;
mod env_file;
mod health;
mod image;
mod log;
mod metrics;
mod prometheus;
mod reverse_proxy;
mod settings;
mod sign_in_settings;
mod signals;
mod systemd;
mod tls;
mod traces;
mod workflow;
