//! The calls of the engine's scripts, and how their answers are read.

use super::{
    atomic_read::AtomicRead,
    connection::{Connection, Supervisor},
    errors::{kind, refusal},
    permissions::Permission,
};
use crate::{
    domain::Cursor,
    server::store::{
        Batch, IdempotencyRecord, Index, IndexChange, JsonText, Key, LogEntry, LogRead, NewEntry,
        Outcome, Page, Query, Result, StoreError, decode_record,
    },
};
use redis::{
    Cmd, ErrorKind, FromRedisValue, RedisError, RedisResult,
    ServerErrorKind::{BusyLoading, TryAgain},
    Value,
    aio::MultiplexedConnection,
    cmd, from_redis_value,
};
use std::time::Instant;

/// What `commit.lua` has answered.
pub enum CommitAnswer {
    Outcome(Result<Outcome>),
    TooLate,
    OtherEpoch,
    /// The account may not run this command.
    Forbidden(Permission),
}

impl Supervisor {
    /// A call of `commit.lua`: the batch happens before `deadline`, or not at all.
    pub fn commit_call(
        &self,
        connection: &Connection,
        batch: &Batch,
        idempotency: Option<&IdempotencyRecord>,
        deadline: Instant,
    ) -> Cmd {
        // By its name alone: a connection that has not passed the epoch check has not loaded the script.
        let mut call = cmd("EVALSHA");
        call.arg(&*connection.commit);
        self.add_keys(&mut call, batch, idempotency);
        let sign = |change: &IndexChange| match change {
            IndexChange::In(..) => '+',
            IndexChange::Out(..) => '-',
        };
        let published = |entry: &NewEntry| if entry.published { '+' } else { '-' };
        let channel = match self.publishes {
            true => self.keys.channel(),
            false => String::new(),
        };
        call.arg(connection.epoch.to_string())
            .arg(connection.clock.at(deadline))
            .arg(self.retention)
            .arg(channel)
            .arg(idempotency.map_or("", |record| &*record.text))
            .arg(idempotency.map_or(0, |record| record.keep.as_millis() as u64))
            .arg(batch.trace.as_deref().unwrap_or_default())
            .arg(batch.index.iter().map(sign).collect::<String>())
            .arg(batch.log.iter().map(published).collect::<String>())
            .arg(batch.expect.len())
            .arg(batch.expect_highest.len())
            .arg(batch.room.len())
            .arg(batch.put.len());
        add_changes(&mut call, batch);
        call
    }

    fn add_keys(&self, call: &mut Cmd, batch: &Batch, idempotency: Option<&IdempotencyRecord>) {
        let keys = &self.keys;
        let Batch {
            expect,
            expect_highest,
            room,
            put,
            index,
            log,
            ..
        } = batch;
        let compared = expect.len() + expect_highest.len() + room.len();
        call.arg(3 + compared + put.len() + index.len() + log.len())
            .arg(keys.meta())
            .arg(keys.log())
            .arg(keys.idempotency(idempotency.map_or("", |record| &record.name)));
        for (key, _) in expect {
            call.arg(keys.document(key));
        }
        let highest = expect_highest.iter().map(|(index, _)| index);
        for index in highest.chain(room.iter().map(|(index, _)| index)) {
            call.arg(keys.index(index));
        }
        for (key, _) in put {
            call.arg(keys.document(key));
        }
        for IndexChange::In(index, _) | IndexChange::Out(index, _) in index {
            call.arg(keys.index(index));
        }
        for entry in log {
            call.arg(keys.history(&entry.about));
        }
    }

    /// What a failed command means for the caller. Gives the connection up where it cannot be used any longer.
    pub fn command_error(&self, connection: &Connection, error: &RedisError) -> StoreError {
        if let Some(trouble) = refusal(error) {
            connection.commits.refuse(trouble.clone());
            return trouble.into();
        }
        let Some(kind) = kind(error) else {
            return StoreError::Broken(error.to_string());
        };
        let trouble = kind.because(error);
        if !matches!(error.kind(), ErrorKind::Server(BusyLoading | TryAgain)) {
            self.report_lost(connection, trouble.clone());
        }
        match error.kind() {
            ErrorKind::Io | ErrorKind::Parse => StoreError::Ambiguous(error.to_string()),
            _ => trouble.into(),
        }
    }

