//! Everything that a person or a client can be told when something does not go through.
//!
//! One enum from the rule to the screen: REST turns it into problem+json, server functions carry it as it
//! is, the panels show its sentence. Causes that only an operator may see never enter it; they go to the log.

use super::{Kind, OrderId, Role, Status, Verb};
use serde::{Deserialize, Serialize};
use std::fmt;

/// For the panels it travels as lines of text: its name and what the name alone does not say, then one line for
/// each fault. (What serde makes for enums was a twentieth of the browser's program.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(try_from = "String", into = "String")]
pub enum Error {
    #[error("{}", sentence(.0))]
    Invalid(Vec<Fault>),
    #[error("There is no order {0}.")]
    UnknownOrder(OrderId),
    #[error("There is nothing at this address.")]
    UnknownPath,
    #[error("This address does not take that method.")]
    WrongMethod,
    #[error("{0}")]
    Refused(Refusal),
    /// A precondition that no longer holds, and how the order stands now.
    #[error("The order has changed: it is {status} now, at version {version}.")]
    Outdated { version: u32, status: Status },
    #[error("Open this address as a WebSocket.")]
    NotAWebSocket,
    #[error("Requests from that origin are not allowed.")]
    ForeignOrigin,
    #[error("The body is larger than 64 KiB.")]
    TooLarge,
    #[error("Send the body as application/json.")]
    NotJson,
    /// Seconds until the next request is welcome.
    #[error("Too many requests. Try again in {0} s.")]
    TooMany(u64),
    #[error("The store does not answer right now. Nothing was half done; try again.")]
    Away,
    #[error("This instance has no room for another live connection. Try again in a moment.")]
    Full,
    /// Only a browser says this, to itself.
    #[error("No answer came. Whether it was done shows when the connection is back.")]
    NoAnswer,
    #[error("Something went wrong on our side. It has been noted.")]
    Internal,
}

/// How an error looks from outside: the HTTP status, and a title for its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Face {
    pub status: u16,
    pub title: &'static str,
}

impl Error {
    /// Those that the name alone says.
    const PLAIN: [Error; 10] = [
        Error::UnknownPath,
        Error::WrongMethod,
        Error::NotAWebSocket,
        Error::ForeignOrigin,
        Error::TooLarge,
        Error::NotJson,
        Error::Away,
        Error::Full,
        Error::NoAnswer,
        Error::Internal,
    ];

    pub fn invalid(field: &str, what: What) -> Error {
        Error::Invalid(vec![Fault {
            field: field.to_owned(),
            what,
        }])
    }

    pub fn face(&self) -> Face {
        let (status, title) = match self {
            Error::Invalid(_) => (422, "Not valid"),
            Error::UnknownOrder(_) => (404, "No such order"),
            Error::UnknownPath => (404, "No such address"),
            Error::WrongMethod => (405, "Method not allowed"),
            Error::Refused(_) => (409, "Not possible in this state"),
            Error::Outdated { .. } => (412, "Changed in the meantime"),
            Error::ForeignOrigin => (403, "Origin not allowed"),
            Error::TooLarge => (413, "Body too large"),
            Error::NotJson => (415, "Not JSON"),
            Error::NotAWebSocket => (426, "Upgrade required"),
            Error::TooMany(_) => (429, "Too many requests"),
            Error::Away => (503, "Store not available"),
            Error::Full => (503, "No room"),
            Error::NoAnswer => (504, "No answer"),
            Error::Internal => (500, "Internal error"),
        };
        Face { status, title }
    }

    /// The stable name of its kind.
    pub fn name(&self) -> &'static str {
        match self {
            Error::Invalid(_) => "invalid",
            Error::UnknownOrder(_) => "unknown-order",
            Error::UnknownPath => "unknown-path",
            Error::WrongMethod => "wrong-method",
            Error::Refused(_) => "refused",
            Error::Outdated { .. } => "outdated",
            Error::ForeignOrigin => "foreign-origin",
            Error::TooLarge => "too-large",
            Error::NotJson => "not-json",
            Error::NotAWebSocket => "not-a-websocket",
            Error::TooMany(_) => "too-many",
            Error::Away => "away",
            Error::Full => "full",
            Error::NoAnswer => "no-answer",
            Error::Internal => "internal",
        }
    }

    /// Seconds after which trying again makes sense, where it does.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Error::TooMany(seconds) => Some(*seconds),
            Error::Away | Error::Full => Some(1),
            _ => None,
        }
    }

    /// What is wrong with one field of a form.
    pub fn fault(&self, field: &str) -> Option<&What> {
        match self {
            Error::Invalid(faults) => faults.iter().find(|f| f.field == field).map(|f| &f.what),
            _ => None,
        }
    }
}

impl From<Error> for String {
    fn from(error: Error) -> String {
        let name = error.name();
        match error {
            Error::Invalid(faults) => faults.into_iter().fold(name.to_owned(), |lines, fault| {
                format!("{lines}\n{} {}", fault.field, String::from(fault.what))
            }),
            Error::UnknownOrder(id) => format!("{name} {id}"),
            Error::Refused(Refusal { status, asked, by }) => {
                let by = by.map_or("", Role::name);
                format!("{name} {status} {asked} {by}")
            }
            Error::Outdated { version, status } => format!("{name} {version} {status}"),
            Error::TooMany(seconds) => format!("{name} {seconds}"),
            _ => name.to_owned(),
        }
    }
}

