mod domain;
mod server;
fn main() {}
