//! What a Redis server promises for a commit that it has acknowledged, from its configuration.

use crate::server::store::Durability;
use redis::{InfoDict, RedisResult, aio::MultiplexedConnection, cmd};
use std::collections::HashMap;

pub async fn durability(info: &InfoDict, connection: &mut MultiplexedConnection) -> Durability {
    if info.get::<u8>("aof_enabled") != Some(1) {
        return Durability::Memory;
    }
    // Not every account may read the configuration; then nothing better than the default is assumed.
    let config: RedisResult<HashMap<String, String>> = cmd("CONFIG")
        .arg("GET")
        .arg("appendfsync")
        .query_async(connection)
        .await;
    match config {
        Ok(set) if set.get("appendfsync").is_some_and(|how| how == "always") => Durability::Always,
        _ => Durability::Everysec,
    }
}