    /// A call of `list.lua`.
    pub fn list_call(&self, queries: &[Query]) -> Cmd {
        let mut call = cmd("EVAL");
        call.arg(include_str!("list.lua"))
            .arg(queries.len() + 1)
            .arg(self.keys.meta());
        for query in queries {
            call.arg(self.keys.index(&query.index));
        }
        call.arg(self.keys.prefix());
        for query in queries {
            let before = query.before.as_ref();
            let from = before.map_or("+".to_owned(), |key| format!("({}", key.0));
            call.arg(from).arg(query.limit.min(1_000_000));
        }
        call
    }

    /// Reads the log at one moment with the epoch that it belongs to.
    pub async fn read_log(
        &self,
        connection: &mut MultiplexedConnection,
        cursor: &Cursor,
        limit: usize,
    ) -> RedisResult<LogRead> {
        let first = format!("{}-0", cursor.seq + 1);
        let (meta, log, limit) = (self.keys.meta(), self.keys.log(), limit.to_string());
        let mut read = AtomicRead::new();
        read.add(&["HMGET", &meta, "epoch", "seq"])
            .add(&["XRANGE", &log, &first, "+", "COUNT", &limit]);
        let ((epoch, head), entries): ((Option<String>, Option<String>), StreamEntries) =
            read.all(connection).await?;

        let head = number(&head.unwrap_or_default()).unwrap_or(0);
        if epoch != Some(cursor.epoch.to_string()) || head < cursor.seq {
            return Ok(LogRead::CursorExpired);
        }
        let first = entries.first();
        let first = first.map(|(id, _)| number(id.trim_end_matches("-0")));
        // Where the entry after the cursor is missing, it has been trimmed.
        let expected = (head > cursor.seq).then_some(cursor.seq + 1);
        if first.transpose()? != expected {
            return Ok(LogRead::CursorExpired);
        }
        let entries = entries.into_iter();
        Ok(LogRead::Entries(
            entries.filter_map(|(_, fields)| logged(fields)).collect(),
        ))
    }
}

/// The arguments of each change. The text of a document that an entry repeats is sent once.
fn add_changes(call: &mut Cmd, batch: &Batch) {
    for (_, text) in &batch.expect {
        match text {
            Some(text) => call.arg("+").arg(&**text),
            None => call.arg("-"),
        };
    }
    for (_, Key(member)) in &batch.expect_highest {
        call.arg(member);
    }
    for (_, limit) in &batch.room {
        call.arg(*limit);
    }
    for (_, text) in &batch.put {
        call.arg(&**text);
    }
    for IndexChange::In(_, Key(member)) | IndexChange::Out(_, Key(member)) in &batch.index {
        call.arg(member);
    }
    for NewEntry {
        about,
        body,
        repeats,
        ..
    } in &batch.log
    {
        let open = body.strip_suffix('}').unwrap_or(body);
        let written = batch.put.iter().position(|(key, _)| key == about);
        match repeats.clone().zip(written) {
            Some((text, written)) => call
                .arg(&open[..text.start])
                .arg(written + 1)
                .arg(&open[text.end..]),
            None => call.arg(open).arg(0).arg(""),
        };
    }
}

/// `answer` is that of `commit.lua` to `batch`, on a store of this connection's epoch.
pub fn commit_answer(
    answer: Vec<String>,
    batch: &Batch,
    connection: &Connection,
) -> RedisResult<CommitAnswer> {
    if let [first, name, on, ..] = &*answer
        && first == "forbidden"
    {
        let permission = Permission::of(name, on, &answer[2..]);
        return Ok(CommitAnswer::Forbidden(permission));
    }
    let mut answer = answer.into_iter();
    Ok(match (answer.next().as_deref(), answer.next()) {
        (Some("done"), Some(seq)) => CommitAnswer::Outcome(Ok(Outcome::Committed(Cursor {
            epoch: connection.epoch.clone(),
            seq: number(&seq)?,
        }))),
        (Some("known"), Some(stored)) => CommitAnswer::Outcome(
            decode_record(&stored).map(|(text, cursor)| Outcome::Replayed(text, cursor)),
        ),
        (Some("conflict"), _) => CommitAnswer::Outcome(Ok(Outcome::Conflict)),
        (Some("below"), Some(highest)) => {
            CommitAnswer::Outcome(Ok(Outcome::NotHighest(Key(highest))))
        }
        (Some("full"), Some(bounded)) => {
            CommitAnswer::Outcome(Ok(Outcome::Full(bounded_index(batch, &bounded)?)))
        }
        (Some("late"), _) => CommitAnswer::TooLate,
        _ => CommitAnswer::OtherEpoch,
    })
}

