//! Several read commands, run by Redis at one moment.

use redis::{
    Cmd, FromRedisValue, RedisResult, Value, aio::MultiplexedConnection, cmd, from_redis_value,
};

pub struct AtomicRead(Cmd);

impl AtomicRead {
    pub fn new() -> AtomicRead {
        let mut call = cmd("EVAL");
        call.arg(include_str!("atomic_read.lua")).arg(0);
        AtomicRead(call)
    }

    /// Adds a command.
    pub fn add(&mut self, words: &[&str]) -> &mut AtomicRead {
        self.0.arg(words.len()).arg(words);
        self
    }

    /// The answers of all commands; an error if one of them fails.
    pub async fn all<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<T> {
        self.0.query_async(connection).await
    }

    /// The answer or the error of each command.
    pub async fn each(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<Vec<RedisResult<Value>>> {
        // `query_async` would look for errors inside, and return the first one for all.
        let answers = match connection.send_packed_command(&self.0).await? {
            Value::Array(answers) => answers,
            other => from_redis_value(other.extract_error()?)?,
        };
        Ok(answers.into_iter().map(Value::extract_error).collect())
    }
}
