//! The live channel.

mod connection_limit;
mod scopes;
mod two_instances;
mod upgrade;
mod websockets;
