//! The log and the metrics of sign-ins: how somebody has tried to prove who they are, from where, and what became of it.
//! An account is named by its id. What was typed is in neither: an address may be a password in the wrong field.

use super::Network;
use crate::{
    domain::{AccountId, Error, FieldError},
    server::telemetry::{handles::Handles, metrics::SIGN_INS},
};
use metrics::{Counter, counter};
use std::sync::LazyLock;

/// By how, and by what became of it.
static COUNTED: LazyLock<Handles<[&'static str; 2], Counter>> = LazyLock::new(|| {
    Handles::new(|[how, outcome]| counter!(SIGN_INS, "how" => *how, "outcome" => *outcome))
});

/// How somebody signs in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum How {
    /// E-mail address and password, on a page.
    Password,
    /// The same, through the API.
    Api,
    /// A refresh token.
    Refresh,
    /// A link: an invitation, a new password, a driver's phone.
    Link,
    /// The code that pairs a device.
    Pairing,
    /// The PIN of a person at a device.
    Pin,
}

impl How {
    fn name(self) -> &'static str {
        match self {
            How::Password => "password",
            How::Api => "api",
            How::Refresh => "refresh",
            How::Link => "link",
            How::Pairing => "pairing",
            How::Pin => "pin",
        }
    }
}

/// Records an attempt. `network` is not known of a device that is signed in.
pub fn record_sign_in(how: How, network: Option<&Network>, result: Result<AccountId, &Error>) {
    let (how, network) = (how.name(), network.map(tracing::field::display));
    let outcome = match result {
        Ok(account) => {
            // A refresh is each quarter of an hour, of each program.
            match how == How::Refresh.name() {
                true => tracing::debug!(%account, how, network, "signed in"),
                false => tracing::info!(%account, how, network, "signed in"),
            }
            "done"
        }
        Err(error) => {
            let outcome = outcome(error);
            tracing::warn!(outcome, how, network, "refused a sign-in");
            outcome
        }
    };
    COUNTED.get([how, outcome]).increment(1);
}

/// The kind of a refusal. A code that is wrong in a field of a form is as wrong as any other credential.
fn outcome(error: &Error) -> &'static str {
    let is_wrong =
        |error: &FieldError| matches!(error, FieldError::WrongCode | FieldError::WrongPassword);
    match error {
        Error::Invalid(fields) if fields.iter().any(|field| is_wrong(&field.error)) => {
            Error::WrongCredentials.name()
        }
        other => other.name(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_code_is_a_wrong_credential() {
        for (error, expected) in [
            (
                Error::invalid("pin", FieldError::WrongCode),
                "wrong-credentials",
            ),
            (Error::invalid("pin", FieldError::NotAPin), "invalid"),
            (Error::WrongCredentials, "wrong-credentials"),
            (Error::CodeNeeded, "code-needed"),
            (Error::TooMany(3), "too-many"),
        ] {
            assert_eq!(outcome(&error), expected, "{error:?}");
        }
    }
}
