//! Whether what is stored has the schema that this program knows, and whether orders wait to be imported.

use super::{Examination, permissions::Permissions};
use crate::server::{
    cli::{
        doctor::{
            embedded::schema_version,
            report::{Finding, State},
        },
        output::count,
    },
    services::legacy_import,
    store::{Keys, schema},
};
use redis::{aio::MultiplexedConnection, cmd};

impl Examination<'_> {
    /// Returns the epoch, empty where nothing is stored; `None` where it cannot be read.
    pub async fn schema(
        &mut self,
        permissions: &Permissions,
        connection: &mut MultiplexedConnection,
    ) -> Option<String> {
        let mut call = cmd("HMGET");
        call.arg(Keys::new("").meta())
            .arg("epoch")
            .arg("schema")
            .arg("restoring");
        type Meta = (Option<String>, Option<String>, Option<String>);
        let meta = self.query::<Meta>(connection, &call).await;
        let epoch = meta.as_ref().ok().map(|(epoch, ..)| epoch.clone());
        let finding = match meta {
            Err(_) if permissions.lacking => Finding::skipped("the account lacks rights"),
            Err(error) => self.explain(&error),
            Ok((None, _, None)) => Finding::ok("nothing is stored yet"),
            Ok((epoch, version, restoring)) => {
                match schema::read(version.as_deref(), epoch.as_deref()) {
                    Ok(version) => schema_version(version, restoring.as_deref()),
                    Err(error) => Finding::error(
                        error.to_string(),
                        "Put a backup in its place (`pizza-market restore`)",
                    ),
                }
            }
        };
        // An account that may not run SCAN cannot look for them.
        let unimported = self
            .step(legacy_import::not_imported(connection.clone()))
            .await;
        let finding = match unimported {
            Ok(orders @ 1..) if finding.state == State::Ok => Finding::warning(
                format!(
                    "at least {} of the Python backend, which no list shows",
                    count(orders as u64, "order")
                ),
                "Run `pizza-market migrate`, which imports them; it first shows what it will do",
            ),
            _ => finding,
        };
        self.add("schema", finding);
        epoch.map(Option::unwrap_or_default)
    }
}
