//! How an order ended before it was delivered: why, by whom, and from where.

use crate::domain::{Field, FieldError, Role, Status, ValueKind, named_enum::named_enum};
use serde::{Deserialize, Serialize};

named_enum! {
    /// Why an order is cancelled, or rejected.
    CancellationCode {
        ChangedMind = "changed_mind",
        SoldOut = "sold_out",
        TooBusy = "too_busy",
        Closed = "closed",
        CannotDeliver = "cannot_deliver",
        /// Its kitchen did not answer. Only the market gives it.
        NoAnswer = "no_answer",
        Other = "other",
    }
}

/// Of an order that is cancelled or rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    pub code: CancellationCode,
    /// `None`: who acts in any role.
    pub by: Option<Role>,
    /// The status that it left.
    pub from: Status,
}

impl CancellationCode {
    /// Those that a request can give.
    pub fn given() -> impl Iterator<Item = CancellationCode> {
        let all = CancellationCode::ALL.iter().copied();
        all.filter(|code| *code != CancellationCode::NoAnswer)
    }
}

impl Field for CancellationCode {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let mut given = CancellationCode::given();
        given
            .find(|code| code.name() == text)
            .ok_or(FieldError::NotAReason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_but_the_market_says_that_there_was_no_answer() {
        for code in CancellationCode::given() {
            assert_eq!(CancellationCode::parse(code.name()), Ok(code));
        }
        for wrong in ["no_answer", "", "Other", "bored"] {
            assert_eq!(
                CancellationCode::parse(wrong),
                Err(FieldError::NotAReason),
                "{wrong}"
            );
        }
    }
}
