//! The live channel.

mod connection_limit;
mod two_instances;
mod upgrade;
mod websockets;