impl TryFrom<String> for Error {
    type Error = &'static str;

    fn try_from(lines: String) -> Result<Error, &'static str> {
        let mut lines = lines.split('\n');
        let first = lines.next().unwrap_or_default();
        let words: Vec<_> = first.split(' ').collect();
        let error = match words[..] {
            ["invalid"] => {
                let fault = |line: &str| {
                    let (field, what) = line.split_once(' ')?;
                    Some(Fault {
                        field: field.to_owned(),
                        what: what.to_owned().try_into().ok()?,
                    })
                };
                lines.map(fault).collect::<Option<_>>().map(Error::Invalid)
            }
            ["unknown-order", id] => id.parse().ok().map(Error::UnknownOrder),
            ["too-many", seconds] => seconds.parse().ok().map(Error::TooMany),
            ["outdated", version, status] => version
                .parse()
                .ok()
                .zip(Status::from_name(status))
                .map(|(version, status)| Error::Outdated { version, status }),
            ["refused", status, asked, by] => Status::from_name(status)
                .zip(Verb::from_name(asked))
                .map(|(status, asked)| {
                    let by = Role::from_name(by);
                    Error::Refused(Refusal { status, asked, by })
                }),
            [name] => Error::PLAIN.into_iter().find(|error| error.name() == name),
            _ => None,
        };
        error.ok_or("no such error")
    }
}

fn sentence(faults: &[Fault]) -> String {
    let each: Vec<_> = faults
        .iter()
        .map(|fault| format!("{}: {}", fault.field, fault.what))
        .collect();
    each.join(" ")
}

/// A move that the lifecycle refuses, and what it would allow instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub status: Status,
    pub asked: Verb,
    /// Whoever asked, if it was not somebody who may do everything.
    pub by: Option<Role>,
}

impl Refusal {
    /// The states that whoever asked may bring the order to.
    pub fn allowed(&self) -> Vec<Status> {
        self.status.moves(self.by).map(|m| m.to).collect()
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

/// What is wrong with one named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub field: String,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Missing,
    Unknown,
    Twice,
    Empty,
    TooLong {
        max: usize,
        length: usize,
    },
    ControlCharacter,
    NotUnicode,
    WrongType {
        expected: Kind,
    },
    NotANumber {
        given: String,
    },
    NotWhole,
    TooPrecise,
    OutOfRange {
        from: String,
        to: String,
    },
    NotTrueOrFalse,
    NotAStatus,
    /// A status that is not set directly: the call that leads to it.
    HasItsOwnCall {
        call: String,
    },
    OnlyWhenAccepting,
    NotAnId,
    NotACursor,
    NotAVersion,
    NotAKey,
    UsedBefore,
    Malformed {
        why: String,
    },
}

impl What {
    /// Those that the name alone says.
    const PLAIN: [(What, &str); 16] = [
        (What::Missing, "missing"),
        (What::Unknown, "unknown"),
        (What::Twice, "twice"),
        (What::Empty, "empty"),
        (What::ControlCharacter, "control-character"),
        (What::NotUnicode, "not-unicode"),
        (What::NotWhole, "not-whole"),
        (What::TooPrecise, "too-precise"),
        (What::NotTrueOrFalse, "not-true-or-false"),
        (What::NotAStatus, "not-a-status"),
        (What::OnlyWhenAccepting, "only-when-accepting"),
        (What::NotAnId, "not-an-id"),
        (What::NotACursor, "not-a-cursor"),
        (What::NotAVersion, "not-a-version"),
        (What::NotAKey, "not-a-key"),
        (What::UsedBefore, "used-before"),
    ];

    pub fn out_of_range(from: impl fmt::Display, to: impl fmt::Display) -> What {
        What::OutOfRange {
            from: from.to_string(),
            to: to.to_string(),
        }
    }

    pub fn no_number(given: &str) -> What {
        What::NotANumber {
            given: given.chars().take(40).collect(),
        }
    }
}

impl From<What> for String {
    fn from(what: What) -> String {
        match what {
            What::TooLong { max, length } => format!("too-long {max} {length}"),
            What::WrongType { expected } => format!("wrong-type {expected}"),
            What::NotANumber { given } => format!("not-a-number {}", given.replace('\n', " ")),
            What::OutOfRange { from, to } => format!("out-of-range {from} {to}"),
            What::HasItsOwnCall { call } => format!("has-its-own-call {call}"),
            What::Malformed { why } => format!("malformed {}", why.replace('\n', " ")),
            plain => {
                let known = What::PLAIN.into_iter().find(|(what, _)| *what == plain);
                known.map_or_else(String::new, |(_, name)| name.to_owned())
            }
        }
    }
}

impl TryFrom<String> for What {
    type Error = &'static str;

