//! Restores a snapshot into Redis, in many small steps. A mark keeps servers away meanwhile: a running server notices
//! with its next command that the epoch has changed, and no server passes the epoch check.

use super::{
    Contents, DocumentKind, Existing, Head, Record, not_begun,
    redis_writer::{GROUP, RedisWriter, check_exclusive, connect, failed},
};
use crate::{
    domain::Cursor,
    server::{
        clock::now,
        store::{
            Index, Key, Result, StoreError, fresh_epoch,
            keys::{Keys, OWN_DOCUMENT},
        },
    },
};
use redis::{Client, RedisResult, aio::MultiplexedConnection, cmd, pipe};
use std::collections::HashMap;

pub struct IntoRedis {
    connection: MultiplexedConnection,
    keys: Keys,
    kinds: &'static [DocumentKind],
    /// The target's metadata when its contents were read.
    seen: Meta,
    /// Where the store will end. Its epoch belongs to this restore alone.
    end: Cursor,
    /// `None` until the restore begins.
    writer: Option<RedisWriter>,
}

/// The metadata of a store.
#[derive(Default)]
struct Meta {
    epoch: Option<String>,
    seq: Option<String>,
    restoring: Option<String>,
    /// Another program uses its name.
    is_foreign: bool,
}

impl IntoRedis {
    /// Connects, and checks that the account may run every command of a restore. Nothing is written.
    pub async fn open(
        client: &Client,
        prefix: &str,
        kinds: &'static [DocumentKind],
    ) -> Result<IntoRedis> {
        let keys = Keys::new(prefix);
        // This connection is closed with its transaction open.
        check_permissions(&mut connect(client).await.map_err(failed)?, &keys)
            .await
            .map_err(failed)?;
        Ok(IntoRedis {
            connection: connect(client).await.map_err(failed)?,
            keys,
            kinds,
            seen: Meta::default(),
            end: Cursor {
                epoch: fresh_epoch(),
                seq: 0,
            },
            writer: None,
        })
    }

    pub async fn contents(&mut self) -> Result<Contents> {
        let meta = self.meta().await.map_err(failed)?;
        let mut documents = 0;
        let mut at = None;
        while let Some(names) = self.scan(&mut at).await.map_err(failed)? {
            let is_own = |name: &str| {
                let key = self.keys.document_key(name);
                key.is_some_and(|key| key.starts_with(OWN_DOCUMENT))
            };
            let public = |name: &&String| self.is_document(name) && !is_own(name);
            documents += names.iter().filter(public).count() as u64;
        }
        let contents = Contents {
            documents,
            events: meta.seq.as_ref().and_then(|s| s.parse().ok()).unwrap_or(0),
            restoring: meta.restoring.clone(),
            is_foreign: meta.is_foreign,
        };
        self.seen = meta;
        Ok(contents)
    }

    async fn meta(&mut self) -> RedisResult<Meta> {
        let mut ask = cmd("HGETALL");
        ask.arg(self.keys.meta());
        let meta = ask.query_async(&mut self.connection).await;
        let mut meta: HashMap<String, String> = match meta {
            Err(error) if error.code() == Some("WRONGTYPE") => {
                return Ok(Meta {
                    is_foreign: true,
                    ..Meta::default()
                });
            }
            meta => meta?,
        };
        Ok(Meta {
            epoch: meta.remove("epoch"),
            seq: meta.remove("seq"),
            restoring: meta.remove("restoring").filter(|since| !since.is_empty()),
            is_foreign: false,
        })
    }

    fn is_document(&self, name: &str) -> bool {
        let key = self.keys.document_key(name);
        key.is_some_and(|key| self.kinds.iter().any(|kind| (kind.has)(key)))
    }

    /// More of the store's keys, without its metadata; `None` after the last. All other keys in this Redis belong to
    /// other programs.
    async fn scan(&mut self, at: &mut Option<u64>) -> RedisResult<Option<Vec<String>>> {
        if *at == Some(0) {
            return Ok(None);
        }
        let (next, found): (u64, Vec<Vec<u8>>) = cmd("SCAN")
            .arg(at.unwrap_or(0))
            .arg("COUNT")
            .arg(GROUP)
            .query_async(&mut self.connection)
            .await?;
        *at = Some(next);
        let meta = self.keys.meta();
        let is_ours = |name: &String| {
            *name != meta && (self.keys.is_internal(name) || self.is_document(name))
        };
        let names = found.into_iter().filter_map(|n| String::from_utf8(n).ok());
        Ok(Some(names.filter(is_ours).collect()))
    }

