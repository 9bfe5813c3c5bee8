//! Everything that a person or a client can be told when something does not go through.
//!
//! One enum from the rule to the screen: server functions carry it as it is, the panels show its sentence, and the web
//! layer gives it its form for integrators. Causes that only an operator may see never enter it; they go to the log.

#[cfg(test)]
mod error_tests;
mod field;
mod table;

pub use field::{FieldError, InvalidField, ValueKind};

use super::{AccountRefusal, Actor, CommandKind, OrderId, Origin, Status};
use serde::{Deserialize, Serialize};
use std::fmt::{self, Write};
use table::{Part, parts, table};

table! {
    #[derive(Serialize, Deserialize)]
    #[serde(try_from = "String", into = "String")]
    Error {
        Invalid(invalid_fields: Vec<InvalidField>) = "invalid", "{}", sentence(invalid_fields);
        UnknownOrder(id: OrderId) = "unknown-order", "There is no order {id}.";
        Refused(refusal: Refusal) = "refused", "{refusal}";
        /// An answer of a kitchen, after the time that it had for it.
        TooLate = "too-late", "The time to answer this order is over: the market cancels it.";
        /// A precondition that no longer holds, and how the order stands now.
        PreconditionFailed { version: u32, status: Status }
            = "outdated", "The order has changed: it is {status} now, at version {version}.";
        /// A precondition that was weakened on its way, and how the order stands now.
        WeakPrecondition { version: u32, status: Status }
            = "weak-tag", "If-Match has a weak tag (W/\"…\"), which never holds: the server gives strong ones, and something \
            between has changed its answer, most often a proxy that compresses. The order is {status}, and its tag is \"{version}\".";
        /// There is no credential, or it has ended.
        NotSignedIn = "not-signed-in", "Sign in first.";
        /// An e-mail address and a password, or a code, that do not belong together.
        WrongCredentials = "wrong-credentials", "That e-mail address, password or code is not right.";
        CodeNeeded = "code-needed", "This account signs in with a code as well.";
        /// The role never has this.
        NotAllowed = "not-allowed", "Your role may not do that.";
        /// Others of the role have it, for this order.
        NotYours = "not-yours", "That is not yours.";
        /// What is not done with an account.
        Account(refusal: AccountRefusal) = "account-refused", "{}", refusal.sentence();
        /// Seconds until the next request is accepted.
        TooMany(seconds: u64) = "too-many", "Too many requests. Try again in {seconds} s.";
        /// The queue of the threads that compute hashes is full.
        Busy = "busy", "Too many people sign in right now. Try again in a second.";
        StoreUnavailable = "away", "The store does not answer right now. Nothing was half done; try again.";
        /// The browser reports this to itself: the server has not answered.
        NoAnswer = "no-answer", "No answer came. Whether it was done shows when the connection is back.";
        Internal = "internal", "Something went wrong on our side. It has been noted.";
    }
}

impl std::error::Error for Error {}

impl Error {
    pub fn invalid(field: &str, error: FieldError) -> Error {
        Error::Invalid(vec![InvalidField {
            field: field.to_owned(),
            error,
        }])
    }

    /// Seconds after which trying again makes sense, where it does.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Error::TooMany(seconds) => Some(*seconds),
            Error::Busy | Error::StoreUnavailable => Some(1),
            _ => None,
        }
    }

    /// What is wrong with one field of a form.
    pub fn field_error(&self, field: &str) -> Option<&FieldError> {
        match self {
            Error::Invalid(invalid) => invalid
                .iter()
                .find(|one| one.field == field)
                .map(|one| &one.error),
            _ => None,
        }
    }
}

fn sentence(invalid_fields: &[InvalidField]) -> String {
    let each: Vec<_> = invalid_fields
        .iter()
        .map(|invalid| format!("{}: {}", invalid.field, invalid.error))
        .collect();
    each.join(" ")
}

/// A move that the lifecycle refuses, and what it would allow instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: Status,
    pub command: CommandKind,
    pub actor: Actor,
    pub origin: Origin,
    /// Whether it is a direct order that its kitchen has answered, which it can no longer reject.
    pub is_answered: bool,
}

impl Refusal {
    /// The statuses that this actor may bring the order to. One that only a recall leads to is none of them, nor is its
    /// own: they are no way on.
    pub fn allowed(&self) -> Vec<Status> {
        let moves = self.status.transitions(self.origin, self.actor);
        let onward = moves.filter(|m| match m.command {
            CommandKind::Recall => false,
            CommandKind::Reject => !self.is_answered,
            _ => m.to != self.status,
        });
        onward.map(|m| m.to).collect()
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Refused(refusal)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "The order is {}. ", self.status)?;
        let allowed: Vec<_> = self.allowed().into_iter().map(Status::name).collect();
        match allowed.split_last() {
            None if self.status.is_final() => {
                write!(f, "That is final: nothing is allowed any more.")
            }
            None => write!(f, "Nothing is allowed from there by this role."),
            Some((last, [])) => write!(f, "Allowed from there: {last}."),
            Some((last, rest)) => write!(f, "Allowed from there: {} or {last}.", rest.join(", ")),
        }
    }
}

parts! {
    AccountRefusal = AccountRefusal::from_name;
    OrderId = |text: &str| text.parse().ok();
    Status = Status::from_name;
}

/// The last word of a refusal that is about an answered order.
const ANSWERED: &str = " answered";

impl Part for Refusal {
    fn write(&self, text: &mut String) {
        let actor = self.actor.name();
        let _ = write!(text, " {} {} {actor}", self.status, self.command);
        // Of an offer it is as it was before there were others: answers are kept across an upgrade.
        if self.origin != Origin::Offer {
            let _ = write!(text, " {}", self.origin);
        }
        if self.is_answered {
            text.push_str(ANSWERED);
        }
    }

    fn read(text: &str) -> Option<Refusal> {
        let before = text.strip_suffix(ANSWERED);
        let mut words = before.unwrap_or(text).splitn(4, ' ');
        Some(Refusal {
            status: Part::read(words.next()?)?,
            command: Part::read(words.next()?)?,
            actor: Actor::from_name(words.next()?)?,
            origin: words
                .next()
                .map_or(Some(Origin::Offer), Origin::from_name)?,
            is_answered: before.is_some(),
        })
    }
}

/// Each in a line of its own: the field, and what is wrong with it.
impl Part for Vec<InvalidField> {
    fn write(&self, text: &mut String) {
        for invalid in self {
            let _ = write!(
                text,
                "\n{} {}",
                invalid.field,
                String::from(invalid.error.clone())
            );
        }
    }

    fn read(text: &str) -> Option<Vec<InvalidField>> {
        let read = |line: &str| {
            let (field, error) = line.split_once(' ')?;
            Some(InvalidField {
                field: field.to_owned(),
                error: error.to_owned().try_into().ok()?,
            })
        };
        text.split_terminator('\n').map(read).collect()
    }
}
