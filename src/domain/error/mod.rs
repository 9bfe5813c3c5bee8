//! Everything that a person or a client can be told when something does not go through.
//!
//! One enum from the rule to the screen: server functions carry it as it is, the panels show its sentence, and the web
//! layer gives it its form for integrators. Causes that only an operator may see never enter it; they go to the log.

mod field;
mod table;

pub use field::{FieldError, InvalidField, ValueKind};

use super::{AccountRefusal, Actor, CommandKind, OrderId, Status};
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
}

impl Refusal {
    /// The statuses that this actor may bring the order to. One that only a recall leads to is none of them: it is no
    /// way on.
    pub fn allowed(&self) -> Vec<Status> {
        let moves = self.status.transitions(self.actor);
        let onward = moves.filter(|m| m.command != CommandKind::Recall);
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

impl Part for Refusal {
    fn write(&self, text: &mut String) {
        let actor = self.actor.name();
        let _ = write!(text, " {} {} {actor}", self.status, self.command);
    }

    fn read(text: &str) -> Option<Refusal> {
        let mut words = text.splitn(3, ' ');
        Some(Refusal {
            status: Part::read(words.next()?)?,
            command: Part::read(words.next()?)?,
            actor: Actor::from_name(words.next()?)?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Role, ValueKind, shop::HoursRefusal};

    #[test]
    fn a_refusal_names_the_state_and_what_is_allowed_from_it() {
        let says = |status, actor| {
            Refusal {
                status,
                command: CommandKind::Prepare,
                actor,
            }
            .to_string()
        };
        assert_eq!(
            says(Status::Preparing, Actor::AnyRole),
            "The order is preparing. Allowed from there: ready or cancelled."
        );
        assert_eq!(
            says(Status::Dispatched, Actor::AnyRole),
            "The order is dispatched. Allowed from there: in_transit."
        );
        assert_eq!(
            says(Status::Delivered, Actor::AnyRole),
            "The order is delivered. That is final: nothing is allowed any more."
        );
        assert_eq!(
            says(Status::Preparing, Actor::As(Role::Customer)),
            "The order is preparing. Nothing is allowed from there by this role."
        );
        let recall = Refusal {
            status: Status::CustomerAccepted,
            command: CommandKind::Recall,
            actor: Actor::AnyRole,
        };
        assert_eq!(
            recall.to_string(),
            "The order is customer_accepted. Allowed from there: preparing or cancelled."
        );
    }

    /// One of each kind, and what it is for the browser.
    fn errors() -> Vec<(Error, &'static str)> {
        let invalid = [
            ("notes", FieldError::Empty),
            ("markup", FieldError::no_number("a b")),
        ];
        let invalid = invalid.map(|(field, error)| InvalidField {
            field: field.to_owned(),
            error,
        });
        let refused = |actor| {
            Error::Refused(Refusal {
                status: Status::Ready,
                command: CommandKind::Prepare,
                actor,
            })
        };
        let outdated = Error::PreconditionFailed {
            version: 4,
            status: Status::Preparing,
        };
        let weak = Error::WeakPrecondition {
            version: 4,
            status: Status::Preparing,
        };
        vec![
            (
                Error::Invalid(invalid.into()),
                "invalid\nnotes empty\nmarkup not-a-number a b",
            ),
            (
                Error::UnknownOrder(OrderId(uuid::Uuid::from_u128(7))),
                "unknown-order 00000000-0000-0000-0000-000000000007",
            ),
            (refused(Actor::AnyRole), "refused ready prepare "),
            (
                refused(Actor::As(Role::Dispatch)),
                "refused ready prepare dispatch",
            ),
            (outdated, "outdated 4 preparing"),
            (weak, "weak-tag 4 preparing"),
            (Error::NotSignedIn, "not-signed-in"),
            (Error::WrongCredentials, "wrong-credentials"),
            (Error::CodeNeeded, "code-needed"),
            (Error::NotAllowed, "not-allowed"),
            (Error::NotYours, "not-yours"),
            (
                Error::Account(AccountRefusal::LastAdmin),
                "account-refused last-admin",
            ),
            (Error::TooMany(3), "too-many 3"),
            (Error::Busy, "busy"),
            (Error::StoreUnavailable, "away"),
            (Error::NoAnswer, "no-answer"),
            (Error::Internal, "internal"),
        ]
    }

    /// As [`errors`], of one field.
    fn field_errors() -> Vec<(FieldError, &'static str)> {
        let (min, max, length) = (15, 500, 501);
        let expected = ValueKind::Boolean;
        let command = CommandKind::Dispatch;
        let why = "EOF\nat line 1".to_owned();
        vec![
            (FieldError::Missing, "missing"),
            (FieldError::Unknown, "unknown"),
            (FieldError::Twice, "twice"),
            (FieldError::Empty, "empty"),
            (FieldError::TooLong { max, length }, "too-long 500 501"),
            (FieldError::TooShort { min, length }, "too-short 15 501"),
            (FieldError::TooWeak, "too-weak"),
            (FieldError::ControlCharacter, "control-character"),
            (FieldError::NotUnicode, "not-unicode"),
            (FieldError::WrongType { expected }, "wrong-type boolean"),
            (
                FieldError::no_number("nine fifty"),
                "not-a-number nine fifty",
            ),
            (FieldError::no_number(""), "not-a-number "),
            (FieldError::NotWhole, "not-whole"),
            (FieldError::TooPrecise, "too-precise"),
            (
                FieldError::out_of_range("0.01", "10000.00"),
                "out-of-range 0.01 10000.00",
            ),
            (FieldError::NotTrueOrFalse, "not-true-or-false"),
            (FieldError::NotAStatus, "not-a-status"),
            (
                FieldError::HasItsOwnCall { command },
                "has-its-own-call dispatch",
            ),
            (FieldError::OnlyWhenAccepting, "only-when-accepting"),
            (FieldError::NotAnId, "not-an-id"),
            (FieldError::NotAnEmail, "not-an-email"),
            (FieldError::NotADriver, "not-a-driver"),
            (FieldError::SeveralDrivers, "several-drivers"),
            (FieldError::NotAPin, "not-a-pin"),
            (FieldError::WrongCode, "wrong-code"),
            (FieldError::WrongPassword, "wrong-password"),
            (FieldError::InUse, "in-use"),
            (FieldError::NotAKind, "not-a-kind"),
            (FieldError::NotACursor, "not-a-cursor"),
            (FieldError::NotATopic, "not-a-topic"),
            (FieldError::TooManyTopics { max: 8 }, "too-many-topics 8"),
            (FieldError::NotAVersion, "not-a-version"),
            (FieldError::NotAKey, "not-a-key"),
            (FieldError::NotACode, "not-a-code"),
            (
                FieldError::fault("Large is missing."),
                "fault Large is missing.",
            ),
            (FieldError::UsedBefore, "used-before"),
            (FieldError::from(HoursRefusal::Overlap), "hours overlap"),
            (FieldError::Malformed { why }, "malformed EOF at line 1"),
        ]
    }

    #[test]
    fn errors_survive_the_wire() {
        let all = errors();
        let mut names: Vec<_> = all.iter().map(|(error, _)| error.name()).collect();
        names.dedup();
        assert_eq!(names, Error::NAMES);
        for (error, text) in all {
            let json = serde_json::to_string(&error).unwrap();
            assert_eq!(json, serde_json::to_string(text).unwrap());
            assert_eq!(serde_json::from_str::<Error>(&json).unwrap(), error);
        }
    }

    #[test]
    fn field_errors_survive_the_wire_in_one_line() {
        let all = field_errors();
        let mut names: Vec<_> = all.iter().map(|(error, _)| error.name()).collect();
        names.dedup();
        assert_eq!(names, FieldError::NAMES);
        for (error, text) in all {
            assert_eq!(String::from(error.clone()), text);
            let read = FieldError::try_from(text.to_owned()).unwrap();
            assert_eq!(read.to_string(), error.to_string().replace('\n', " "));
        }
    }

    #[test]
    fn what_is_no_error_is_not_read_as_one() {
        for text in [
            "",
            "gone",
            "Away",
            "too-many",
            "too-many soon",
            "outdated 4",
            "outdated 4 eaten",
            "refused ready",
            "refused ready prepare owner",
            "invalid\nnotes",
            "invalid\nnotes nothing",
            "invalid\nnotes too-long 500",
        ] {
            assert!(Error::try_from(text.to_owned()).is_err(), "{text:?}");
        }
    }
}
