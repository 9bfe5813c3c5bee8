//! Whether the channel carries the events of this market alone: channels do not belong to databases.

use super::{Examination, NO_INFO};
use crate::server::{
    cli::{doctor::report::Finding, output::count},
    store::Keys,
};
use redis::{Client, InfoDict, RedisResult, cmd};

impl Examination<'_> {
    pub async fn channel(&mut self, facts: &InfoDict) {
        let finding = match facts.contains_key(&"redis_version") {
            true => {
                self.examine_channel(&other_databases(facts, self.info.redis_settings().db()))
                    .await
            }
            false => Finding::skipped(NO_INFO),
        };
        self.add("channel", finding);
    }

    async fn examine_channel(&self, others: &[i64]) -> Finding {
        let channel = Keys::new("").channel();
        match self.step(self.with_markets(others)).await {
            Ok(markets) if markets.is_empty() => {
                Finding::ok(format!("{channel} carries the events of this market alone"))
            }
            Ok(markets) => {
                let numbers: Vec<_> = markets.iter().map(i64::to_string).collect();
                let more = count(markets.len() as u64, "other market");
                let says = format!(
                    "{channel} also carries the events of {more} in this Redis (database {}): a channel belongs to no database",
                    numbers.join(", ")
                );
                let remedy = "Give each market a Redis of its own, or let subscribers tell them apart by the epoch in `id`";
                Finding::warning(says, remedy).with("databases", markets)
            }
            Err(error) => Finding::skipped(format!("other databases cannot be read ({error})")),
        }
    }

    /// Which of these databases hold a market. It asks on a connection of its own, which stays in none of them.
    async fn with_markets(&self, databases: &[i64]) -> RedisResult<Vec<i64>> {
        let mut markets = Vec::new();
        if databases.is_empty() {
            return Ok(markets);
        }
        let client = Client::open(self.info.clone())?;
        let mut connection = client.get_multiplexed_async_connection().await?;
        for &database in databases {
            let mut select = cmd("SELECT");
            select.arg(database);
            select.query_async::<()>(&mut connection).await?;
            let mut ask = cmd("HGET");
            ask.arg(Keys::new("").meta()).arg("epoch");
            let epoch: Option<String> = ask.query_async(&mut connection).await?;
            markets.extend(epoch.map(|_| database));
        }
        Ok(markets)
    }
}

/// The databases with keys beside our own: INFO has a line like `db2:keys=7,expires=0,…` of each.
fn other_databases(facts: &InfoDict, own: i64) -> Vec<i64> {
    let numbers = facts
        .keys()
        .filter_map(|field| field.strip_prefix("db")?.parse().ok());
    let mut others: Vec<i64> = numbers.filter(|number| *number != own).collect();
    others.sort_unstable();
    others
}
