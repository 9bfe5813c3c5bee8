//! Some commands that read Redis, all at one moment.

use redis::{
    Cmd, FromRedisValue, RedisResult, Value, aio::MultiplexedConnection, cmd, from_redis_value,
};

pub struct Moment(Cmd);

impl Moment {
    pub fn new() -> Moment {
        let mut call = cmd("EVAL");
        call.arg(include_str!("moment.lua")).arg(0);
        Moment(call)
    }

    /// Adds a command.
    pub fn ask(&mut self, words: &[&str]) -> &mut Moment {
        self.0.arg(words.len()).arg(words);
        self
    }

    /// What all of them answer, as long as none fails.
    pub async fn all<T: FromRedisValue>(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<T> {
        self.0.query_async(connection).await
    }

    /// What each of them answers.
    pub async fn each(
        &self,
        connection: &mut MultiplexedConnection,
    ) -> RedisResult<Vec<RedisResult<Value>>> {
        // The library would look for errors inside, and return the first for all.
        let answers = match connection.send_packed_command(&self.0).await? {
            Value::Array(answers) => answers,
            other => from_redis_value(other.extract_error()?)?,
        };
        Ok(answers.into_iter().map(Value::extract_error).collect())
    }
}
