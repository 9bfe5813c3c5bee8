//! The live channel.

mod two_instances;
mod websockets;
