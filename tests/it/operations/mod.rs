//! What operators configure, watch and deploy.

mod alerts;
mod files;
mod health;
mod prometheus;
mod reverse_proxy;
mod settings;
mod telemetry;