    /// From here on no server works on this store until the restore has ended, and its previous contents are gone.
    pub async fn begin(&mut self, head: &Head, retention: u64, existing: Existing) -> Result<()> {
        self.mark_restoring(head.schema, existing).await?;
        // The mark has set the sequence number to 0.
        let expected = self.end.clone();
        self.end.seq = head.cursor.seq;
        let (connection, keys) = (self.connection.clone(), self.keys.clone());
        let mut writer = RedisWriter::new(connection, keys, expected, self.end.seq, retention);
        let mut at = None;
        while let Some(names) = self.scan(&mut at).await.map_err(failed)? {
            for names in names.chunks(GROUP) {
                writer.queue("UNLINK", names.iter().cloned());
            }
            writer.send().await?;
        }
        self.writer = Some(writer);
        Ok(())
    }

    async fn mark_restoring(&mut self, schema: u32, existing: Existing) -> Result<()> {
        let mut mark = cmd("EVAL");
        mark.arg(include_str!("begin_restore.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(self.end.epoch.to_string())
            .arg(now().to_string())
            .arg(schema);
        if existing == Existing::MustBeUnchanged {
            let Meta { epoch, seq, .. } = &self.seen;
            mark.arg(epoch.as_deref().unwrap_or_default())
                .arg(seq.as_deref().unwrap_or_default());
        }
        let marked = mark.query_async(&mut self.connection).await;
        match marked.map_err(failed)? {
            0_i64 => Err(StoreError::Broken(
                "the store has just been written to: look at its contents, and try again"
                    .to_owned(),
            )),
            _ => Ok(()),
        }
    }

    pub async fn put(&mut self, record: Record) -> Result<()> {
        let writer = self.writer.as_mut().ok_or_else(not_begun)?;
        if let Record::Document(held) = &record {
            writer.add_to_log(held);
        }
        writer.put(&record).await
    }

    /// Builds the log from the histories, removes the mark, and returns where the store ends.
    pub async fn finish(&mut self) -> Result<Cursor> {
        let mut writer = self.writer.take().ok_or_else(not_begun)?;
        writer.build_log().await?;
        let done: i64 = cmd("EVAL")
            .arg(include_str!("end_restore.lua"))
            .arg(1)
            .arg(self.keys.meta())
            .arg(self.end.epoch.to_string())
            .arg(self.end.seq.to_string())
            .query_async(&mut self.connection)
            .await
            .map_err(failed)?;
        check_exclusive(done)?;
        Ok(self.end.clone())
    }
}

/// Queues each command of a restore in a transaction that is never executed: Redis checks the permissions for each.
async fn check_permissions(connection: &mut MultiplexedConnection, keys: &Keys) -> RedisResult<()> {
    // If this fails, the commands below must not be sent: they would run.
    cmd("MULTI").query_async::<()>(connection).await?;
    let (meta, document) = (keys.meta(), Key("order:0".to_owned()));
    let (document, history) = (keys.document(&document), keys.history(&document));
    let own = keys.document(&Key(format!("{OWN_DOCUMENT}0")));
    let (index, idempotency, log) = (
        keys.index(&Index("all".to_owned())),
        keys.idempotency("0"),
        keys.log(),
    );
    let all: [&[&str]; 14] = [
        &["HGETALL", &meta],
        &["HMGET", &meta, "epoch"],
        &["HSET", &meta, "run", ""],
        &["INFO", "server"],
        &["EVAL", "return 1", "1", &meta],
        &["SCAN", "0"],
        &[
            "UNLINK",
            &document,
            &own,
            &history,
            &index,
            &idempotency,
            &log,
            &meta,
        ],
        &["SET", &document, ""],
        &["SET", &own, ""],
        &["SET", &idempotency, "", "PXAT", "1"],
        &["ZADD", &index, "0", ""],
        &["RPUSH", &history, ""],
        &["LINDEX", &history, "0"],
        &["XADD", &log, "1-0", "entry", ""],
    ];
    let mut queue = pipe();
    for words in all {
        queue.cmd(words[0]).arg(&words[1..]);
    }
    queue.exec_async(connection).await
}
