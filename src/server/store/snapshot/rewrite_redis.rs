//! Rewrites records of a store in Redis in place: each document in one step with its history. If it is interrupted,
//! running all of it again completes it.

use super::{
    DocumentKind, Record, Snapshot, from_redis,
    redis_writer::{RedisWriter, connect, failed},
};
use crate::{
    domain::Cursor,
    server::store::{Result, fresh_epoch, keys::Keys},
};
use redis::Client;

pub struct RewriteRedis {
    writer: RedisWriter,
    end: Cursor,
}

impl RewriteRedis {
    /// Opens the store, with a snapshot of it. Fails as soon as something else writes to the store.
    pub async fn open(
        client: &Client,
        prefix: &str,
        kinds: &'static [DocumentKind],
        retention: u64,
    ) -> Result<(RewriteRedis, Snapshot)> {
        let snapshot = from_redis(client, prefix, kinds).await?;
        let (expected, seq) = (snapshot.head.cursor.clone(), snapshot.head.cursor.seq);
        let connection = connect(client).await.map_err(failed)?;
        let writer = RedisWriter::new(connection, Keys::new(prefix), expected, seq, retention);
        let epoch = fresh_epoch();
        let end = Cursor { epoch, seq };
        Ok((RewriteRedis { writer, end }, snapshot))
    }

    /// Replaces `old`, which was read before, with `new`.
    pub async fn put(&mut self, old: &Record, new: &Record) -> Result<()> {
        if let Record::Document(held) = new {
            self.writer.add_to_log(held);
        }
        match old == new {
            true => Ok(()),
            false => self.writer.put(new).await,
        }
    }

    /// Builds the log from the histories, sets the schema version, begins a new epoch, and returns where the store ends.
    pub async fn finish(mut self, schema: u32) -> Result<Cursor> {
        self.writer.build_log().await?;
        let fields = [
            "epoch".to_owned(),
            self.end.epoch.to_string(),
            "schema".to_owned(),
            schema.to_string(),
        ];
        let meta = self.writer.keys.meta();
        self.writer.queue("HSET", [meta].into_iter().chain(fields));
        self.writer.send().await?;
        Ok(self.end)
    }
}