    fn try_from(line: String) -> Result<What, &'static str> {
        let (name, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let pair = || rest.split_once(' ');
        let own = || rest.to_owned();
        let what = match name {
            "too-long" => pair().and_then(|(max, length)| {
                Some(What::TooLong {
                    max: max.parse().ok()?,
                    length: length.parse().ok()?,
                })
            }),
            "wrong-type" => Kind::from_name(rest).map(|expected| What::WrongType { expected }),
            "not-a-number" => Some(What::NotANumber { given: own() }),
            "out-of-range" => pair().map(|(from, to)| What::out_of_range(from, to)),
            "has-its-own-call" => Some(What::HasItsOwnCall { call: own() }),
            "malformed" => Some(What::Malformed { why: own() }),
            name => {
                let known = What::PLAIN.into_iter().find(|(_, known)| *known == name);
                known.map(|(what, _)| what)
            }
        };
        what.ok_or("no such fault")
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Missing => write!(f, "This is missing."),
            What::Unknown => write!(f, "There is no such parameter here."),
            What::Twice => write!(f, "This is given twice."),
            What::Empty => write!(f, "This is empty."),
            What::TooLong { max, length } => {
                write!(f, "{length} characters are too many: {max} fit.")
            }
            What::ControlCharacter => write!(f, "This holds a control character."),
            What::NotUnicode => write!(f, "This is not valid Unicode text."),
            What::WrongType {
                expected: Kind::Text,
            } => write!(f, "This must be a string."),
            What::WrongType {
                expected: Kind::Number,
            } => write!(f, "This must be a number."),
            What::WrongType {
                expected: Kind::Boolean,
            } => write!(f, "This must be true or false."),
            What::NotANumber { given } if given.is_empty() => {
                write!(f, "This is empty. Write a number.")
            }
            What::NotANumber { given } => write!(f, "“{given}” is no number."),
            What::NotWhole => write!(f, "This must be a whole number."),
            What::TooPrecise => write!(f, "At most two decimals fit."),
            What::OutOfRange { from, to } => write!(f, "This must be from {from} to {to}."),
            What::NotTrueOrFalse => write!(f, "This must be true or false."),
            What::NotAStatus => write!(f, "There is no such status."),
            What::HasItsOwnCall { call } => write!(f, "This status has a call of its own: {call}."),
            What::OnlyWhenAccepting => write!(f, "This goes with accept=true only."),
            What::NotAnId => write!(f, "This is no UUID."),
            What::NotACursor => write!(f, "This is no cursor of this market."),
            What::NotAVersion => write!(f, "Write the version as an ETag gives it, like \"3\"."),
            What::NotAKey => write!(
                f,
                "This must be one key of 1 to 255 visible ASCII characters."
            ),
            What::UsedBefore => write!(f, "This key has come with another request before."),
            What::Malformed { why } => write!(f, "This is not well formed: {why}."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_the_state_and_what_is_allowed_from_it() {
        let says = |status, by| {
            Refusal {
                status,
                asked: Verb::Prepare,
                by,
            }
            .to_string()
        };
        assert_eq!(
            says(Status::Preparing, None),
            "The order is preparing. Allowed from there: ready or cancelled."
        );
        assert_eq!(
            says(Status::Dispatched, None),
            "The order is dispatched. Allowed from there: in_transit."
        );
        assert_eq!(
            says(Status::Delivered, None),
            "The order is delivered. That is final: nothing is allowed any more."
        );
        assert_eq!(
            says(Status::Preparing, Some(Role::Customer)),
            "The order is preparing. Nothing is allowed from there by this role."
        );
    }

    fn survives(error: Error) {
        let json = serde_json::to_string(&error).unwrap();
        assert_eq!(serde_json::from_str::<Error>(&json).unwrap(), error);
    }

    #[test]
    fn errors_survive_the_wire() {
        let told = [
            What::TooLong {
                max: 500,
                length: 501,
            },
            What::WrongType {
                expected: Kind::Boolean,
            },
            What::no_number("nine fifty"),
            What::no_number(""),
            What::out_of_range("0.01", "10000.00"),
            What::HasItsOwnCall {
                call: "POST /api/orders".into(),
            },
            What::Malformed {
                why: "EOF at line 1".into(),
            },
        ];
        let plain = What::PLAIN.into_iter().map(|(what, _)| what);
        for what in told.into_iter().chain(plain) {
            survives(Error::invalid("notes", what));
        }
        let both = [("notes", What::Empty), ("markup", What::no_number("a b"))];
        survives(Error::Invalid(
            both.map(|(field, what)| Fault {
                field: field.to_owned(),
                what,
            })
            .into(),
        ));
        for by in [None, Some(Role::Dispatch)] {
            survives(Error::Refused(Refusal {
                status: Status::Ready,
                asked: Verb::Prepare,
                by,
            }));
        }
        survives(Error::Outdated {
            version: 4,
            status: Status::Preparing,
        });
        survives(Error::UnknownOrder(OrderId(uuid::Uuid::from_u128(7))));
        survives(Error::TooMany(3));
        Error::PLAIN.into_iter().for_each(survives);
    }
}
