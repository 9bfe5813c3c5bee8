//! Sign-in, database, and whether Redis answers at all.

use super::{Examination, Stop, is_forbidden};
use crate::server::cli::doctor::report::Finding;
use redis::{RedisError, aio::MultiplexedConnection, cmd};

impl Examination<'_> {
    pub async fn sign_in(&mut self, connection: &mut MultiplexedConnection) -> Result<(), Stop> {
        self.report.doing("signing in");
        let account = self.info.redis_settings();
        let call = match account.password() {
            Some(password) => {
                let mut call = cmd("AUTH");
                call.arg(account.username()).arg(password);
                call
            }
            None => cmd("PING"),
        };
        let answer = self.query::<()>(connection, &call).await;
        let finding = match answer {
            Ok(()) => self.signed_in(),
            // The account is signed in, and Redis reports another state.
            Err(error) if is_state(&error) => Finding::ok(format!("as “{}”", self.names.user)),
            Err(error) => self.refused(&error).await,
        };
        self.add_or_stop("sign-in", finding, "the sign-in failed")
    }

    /// Whether the settings name a user and hold no password for it. The name is not shown: a password whose colon was
    /// forgotten stands in its place.
    fn lacks_password(&self) -> bool {
        let account = self.info.redis_settings();
        account.username().is_some() && account.password().is_none()
    }

    fn signed_in(&self) -> Finding {
        let credentials = self.names.credentials;
        if self.lacks_password() {
            return Finding::warning(
                "the user comes without a password, so Redis takes us for “default”",
                format!(
                    "Write user:password@ or :password@ in {credentials}, or leave the user out"
                ),
            );
        }
        match self.info.redis_settings().password() {
            None => Finding::ok("not needed: Redis accepts every client that reaches it"),
            Some(_) => Finding::ok(format!("as “{}”", self.names.user)),
        }
    }

    async fn refused(&self, error: &RedisError) -> Finding {
        let (at, tls) = (&self.names.at, self.names.tls);
        if error.code().is_none() && self.answers_with_tls().await {
            return Finding::error(
                format!("{at} speaks TLS alone ({error})"),
                format!(
                    "Turn TLS on in {tls}, or set the port that Redis has for plain connections"
                ),
            );
        }
        if self.is_tls() && error.is_connection_dropped() {
            return Finding::error(
                format!(
                    "{at} closes the connection after the TLS handshake, like a Redis that wants a certificate from its clients ({error})"
                ),
                "Set `tls-auth-clients no` on the server; the password still keeps others out. Or see whether this \
                 machine's address is allowed there",
            );
        }
        match error.code() {
            Some("NOAUTH") if self.lacks_password() => Finding::error(
                format!("the user comes without a password, and Redis wants one ({error})"),
                format!(
                    "Write user:password@ in {}, or :password@ where there is no user",
                    self.names.credentials
                ),
            ),
            _ => self.explain(error),
        }
    }

    pub async fn select_database(
        &mut self,
        connection: &mut MultiplexedConnection,
    ) -> Result<(), Stop> {
        let database = self.info.redis_settings().db();
        let mut finding = Finding::ok(database.to_string());
        if database != 0
            && let Err(error) = self
                .query::<()>(connection, cmd("SELECT").arg(database))
                .await
            && !is_state(&error)
        {
            finding = self.explain(&error);
        }
        self.add_or_stop("database", finding, "there is no database to look at")
    }

    /// Redis is neither loading nor busy.
    pub async fn ping(&mut self, connection: &mut MultiplexedConnection) -> Result<(), Stop> {
        let finding = match self.query::<()>(connection, &cmd("PING")).await {
            Ok(()) => Finding::ok("yes"),
            // Later checks report what is missing or wrong.
            Err(error) if is_forbidden(&error) || error.code() == Some("MISCONF") => {
                Finding::ok("yes")
            }
            Err(error) => self.explain(&error),
        };
        self.add_or_stop("answers", finding, "Redis does not answer")
    }
}

/// Whether the account is signed in, and Redis cannot answer now.
fn is_state(error: &RedisError) -> bool {
    let states = ["LOADING", "BUSY", "MASTERDOWN", "MISCONF", "NOPERM"];
    error.code().is_some_and(|code| states.contains(&code))
}
