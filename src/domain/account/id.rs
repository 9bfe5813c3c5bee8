//! The id of an account, or of a guest.

use crate::domain::{Field, FieldError, ValueKind};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(pub Uuid);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for AccountId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(text).map(AccountId)
    }
}

impl Field for AccountId {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| FieldError::NotAnId)
    }
}