/// The index of a batch's `room` that has this number, counted from 1.
fn bounded_index(batch: &Batch, number: &str) -> RedisResult<Index> {
    let number: Option<usize> = number.parse().ok();
    let bounded = number.and_then(|number| batch.room.get(number.checked_sub(1)?));
    let index = bounded.map(|(index, _)| index.clone());
    index.ok_or_else(|| (ErrorKind::Parse, "not a bounded index").into())
}

/// What a blocking read of the log answers: nothing, or the entries of the one stream (a list, or in RESP3 a map).
pub type StreamRead = Option<Vec<(String, StreamEntries)>>;
type StreamEntries = Vec<(String, Vec<String>)>;

/// The entries of the log, if they are those after a cursor: of its epoch, and without a gap. Each ends with its own
/// cursor, and is the proof.
pub fn following(cursor: &Cursor, entries: StreamEntries) -> Option<Vec<LogEntry>> {
    let mut cursor = cursor.clone();
    let entries = entries.into_iter().map(|(_, fields)| {
        cursor.seq += 1;
        let entry = logged(fields)?;
        let end = format!(",\"id\":\"{cursor}\"}}");
        entry.text.ends_with(&end).then_some(entry)
    });
    entries.collect()
}

/// The fields of a stream entry that `commit.lua` has written: the log's entry is the last one, its trace may precede it.
fn logged(fields: Vec<String>) -> Option<LogEntry> {
    let mut values = fields.into_iter().rev().step_by(2).map(JsonText::from);
    let (text, trace) = (values.next()?, values.next());
    Some(LogEntry { text, trace })
}

/// Text as it is stored. Other programs may have stored bytes that are not text; the connection stays usable.
pub fn text(bytes: Vec<u8>) -> Result<JsonText> {
    let text = String::from_utf8(bytes);
    text.map(JsonText::from)
        .map_err(|_| StoreError::Broken("the stored value is not text".to_owned()))
}

/// A page that `list.lua` has read. A document that is not text reads as an empty one.
pub fn page(value: Value) -> RedisResult<Page> {
    let mut parts = Vec::<Value>::from_redis_value(value)?.into_iter();
    let total = take(parts.next())?;
    let next: String = take(parts.next())?;
    let documents = parts
        .map(|part| Ok(text(from_redis_value(part)?).unwrap_or_default()))
        .collect::<RedisResult<_>>()?;
    Ok(Page {
        documents,
        next: (!next.is_empty()).then_some(Key(next)),
        total,
    })
}

pub fn take<T: FromRedisValue>(value: Option<Value>) -> RedisResult<T> {
    Ok(from_redis_value(value.unwrap_or(Value::Nil))?)
}

pub fn number(text: &str) -> RedisResult<u64> {
    text.parse()
        .map_err(|_| (ErrorKind::Parse, "not a sequence number").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(ids: &[&str]) -> StreamEntries {
        let entry = |id: &&str| {
            let text = format!("{{\"order\":null,\"id\":\"{id}\"}}");
            let fields = ["trace", "00-1", "entry", &text].map(str::to_owned);
            (String::new(), fields.to_vec())
        };
        ids.iter().map(entry).collect()
    }

    #[test]
    fn entries_follow_a_cursor_by_their_own_cursors_alone() {
        let cursor = "e-4".parse().unwrap();
        let read = following(&cursor, stored(&["e-5", "e-6"])).unwrap();
        assert_eq!(&*read[1].text, "{\"order\":null,\"id\":\"e-6\"}");
        assert_eq!(read[1].trace.as_deref(), Some("00-1"));
        for other in [
            ["e-6", "e-7"],
            ["e-5", "e-7"],
            ["e-5", "f-6"],
            ["e-5", "e-5"],
        ] {
            assert_eq!(following(&cursor, stored(&other)), None, "{other:?}");
        }
    }
}
